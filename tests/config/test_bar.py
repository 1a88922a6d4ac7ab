"""A bar says how far, how fast, and in what."""

from __future__ import annotations

import pytest

from passdown.config.bar import far
from passdown.ops.operation import Progress


@pytest.mark.parametrize(
    ("progress", "speed", "told"),
    [
        (Progress(1_500_000, 12_000_000, "bytes"), 41_240_000.0, "1.5/12.0 MB, 41.2 MB/s"),
        (Progress(1_500_000, 0, "bytes"), None, "1.5 MB"),
        (Progress(3, 1200, "claims"), 5.0, "3/1,200 claims"),
        (Progress(3, 0, "claims"), None, "3 claims"),
    ],
)
def test_it_tells_how_much_of_how_much(progress: Progress, speed: float | None, told: str) -> None:
    assert far(progress, speed) == told
