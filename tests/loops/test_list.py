"""The list of loops: built-in ones at once, foreign ones on demand, broken ones named."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from passdown import loops
from passdown.contract.loop import Loop
from tests.loops import plugged


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """Entry points as an installation would declare them; a test puts its own in."""
    found: list[EntryPoint] = []
    monkeypatch.setattr(loops, "_points", lambda: found)
    return found


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, f"tests.loops.plugged:{value}", loops.GROUP)


def test_every_built_in_loop_can_be_loaded_and_calls_itself_by_its_name() -> None:
    for name in loops.BUILTIN:
        loop = loops.load()[name]
        assert isinstance(loop, Loop)
        assert loop.name == name


def test_importing_the_list_imports_no_loop_and_no_msgspec() -> None:
    code = (
        "import sys, passdown.loops as loops; loops.load();"
        "print([m for m in sys.modules if m.startswith('passdown.loops.') or m == 'msgspec'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_foreign_loop_stands_beside_the_built_in_ones(plugged_in: list[EntryPoint]) -> None:
    plugged_in.append(point("weeds", "WEEDS"))
    found = loops.load()
    assert list(found) == [*loops.BUILTIN, "weeds"]
    assert len(found) == len(loops.BUILTIN) + 1
    assert found["weeds"] is plugged.WEEDS
    assert found.failures == ()


def test_a_built_in_loop_is_found_without_looking_for_foreign_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never() -> Any:
        raise AssertionError("looked")

    monkeypatch.setattr(loops, "_points", never)
    assert loops.load()["claims"].name == "claims"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("gone", "NOTHING", "NOTHING"),
        ("text", "TEXT", "it is a str, not a Loop"),
        ("wheat", "WEEDS", "it calls itself 'weeds'"),
        ("claims", "WEEDS", "the name is taken"),
        ("broken", "explode", "it is a function, not a Loop"),
    ],
)
def test_a_foreign_loop_that_is_none_is_left_out_and_named(
    plugged_in: list[EntryPoint], name: str, value: str, why: str
) -> None:
    plugged_in.append(point(name, value))
    found = loops.load()
    assert list(found) == list(loops.BUILTIN)
    (failure,) = found.failures
    assert why in failure
    assert f"loop {name!r}" in failure


def test_a_module_that_cannot_be_imported_takes_nothing_with_it(
    plugged_in: list[EntryPoint],
) -> None:
    plugged_in += [EntryPoint("lost", "no.such.module:LOOP", loops.GROUP), point("weeds", "WEEDS")]
    found = loops.load()
    assert set(found) == {*loops.BUILTIN, "weeds"}
    assert "no.such" not in "".join(found)
    assert len(found.failures) == 1


def test_an_unknown_name_is_a_key_error(plugged_in: list[EntryPoint]) -> None:
    with pytest.raises(KeyError):
        loops.load()["nothing"]


def test_nothing_foreign_is_installed_here() -> None:
    assert loops.load().failures == ()
