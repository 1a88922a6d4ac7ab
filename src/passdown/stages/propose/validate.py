"""What a finding must be before anybody is asked: well formed, within its loop, with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.contract.loop import Finding, Loop
    from passdown.domain.observation import Observation
    from passdown.storage.port import Tx


def loop_of(loops: Mapping[str, Loop[Any]], name: str) -> Loop[Any]:
    """The loop of this name; Invalid lists those there are."""
    if name not in loops:
        there = ", ".join(sorted(loops)) or "none"
        raise Invalid(f"no loop {name[:80]!r}", next=f"There are: {there}.")
    return loops[name]


def payload_of(loop: Loop[Any], raw: Any) -> Any:
    """The payload in the loop's type; Invalid says which field is wrong and how."""
    try:
        return msgspec.convert(loop.reads(raw) if loop.reads else raw, loop.payload)
    except msgspec.ValidationError as error:
        hint = f"Actions of {loop.name}: {', '.join(loop.actions)}."
        raise Invalid(f"not a payload: {error}", where=loop.name, next=hint) from error


def action_of(loop: Loop[Any], payload: Any) -> str:
    """The payload's tag; Invalid when the loop does not own that verb."""
    action = str(msgspec.to_builtins(payload).get("action", ""))
    if action not in loop.actions:
        raise Invalid(f"{loop.name} has no action {action!r}", next=f"It has: {loop.actions}.")
    return action


def evidence_of(tx: Tx, finding: Finding[Any]) -> Sequence[Observation]:
    """The observations a finding rests on; Invalid unless all exist and may be evidence."""
    wanted = sorted(set(finding.evidence))
    found = tx.observations.get(wanted)
    usable = {o.seq for o in found if o.minable}
    missing = [seq for seq in wanted if seq not in usable]
    if missing or not wanted:
        what = f"evidence {missing[:5]} is missing or quarantined" if missing else "no evidence"
        raise Invalid(what, where=finding.title[:120], next="Mine again.")
    return found
