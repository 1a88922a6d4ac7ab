"""Desks for the tests of stages: one in memory, and the same on every embedded backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk, desk


@pytest.fixture
def at() -> Iterator[Desk]:
    """A desk in memory."""
    made = desk()
    yield made
    made.close()


@pytest.fixture(params=["memory", "sqlite"])
def on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk on each backend that needs no server."""
    made = desk(request.param, tmp_path)
    yield made
    made.close()
