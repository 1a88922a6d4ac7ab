"""A terminal lists what there is to do and counts the rest."""

from __future__ import annotations

from typing import Any

import pytest

from passdown.text.fold import Fold, folded

FOLD = Fold("class", ("production", "test"), by="confidence", unless=("all", "only"))
FILES = [
    {"path": "a.py", "class": "production", "confidence": 0.9},
    {"path": "b.py", "class": "manual", "confidence": 0.7},
    {"path": "c.py", "class": "dead", "confidence": 0.9},
    {"path": "d.py", "class": "test", "confidence": 0.95},
]


def test_the_surest_rows_come_first_and_the_others_are_counted() -> None:
    said = folded({"files": FILES}, "files", FOLD, {"all": False, "only": ""})
    assert [one["path"] for one in said["files"]] == ["c.py", "b.py"]
    assert said["others"] == "2 more are production or test; --all lists them"


@pytest.mark.parametrize("given", [{"all": True}, {"only": "test"}])
def test_every_row_is_listed_where_that_is_asked(given: dict[str, Any]) -> None:
    value = {"files": FILES}
    assert folded(value, "files", FOLD, given) is value


def test_nothing_is_said_of_others_where_there_are_none() -> None:
    assert "others" not in folded({"files": FILES[1:3]}, "files", FOLD, {})


def test_an_answer_without_a_fold_is_left_as_it_is() -> None:
    value = {"files": FILES}
    assert folded(value, "files", None, {}) is value
