"""Real transcripts in a client's own format, read, mined and looked at: what they teach and no
more, every receipt byte for byte. The same over a folder of one's own is the evaluation
`harvest --data`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.scope import ALL
from passdown.up.run import SAMPLES
from tests.desk import Desk
from tests.journeys.desk import claims_desk, mines, waiting

LESSONS = (
    "uv run pytest",
    "gauge times are in UTC",
    "make check",
    "British spelling",
    "Never edit a migration that has been deployed",
    "cut from `main` on Thursdays",
    "The datum table lives in `data/datums.csv`",
)


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    desk = claims_desk()
    folder = tmp_path / "transcripts"
    shutil.copytree(SAMPLES, folder)
    desk.call("ingest", paths=[str(folder)])
    mines(desk)
    return desk


def receipts(at: Desk) -> list[tuple[dict[str, Any], str]]:
    """Every quote of every question, with the words that stand there."""
    with at.store.read(ALL) as tx:
        texts = {o.seq: o.text for o in tx.observations.scan(limit=100_000)}
    quotes = [quote for one in waiting(at) for quote in one["payload"]["quotes"]]
    return [(q, texts[q["seq"]][q["start"] : q["end"]]) for q in quotes]


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_sessions_teach_this(at: Desk, lesson: str):
    titles = [one["title"].casefold() for one in waiting(at)]
    assert any(lesson.casefold() in title for title in titles), titles


def test_each_lesson_is_one_question(at: Desk):
    titles = [one["title"] for one in waiting(at)]
    assert len(titles) == len(set(titles))
    assert sum(title.startswith("Always run `make check`") for title in titles) == 1
    assert sum("`uv run pytest` works" in title for title in titles) == 1


def test_every_receipt_stands_where_it_says(at: Desk):
    found = receipts(at)
    assert len(found) >= 8
    assert all(words.strip() for _, words in found)
    for one in waiting(at):
        assert {quote["seq"] for quote in one["payload"]["quotes"]} <= set(one["evidence"])


def test_the_raw_line_behind_each_receipt_is_in_the_file(at: Desk, tmp_path: Path):
    with at.store.read(ALL) as tx:
        seen = tx.observations.get({quote["seq"] for quote, _ in receipts(at)})
    assert seen
    for one in seen:
        assert one.pointer is not None
        raw = Path(one.pointer.file).read_bytes()
        line = raw[one.pointer.offset : one.pointer.offset + one.pointer.length]
        assert line.startswith(b"{")
        assert line.rstrip().endswith(b"}")


def test_nothing_rests_on_what_a_page_told_agents_to_do_and_no_secret_is_in_a_claim(at: Desk):
    said = str(waiting(at))
    for never in ("maintenance mode", "curl -s", "AKIA", "mira.okafor", "harbour-ops"):
        assert never not in said


def test_mining_again_finds_nothing_new(at: Desk):
    before = waiting(at)
    assert set(mines(at)) <= {"known"}
    assert waiting(at) == before
