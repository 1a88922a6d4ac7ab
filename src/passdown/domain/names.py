"""Names that other tools gave to knobs and tiers, accepted wherever ours are."""

from __future__ import annotations

PROMOTE = "promote."
"""What some say before a loop's knobs: `promote.LOOP.min_size`."""
INTERVAL = ".interval_sec"
_KNOBS = {
    "interval_sec": "every",
    "automation_level": "level",
    "escalation_chain": "chain",
    "opus_confidence": "arbiter_confidence",
    "phone_a_friend_cost_budget": "arbiter_budget",
}
BARE = ("escalation_chain", "phone_a_friend_cost_budget")
_OF_THE_GATE = frozenset({"arbiter_budget", "chain"})
"""Knobs of the platform, which those tools name without a part before."""
_TIERS = {"opus": "arbiter", "sonnet": "classifier"}


def knob(name: str) -> str:
    """Our name of a knob: `gate.chain` for `escalation_chain`, `claims.level` for
    `claims.automation_level`; any other name as it is."""
    name = name.removeprefix(PROMOTE)
    part, dot, last = name.rpartition(".")
    ours = _KNOBS.get(last, last)
    return f"gate.{ours}" if not dot and ours in _OF_THE_GATE else f"{part}{dot}{ours}"


def value(name: str, raw: object) -> object:
    """A value in our words: seconds where another tool's knob counts them."""
    return f"{raw}s" if name.endswith(INTERVAL) else raw


def tiers(value: str) -> str:
    """A list of tiers in our words: `arbiter,human` for `opus, human`."""
    words = [word.strip() for word in value.strip("[] ").split(",")]
    return ",".join(_TIERS.get(word, word) for word in words)
