"""In which order a person is asked: what an answer is worth a second of theirs, and every tenth
place by lot, so that what is believed of the rest stays tested."""

from __future__ import annotations

import json
import re
from heapq import merge
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.clock import to_seconds
from passdown.domain.errors import Invalid
from passdown.ops.when import moment
from passdown.storage.narrow import ANY, Narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.domain.actor import Actor
    from passdown.domain.proposal import Proposal
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Tx

TENTH = 10
"""Every so-manyth place is drawn by lot; as many questions can be drawn."""
DRAWN = f"{(16**8) // TENTH:08x}"
"""Ids are random: those below this are a tenth of all, whatever they are worth."""
PAGE = 100
USUAL = 6.0
"""Seconds an answer takes where a person has not given enough of them."""
PAUSE = 120.0
"""Seconds between two answers after which a person did something else."""
KEPT, ENOUGH = 31, 5
_CUT = 16
FLAG = re.compile(r"[a-z_]{0,40}")


class Place(NamedTuple):
    """A question in its place; `lot` says that it stands there by lot."""

    proposal: Proposal
    lot: bool


def ordered(
    tx: Tx,
    actor: Actor,
    loops: Iterable[str],
    *,
    after: str = "",
    narrow: Narrow = ANY,
    at_first: int = PAGE,
) -> Iterator[tuple[Place, str]]:
    """Open questions of these loops that `narrow` takes, each with the place to go on after; so
    many are read at first, where no more are wanted."""
    by_worth, by_lot = _cut(after)
    best, drawn = _both(tx, actor, list(loops), (by_worth, by_lot), narrow, at_first)
    for n in count(1):
        first, second = (drawn, best) if n % TENTH == 0 else (best, drawn)
        row = next(first, None) or next(second, None)
        if row is None:
            return
        found: Proposal = row[-1]
        is_drawn = found.id < DRAWN
        by_worth, by_lot = (by_worth, found.id) if is_drawn else (found.id, by_lot)
        yield Place(found, is_drawn), f"{by_worth[:_CUT]}:{by_lot[:_CUT]}"


def _both(
    tx: Tx, actor: Actor, loops: list[str], cut: tuple[str, str], narrow: Narrow, at_first: int
) -> tuple[Iterator[Any], Iterator[Any]]:
    """Those of all loops by worth, and those that are drawn by lot, each from where it was cut."""
    by_worth, by_lot = cut
    lots = at_first // TENTH + 1
    some = at_first + lots + TENTH  # a tenth of them is drawn by lot, and passed over
    return (
        merge(*(_best(tx, actor, name, by_worth, narrow, some) for name in loops)),
        merge(*(_lot(tx, name, _whole(tx, by_lot), narrow, lots) for name in loops)),
    )


def narrowed(ctx: Ctx, scope: str, flag: str, least: float, older: str) -> Narrow:
    """Which of the open questions are meant, as a person says it."""
    if not FLAG.fullmatch(flag):
        raise Invalid(f"no flag {flag[:80]!r}", next="`any`, or a name such as `replay_changed`.")
    if not 0 <= least <= 1:
        raise Invalid(f"a confidence of {least:g}", next="A share from 0 to 1, such as 0.9.")
    until, is_any = moment(ctx, older), flag == "any"
    return Narrow(scope, "" if is_any else flag, least, until, is_any)


def pace(tx: Tx, actor: Actor, loop: str) -> float:
    """The seconds an answer to a question of this loop takes this person, in the middle."""
    took = spent(tx, actor, loop)
    return sorted(took)[len(took) // 2] if len(took) >= ENOUGH else USUAL


def answered(tx: Tx, actor: Actor, loop: str) -> None:
    """Keep how long this person took since their last answer, if they did nothing else since."""
    last = tx.registry.value(f"answered:{actor.name}")
    tx.registry.keep(f"answered:{actor.name}", tx.now)
    took = to_seconds(tx.now) - to_seconds(last) if last else PAUSE
    if 0 < took < PAUSE:
        kept = [*spent(tx, actor, loop), round(took, 2)][-KEPT:]
        tx.registry.keep(f"pace:{actor.name}:{loop}", json.dumps(kept))


def spent(tx: Tx, actor: Actor, loop: str) -> list[float]:
    """The seconds that the last answers of this person to this loop took, newest last."""
    kept = tx.registry.value(f"pace:{actor.name}:{loop}")
    found: list[float] = json.loads(kept) if kept else []
    return found


def _best(
    tx: Tx, actor: Actor, loop: str, after: str, narrow: Narrow, many: int
) -> Iterator[tuple[float, str, Proposal]]:
    """A loop's questions that are not drawn by lot, by what a second is worth."""
    seconds = pace(tx, actor, loop)
    last = tx.queue.get(after) if after else None
    below, past = (last.value, last.id) if last else (0.0, "")
    if last is not None and last.loop != loop:
        # Another loop's seconds are worth something else: go on from the same worth a second.
        below = last.value / pace(tx, actor, last.loop) * seconds
    while page := tx.queue.best(loop, below=below, after=past, narrow=narrow, limit=many):
        for p in page:
            if p.id >= DRAWN:
                yield -p.value / seconds, p.id, p
        below, past, many = page[-1].value, page[-1].id, PAGE


def _whole(tx: Tx, id: str) -> str:
    """The id that this is the start of."""
    found = tx.queue.get(id) if id else None
    return found.id if found else ""


def _lot(
    tx: Tx, loop: str, after: str, narrow: Narrow, many: int
) -> Iterator[tuple[str, Proposal]]:
    """A loop's questions that are drawn by lot, in the order of their ids."""
    while page := tx.queue.best(loop, after=after, before=DRAWN, narrow=narrow, limit=many):
        yield from ((p.id, p) for p in page)
        after, many = page[-1].id, PAGE


def _cut(after: str) -> tuple[str, str]:
    """The last ones by worth and by lot of the page before."""
    if not after:
        return "", ""
    by_worth, colon, by_lot = after.partition(":")
    if not colon:
        raise Invalid(f"no place {after!r}", next="Give back the `next` of the page before.")
    return by_worth, by_lot
