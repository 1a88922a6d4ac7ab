"""What a rule has earned by what people said of its findings: a weight it may rise to when somebody
agrees, and one it falls from by itself."""

from __future__ import annotations

from passdown.text.stats import wilson

SHADOW, INFO, WARN, BLOCK = "shadow", "info", "warn", "block"
LEVELS = (SHADOW, INFO, WARN, BLOCK)
LABELS = 10
"""Findings that people must have judged before a rule is offered more weight."""
MEAN = 0.5
LOW = 0.9
"""What the lower bound of the share that was right must reach for a rule to block: 35 of 35."""
DISMISSALS = 3
"""From so many on, when most were wrong, a rule falls by itself."""


def mean(right: int, n: int) -> float:
    """The share that is right, as a few findings tell it: one of each is added."""
    return (right + 1) / (n + 2)


def offered(level: str, right: int, n: int) -> str:
    """The next weight that may be asked for; '' where the rule has not earned it."""
    if n < LABELS:
        return ""
    if level in (SHADOW, INFO) and mean(right, n) >= MEAN:
        return INFO if level == SHADOW else WARN
    if level == WARN and wilson(right, n)[0] >= LOW:
        return BLOCK
    return ""


def fallen(level: str, right: int, n: int) -> str:
    """What is left of a weight: one that people do not bear out falls without being asked."""
    if level == BLOCK and wilson(right, n)[0] < LOW:
        level = WARN
    if level == WARN and n - right >= DISMISSALS and mean(right, n) < MEAN:
        level = INFO
    return level
