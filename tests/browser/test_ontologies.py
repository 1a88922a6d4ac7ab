"""Ontologies in a browser: drawn as regions, now and after each decision, and told as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evals._shapes import shapes
from passdown.loops.ontology.graph import graph, world
from tests.browser.conftest import Room
from tests.browser.looks import looks
from tests.loops.ontology.bench import Bench, bench
from tests.surfaces.cockpit import Cockpit, cockpit

if TYPE_CHECKING:
    from playwright.sync_api import Page

PIECE = ["u0", "u1", "u2", "u3", "u4", "u5"]


@pytest.fixture
def ordered(tmp_path: Path) -> Iterator[Bench]:
    """A donor of which a piece went to where it belongs, and a question that waits."""
    made = bench("sqlite", tmp_path)
    (shape,) = [one for one in shapes() if one.name == "S2"]
    made.read(world(graph((a, b, 1) for a, b in shape.edges), shape.homes))
    made.quick()
    asked = made.ask(
        {
            "action": "SPLIT_INTO_EXISTING",
            "donor": {"key": "dc", "name": "dc"},
            "concepts": PIECE,
            "into": {"key": "cloud", "name": "cloud"},
        }
    )
    assert asked is not None
    made.clock.advance(seconds=1)
    made.call("approve", id=asked.id)
    made.ask({"action": "RENAME", "ontology": {"key": "dc", "name": "dc"}, "name": "Data centre"})
    yield made
    made.close()


@pytest.fixture
def served(ordered: Bench) -> Iterator[Cockpit]:
    with cockpit(ordered.app) as found:
        yield found


def _drawn(page: Page, address: str = "/ontologies") -> None:
    page.goto(address)
    page.wait_for_selector("#graph canvas", state="attached")


def test_ontologies_break_no_rule_of_accessibility_and_fit(room: Room) -> None:
    addresses = ("/ontologies", "/ontologies?step=0", "/ontologies/cloud")
    assert looks(room.person(), *addresses, ready="#graph canvas") == []


def test_regions_are_drawn_and_time_is_turned_back(room: Room) -> None:
    page = room.person()
    _drawn(page)
    assert _sizes(page) == {"cloud": "16", "dc": "10"}
    assert "After 1 of 1 decisions" in page.locator("form.slider").inner_text()
    page.focus("#step")
    with page.expect_navigation():
        page.keyboard.press("Home")
    assert _sizes(page) == {"cloud": "10", "dc": "16"}
    page.click("text=As it is now")
    assert _sizes(page) == {"cloud": "16", "dc": "10"}


def test_an_ontology_leads_to_its_concepts_and_what_was_decided(room: Room) -> None:
    page = room.person()
    page.goto("/ontologies")
    page.click("td a >> text=cloud")
    assert "16 concepts" in page.locator("main").inner_text()
    assert page.locator(".log a.what").count() == 1
    page.click(".log a.what")
    assert "/decisions/" in page.url


def test_each_region_says_what_it_is_called(room: Room) -> None:
    page = room.person()
    _drawn(page)
    boxes = "document.querySelector('#graph')._cyreg.cy.nodes(':parent')"
    assert sorted(page.evaluate(f"{boxes}.map(n => n.style('label'))")) == ["cloud", "dc"]


def test_questions_about_an_ontology_are_a_press_away_and_those_that_are_mine(
    room: Room, ordered: Bench
) -> None:
    ordered.call("ontology.assign", name="cloud", reviewers=["mira"])
    page = room.person()
    page.goto("/ontologies/dc")
    assert "nobody in particular" in page.locator("main").inner_text()
    page.click("text=Those that wait")
    assert page.locator("#queue li").count() == 1
    assert page.locator("#ontology").input_value() == "dc"
    page.select_option("#mine", "1")
    page.click(".filters button")
    assert page.locator("#queue li").count() == 0
    page.goto("/ontologies/cloud")
    assert "go to mira" in page.locator("main").inner_text()


def _sizes(page: Page) -> dict[str, str]:
    rows = page.locator("tbody tr").all()
    return {
        row.locator("td").nth(0).inner_text(): row.locator("td").nth(2).inner_text() for row in rows
    }
