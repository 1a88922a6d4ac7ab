"""Which knobs there are: the platform's and each loop's, and which of them a decision set."""

from __future__ import annotations

from dataclasses import replace
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
        own = loops[name].defaults
        found += (replace(k, default=own.get(_last(k), k.default)) for k in common(name))
        found += loops[name].settings
    return tuple(found)


def _last(knob: Knob) -> str:
    return knob.name.partition(".")[2]


def every(loops: Mapping[str, Loop[Any]]) -> dict[str, Knob]:
    """The platform's knobs and all loops', by name."""
    return {**KNOBS, **{knob.name: knob for knob in of_loops(loops)}}


def common(loop: str) -> tuple[Knob, ...]:
    """The knobs every loop has."""
    chain = "Who is asked after the classifier; empty: as gate.chain says."
    golden = "How sure the classifier is of what needs no further tier."
    arbiter = "How sure the arbiter is of what needs no person, where the chain has one."
    expiry = "Days after which its undecided proposals expire; 0: as gate.deadline_days says."
    projected = "Whether its proposals are written as files, too: see promotions.dir."
    spends = "Micro-USD that wording its findings may cost in a day."
    level = "How far it may go without a person; beyond suggest only as an admin sets it."
    return (
        Knob(f"{loop}.enabled", True, "Whether this loop is mined."),
        Knob(f"{loop}.paused", False, "Whether this loop stands still.", safety=True),
        Knob(f"{loop}.every", "", "How often; empty: as mine.every says."),
        Knob(f"{loop}.level", "suggest", level, choices=LEVELS, safety=True),
        Knob(f"{loop}.chain", "", chain, choices=("", *CHAINS), safety=True, refused=NO_CHAINS),
        Knob(f"{loop}.golden_path_confidence", 0.7, golden, 0, 1, step=0.05),
        Knob(f"{loop}.arbiter_confidence", 0.8, arbiter, 0, 1, safety=True),
        Knob(f"{loop}.expiry_days", 0, expiry, 0, 365),
        Knob(f"{loop}.projected", False, projected),
        Knob(f"{loop}.synthesize", False, "Whether a model words its findings.", safety=True),
        Knob(f"{loop}.day_micro_usd", 0, spends, 0, 10**12, safety=True),
    )


def controls(store: Store) -> dict[str, Any]:
    """The knob values that approved decisions set."""
    with store.read(ALL) as tx:
        return {r.key: r.body.get("value") for r in tx.knowledge.all(CONTROL)}
