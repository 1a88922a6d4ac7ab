"""Where events come in: one per process and store, so that many at once share one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.scope import ALL
from passdown.stages.observe.journal import RING, Post, observed, put, row, stats
from passdown.stages.observe.stamp import Stamp
from passdown.stages.observe.together import Together
from passdown.stages.serve.markers import Firewall
from passdown.storage.spool import append_to
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from passdown.ops.operation import Ctx
    from passdown.stages.observe.journal import Stored
    from passdown.storage.port import Store, Tx
    from passdown.text.redact import Redactor

WISHES = 256
"""Callers that are served by one commit."""
PAGE = 2000


class Taken(NamedTuple):
    """What became of some posts: each one, how many `recent` can show now, and whether the new
    ones stand in the file too."""

    stored: list[Stored]
    ring_size: int
    logged: bool


def intake(ctx: Ctx) -> Intake:
    """The one of this process and store."""
    kept = ctx.facts["kept"]
    if "intake" not in kept:
        limit = ctx.settings.whole("observe.max_text")
        made = Intake(ctx.store, ctx.redactor(), limit, events_file(ctx))
        # Of two threads that are first, one wins: the other's is not used.
        kept.setdefault("intake", made)
    found: Intake = kept["intake"]
    return found


def events_file(ctx: Ctx) -> Path | None:
    """The file that events are written to, beside the store; None when they are not, or when a
    link would lead it out of where it belongs."""
    from pathlib import Path

    named = ctx.settings.text("observe.events_file")
    if not named:
        return None
    path, root = Path(named).expanduser(), ctx.facts["places"].root
    if path.is_absolute():
        return path
    inside = (root / path).parent.resolve().is_relative_to(root.resolve())
    return root / path if inside else None


class Intake:
    """Posts to the store, durable when `take` returns, then to the file."""

    def __init__(self, store: Store, redactor: Redactor, max_text: int, file: Path | None) -> None:
        self._store = store
        self._known = _Known()
        self._clean = redactor.clean
        self._stamp = Stamp(redactor, max_text=max_text, is_echo=self._known.is_echo)
        self._file = file
        self._ring = 0
        self._together: Together[Sequence[Post], Taken] = Together(self._keep, most=WISHES)

    def take(self, posts: Sequence[Post]) -> Taken:
        """Keep these; whoever comes while a commit is under way shares the next one."""
        return self._together.do(posts)

    def _keep(self, wishes: Sequence[Sequence[Post]]) -> list[Taken]:
        with self._store.read(ALL) as tx:
            self._known.follow(tx)
        posts = [post for wish in wishes for post in wish]
        items = [observed(post, self._stamp, self._clean) for post in posts]
        with self._store.write(ALL) as tx:
            stored = put(tx, items, max((post.at for post in posts), default=tx.now))
            if self._ring < RING:
                self._ring = stats(tx)["ring_size"]
        logged = self._log([row(one.item) for one in stored if one.new])
        each = iter(stored)
        return [Taken([next(each) for _ in wish], self._ring, logged) for wish in wishes]

    def _log(self, rows: list[dict[str, Any]]) -> bool:
        """Write them down, all or none; the store has them whatever becomes of this."""
        if self._file is None:
            return False
        try:
            append_to(self._file, "".join(f"{encode(one)}\n" for one in rows).encode())
        except OSError:
            return False
        return True


class _Known:
    """What is or was served, kept up to date from the ledger."""

    def __init__(self) -> None:
        self._firewall = Firewall(())
        self._at = (0, "")

    def is_echo(self, text: str) -> bool:
        """Whether this repeats it."""
        return self._firewall.is_echo(text)

    def follow(self, tx: Tx) -> None:
        """Know what was approved since, too; everything anew when the ledger is another one."""
        head = tx.ledger.head()
        if head == self._at:
            return
        seq, hash = self._at
        here = tx.ledger.entries(after=seq - 1, limit=1) if seq else []
        if here and here[0].hash == hash:
            self._go_on(tx, seq)
        else:
            self._firewall = Firewall(record.text for record in tx.knowledge.all())
        self._at = head

    def _go_on(self, tx: Tx, seq: int) -> None:
        while entries := tx.ledger.entries(after=seq, limit=PAGE):
            touched = {entry.subject for entry in entries if entry.name.endswith(".updated")}
            self._firewall.add(record.text for record in tx.knowledge.by_ids(touched))
            seq = entries[-1].seq
