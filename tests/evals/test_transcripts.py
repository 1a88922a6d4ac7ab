"""What is measured on is like what is read: the same shape, and no two copies alike."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evals import Measured, __main__ as driver
from evals._transcripts import corpus, perturbed, session
from passdown.contract.reader import Draft, Line
from passdown.stages.observe.readers.claude_code import READER

SEEN = "  total 20 errors in /home/ada/shop/checkout while reading twenty thousand settings files\n"


def rows(seed: str) -> list[dict[str, Any]]:
    result = {"type": "tool_result", "tool_use_id": "toolu_0123456789abcdefABCD", "content": SEEN}
    id = "11111111-2222-3333-4444-555555555555"
    lines = [
        {"type": "user", "uuid": id, "sessionId": id, "message": {"content": [result]}},
        {"type": "user", "parentUuid": id, "message": {"content": "Please go on."}},
    ]
    raw = b"\n".join(json.dumps(line).encode() for line in lines) + b"\nbroken\n"
    *made, broken, end = perturbed(raw, seed).split(b"\n")
    assert (broken, end) == (b"broken", b"")
    return [json.loads(line) for line in made]


def test_a_copy_says_the_same_in_words_of_its_own() -> None:
    first, second = rows("1"), rows("2")
    told = [row[0]["message"]["content"][0]["content"] for row in (first, second)]
    assert len({*told, SEEN}) == 3
    assert {len(text) for text in told} == {len(SEEN)}
    assert all("errors in" in text for text in told)


def test_a_copy_has_ids_of_its_own_that_still_belong_together() -> None:
    first, second = rows("1"), rows("2")
    assert first[0]["uuid"] == first[0]["sessionId"] == first[1]["parentUuid"]
    assert first[0]["uuid"] != second[0]["uuid"]
    assert rows("1") == first


def test_what_is_made_from_nothing_is_read_without_a_skip() -> None:
    lines = [Line(0, raw) for raw in session("seed").splitlines()]
    drawn = list(READER.read(lines, {}))
    assert sum(isinstance(one, Draft) for one in drawn) > 30
    assert session("seed") != session("other")


@pytest.mark.parametrize("with_source", [True, False])
def test_there_is_as_much_as_was_asked_for(tmp_path: Path, with_source: bool) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.jsonl").write_bytes(session("a"))
    files = corpus(tmp_path / "made", 1.0, source if with_source else None)
    assert 1.0 <= sum(path.stat().st_size for path in files) / 1e6 < 1.5
    assert len({path.read_bytes() for path in files}) == len(files)


def test_a_size_goes_to_an_evaluation_that_takes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes: list[float] = []

    def measure(data: Path | None, size: float = 1.0) -> Measured:
        sizes.append(size)
        return Measured({"mb_grown": 0.0}, 1)

    known = {
        "evals.ingest": SimpleNamespace(measure=measure, READS_DATA=True, SIZE=1.0),
        "evals.speed": SimpleNamespace(measure=measure, READS_DATA=True),
    }
    monkeypatch.setattr(driver, "import_module", known.__getitem__)
    driver.main(["ingest", "--generated", "--size", "2.5"])
    driver.main(["ingest", "--generated"])
    assert sizes == [2.5, 1.0]
    for words in (["speed", "--size", "2"], ["ingest", "--size", "0"]):
        with pytest.raises(SystemExit):
            driver.main([*words, "--generated"])
