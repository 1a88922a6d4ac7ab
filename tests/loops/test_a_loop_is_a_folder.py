"""Two loops were added by a folder each: nothing else in the source knows of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown import loops
from passdown.app import memory_app
from passdown.domain.actor import human

SOURCE = Path(loops.__file__).parents[1]
ADDED = {"snapshot_expand": ("ADD_FIELD",), "router_trigger": ("ADD_TRIGGER",)}


@pytest.mark.parametrize("name", ADDED)
def test_no_file_outside_loops_names_it_or_its_action(name: str) -> None:
    words = (name, name.replace("_", "-"), *ADDED[name])
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.sql"), *SOURCE.rglob("*.html")]
    outside = [one for one in files if "loops" not in one.relative_to(SOURCE).parts]
    assert len(outside) > 100
    assert [str(one) for one in outside if any(w in one.read_text() for w in words)] == []


@pytest.mark.parametrize("name", ADDED)
def test_it_stands_in_the_one_list_and_works_through_every_general_operation(name: str) -> None:
    assert loops.BUILTIN[name] == f"passdown.loops.{name}"
    with memory_app() as app:
        person = human("ann")
        cycle = app.call("mine", {"loop": name}, person)["cycles"]
        assert [one["loop"] for one in cycle] == [name]
        assert app.call("pending", {"loop": name}, person)["proposals"] == []
        known = app.call("config.show", {"name": f"{name}.level"}, person)
        assert known
