"""What a session took, kept with it as it grows: who spoke how often, what failed, tokens, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.observation import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.contract.reader import Json
    from passdown.domain.observation import Observation

_NAMES = {
    Seen.PROMPT: "prompts",
    Seen.REPLY: "replies",
    Seen.CALL: "calls",
    Seen.RESULT: "results",
    Seen.NOTE: "notes",
    Seen.EVENT: "events",
}
_MOST_MODELS = 50
_KINDS = frozenset({"in", "out", "cache_read", "cache_write"})


def add(sums: Json, seen: Iterable[Observation], model: str = "") -> Json:
    """The sums after these later observations; `model` answered where none is named."""
    sums = {**sums, "tokens": {k: dict(v) for k, v in sums.get("tokens", {}).items()}}
    for item in seen:
        _count(sums, _NAMES[item.seen])
        if item.ok is False:
            _count(sums, "errors")
        if item.flags:
            _count(sums, "flagged")
        _take(sums["tokens"], item, model)
        cost = item.meta.get("cost")
        if isinstance(cost, int | float) and 0 < cost < 1e6:
            sums["cost"] = sums.get("cost", 0.0) + float(cost)
    return sums


def _count(sums: Json, name: str) -> None:
    sums[name] = sums.get(name, 0) + 1


def _take(tokens: dict[str, dict[str, int]], item: Observation, model: str) -> None:
    taken = item.meta.get("tokens")
    if not isinstance(taken, dict) or not taken:
        return
    name = str(item.meta.get("model") or model)[:100]
    if name not in tokens and len(tokens) >= _MOST_MODELS:
        name = "others"
    by_kind = tokens.setdefault(name, {})
    for kind, n in taken.items():
        if kind in _KINDS and isinstance(n, int) and 0 < n < 1 << 40:
            by_kind[kind] = by_kind.get(kind, 0) + n
