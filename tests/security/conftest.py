"""Desks for the tests of attacks."""

from __future__ import annotations

from tests.stages.conftest import at, on_each

__all__ = ["at", "on_each"]
