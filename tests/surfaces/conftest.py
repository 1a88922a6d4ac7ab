"""A desk in memory, and a cockpit on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk import Desk
from tests.stages.conftest import at
from tests.surfaces.cockpit import Cockpit, cockpit

__all__ = ["at", "web"]


@pytest.fixture
def web(at: Desk) -> Iterator[Cockpit]:
    """Its pages, on a real socket."""
    with cockpit(at.app) as served:
        yield served
