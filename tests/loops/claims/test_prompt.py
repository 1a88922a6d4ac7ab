"""The harvest prompt: where it is, what it asks for, and that it renders."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from passdown.loops.claims import LOOP
from passdown.loops.claims.enrich import rendered
from passdown.loops.claims.payload import Category

ROOT = Path(__file__).parents[3]
PROMPT = ROOT / "src" / "passdown" / "loops" / "claims" / "prompt.md"
TEXT = PROMPT.read_text()


def test_the_prompt_exists_and_is_the_one_of_the_loop() -> None:
    assert LOOP.prompt == PROMPT


def test_the_template_holds_the_same_bytes() -> None:
    assert (ROOT / "templates" / "harvest-prompt.md").read_bytes() == PROMPT.read_bytes()


def test_it_is_one_to_five_kilobytes() -> None:
    assert 1024 <= PROMPT.stat().st_size <= 5 * 1024


@pytest.mark.parametrize(
    "section",
    ["Categories", "Fields", "Confidence", "Constraints", "Output", "Example", "Transcript"],
)
def test_it_has_the_section(section: str) -> None:
    assert f"\n## {section}\n" in TEXT


@pytest.mark.parametrize("category", get_args(Category))
def test_it_names_the_category(category: str) -> None:
    assert f"- `{category}`: " in TEXT


@pytest.mark.parametrize("field", ["fact", "category", "repo", "confidence"])
def test_it_names_the_field(field: str) -> None:
    assert f"- `{field}`: " in TEXT


@pytest.mark.parametrize("band", ["0.9-1.0", "0.7-0.8", "0.5-0.6", "0.3-0.4", "0.1-0.2"])
def test_it_names_the_band_of_the_rubric(band: str) -> None:
    assert f"- {band}: " in TEXT


@pytest.mark.parametrize(
    "constraint", ["No hallucination", "Specificity", "Relevance", "Brevity", "No secrets"]
)
def test_it_names_the_constraint(constraint: str) -> None:
    assert f"- {constraint}" in TEXT


def test_it_asks_for_a_json_array_and_shows_one() -> None:
    assert "A JSON array of items" in TEXT
    assert TEXT.count('"confidence":') == 2


def test_a_sample_renders() -> None:
    shown = rendered("shop", "[1] person: We use uv here.")
    assert "{{" not in shown
    assert "`shop`, or `global`" in shown
    assert "| [1] person: We use uv here." in shown
