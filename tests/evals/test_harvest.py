"""What is planted is there to be found, and what was read says nothing of whose sessions it was."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import _labels as labels, harvest as harvesting
from evals._clients import Kept, plant
from evals._planted import CATEGORIES, FRESH, SCRIPTS, UNSEEN, decoys, lessons, scripts, secrets
from evals._split import preceded
from passdown.contract.loop import Finding
from passdown.domain.clock import SystemClock
from passdown.domain.observation import Observation, Pointer, Seen, Session
from passdown.domain.scope import ALL
from passdown.domain.settings import defaults
from passdown.loops.claims import LOOP
from passdown.loops.claims.payload import Add, Quote
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import load
from passdown.stages.observe.tally import Ingested
from passdown.storage.memory import open_memory
from passdown.text.redact import Redactor


@pytest.fixture(scope="module", params=[SCRIPTS, UNSEEN, FRESH], ids=lambda source: source.name)
def source(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def kept(source: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Kept]:
    return plant(tmp_path_factory.mktemp("planted"), source)


@pytest.fixture(scope="module")
def read(kept: list[Kept]) -> Iterator[tuple[Ingested, list[Observation]]]:
    """What the readers made of the planted sessions, what is in quarantine too."""
    store, clock = open_memory(SystemClock()), SystemClock()
    redactor = Redactor(harvesting.KEY)
    paths = [one.path for one in kept]
    done = ingest(store, paths, readers=load(), redactor=redactor, settings=defaults(), clock=clock)
    with store.read(ALL) as tx:
        seen = [
            one
            for flagged in (False, True)
            for one in tx.observations.scan(flagged=flagged, limit=10**6)
        ]
    yield done, seen
    store.close()


def test_twelve_lessons_of_each_category_and_forty_decoys_are_planted() -> None:
    assert Counter(one.category for one in lessons()) == dict.fromkeys(CATEGORIES, 12)
    assert len(decoys()) == 40


def test_six_more_of_each_are_planted_that_no_detector_was_made_for() -> None:
    assert Counter(one.category for one in lessons(UNSEEN)) == dict.fromkeys(CATEGORIES, 6)
    assert Counter(one.category for one in lessons(FRESH)) == dict.fromkeys(CATEGORIES, 8)


@pytest.mark.parametrize("source", [SCRIPTS, UNSEEN, FRESH], ids=lambda source: source.name)
def test_every_lesson_stands_in_as_many_sessions_as_it_says(source: Path) -> None:
    stands = Counter(mark for script in scripts(source) for mark in script.marks)
    every = lessons(source)
    assert {one.id: stands[one.id] for one in every} == {one.id: one.sessions for one in every}
    turns = [turn for script in scripts(source) for turn in script.turns]
    said = frozenset[str]().union(*(turn.marks for turn in turns if turn.kind == "P"))
    recurring = [one for one in every if one.category in ("tool-quirk", "pattern")]
    assert all(one.sessions >= 3 for one in recurring if one.id not in said)


def test_every_planted_session_is_read_without_a_skip(
    kept: list[Kept], read: tuple[Ingested, list[Observation]]
) -> None:
    done, _ = read
    assert (done.sessions, done.skips, done.refused) == (len(kept), 0, ())
    clients = {"claude": "claude_code", "codex": "codex_rollout", "aider": "aider_chat_history"}
    assert set(done.formats) == {clients[one.script.client] for one in kept}


def test_whatever_is_planted_can_be_found_in_what_was_read(
    source: Path, kept: list[Kept], read: tuple[Ingested, list[Observation]]
) -> None:
    where = harvesting.planted_at(kept, read[1])
    assert all(where[mark] for mark in [*decoys(source), *(one.id for one in lessons(source))])


def test_what_is_planted_is_the_same_each_time(
    source: Path, kept: list[Kept], tmp_path: Path
) -> None:
    again = plant(tmp_path, source)
    assert [one.path.read_bytes() for one in again] == [one.path.read_bytes() for one in kept]


def test_no_secret_stands_in_a_file_and_all_of_them_are_planted(tmp_path: Path) -> None:
    written = "".join(path.read_text() for path in SCRIPTS.rglob("*.*"))
    planted = "".join(one.path.read_text() for one in plant(tmp_path))
    for secret in secrets().values():
        assert secret not in written
        assert all(line in planted for line in secret.splitlines())


@pytest.mark.parametrize("name", ["reading_a", "reading_b", "reading_c", "judged"])
def test_labels_hold_hashes_and_no_words(name: str) -> None:
    _, *rows = map(json.loads, (labels.HERE / f"{name}.jsonl").read_text().splitlines())
    hashed = re.compile(r"[0-9a-f]{16}")
    for row in rows:
        found = [row.pop(key) for key in ("session", "finding") if key in row]
        found += [one.pop("observation") for one in row.get("lessons", ())]
        assert all(hashed.fullmatch(one) for one in found)
        told = [row, *row.pop("lessons", ())]
        assert {key for one in told for key in one} <= {
            "format",
            "line",
            "category",
            "right",
            "junk",
        }
        assert {one["category"] for one in told if "category" in one} <= {*CATEGORIES}


def test_both_readings_are_of_the_same_sessions_and_say_how_far_they_agree() -> None:
    assert labels.reading("a").sessions == labels.reading("b").sessions
    assert len(labels.reading("a").sessions) >= 60
    said = labels.agreement()
    assert all(-1 <= float(said[f"kappa_{c.replace('-', '_')}"]) <= 1 for c in CATEGORIES)


def test_the_later_reading_is_of_other_sessions() -> None:
    later = labels.reading("c")
    assert len(later.sessions) >= 40
    assert not later.sessions & labels.reading("a").sessions
    nothing = labels.found_elsewhere([])
    assert nothing["labels_found_elsewhere"] == f"0 of {len(later.labels)}"


def test_kappa_is_one_for_like_readers_and_nought_for_chance() -> None:
    yes, no = (True, True), (False, False)
    assert labels.kappa([yes, no, no]) == 1
    assert labels.kappa([no, no]) == 1
    assert labels.kappa([yes, no, (True, False), (False, True)]) == 0


def finding(text: str, *quotes: Quote, evidence: tuple[int, ...] = (1,)) -> Finding[Add]:
    asked = Add(text=text, category="fact", scope="global", confidence=0.9, quotes=quotes)
    return Finding(asked, evidence, "0" * 12, text, 0.9)


@pytest.mark.parametrize(
    ("quote", "false"),
    [
        (Quote(1, 0, 5), False),
        (Quote(1, 0, 999), True),
        (Quote(1, 5, 5), True),
        (Quote(1, 5, 6), True),
        (Quote(2, 0, 5), True),
    ],
)
def test_a_receipt_that_addresses_nothing_is_false(quote: Quote, false: bool) -> None:
    seen = {n: Observation("s", str(n), Seen.PROMPT, "Hello you", seq=n) for n in (1, 2)}
    assert harvesting.is_false(finding("Always greet.", quote), seen) is false
    assert harvesting.is_false(finding("Always greet.", evidence=(1, 7)), seen)


def test_a_lesson_counts_only_with_its_category_its_words_and_its_evidence() -> None:
    found = [finding("The tests use port 5433.")]
    assert harvesting.taught(("5433",), "fact", found, frozenset({1}))
    assert not harvesting.taught(("5433",), "pitfall", found, frozenset({1}))
    assert not harvesting.taught(("5432",), "fact", found, frozenset({1}))
    assert not harvesting.taught(("5433",), "fact", found, frozenset({2}))


def test_a_secret_in_a_claim_is_seen() -> None:
    assert harvesting.tells_a_secret(finding(f"The key is {secrets()['aws']}."))
    assert not harvesting.tells_a_secret(finding("The key is in the vault."))


def test_an_error_that_comes_again_is_preceded_by_the_claim_that_names_its_cure() -> None:
    sessions = [Session(f"s{n}", "made", repo="shop", started_at=f"2026-01-0{n}") for n in (1, 2)]
    where = Pointer("f", 0, 1, "")

    def turn(session: str, n: int, seen: Seen, text: str, ok: bool | None = None) -> Observation:
        at, signature = f"2026-01-0{session[1]}T00:0{n}:00.000Z", "" if ok is not False else text
        return Observation(
            session,
            f"{session}{n}",
            seen,
            text,
            at=at,
            scope="repo:shop",
            tool="Bash",
            call=f"{session}-{n // 2}",
            ok=ok,
            signature=signature,
            pointer=where,
            seq=int(session[1]) * 10 + n,
        )

    error = "bash: pytest: command not found"
    seen = [
        turn("s1", 0, Seen.CALL, "pytest -q"),
        turn("s1", 1, Seen.RESULT, error, ok=False),
        turn("s1", 2, Seen.CALL, "uv run pytest -q"),
        turn("s1", 3, Seen.RESULT, "12 passed", ok=True),
        turn("s2", 0, Seen.CALL, "pytest -q"),
        turn("s2", 1, Seen.RESULT, error, ok=False),
        turn("s2", 3, Seen.RESULT, "another error", ok=False),
    ]
    share, told = preceded(LOOP, harvesting.SETTINGS, sessions, seen)
    assert (share, told) == (1.0, {"preceded_in_shop": "1 of 1 repeats, 2 errors"})


def test_nothing_is_preceded_where_nothing_came_again() -> None:
    sessions = [Session("s1", "made", repo="shop", started_at="2026-01-01")]
    assert preceded(LOOP, harvesting.SETTINGS, sessions, []) == (0.0, {})
