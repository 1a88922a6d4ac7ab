"""What is called all the time asks the store for little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.config import Places
from passdown.domain.actor import human
from passdown.storage.sql.queue import SqlQueue

ANN, BOB = human("ann"), human("bob")


class Heard:
    """An app on a file, and the statements it sends."""

    def __init__(self, home: Path) -> None:
        self.every: list[str] = []
        places = Places(home, "test", str(home / "store"), home, home)
        self.app = App(places, on_statement=self.every.append)

    def call(self, name: str, actor: Any = BOB, **params: Any) -> Any:
        """The answer, and from then on only what this call sent."""
        self.every.clear()
        return self.app.call(name, params, actor)

    def ask(self, n: int) -> str:
        """A question about something of its own."""
        text = f"Rule {n} holds in every branch of the harbour."
        id: str = self.call("add", ANN, text=text)["proposal"]
        return id

    def agree(self, n: int) -> None:
        """The same, answered."""
        self.call("approve", id=self.ask(n))

    def begun(self) -> tuple[int, int]:
        """Transactions that only read, and those that write."""
        begun = [sql for sql in self.every if sql.startswith("BEGIN")]
        return begun.count("BEGIN"), begun.count("BEGIN IMMEDIATE")

    def twice(self) -> list[str]:
        """What was sent more than once."""
        apart = [sql for sql in self.every if sql not in ("BEGIN", "COMMIT")]
        return sorted({sql for sql in apart if apart.count(sql) > 1})


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    made = Heard(tmp_path)
    with made.app:
        yield made


def test_a_search_asks_nothing_twice_and_looks_at_one_snapshot(heard: Heard) -> None:
    for n in range(3):
        heard.agree(n)
    heard.call("search", query="harbour branch")
    found = heard.call("search", query="harbour branch")
    assert len(found["results"]) == 3
    assert heard.twice() == []
    assert heard.begun() == (2, 0)  # what is decided about settings, and the search
    assert len(heard.every) <= 12


def test_a_search_brings_the_index_forward_once(heard: Heard) -> None:
    heard.agree(1)
    assert len(heard.call("search", query="harbour")["results"]) == 1
    assert heard.begun()[1] == 1
    heard.call("search", query="harbour")
    assert heard.begun()[1] == 0


def test_a_page_of_questions_reads_hardly_more_than_it_shows(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {heard.ask(n) for n in range(80)}
    read: list[int] = []
    best = SqlQueue.best

    def counted(self: SqlQueue, *args: Any, **how: Any) -> Any:
        found = best(self, *args, **how)
        read.append(len(found))
        return found

    monkeypatch.setattr(SqlQueue, "best", counted)
    page = heard.call("pending", order="value", limit=20)
    assert len(page["proposals"]) == 20
    assert sum(read) <= 40  # of a hundred and more before
    seen = [p["id"] for p in page["proposals"]]
    while page["next"]:
        page = heard.call("pending", order="value", limit=20, after=page["next"])
        seen += [p["id"] for p in page["proposals"]]
    assert sorted(seen) == sorted(ids)
