"""A file is read from where it ended: killed, torn or rewritten, each thing counts once."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.observation import Seen
from passdown.domain.scope import ALL
from passdown.stages.observe import ingest as module, lines
from passdown.storage.port import Store
from passdown.storage.sqlite import open_sqlite
from tests.stages.observe.conftest import Read, Still, everything, world
from tests.stages.observe.transcript import sample


def test_reading_again_is_free_and_changes_nothing(
    read: Read, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample().write(tmp_path / "t.jsonl")
    read(path)
    before = world(store)
    monkeypatch.setattr(lines, "open_file", None)
    again = read(path)
    assert (again.files, again.unchanged, again.observations, again.bytes) == (0, 1, 0, 0)
    assert world(store) == before


def test_a_grown_file_is_read_from_where_it_ended(read: Read, store: Store, tmp_path: Path) -> None:
    content = sample().bytes()
    path = tmp_path / "t.jsonl"
    for cut in range(0, len(content), 97):
        path.write_bytes(content[:cut])
        done = read(path)
        assert done.bytes <= 97 + max(map(len, content.split(b"\n")))
        assert (done.skips, done.rewritten) == (0, 0)
    path.write_bytes(content)
    read(path)
    assert [o.seen for o in everything(store)][:3] == [Seen.PROMPT, Seen.REPLY, Seen.CALL]
    assert len(everything(store)) == 9
    assert all(o.tool for o in everything(store) if o.seen is Seen.RESULT)


def test_a_torn_last_line_is_counted_and_read_when_it_is_whole(
    read: Read, store: Store, tmp_path: Path
) -> None:
    content = sample().bytes()
    path = tmp_path / "t.jsonl"
    path.write_bytes(content[:-20])
    done = read(path)
    assert (done.torn, done.observations, done.skips) == (1, 8, 0)
    path.write_bytes(content)
    assert read(path).observations == 1


@pytest.mark.parametrize("how", ["shorter", "other beginning", "other end", "other file"])
def test_a_rewritten_file_is_noticed_and_nothing_counted_twice(
    read: Read, store: Store, tmp_path: Path, how: str
) -> None:
    old, path = sample(), tmp_path / "t.jsonl"
    old.write(path)
    read(path)
    old.user("One more thing: never commit to main.")
    rows = old.bytes().splitlines(keepends=True)
    if how == "shorter":
        rows = rows[5:]
    elif how == "other beginning":
        rows = [b"\n" + row if n == 0 else row for n, row in enumerate(rows)]
    elif how == "other end":
        rows[8] = rows[8].replace(b"passes", b"breaks")
    if how == "other file":
        (tmp_path / "new").write_bytes(b"".join(rows))
        (tmp_path / "new").replace(path)
    else:
        path.write_bytes(b"".join(rows))
    done = read(path)
    assert (done.rewritten, done.observations, done.skips) == (1, 1, 0)
    assert len(everything(store)) == 10


def test_a_file_that_was_only_touched_gives_nothing_new(
    read: Read, store: Store, tmp_path: Path
) -> None:
    path = sample().write(tmp_path / "t.jsonl")
    read(path)
    os.utime(path, (1, 1))
    done = read(path)
    assert (done.rewritten, done.observations, done.known) == (0, 0, 0)
    assert read(path).unchanged == 1


def test_line_numbers_go_on_where_the_file_grew(read: Read, tmp_path: Path) -> None:
    path = sample().write(tmp_path / "t.jsonl")
    read(path)
    with path.open("ab") as file:
        file.write(b"\nbroken\n")
    assert [s.line for s in read(path).skipped] == [11]


def test_batches_of_any_size_give_the_same(
    read: Read, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        sample(f"s{n}").write(tmp_path / f"{n}.jsonl")
    read(tmp_path)
    expected = world(store)
    for many, chunk in ((1, 1), (1, 1000), (5, 700), (10_000, 1)):
        monkeypatch.setattr(module, "MANY", many)
        monkeypatch.setattr(lines, "CHUNK", chunk)
        other = open_sqlite(tmp_path / f"o{many}-{chunk}" / "store.db", Still())
        read(tmp_path / "*.jsonl", into=other)
        assert world(other) == expected
        other.close()


class Killed(BaseException):
    """The process ends here."""


def test_killed_at_any_statement_nothing_is_half_read_and_nothing_lost(
    read: Read, redactor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MANY", 4)
    monkeypatch.setattr(lines, "CHUNK", 1200)
    folder = tmp_path / "sessions"
    folder.mkdir()
    for n in range(2):
        path = sample(f"s{n}").write(folder / f"{n}.jsonl")
        os.utime(path, (1000 + n, 1000 + n))
    whole = open_sqlite(tmp_path / "whole" / "store.db", Still())
    read(folder, into=whole)
    expected = world(whole)
    for k in range(0, 10_000, 3):
        if _killed_after(k, read, folder, tmp_path / f"k{k}" / "store.db", expected):
            return
    pytest.fail("the reading never came to its end")


def _killed_after(k: int, read: Read, folder: Path, path: Path, expected: Any) -> bool:
    """Kill a reading after k statements, look, read again; whether it ended before."""
    left = [k]
    armed = [False]

    def hook(statement: str) -> None:
        if armed[0]:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    store = open_sqlite(path, Still(), hook)
    armed[0] = True
    ended = False
    try:
        read(folder, into=store)
        ended = True
    except Killed:
        pass
    armed[0] = False
    store.close()
    again = open_sqlite(path, Still())
    _is_consistent(again)
    read(folder, into=again)
    assert world(again) == expected
    assert read(folder, into=again).observations == 0
    again.close()
    return ended


def _is_consistent(store: Store) -> None:
    """Every file's observations reach exactly to where its cursor stands."""
    with store.read(ALL) as tx:
        ends = {s.key: s.offset for s in tx.observations.sources()}
        counts: Counter[str] = Counter()
        for item in tx.observations.scan(flagged=True, limit=1_000_000):
            assert item.pointer is not None
            assert item.pointer.offset + item.pointer.length <= ends[item.pointer.file]
            counts[item.pointer.file] += 1
    for file, end in ends.items():
        assert counts[file] == Path(file).read_bytes()[:end].count(b"\n")


def test_a_lost_cursor_costs_time_and_nothing_else(
    read: Read, store: Store, tmp_path: Path
) -> None:
    from dataclasses import replace

    path = sample().write(tmp_path / "t.jsonl")
    read(path)
    before = everything(store)
    with store.write(ALL) as tx:
        (source,) = tx.observations.sources()
        tx.observations.put_source(replace(source, inode=0))
    done = read(path)
    assert (done.observations, done.known) == (0, 9)
    assert everything(store) == before


def test_two_readings_at_once_give_what_one_gives(read: Read, store: Store, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for n in range(6):
        sample(f"s{n}").write(tmp_path / f"{n}.jsonl")
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: read(tmp_path / "*.jsonl"), range(3)))
    assert sum(done.observations for done in runs) == 54
    assert len(everything(store)) == 54


def test_the_order_files_are_read_in_changes_nothing(read: Read, tmp_path: Path) -> None:
    paths = [sample(f"s{n}").write(tmp_path / f"{n}.jsonl") for n in range(5)]
    worlds = []
    for n in range(3):
        random.Random(n).shuffle(paths)
        store = open_sqlite(tmp_path / f"order{n}" / "store.db", Still())
        for path in paths:
            read(path, into=store)
        worlds.append(world(store))
        store.close()
    assert worlds[0] == worlds[1] == worlds[2]
