"""Which knobs there are: the platform's and each loop's, and which of them a decision set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.scope import ALL
from passdown.domain.settings import CHAINS, KNOBS, NO_CHAINS, Knob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.loop import Loop
    from passdown.storage.port import Store

CONTROL = "control"
LEVELS = ("off", "suggest", "auto_safe", "auto")


def of_loops(loops: Mapping[str, Loop[Any]]) -> tuple[Knob, ...]:
    """Each loop's own knobs, and those that every loop has."""
    found: list[Knob] = []
    for name in sorted(loops):
        found += (*common(name), *loops[name].settings)
    return tuple(found)


def every(loops: Mapping[str, Loop[Any]]) -> dict[str, Knob]:
    """The platform's knobs and all loops', by name."""
    return {**KNOBS, **{knob.name: knob for knob in of_loops(loops)}}


def common(loop: str) -> tuple[Knob, ...]:
    """The knobs every loop has."""
    chain = "Who is asked after the classifier; empty: as gate.chain says."
    golden = "How sure the classifier is of what needs no further tier."
    arbiter = "How sure the arbiter is of what needs no person, where the chain has one."
    level = "How far it may go without a person; beyond suggest only as an admin sets it."
    return (
        Knob(f"{loop}.enabled", True, "Whether this loop is mined."),
        Knob(f"{loop}.every", "", "How often; empty: as mine.every says."),
        Knob(f"{loop}.level", "suggest", level, choices=LEVELS, safety=True),
        Knob(f"{loop}.chain", "", chain, choices=("", *CHAINS), safety=True, refused=NO_CHAINS),
        Knob(f"{loop}.golden_path_confidence", 0.7, golden, 0, 1, step=0.05),
        Knob(f"{loop}.arbiter_confidence", 0.8, arbiter, 0, 1, safety=True),
    )


def controls(store: Store) -> dict[str, Any]:
    """The knob values that approved decisions set."""
    with store.read(ALL) as tx:
        return {r.key: r.body.get("value") for r in tx.knowledge.all(CONTROL)}
