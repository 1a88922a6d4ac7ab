"""Lines are streamed whole, bounded and in place, whatever the file does."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from passdown.domain.errors import Unreadable
from passdown.stages.observe import lines
from passdown.stages.observe.lines import Chunk, chunks, open_file, whole, wrap

MOST = 1000


def every(path: Path, *, start: int = 0, most: int = MOST) -> list[Chunk]:
    with open_file(str(path)) as opened:
        if start:
            opened.skip_to(start)
        return list(chunks(opened, start, number=1, max_line=most))


def one(path: Path, *, start: int = 0, most: int = MOST) -> Chunk:
    (chunk,) = every(path, start=start, most=most)
    return chunk


def test_lines_come_without_their_ends_and_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b'{"a":1}\r\n\n  \n{"b":2}\n')
    chunk = one(path)
    assert chunk.lines == [(0, b'{"a":1}'), (13, b'{"b":2}')]
    assert chunk.numbers == [1, 4]
    assert chunk.end == path.stat().st_size
    assert chunk.number == 5
    assert chunk.last


def test_a_torn_last_line_is_left_for_next_time(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b'{"a":1}\n{"b":')
    chunk = one(path)
    assert [line.raw for line in chunk.lines] == [b'{"a":1}']
    assert chunk.torn
    assert chunk.end == 8
    path.write_bytes(b'{"a":1}\n{"b":2}\n')
    again = one(path, start=chunk.end)
    assert again.lines == [(8, b'{"b":2}')]
    assert not again.torn


def test_a_last_line_that_only_lacks_its_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b'{"a":1}\n{"b":2}')
    chunk = one(path)
    assert [line.raw for line in chunk.lines] == [b'{"a":1}', b'{"b":2}']
    assert not chunk.torn
    assert chunk.end == 15


def test_a_number_at_the_end_may_still_grow(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"12")
    assert one(path).torn


def test_blank_space_at_the_end_is_not_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b'{"a":1}\n  ')
    assert not one(path).torn


def test_a_line_too_long_is_passed_over_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"x" * 5000 + b'\n{"b":2}\n')
    chunk = one(path)
    assert chunk.lines == [(5001, b'{"b":2}')]
    ((number, skip),) = chunk.skips
    assert (number, skip.offset) == (1, 0)
    assert "5,001 bytes" in skip.reason


def test_a_line_of_exactly_the_bound_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"x" * MOST + b"\n" + b"y" * (MOST + 1) + b"\n")
    chunk = one(path)
    assert [len(line.raw) for line in chunk.lines] == [MOST]
    assert len(chunk.skips) == 1


def test_a_line_too_long_and_torn_is_passed_over_for_good(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"x" * 5000)
    chunk = one(path)
    assert len(chunk.skips) == 1
    assert chunk.end == 5000


def test_a_line_of_a_hundred_megabytes_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b'\n{"type":"user"}\n')
    script = (
        "import resource, sys\n"
        "from passdown.stages.observe.lines import chunks, open_file\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with open_file(sys.argv[1]) as opened:\n"
        "    read = list(chunks(opened, 0, number=1, max_line=1_000_000))\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(after - before, sum(len(c.lines) for c in read), sum(len(c.skips) for c in read))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    grown, read, skipped = map(int, ran.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024
    assert grown * unit < 12_000_000
    assert (read, skipped) == (1, 1)


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"\xef\xbb\xbf{}\n{}\n")
    assert one(path).lines == [(3, b"{}"), (6, b"{}")]


def test_a_file_longer_than_a_chunk_comes_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "CHUNK", 10)
    path = tmp_path / "t"
    path.write_bytes(b"{}\n" * 10)
    read = every(path)
    assert len(read) > 1
    assert [c.last for c in read] == [False] * (len(read) - 1) + [True]
    assert [line.offset for c in read for line in c.lines] == list(range(0, 30, 3))
    assert [n for c in read for n in c.numbers] == list(range(1, 11))


def test_gzip_is_read_as_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a":1}\n{"b":2}'))
    with open_file(str(path)) as opened:
        assert opened.head() == b'{"a":1}\n{"b":2}'
        (chunk,) = chunks(opened, 0, number=1, max_line=MOST)
    assert [line.raw for line in chunk.lines] == [b'{"a":1}', b'{"b":2}']


def test_a_gzip_file_that_ends_too_early_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "t.gz"
    packed = gzip.compress(b"".join(b'{"a":"%d"}\n' % n for n in range(100_000)), mtime=0)
    path.write_bytes(packed[: len(packed) // 2])
    read = every(path)
    assert sum(len(c.lines) for c in read) > 1000
    assert "damaged from here on" in read[-1].skips[-1][1].reason
    assert read[-1].last


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x7fELF\0\0\0", "binary"),
        ('{"a":1}\n'.encode("utf-16"), "binary"),
        (b"\x28\xb5\x2f\xfd\x24", "middle of a frame"),
        (b"\x28\xb5\x2f\xfd not zstandard at all", "cannot be read"),
        (b"\x1f\x8b\x08\x00not gzip at all", "cannot be read"),
    ],
)
def test_what_no_reader_could_read_is_named_with_what_to_do(
    tmp_path: Path, content: bytes, what: str
) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=what) as caught, open_file(str(path)) as opened:
        opened.head()
    assert caught.value.where == str(path)
    assert caught.value.next


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(Unreadable, match="not a regular file"):
        open_file(str(path))


def test_a_path_with_a_null_byte_is_refused() -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        open_file("a\0b")


def test_a_stream_is_read_to_its_end() -> None:
    with wrap(io.BytesIO(b'{"a":1}\n{"b":2'), "-", final=True) as opened:
        (chunk,) = chunks(opened, 0, number=1, max_line=MOST)
    assert [line.raw for line in chunk.lines] == [b'{"a":1}', b'{"b":2']


def test_a_document_is_one_line_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"x\ny\n")
    with open_file(str(path)) as opened:
        assert whole(opened, max_line=4).lines == [(0, b"x\ny\n")]
    with open_file(str(path)) as opened, pytest.raises(Unreadable, match="longer than 3"):
        whole(opened, max_line=3)


@given(st.binary(max_size=400), st.integers(1, 40))
def test_every_byte_is_in_a_line_skipped_or_left(
    tmp_path_factory, content: bytes, most: int
) -> None:
    with wrap(io.BytesIO(content), "-", final=False) as opened:
        if opened.final:
            return
        read = list(chunks(opened, 0, number=1, max_line=most))
    last = read[-1]
    assert last.end + len(content[last.end :]) == len(content)
    assert last.torn == bool(content[last.end :].strip())
    for chunk in read:
        for offset, raw in chunk.lines:
            assert content[offset : offset + len(raw)] == raw
            assert b"\n" not in raw
            assert len(raw) <= most
