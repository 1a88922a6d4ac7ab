"""The pair harvester keeps its flags, its filters, its rows and its figures."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from passdown.__main__ import main as passdown

SCRIPT = Path(__file__).parents[2] / "scripts" / "session_pair_harvester.py"
RICH = " ".join(f"word{n}" for n in range(30))


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("session_pair_harvester", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


harvester = _loaded()


def session(*turns: tuple[str, str], **facts: Any) -> dict[str, Any]:
    said = [{"from": who, "value": text} for who, text in turns]
    return {"id": "s1", "model": "m1", "conversations": said, **facts}


def pairs(*turns: tuple[str, str], **limits: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = harvester.extract_pairs_from_session(session(*turns), **limits)
    return found


# ---- the five tests by name


def test_basic_extraction() -> None:
    found = pairs(("human", "How do I deploy?"), ("gpt", RICH))
    assert found == [{"terse": "How do I deploy?", "rich": RICH, "source": "s1", "model": "m1"}]


def test_short_responses_filtered() -> None:
    nineteen = " ".join(["word"] * 19)
    assert pairs(("human", "Deploy?"), ("gpt", nineteen)) == []
    assert len(pairs(("human", "Deploy?"), ("gpt", f"{nineteen} more"))) == 1
    assert len(pairs(("human", "Deploy?"), ("gpt", "In two words"), min_response_words=3)) == 1


def test_tool_results_skipped() -> None:
    assert pairs(("human", '{"output": "12 passed"}'), ("gpt", RICH)) == []
    late = '{"exit": 0, ' + " " * 100 + '"output": "x"}'
    assert len(pairs(("human", late), ("gpt", RICH))) == 1


def test_deduplication() -> None:
    same = [("human", "Deploy?"), ("gpt", RICH)]
    assert len(pairs(*same, *same)) == 1
    rows = pairs(*same)
    assert harvester.deduplicate_pairs([*rows, *rows]) == rows
    begun_alike = [{**rows[0], "rich": "a" * 200 + tail} for tail in "xy"]
    assert harvester.deduplicate_pairs(begun_alike) == begun_alike[:1]


def test_ratio_filter() -> None:
    asked = " ".join(["why"] * 20)
    assert len(pairs(("human", asked), ("gpt", RICH))) == 1
    assert pairs(("human", f"{asked} why"), ("gpt", RICH)) == []
    assert pairs(("human", asked), ("gpt", RICH), min_ratio=1.6) == []


# ---- the other filters


@pytest.mark.parametrize(
    ("asked", "reply"),
    [
        ("# SOUL.md\nBe kind.", RICH),
        ("You are a helpful agent.", RICH),
        ("Deploy?", "``` ``` ``` ``` " + " ".join(["a"] * 20)),
        ("Deploy?", f"<tool_call> {RICH}"),
        ("Deploy?", f'{{"function_call": 1}} {RICH}'),
        ("", RICH),
    ],
)
def test_what_no_person_asked_or_no_text_answers_is_skipped(asked: str, reply: str) -> None:
    assert pairs(("human", asked), ("gpt", reply)) == []


def test_fences_around_enough_text_are_kept() -> None:
    assert len(pairs(("human", "Deploy?"), ("gpt", f"``` ``` ``` ``` {RICH}"))) == 1


def test_a_reply_takes_the_nearest_question_before_it() -> None:
    found = pairs(
        ("human", "First?"),
        ("human", "Second?"),
        ("tool", "x"),
        ("assistant", RICH + " a"),
        ("gpt", RICH + " b"),
    )
    assert [pair["terse"] for pair in found] == ["Second?"]
    assert pairs(("gpt", RICH), ("human", "Late?")) == []


def test_the_hash_is_sixteen_digits_of_the_text() -> None:
    assert harvester.compute_hash("tea") == hashlib.sha256(b"tea").hexdigest()[:16]


def test_what_is_secret_is_redacted() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    (found,) = pairs(("human", "Deploy?"), ("gpt", f"Use {token[:40]} for it. {RICH}"))
    assert token[:40] not in found["rich"]
    assert found["rich"].endswith(RICH)


@pytest.mark.parametrize("odd", [None, 5, True, "text", {"from": "human"}, ["x", 3]])
def test_a_session_of_another_shape_has_no_pairs(odd: Any) -> None:
    assert harvester.extract_pairs_from_session({}) == []
    assert harvester.extract_pairs_from_session({"conversations": odd}) == []


# ---- files and figures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    first = session(("human", "How do I deploy?"), ("gpt", RICH))
    second = session(("human", "How?"), ("gpt", RICH), id="s2")
    place = tmp_path / "in"
    (place / "b").mkdir(parents=True)
    (place / "a.jsonl").write_text(f"{json.dumps(first)}\nnot json\n\n[1]\n")
    (place / "b" / "c.jsonl").write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    (place / "d.txt").write_text(json.dumps(second))
    return place


def test_a_folder_is_read_in_order_and_the_figures_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out.txt"
    assert harvester.main(["--dir", str(folder), "--output", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["source"] for row in rows] == ["s1", "s2"]
    assert all(set(row) == {"terse", "rich", "source", "model"} for row in rows)
    assert json.loads(capsys.readouterr().err) == {
        "files_scanned": 2,
        "raw_pairs": 3,
        "unique_pairs": 2,
        "duplicates_removed": 1,
        "avg_prompt_words": 2.5,
        "avg_response_words": 30.0,
        "avg_ratio": 18.75,
    }


def test_a_dry_run_shows_three_samples_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [session((("human"), f"Number {n}?"), ("gpt", RICH)) for n in range(5)]
    file = tmp_path / "a.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in every))
    monkeypatch.chdir(tmp_path)
    assert harvester.main([str(file), "--dry-run"]) == 0
    assert capsys.readouterr().out.count('"terse"') == 3
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_no_input_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert harvester.main([]) == 1
    shown = capsys.readouterr().out
    for flag in ("--dir", "-d", "--output", "-o", "--min-ratio", "--min-words", "--dry-run"):
        assert flag in shown


@pytest.mark.parametrize("words", [["nowhere.jsonl"], ["-d", "nowhere"]])
def test_what_is_not_there_is_a_warning(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert harvester.main([*words, "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().err.startswith("warning: no f")


def test_a_file_that_cannot_be_written_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "nowhere" / "out")
    assert passdown(["pairs", "harvest", "-d", str(folder), "-o", output]) == 2
    told = capsys.readouterr().err
    assert "error[invalid]: cannot write the pairs: no such file or directory" in told
    assert output in told


def test_the_command_and_the_script_do_the_same(folder: Path, home: Path) -> None:
    assert passdown(["pairs", "harvest", "-d", str(folder), "-o", str(home / "one")]) == 0
    command = [sys.executable, str(SCRIPT), "-d", str(folder), "-o", str(home / "two")]
    subprocess.run(command, check=True, capture_output=True)
    assert (home / "one").read_bytes() == (home / "two").read_bytes() != b""
    assert passdown(["pairs", "harvets"]) == 2
    assert passdown(["pairs"]) == 2


# ---- why there is none


def test_a_clients_transcript_gives_no_pair_and_it_is_said_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"type": "user", "message": {"role": "user", "content": "How do I deploy?"}}
    (tmp_path / "one.jsonl").write_text(json.dumps(line) + "\n")
    assert harvester.main(["--dir", str(tmp_path), "--dry-run"]) == 0
    said = capsys.readouterr().err
    assert "no pairs: the file does not hold a session on a line of its own" in said
    assert "passdown transcript FILE" in said


def test_where_replies_are_short_it_is_said_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = session(("human", "How do I deploy?"), ("gpt", "With make."))
    (tmp_path / "one.jsonl").write_text(json.dumps(row) + "\n")
    assert harvester.main([str(tmp_path / "one.jsonl"), "--dry-run"]) == 0
    assert "no reply is as long as" in capsys.readouterr().err


def test_where_there_are_pairs_nothing_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = session(("human", "How do I deploy?"), ("gpt", RICH))
    (tmp_path / "one.jsonl").write_text(json.dumps(row) + "\n")
    assert harvester.main([str(tmp_path / "one.jsonl"), "--dry-run"]) == 0
    assert "note:" not in capsys.readouterr().err
