"""The page on how it holds together names what there is, every stage and every phase."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "COHESION.md").read_text()
NAMED = re.compile(r"`((?:src|tests|docs|examples)/[^`]+)`")


def test_every_place_it_names_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_place_that_is_not_there_would_be_noticed() -> None:
    (gone,) = NAMED.findall("see `src/passdown/stages/nowhere.py`")
    assert not (ROOT / gone).exists()


def test_every_stage_of_the_loop_has_a_wire_in_and_a_wire_out() -> None:
    stages = ["observe", "mine", "propose", "gate", "apply", "serve", "measure"]
    wires = {*re.findall(r"^\| (\w+) → (\w+) \|", PAGE, re.M)}
    around = zip(stages, [*stages[1:], stages[0]], strict=True)
    assert set(around) <= wires


def test_every_phase_says_when_it_is_closed() -> None:
    phases = re.findall(r"^\| ([A-F]): [^|]+\|[^|]+\| (\w[^|]+)\|$", PAGE, re.M)
    assert [name for name, _ in phases] == list("ABCDEF")
