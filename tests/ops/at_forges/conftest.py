"""Both forges, a store that knows one, and nobody who waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from passdown.stages.audit.remote import line as talk
from tests.desk import Desk
from tests.forges import Forge, serving
from tests.ops.at_forges.asked import desk


@pytest.fixture(params=["github", "gitea"])
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    with serving(request.param, tmp_path / "forge") as found:
        yield found


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits; how long it would have been."""
    waited: list[float] = []
    monkeypatch.setattr(talk.Line.__init__, "__defaults__", (waited.append, lambda: 1000.0))
    return waited


@pytest.fixture
def at(tmp_path: Path, forge: Forge) -> Iterator[Desk]:
    made = desk(tmp_path, forge)
    yield made
    made.close()
