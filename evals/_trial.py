"""Tries faults on tests: one pytest session is collected, and each fault is a fork of it.

A fault inside of a function takes the place of the function's code. What is no part of one is tried
by a fork that has loaded nothing of passdown yet, only what that stands on, and that finds the
faulty module where it imports it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType

import pytest

from evals._forks import (
    BROKEN,
    KILLED,
    LEARNING,
    STUCK,
    SURVIVED,
    Act,
    each,
    quietly,
)
from evals._mutants import Mutant

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "passdown"
SLOWEST = 3.0
"""Seconds of work that a test may take; a slower one tells nothing here."""
NEAREST = 160
"""So many tests are tried on a fault at most; what they do not notice counts as unnoticed."""
SERVERS = {"postgres_dsn", "postgres_server"}
OURS = {"passdown", "tests", "__main__"}
LOADED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""So that it is no error that a plugin is loaded before pytest loads it."""
OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist")


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one fault: how it was noticed, '' when it was not."""

    mutant: Mutant
    killed_by: str


@dataclass(slots=True)
class Known:
    """What the tests do without a fault: who calls what, and how long it takes."""

    calls: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    loaded: list[str] = field(default_factory=list)
    """The modules of others that the tests have imported."""

    def write(self, folder: Path) -> None:
        """Keep it for who tries the faults."""
        (folder / "known").write_text(json.dumps(asdict(self)))

    @staticmethod
    def read(folder: Path) -> Known:
        """What was kept there."""
        return Known(**json.loads((folder / "known").read_text()))

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that call the function; of what is no part of one, those that call anything of
        the module, and those of its own file: tables are read, not called. The nearest first."""
        module = Path(mutant.path)
        own = Path("tests", module.parent, f"test_{module.name}")
        if _is_inner(mutant):
            found = set(self.calls.get(f"{mutant.path}:{mutant.function}", ()))
        else:
            every = [t for w, t in self.calls.items() if w.startswith(f"{mutant.path}:")]
            found = {one for tests in every for one in tests}
            found |= {id for id in self.seconds if Path(id.partition("::")[0]) == own}

        def far(id: str) -> tuple[bool, bool, float]:
            file = Path(id.partition("::")[0])
            elsewhere = file.parts[1:-1] != module.parts[:-1]
            return file.stem != f"test_{module.stem}", elsewhere, self.seconds[id]

        return sorted((t for t in found if self.seconds[t] <= SLOWEST), key=far)[:NEAREST]


def try_all(every: Sequence[Mutant], tests: Sequence[str]) -> Iterator[Trial]:
    """Try each fault; RuntimeError when the tests fail without any."""
    inner = [m for m in every if _is_inner(m)]
    outer = [m for m in every if not _is_inner(m)]
    paths = sorted({m.path for m in every})
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder)
        yield from _inner(inner, paths, tests, told)
        known = Known.read(told)
        _load(known.loaded)
        _must_pass(outer, known)
        for number, killed_by in each(_outer(n, m, known) for n, m in enumerate(outer)):
            yield Trial(outer[number], killed_by)


def _is_inner(mutant: Mutant) -> bool:
    return bool(mutant.function) and not mutant.function.endswith(".")


# ---- faults inside of functions: one collected session, forked for each


def _inner(
    every: Sequence[Mutant], paths: Sequence[str], tests: Sequence[str], told: Path
) -> Iterator[Trial]:
    """A child collects and reports each trial through a pipe, so that nothing is loaded here."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        session = Session(every, paths, told, theirs)
        quietly(lambda: _run([*OPTIONS, *tests], session))
    os.close(theirs)
    seen = 0
    with os.fdopen(ours) as lines:
        for line in lines:
            number, killed_by = json.loads(line)
            seen += 1
            yield Trial(every[number], killed_by)
    _, status = os.waitpid(child, 0)
    if status or seen < len(every) or not (told / "known").exists():
        raise RuntimeError(f"the tests fail without a fault: {_said(told)}")


def _said(told: Path) -> str:
    found = told / "failed"
    return found.read_text() if found.exists() else "nothing was collected"


class Session:
    """Takes the place of the test run: first all tests as they are, then each fault."""

    def __init__(self, every: Sequence[Mutant], paths: Sequence[str], told: Path, to: int) -> None:
        self.every, self.paths, self.told, self.to = every, paths, told, to
        self.why = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep why a test failed."""
        if report.failed:
            self.why = report.longreprtext

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run nothing in this process: it stays as it was when all was collected."""
        items = {i.nodeid: i for i in session.items if not _needs_a_server(i)}
        for path in self.paths:
            import_module(_module(path))
        learn = partial(self._learn, session, list(items.values()))
        if [ended for _, ended in each([(0, learn)], LEARNING)] != [""]:
            raise RuntimeError("the tests fail without a fault")
        known = Known.read(self.told)
        places = _functions({str(SOURCE / path) for path in self.paths})
        gc.freeze()
        acts = (
            (n, partial(_faulty, session, m, places, [items[id] for id in known.of(m)]))
            for n, m in enumerate(self.every)
        )
        for told in each(acts):
            os.write(self.to, json.dumps(told).encode() + b"\n")
        return True

    def _learn(self, session: pytest.Session, items: list[pytest.Item]) -> int:
        """Note who calls what, and how long each test takes."""
        known, calls = Known(), defaultdict[str, set[str]](set)
        files = {str(SOURCE / path): path for path in self.paths}
        for item in items:
            began = time.process_time()
            with Watch(files) as called:
                _one(item)
            known.seconds[item.nodeid] = time.process_time() - began
            for what in called:
                calls[what].add(item.nodeid)
            if session.testsfailed:
                (self.told / "failed").write_text(f"{item.nodeid}\n{self.why}")
                return KILLED
        known.calls = {what: sorted(tests) for what, tests in calls.items()}
        known.loaded = [n for n in sys.modules if n.partition(".")[0] not in OURS]
        known.write(self.told)
        return SURVIVED


class Watch:
    """Which functions of some files are called while it is on, in whatever thread."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.called: set[str] = set()

    def __enter__(self) -> set[str]:
        threading.settrace(self._note)
        sys.settrace(self._note)
        return self.called

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        """Told of each call; None, so that of no line in it."""
        if event == "call" and (path := self.files.get(frame.f_code.co_filename)):
            self.called.add(f"{path}:{_outermost(frame.f_code)}")


def _functions(files: set[str]) -> dict[tuple[str, str], list[FunctionType]]:
    """The functions of these files, by file and name; what stands in one belongs to it."""
    found = defaultdict[tuple[str, str], list[FunctionType]](list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in files:
            found[one.__code__.co_filename, one.__code__.co_qualname].append(one)
    return found


def _faulty(
    session: pytest.Session,
    mutant: Mutant,
    places: Mapping[tuple[str, str], Sequence[FunctionType]],
    items: Sequence[pytest.Item],
) -> int:
    """Put the fault in, and run until a test fails."""
    if not items:
        return SURVIVED
    new = {(c.co_qualname, c.co_firstlineno): c for c in _codes(mutant.code)}
    put = places[str(SOURCE / mutant.path), mutant.function]
    for one in put:
        one.__code__ = new[one.__code__.co_qualname, one.__code__.co_firstlineno]
    if not put:
        return BROKEN
    for item in items:
        item.add_marker(pytest.mark.timeout(STUCK))
        _one(item)
        if session.testsfailed:
            return KILLED
    return SURVIVED


def _one(item: pytest.Item) -> None:
    item.ihook.pytest_runtest_protocol(item=item, nextitem=None)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _outermost(code: CodeType) -> str:
    return code.co_qualname.partition(".<locals>")[0]


def _needs_a_server(item: pytest.Item) -> bool:
    return "postgres" in item.nodeid or bool(SERVERS & {*getattr(item, "fixturenames", ())})


# ---- faults of modules: everything is loaded anew


def _load(names: Iterable[str]) -> None:
    """Import what every one of them would; what cannot be imported by itself is left to them."""
    for name in names:
        with suppress(Exception):
            import_module(name)


def _must_pass(every: Sequence[Mutant], known: Known) -> None:
    """RuntimeError where the tests fail on a module that is loaded anew without a fault."""
    first = {m.path: m for m in reversed(every)}
    sound = [replace(m, code=_sound(path)) for path, m in first.items()]
    for number, killed_by in each(_outer(n, m, known) for n, m in enumerate(sound)):
        if killed_by:
            raise RuntimeError(f"the tests of {sound[number].path} fail without a fault")


def _sound(path: str) -> CodeType:
    file = SOURCE / path
    return compile(file.read_text(), str(file), "exec", dont_inherit=True)


def _outer(number: int, mutant: Mutant, known: Known) -> Act:
    those = known.of(mutant)
    files = sorted({id.partition("::")[0] for id in those})
    return number, partial(_loaded_anew, mutant, files, those)


def _loaded_anew(mutant: Mutant, files: Sequence[str], those: Sequence[str]) -> int:
    if not those:
        return SURVIVED
    sys.meta_path.insert(0, Finder(mutant))
    options = [*OPTIONS, *LOADED, "-o", f"timeout={STUCK}"]
    return _run([*options, *files], Chosen(those))


class Chosen:
    """Runs these tests alone, in this order."""

    def __init__(self, those: Sequence[str]) -> None:
        self.order = {id: n for n, id in enumerate(those)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Drop the others."""
        items[:] = sorted(
            (i for i in items if i.nodeid in self.order), key=lambda i: self.order[i.nodeid]
        )


class Finder(MetaPathFinder):
    """Finds one module with its fault, and every other as it is."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = _module(mutant.path)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The faulty module where it is asked for."""
        found = PathFinder.find_spec(name, path, target) if name == self.name else None
        if found is not None:
            found.loader = Faulty(name, str(SOURCE / self.mutant.path), self.mutant.code)
        return found


class Faulty(SourceFileLoader):
    """Loads a module from code that is ready."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        """The code with the fault."""
        return self.code


def _run(arguments: Sequence[str], plugin: object) -> int:
    return int(pytest.main([*arguments], plugins=[plugin]))


def _module(path: str) -> str:
    inner = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"passdown.{inner}"
