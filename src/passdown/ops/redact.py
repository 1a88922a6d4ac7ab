"""Operations on redaction: what the rules would hide, and hiding what they did not hide before."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Invalid, Unreadable
from passdown.ops.kinds import FilePath, Text
from passdown.ops.operation import Ctx, Effect, Progress, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PIPE = "-"
PART = 1_048_576
"""Characters read at a time."""


@operation(
    "redact",
    Effect.READ,
    cli=Shell(
        rows="places",
        columns=("line", "column", "length", "rule"),
        facts=("found", "rules"),
        check=True,
        storeless=True,
    ),
    example="passdown redact --check session.jsonl",
)
def redact(ctx: Ctx, check: FilePath = "", text: Text = "", limit: int = 1000) -> dict[str, Any]:
    """What would be replaced in a file or a text: by which rule and where, never the value.

    `-` is standard input. Where there is something, `ok` is false and the exit code 13.
    """
    if bool(check) == bool(text):
        raise Invalid(
            "name either a file to check or a text",
            where="redact",
            next="passdown redact --check FILE",
        )
    if not check:
        return _told(ctx, [text], limit)
    with _opened(ctx, check) as parts:
        return _told(ctx, parts, limit)


@operation(
    "rescan",
    Effect.ADMIN,
    cli=Shell(facts=("looked", "changed", "rules", "left", "scrubbed", "copies", "next")),
    example="passdown rescan --dry-run",
    long=True,
)
def rescan(ctx: Ctx, dry_run: bool = False) -> dict[str, Any]:
    """Apply today's rules of redaction and quarantine to everything stored; what that changed.

    Interrupted, it goes on where it was. What was hidden is in no file of the store afterwards.
    """
    from passdown.ops.scrub import copies, scrub, trim
    from passdown.stages.observe.rescan import named_by, rescan as again

    def report(done: int, total: int, unit: str, note: str) -> None:
        ctx.report(Progress(done, total, unit, note))

    done = again(ctx.store, ctx.redactor(), ctx.actor.name, dry=dry_run, report=report)
    found: dict[str, Any] = {
        "looked": done.looked,
        "changed": done.changed,
        "rules": done.rules,
        "resumed": done.resumed,
    }
    if dry_run:
        return {**found, "next": "passdown rescan" if done.changed else ""}
    found["lines"] = trim(ctx)
    found["left"] = named_by(ctx.store, ctx.redactor())
    return {**found, **scrub(ctx), "copies": copies(ctx) if done.changed else []}


def _told(ctx: Ctx, parts: Iterable[str], limit: int) -> dict[str, Any]:
    from passdown.text.places import places

    rules: dict[str, int] = {}
    shown: list[dict[str, Any]] = []
    for place in places(ctx.redactor(), parts):
        rules[place.rule] = rules.get(place.rule, 0) + 1
        if len(shown) < max(1, min(limit, 100_000)):
            shown.append(place._asdict())
    found = sum(rules.values())
    return {"ok": not found, "found": found, "rules": dict(sorted(rules.items())), "places": shown}


@contextmanager
def _opened(ctx: Ctx, path: str) -> Iterator[Iterator[str]]:
    """The text of a file in parts; what is no UTF-8 in it is no secret of ours to know."""
    if path == PIPE:
        yield _parts(_standard_input(ctx))
        return
    try:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            yield _parts(file)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Unreadable(f"cannot be read: {why}", where=path, next="Name a file.") from error


def _parts(file: Any) -> Iterator[str]:
    return iter(lambda: file.read(PART), "")


def _standard_input(ctx: Ctx) -> TextIOWrapper:
    """What is piped to the command line; a server's own is not for its callers."""
    if not ctx.facts.get("stands_here") or sys.stdin is None or sys.stdin.closed:
        raise Invalid("there is no standard input to read here", where=PIPE, next="Name a file.")
    return TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace", newline="")
