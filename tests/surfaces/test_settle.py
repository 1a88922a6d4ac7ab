"""What a server has loaded stays out of searches for garbage, once it is warm and not before."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest

from passdown import serve


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


async def _served_for(seconds: float) -> int:
    async with serve._settling():
        await asyncio.sleep(seconds)
        return gc.get_freeze_count()


def test_a_server_settles_once_it_is_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "WARM", 0.01)
    assert asyncio.run(_served_for(1.0)) > 1000


def test_one_that_ends_before_does_not() -> None:
    assert asyncio.run(_served_for(0.0)) == 0
    assert gc.get_freeze_count() == 0
