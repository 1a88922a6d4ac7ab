"""What an audit leaves behind is there once, whole, and says what came before it."""

from __future__ import annotations

import json
import multiprocessing
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import Invalid, Unreadable
from passdown.stages.audit import keep

if TYPE_CHECKING:
    from pathlib import Path


def row(id: str, **more: Any) -> dict[str, Any]:
    return {"kind": "audit", "id": id, "config_digest": "c", "rules_version": "1", **more}


def test_a_row_is_added_once_and_rows_hold_each_other(tmp_path: Path) -> None:
    file = tmp_path / "data" / "outcomes.jsonl"
    assert keep.note(file, row("a"))
    assert keep.note(file, row("b"))
    assert not keep.note(file, row("a", audited_at="later", elapsed_secs=3))
    assert keep.note(file, row("a", rules_version="2"))
    assert [one["id"] for one in keep.rows(file)] == ["a", "b", "a"]
    assert keep.broken_at(file) == 0
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0].replace('"a"', '"z"'), *lines[1:]]) + "\n")
    assert keep.broken_at(file) == 2


def test_the_last_row_of_an_audit_is_what_was_said_last(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    for overall in ("block", "approve", "approve", "block"):
        keep.note(file, row("a", overall=overall))
    assert [one["overall"] for one in keep.rows(file)] == ["block", "approve", "block"]
    said = {"kind": keep.FEEDBACK, "id": "a"}
    assert [keep.note(file, {**said, "at": at}) for at in ("now", "later")] == [True, False]


def test_rows_are_read_again_as_soon_as_the_file_is_another(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    keep.note(file, {"kind": "audit", "id": "a"})
    keep.rows(file).clear()
    assert [row["id"] for row in keep.rows(file)] == ["a"]
    keep.note(file, {"kind": "audit", "id": "b"})
    assert [row["id"] for row in keep.rows(file)] == ["a", "b"]
    file.write_text('{"id": "c"}\n')
    assert [row["id"] for row in keep.rows(file)] == ["c"]
    file.unlink()
    assert keep.rows(file) == []


def test_rows_of_others_stay_and_break_nothing(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    file.write_text('{"kind": "scenario", "ok_events": 3}\n')
    assert keep.note(file, row("a"))
    assert [one["kind"] for one in keep.rows(file)] == ["scenario", "audit"]
    assert keep.broken_at(file) == 0


def test_a_torn_last_row_is_cut_off_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    keep.note(file, row("a"))
    with file.open("ab") as out:
        out.write(b'{"kind": "aud')
    assert [one["id"] for one in keep.rows(file)] == ["a"]
    assert keep.note(file, row("b"))
    assert [one["id"] for one in keep.rows(file)] == ["a", "b"]
    assert keep.broken_at(file) == 0


def test_a_row_that_is_no_json_is_named(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    file.write_text("oops\n")
    with pytest.raises(Unreadable, match=r"outcomes\.jsonl:1"):
        keep.rows(file)


def _many(file: Path, first: int) -> None:
    for n in range(first, first + 20):
        keep.note(file, row(str(n % 30)))


def test_two_writers_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_many, args=(file, first)) for first in (0, 10)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(one["id"] for one in keep.rows(file)) == sorted(str(n) for n in range(30))
    assert keep.broken_at(file) == 0


def test_a_verdict_is_put_there_whole_or_not_at_all(tmp_path: Path) -> None:
    file = keep.verdict_file(tmp_path, 7, "0123456789abcdef")
    assert file.name == "7-0123456789ab.json"
    keep.write(file, b'{"a": 1}')
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(TypeError):
        keep.write(file, "text")  # type: ignore[arg-type]
    assert file.read_bytes() == b'{"a": 1}'
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outcomes.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        keep.note(tmp_path / "outcomes.jsonl", row("a"))
    assert not (tmp_path / "elsewhere").exists()


def test_a_head_that_is_no_commit_names_no_file(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        keep.verdict_file(tmp_path, 7, "../../etc/passwd")


def test_only_the_same_audit_under_the_same_rules_is_taken_again(tmp_path: Path) -> None:
    file = tmp_path / "v.json"
    known = {"audit_key": "k", "config_digest": "c", "rules_version": "1"}
    file.write_text(json.dumps(known))
    assert keep.stored(file, "k", "c", "1") == known
    assert keep.stored(file, "other", "c", "1") is None
    assert keep.stored(file, "k", "c", "2") is None
    file.write_text("{torn")
    assert keep.stored(file, "k", "c", "1") is None
