"""The composition root: the only module that picks concrete parts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from passdown import config
from passdown.domain.clock import SystemClock
from passdown.domain.errors import Forbidden, Internal, PassdownError
from passdown.domain.scope import ALL, Sight
from passdown.ops import catalogue
from passdown.ops.operation import Ctx, Operation, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from passdown.config.allow import Allowed
    from passdown.contract.loop import Loop
    from passdown.domain.actor import Actor
    from passdown.domain.clock import Clock
    from passdown.domain.settings import Settings
    from passdown.engines.port import Meaning, Writer
    from passdown.storage.port import Store
    from passdown.text.redact import Redactor

MEMORY = "memory:"
OPTIONAL = ("ip",)
"""The redaction rules that a setting switches on."""


class App:
    """One store and everything that works on it. Parts are made when they are first needed."""

    def __init__(
        self,
        places: config.Places,
        *,
        clock: Clock | None = None,
        flags: Mapping[str, str] | None = None,
        on_statement: Callable[[str], None] | None = None,
        loops: Mapping[str, Loop[Any]] | None = None,
        stands_here: bool = False,
    ) -> None:
        self.places = places
        self.stands_here = stands_here
        self.clock: Clock = clock or SystemClock()
        self._flags = dict(flags or {})
        self._on_statement = on_statement
        self._store: Store | None = None
        self._opening = Lock()
        self._loops = loops
        self._settings: Settings | None = None
        self._controls: Mapping[str, Any] = {}
        self._allowed: Allowed
        self._redactor: tuple[Settings, Redactor] | None = None
        self._kept: dict[str, Any] = {}
        self._operations: Mapping[str, Operation] | None = None

    @property
    def home(self) -> Path:
        """The store's folder."""
        return self.places.home

    @property
    def store(self) -> Store:
        """The store, opened on first use, once, whichever thread is first."""
        with self._opening:
            if self._store is None:
                self._store = _open(self.places, self.clock, self._on_statement)
            return self._store

    @property
    def loops(self) -> Mapping[str, Loop[Any]]:
        """Every loop there is, built in and third party."""
        if self._loops is None:
            from passdown import loops

            self._loops = loops.load()
        return self._loops

    @property
    def settings(self) -> Settings:
        """Every knob, the loops' own too, as it stands now: what is decided about one reaches
        a process that runs already."""
        decided = self._decided()
        if self._settings is None or decided != self._controls:
            self._set(decided)
        assert self._settings is not None
        return _standing(self._settings)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """All operations by name, the loops' own queries too."""
        if self._operations is None:
            from passdown.ops.queries import of_loops

            self._operations = {**catalogue.everything(), **of_loops(self.loops)}
        return self._operations

    def operation(self, name: str) -> Operation:
        """One operation by name or alias; Invalid names the nearest ones."""
        if "." in name and name.partition(".")[0] in self.loops:
            return self.operations.get(name) or catalogue.find(name)
        return self._of_a_loop(name) or catalogue.find(name)

    def _of_a_loop(self, name: str) -> Operation | None:
        """A loop's own operation under another name; None where it is an operation's name, or
        nobody's."""
        if "." not in name or catalogue.known(name):
            return None
        return next((op for op in self.operations.values() if name in op.aliases), None)

    def call(
        self,
        name: str,
        params: Mapping[str, Any],
        actor: Actor,
        *,
        report: Callable[[Progress], None] | None = None,
        sight: Sight = ALL,
    ) -> Any:
        """Validate, redact, run; the result as plain JSON values. Raises PassdownError only."""
        from passdown.ops.params import accept, plain

        try:
            op = self.operation(name)
            op.allow(actor)
            typed = accept(op, params, self._clean)
            ctx = self._ctx(actor, sight, self.settings, report or _quiet)
            answer = plain(op.run(ctx, typed))
            self._follow(op, ctx)
            return answer
        except PassdownError:
            raise
        except Exception as error:
            raise _internal(name, error) from error

    def run_typed(self, name: str, params: Mapping[str, Any], actor: Actor) -> Any:
        """Run a reading operation with parameters that are already of their types: the start-up
        path, which loads neither the loops nor the validator."""
        try:
            settings = self._settings or self._load((), self._decided())
            ctx = self._ctx(actor, ALL, settings, _quiet)
            return catalogue.find(name).run(ctx, params)
        except PassdownError:
            raise
        except Exception as error:
            raise _internal(name, error) from error

    def identify(self) -> Actor:
        """Who calls from this process: the holder of a token file, else whoever is at the
        terminal."""
        token = config.token_from_file()
        if not token:
            return config.identify_terminal()
        return self.authenticate(token) or _refuse_token()

    def authenticate(self, token: str) -> Actor | None:
        """The actor a token stands for; None when it is unknown or revoked."""
        from passdown.ops.tokens import digest

        with self.store.read(ALL) as tx:
            return tx.registry.token(digest(token))

    def holder(self, name: str) -> Actor | None:
        """The person of this name with the roles their tokens give; None when there is none."""
        from passdown.ops.tokens import person

        with self.store.read(ALL) as tx:
            return person(tx, name)

    def close(self) -> None:
        """Close the store, if it was opened."""
        if self._store is not None:
            self._store.close()
            self._store = None
            self._kept.clear()

    def __enter__(self) -> App:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self, op: Operation, ctx: Ctx) -> None:
        """Let the files follow what was done. It is done whether or not they can: `doctor` says
        what is behind."""
        from passdown.ops.operation import Effect
        from passdown.ops.projection import project

        if op.effect is not Effect.READ:
            with suppress(PassdownError, OSError):
                project(ctx)

    def _ctx(
        self, actor: Actor, sight: Sight, settings: Settings, report: Callable[[Progress], None]
    ) -> Ctx:
        return Ctx(
            store=self.store,
            loops=_Loops(self),
            settings=settings,
            actor=actor,
            clock=self.clock,
            home=self.home,
            sight=sight,
            redactor=self._make_redactor,
            writer=self._make_writer,
            embedder=self._make_embedder,
            report=report,
            facts={
                "places": self.places,
                "stands_here": self.stands_here,
                "kept": self._kept,
                "secret": partial(config.secret_named, self.home),
                "environment": config.environment,
            },
        )

    def _set(self, decided: Mapping[str, Any]) -> Settings:
        """The settings with these decisions, from now on."""
        from passdown.config.allow import KNOB, allowed
        from passdown.ops.knobs import of_loops

        found = self._load(of_loops(self.loops), decided)
        self._allowed = allowed(self.home, found.text(KNOB))
        warnings = (*found.warnings, *self._allowed.warnings)
        self._settings, self._controls = replace(found, warnings=warnings), decided
        return self._settings

    def _decided(self) -> Mapping[str, Any]:
        from passdown.ops.knobs import controls

        return controls(self.store)

    def _load(self, knobs: Any, decided: Mapping[str, Any]) -> Settings:
        home, user = self.home, self.places.user
        return config.load(home, user, knobs=knobs, controls=decided, flags=self._flags)

    def _clean(self, text: str) -> str:
        return self._make_redactor().clean(text)

    def _make_writer(self) -> Writer:
        settings = self._settings or self.settings
        if not settings.text("engine.model").strip():
            from passdown.engines.static import NoWriter

            return NoWriter()
        from passdown.engines.choice import KEYS
        from passdown.engines.model import Models
        from passdown.ops.purse import metered

        known = config.environment()
        models = Models(settings, {name: known.get(name, "") for name in KEYS.values()})
        return metered(self.store, settings, self.clock, models, self._clean)

    def _make_embedder(self) -> Meaning:
        settings = self._settings or self.settings
        from passdown.engines.embedding import Budgeted, NoMeaning

        if not settings.text("engine.embedder").strip():
            return NoMeaning()
        from passdown.engines.choice import KEYS
        from passdown.engines.embedder import Embeddings
        from passdown.ops.meter import Meter

        known = config.environment()
        model = Embeddings(settings, {name: known.get(name, "") for name in KEYS.values()})
        return Budgeted(model, Meter(self.store, settings, self.clock), self._clean)

    def _make_redactor(self) -> Redactor:
        # An operation may ask inside its transaction, where the store is not to be asked again.
        settings = self._settings or self.settings
        made = self._redactor
        if made is None or made[0] is not settings:
            from passdown.config.places import store_key
            from passdown.text.redact import Redactor

            key = b"m" * 32 if self.places.url == MEMORY else store_key(self.home)
            also = OPTIONAL if settings.flag("observe.redact_ips") else ()
            made = self._redactor = settings, Redactor(key, self._allowed.entries, also=also)
        return made[1]


class _Loops(Mapping[str, Any]):
    """The loops, loaded when an operation first asks for one."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __getitem__(self, name: str) -> Any:
        return self._app.loops[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._app.loops)

    def __len__(self) -> int:
        return len(self._app.loops)

    @property
    def failures(self) -> tuple[str, ...]:
        """One sentence for each loop that could not be loaded."""
        return tuple(getattr(self._app.loops, "failures", ()))


def _standing(settings: Settings) -> Settings:
    """The settings with how things stand now: the file that says it is read each time."""
    path = settings.text("snapshot.file")
    if not path:
        return settings
    try:
        return replace(settings, snapshots=config.snapshots(path))
    except ValueError as error:
        return replace(settings, warnings=(*settings.warnings, f"snapshot.file: {path} {error}"))


def open_app(
    *, store: str = "", flags: Mapping[str, str] | None = None, stands_here: bool = False
) -> App:
    """The app on the store that this place, this user and this call mean; `stands_here` when
    who calls stands in this process's folder, so that its repo is meant where none is named."""
    return App(config.places(store), flags=flags, stands_here=stands_here)


def memory_app(
    clock: Clock | None = None,
    *,
    on_statement: Callable[[str], None] | None = None,
    loops: Mapping[str, Loop[Any]] | None = None,
) -> App:
    """An app that keeps everything in memory, and its spools in a folder that goes with it: for
    tests and for trying things out."""
    import shutil
    import tempfile
    import weakref
    from pathlib import Path

    home = Path(tempfile.mkdtemp(prefix="passdown-"))
    here = config.Places(home, "memory", MEMORY, Path.home(), Path.cwd())
    app = App(here, clock=clock, on_statement=on_statement, loops=loops)
    weakref.finalize(app, shutil.rmtree, home, ignore_errors=True)
    return app


def _open(places: config.Places, clock: Clock, on_statement: Callable[[str], None] | None) -> Store:
    if places.url == MEMORY:
        from passdown.storage.memory import open_memory

        return open_memory(clock, on_statement)
    if places.url.startswith(("postgresql://", "postgres://")):
        from passdown.storage.files import mend
        from passdown.storage.postgres import open_postgres

        mended = mend(str(places.home))
        return open_postgres(places.url, clock, on_statement, mended=mended)
    from passdown.storage.sqlite import open_sqlite

    return open_sqlite(places.url, clock, on_statement)


def _refuse_token() -> Actor:
    raise Forbidden(
        "the token is unknown or was revoked",
        where="PASSDOWN_TOKEN_FILE",
        next="Ask an admin for a new one: passdown token new NAME.",
    )


def _internal(name: str, error: Exception) -> Internal:
    """A fault of ours, told without the texts it happened on: they may hold what a log must
    not."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    next_step = "Report it with this place; nothing was half written."
    return Internal(f"{name} failed: {type(error).__name__}", where=where, next=next_step)


def _quiet(_: Progress) -> None:
    return None
