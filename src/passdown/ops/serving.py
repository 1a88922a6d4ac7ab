"""Whom an operation serves: the session it is for, and whether that one is held out to measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.actor import Kind
from passdown.stages.serve.served import NOBODY, Reader, Trial, assign, hand_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.ops.operation import Ctx


def reader(ctx: Ctx, how: str, session: str = "", task: str = "") -> Reader:
    """Who reads: the session where it is known, else whoever calls."""
    return Reader(how, session or ctx.actor.name, trial(ctx, session, task))


def assigned(ctx: Ctx, how: str, session: str = "", task: str = "") -> Reader:
    """The same, with the side noted on which it stands: before anything is looked up for it."""
    who = reader(ctx, how, session, task)
    assign(ctx.home, who, ctx.clock.now())
    return who


def trial(ctx: Ctx, session: str = "", task: str = "") -> Trial:
    """What is measured of this session, or of this task, so that trying again stays on the same
    side. People are given what they ask for."""
    unit = f"session:{session}" if session else _task(task)
    if not unit or ctx.actor.kind is Kind.HUMAN:
        return NOBODY
    shares = (ctx.settings.number(f"measure.{name}") for name in ("holdout", "shadow"))
    return Trial(unit, *shares)


def give(
    ctx: Ctx, who: Reader, items: Sequence[str], *, shadow: Sequence[str] = ()
) -> tuple[str, ...]:
    """Those of the items that may be returned, all of it noted."""
    return hand_out(ctx.home, who, items, ctx.clock.now(), shadow=shadow)


def _task(task: str) -> str:
    words = " ".join(task.casefold().split())
    if not words:
        return ""
    import hashlib

    return f"task:{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:16]}"
