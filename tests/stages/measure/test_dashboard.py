"""The page shows each figure with its n and status, and no value where none can be told."""

from __future__ import annotations

from typing import Any

from passdown.stages.measure.dashboard import page

SHARE = {"status": "ok", "unit": "of sessions", "count": 30, "low": 0.61, "high": 0.81}
FIGURES: dict[str, Any] = {
    "at": "2026-03-02T09:00:00.000Z",
    "velocity": {"value": 0.4286, "n": 3, "status": "ok", "unit": "approved a day, over 7 days"},
    "hit_rate": {"value": None, "n": 4, "status": "not enough data", "unit": "of items"},
    "error_reduction": {
        "value": 0.25,
        "n": 70,
        "status": "ok",
        "unit": "1 - ratio",
        "arms": {"served": 40, "withheld": 30},
        "descriptive": {"repeat_error_rate": 0.12, "n": 340},
    },
    "task_completion": {"value": 0.72, "n": 41, **SHARE},
}


def test_a_rate_a_share_and_what_cannot_be_told_each_have_their_form() -> None:
    shown = page(FIGURES)
    assert "| Velocity | 0.43 | 3 | ok | approved a day, over 7 days |" in shown
    assert "| Hit rate | - | 4 | not enough data | of items |" in shown
    assert "| Error reduction | 25% | 70 | ok | 1 - ratio |" in shown
    assert "| Task completion | 72% (61% to 81%) | 41 | ok | of sessions |" in shown


def test_the_arms_and_the_plain_rate_are_beside_it() -> None:
    shown = page(FIGURES)
    assert "Sessions that were given something: 40; held out: 30." in shown
    assert "Of 340 errors 12% had been met in an earlier session." in shown


def test_without_an_error_no_rate_is_shown() -> None:
    plain = {"repeat_error_rate": None, "n": 0}
    error_reduction = {**FIGURES["error_reduction"], "descriptive": plain}
    assert "No session met an error." in page({**FIGURES, "error_reduction": error_reduction})


def test_the_same_figures_give_the_same_page() -> None:
    assert page(FIGURES) == page(FIGURES)
    assert page(FIGURES).endswith("\n")
