"""A plan says what a reading would do, and does nothing."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from passdown.stages.observe.draw import Drawing
from passdown.stages.observe.ingest import never
from passdown.stages.observe.plan import Plan, plan
from passdown.stages.observe.stamp import Stamp
from passdown.storage.port import Store
from tests.stages.observe.conftest import Read, everything
from tests.stages.observe.transcript import sample


@pytest.fixture
def planned(store: Store, redactor, readers):
    stamp = Stamp(redactor, max_text=65_536, is_echo=never)
    drawing = Drawing(readers, stamp, 67_108_864, "2026-11-21T03:15:00.000Z")

    def run(*paths: Path, **more: Any) -> Plan:
        return plan(store, [str(p) for p in paths], drawing=drawing, **more)

    return run


def test_a_plan_counts_files_and_bytes_of_each_format(planned, store: Store, tmp_path) -> None:
    sizes = [sample(f"s{n}").write(tmp_path / f"{n}.jsonl").stat().st_size for n in range(3)]
    (tmp_path / "notes.md").write_text("# Notes\n")
    told = planned(tmp_path)
    assert (told.files, told.bytes, told.passed_over) == (3, sum(sizes), 1)
    assert told.would_read == ({"format": "claude_code", "files": 3, "bytes": sum(sizes)},)
    assert everything(store) == []


def test_a_plan_for_what_was_read_is_empty(planned, read: Read, tmp_path: Path) -> None:
    path = sample().write(tmp_path / "t.jsonl")
    read(tmp_path)
    told = planned(tmp_path)
    assert (told.files, told.unchanged, told.estimated_seconds) == (0, 1, 0.0)
    with path.open("ab") as file:
        file.write(sample("s2").bytes())
    told = planned(tmp_path)
    assert (told.files, told.bytes) == (1, len(sample("s2").bytes()))


def test_a_plan_takes_as_long_as_the_last_reading_was_fast(planned, tmp_path: Path) -> None:
    size = sample().write(tmp_path / "t.jsonl").stat().st_size
    told = planned(tmp_path, rate=size / 10)
    assert (told.estimated_seconds, told.rate_from) == (10.0, "the last reading")


def test_without_a_last_reading_a_sample_says_how_fast(planned, store: Store, tmp_path) -> None:
    sample().write(tmp_path / "t.jsonl")
    told = planned(tmp_path)
    assert told.rate > 0
    assert told.rate_from == "a sample"
    assert everything(store) == []


def test_what_cannot_be_read_is_named_before_it_is_tried(planned, tmp_path: Path) -> None:
    sample().write(tmp_path / "t.jsonl")
    (tmp_path / "bad").write_bytes(b"\x89PNG\0\0")
    told = planned(tmp_path / "t.jsonl", tmp_path / "bad", tmp_path / "nowhere")
    assert told.files == 1
    assert [row["code"] for row in told.refused] == ["not_found", "unreadable"]


def test_a_compressed_file_counts_for_more_than_its_size(planned, tmp_path: Path) -> None:
    path = tmp_path / "t.gz"
    path.write_bytes(gzip.compress(sample().bytes()))
    assert planned(tmp_path).bytes > path.stat().st_size


def test_links_that_lead_out_are_no_part_of_it_and_told(planned, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(sample().bytes())
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jsonl").symlink_to(tmp_path / "out.jsonl")
    told = planned(tmp_path / "in")
    assert (told.files, told.linked_out, told.note != "") == (0, 1, True)


def test_older_and_ignored_files_are_no_part_of_it(planned, tmp_path: Path) -> None:
    sample().write(tmp_path / "t.jsonl")
    (tmp_path / ".passdownignore").write_text("*.secret\n.*\n")
    sample("s2").write(tmp_path / "t.secret")
    told = planned(tmp_path, since="2099-01-01T00:00:00.000Z")
    assert (told.files, told.older, told.ignored) == (0, 1, 2)
