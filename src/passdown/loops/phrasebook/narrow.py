"""A pattern where few other messages were seen: all the words that a cluster shares, in order.

What fires on nothing else says little where there is little else; more words promise more.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from passdown.text.tokens import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW = 200
"""Fewer other messages than this are too few to choose a pattern by."""
MOST_WORDS = 3
SHARED = 0.9

_WORD = re.compile(r"[a-z]{3,40}")


def narrow(texts: Sequence[str]) -> str:
    """The pattern of up to three words that nearly all of these hold, in the order of most;
    '' where they share none."""
    rows = [_WORD.findall(text.lower()) for text in texts]
    counts = Counter(word for row in rows for word in set(row) if word not in STOP_WORDS)
    shared = [word for word, n in counts.items() if n >= SHARED * len(rows)]
    chosen = sorted(shared, key=lambda word: (-counts[word], -len(word), word))[:MOST_WORDS]
    orders = Counter(tuple(sorted(chosen, key=row.index)) for row in rows if {*chosen} <= {*row})
    if not chosen or not orders:
        return ""
    common = sorted(orders, key=lambda order: (-orders[order], order))[:MOST_WORDS]
    return "(?i)" + "|".join(".*".join(rf"\b{word}\b" for word in order) for order in common)
