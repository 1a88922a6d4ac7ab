"""Operations on events: what programs post about what they did, the last ones, and how many."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, Unreadable
from passdown.ops.kinds import Event, FilePath, Name, When
from passdown.ops.operation import Ctx, Effect, Progress, Route, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from passdown.ops.intake import Intake, Taken
    from passdown.stages.observe.feed import Entry

PIPE = "-"
SHOWN = 100
"""Bad lines that are named one by one; the rest are only counted."""


@operation(
    "event",
    Effect.WRITE,
    http=(Route("POST", "/event", body="event"),),
    cli=Shell(facts=("accepted", "event_id", "source", "ring_size", "logged")),
    example="""passdown event '{"source": "bot", "event_kind": "cycle", "ok": true}'""",
)
def event(ctx: Ctx, event: Event) -> dict[str, Any]:
    """Keep one event as it is posted: redacted, and on the disk before the answer."""
    from passdown.ops.intake import intake
    from passdown.stages.observe.journal import Post

    taken = intake(ctx).take([Post(event, ctx.clock.now())])
    item = taken.stored[0].item
    return {
        "accepted": True,
        "event_id": item.uid,
        "source": item.meta["source"],
        "known": not taken.stored[0].new,
        "ring_size": taken.ring_size,
        "logged": taken.logged,
    }


@operation(
    "recent",
    Effect.READ,
    http=(Route("GET", "/recent"),),
    cli=Shell(
        rows="events",
        columns=("timestamp", "source", "event_kind", "success", "duration_ms", "output_summary"),
    ),
    example="passdown recent --source auditor",
)
def recent(ctx: Ctx, limit: int = 50, source: Name = "") -> dict[str, Any]:
    """The last events, newest first, of the last thousand; none that is in quarantine."""
    from passdown.stages.observe.journal import recent as last, row

    with ctx.store.read(ctx.sight) as tx:
        found = last(tx, limit, source)
    return {"events": [{"seq": item.seq, **row(item)} for item in found]}


@operation(
    "stats",
    Effect.READ,
    http=(Route("GET", "/stats"),),
    cli=Shell(
        rows="rows",
        columns=("source", "event_kind", "total", "successes", "failures", "mean_duration_ms"),
        facts=("total", "successes", "failures", "unknown_sources", "quarantined"),
    ),
    example="passdown stats --since 7d",
)
def stats(ctx: Ctx, since: When = "") -> dict[str, Any]:
    """How many events there were, by source, kind and success."""
    from passdown.ops.when import moment
    from passdown.stages.observe.journal import stats as counted

    with ctx.store.read(ctx.sight) as tx:
        return counted(tx, moment(ctx, since))


@operation(
    "observe",
    Effect.WRITE,
    cli=Shell(
        rows="bad_lines",
        columns=("line", "reason"),
        facts=("events", "new", "known", "unknown_sources", "quarantined", "bad", "logged"),
    ),
    example="passdown observe --jsonl events.jsonl",
    long=True,
)
def observe(ctx: Ctx, jsonl: FilePath = "") -> dict[str, Any]:
    """Keep events from a file of JSON lines, or from standard input (`-`), as they come.

    Lines that are none are counted and named; a file that is read again adds only what is new.
    """
    if not jsonl:
        raise Invalid(
            "nothing to observe was named", where="observe", next="passdown observe --jsonl -"
        )
    from passdown.ops.intake import intake

    told = _Told()
    with _opened(ctx, jsonl) as parts:
        for part in _readable(parts, told):
            _take(ctx, intake(ctx), part, told)
            ctx.report(Progress(told.events, 0, "events", jsonl))
    if told.bad and not told.events:
        raise Unreadable(
            f"none of {told.bad} lines is an event: {told.lines[0]['reason']}",
            where=jsonl,
            next="Give one JSON object a line.",
        )
    return told.plain()


@dataclass(slots=True)
class _Told:
    """What was read so far."""

    events: int = 0
    new: int = 0
    unknown_sources: int = 0
    quarantined: int = 0
    bad: int = 0
    logged: bool = True
    lines: list[dict[str, Any]] = field(default_factory=list)

    def took(self, taken: Taken) -> None:
        """These were stored, or known."""
        items = [one.item for one in taken.stored if one.new]
        self.events += len(taken.stored)
        self.new += len(items)
        self.unknown_sources += sum("unknown" in item.meta for item in items)
        self.quarantined += sum(bool(item.flags) for item in items)
        self.logged = self.logged and taken.logged

    def refuse(self, line: int, reason: str) -> None:
        """A line that is no event."""
        self.bad += 1
        if len(self.lines) < SHOWN:
            self.lines.append({"line": line, "reason": reason})

    def plain(self) -> dict[str, Any]:
        """All of it."""
        return {
            "events": self.events,
            "new": self.new,
            "known": self.events - self.new,
            "unknown_sources": self.unknown_sources,
            "quarantined": self.quarantined,
            "bad": self.bad,
            "bad_lines": self.lines,
            "logged": self.logged and self.events > 0,
        }


def _take(ctx: Ctx, into: Intake, part: list[Entry], told: _Told) -> None:
    from passdown.stages.observe.journal import Post

    posts = []
    for one in part:
        if one.raw is None:
            told.refuse(one.line, one.why)
        else:
            posts.append(Post(one.raw, ctx.clock.now(), one.id))
    if posts:
        told.took(into.take(posts))


@contextmanager
def _opened(ctx: Ctx, path: str) -> Iterator[Iterator[list[Entry]]]:
    from passdown.ops.reading import standard_input
    from passdown.stages.observe.feed import entries
    from passdown.stages.observe.lines import open_file

    longest = ctx.settings.whole("server.max_body")
    if path == PIPE:
        stream = standard_input(ctx)
        if stream is None:
            what = "there is no standard input to read here"
            raise Invalid(what, where=PIPE, next="Name a file.")
        yield entries(stream, longest=longest)
        return
    path = os.path.realpath(os.path.expanduser(path))
    with open_file(path) as file:
        yield entries(file.stream, longest=longest, where=path)


def _readable(parts: Iterator[list[Entry]], told: _Told) -> Iterator[list[Entry]]:
    """The parts, as far as they can be read: where a file is damaged, what stands before is
    good."""
    from passdown.stages.observe.unpack import DAMAGE

    last = 0
    try:
        for part in parts:
            last = part[-1].line if part else last
            yield part
    except DAMAGE as error:
        told.refuse(last + 1, f"damaged from here on: {type(error).__name__}")
