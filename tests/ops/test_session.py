"""A session is found by its id or by the start of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from passdown.app import App, memory_app
from passdown.domain.actor import human
from passdown.domain.errors import NotFound
from passdown.domain.observation import Session
from passdown.domain.scope import ALL

ANN = human("ann")


@pytest.fixture
def app() -> Iterator[App]:
    with memory_app() as made:
        with made.store.write(ALL) as tx:
            for id in ("ab1", "ab12", "cd3"):
                tx.observations.add(Session(id, "made"), [])
        yield made


@pytest.mark.parametrize(("asked", "id"), [("ab1", "ab1"), ("ab12", "ab12"), ("c", "cd3")])
def test_an_id_or_a_start_that_only_one_has_names_a_session(app: App, asked: str, id: str) -> None:
    assert app.call("session", {"id": asked}, ANN)["session"]["id"] == id


@pytest.mark.parametrize(
    ("asked", "said"),
    [("ab", "is the start of several ids"), ("x", "no session"), ("", "no session")],
)
def test_what_names_none_or_several_is_told(app: App, asked: str, said: str) -> None:
    with pytest.raises(NotFound, match=said):
        app.call("session", {"id": asked}, ANN)
