"""What a question may cost, and what it did: by genai-prices, unless the user says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

from passdown.domain.errors import Unavailable
from passdown.text.budget import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.engines.choice import Choice

MARGIN = 64
"""Tokens that a provider adds to a question, about."""


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens, as a provider counts them."""

    read: int = 0
    written: int = 0
    from_cache: int = 0
    to_cache: int = 0


def cost(choice: Choice, used: Used) -> int | None:
    """What these tokens cost, in micro-USD, rounded up; None when nobody knows."""
    if not used.read:
        return None  # a server that does not count
    if choice.price is not None:
        own = choice.price
        return ceil(own.read * used.read + own.written * used.written)
    return _listed(choice.provider, choice.model, used)


def most(choices: Sequence[Choice], prompt: str, shape: str, max_tokens: int, rounds: int) -> int:
    """What asking the dearest of these may cost, each correction being another round; Unavailable
    when that cannot be known, and so no budget could hold it. What runs on the user's own machine
    is not paid by the token."""
    once = estimate(prompt) + estimate(shape) + MARGIN
    said = max_tokens * rounds
    used = Used(read=once * rounds + said, written=said)
    return max(_at_most(choice, used) for choice in choices)


def _at_most(choice: Choice, used: Used) -> int:
    known = cost(choice, used)
    if known is not None:
        return known
    if choice.provider == "ollama":
        return 0
    raise Unavailable(
        f"the price of {choice.model[:80]} is not known, so no budget can hold it",
        where="engine.price",
        next="Set engine.price, in dollars per million tokens read and written: 0.15,0.6",
    )


@cache
def _listed(provider: str, model: str, used: Used) -> int | None:
    from genai_prices import Usage, calc_price

    usage = Usage(
        input_tokens=used.read,
        output_tokens=used.written,
        cache_read_tokens=used.from_cache,
        cache_write_tokens=used.to_cache,
    )
    try:
        found = calc_price(usage, model, provider_id=provider)
    except LookupError:
        return None
    return ceil(found.total_price * 1_000_000)
