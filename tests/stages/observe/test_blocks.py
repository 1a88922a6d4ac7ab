"""Records of several lines: whole, in order, bounded, and the same however they are cut."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from passdown.contract.reader import Line
from passdown.stages.observe import blocks as module, lines
from passdown.stages.observe.lines import open_file, wrap


def starts(line: bytes, before: bytes) -> bool:
    """A record starts with a star that stands below no other star."""
    return line.startswith(b"*") and not before.startswith(b"*")


def cut(raw: bytes, *, final: bool = False, max_line: int = 1000) -> list[lines.Chunk]:
    source = wrap(io.BytesIO(raw), "here", final=final)
    return list(module.blocks(source, 0, starts, number=1, max_line=max_line))


def records(raw: bytes, max_line: int = 1000) -> list[Line]:
    return [line for chunk in cut(raw, max_line=max_line) for line in chunk.lines]


def test_a_record_goes_on_until_the_next_one_starts() -> None:
    assert records(b"* a\nb\n\n* c\n* d\ne\n") == [Line(0, b"* a\nb"), Line(7, b"* c\n* d\ne")]


def test_what_stands_before_the_first_start_is_a_record_too() -> None:
    assert records(b"a\n* b\n") == [Line(0, b"a"), Line(2, b"* b")]


def test_every_record_knows_the_number_of_its_first_line() -> None:
    (chunk,) = cut(b"\n\n* a\nb\n* c\n")
    assert chunk.numbers == [3, 5]
    assert (chunk.end, chunk.number, chunk.last) == (12, 6, True)


def test_a_torn_last_line_is_left_for_next_time() -> None:
    (chunk,) = cut(b"* a\nb")
    assert (chunk.lines, chunk.end, chunk.torn) == ([Line(0, b"* a")], 4, True)
    (whole,) = cut(b"* a\nb", final=True)
    assert (whole.lines, whole.torn) == ([Line(0, b"* a\nb")], False)


def test_a_record_too_long_to_hold_is_cut_and_none_of_it_lost() -> None:
    found = records(b"* a\n" + b"xxx\n" * 10, max_line=12)
    assert b"".join(line.raw + b"\n" for line in found) == b"* a\n" + b"xxx\n" * 10
    assert all(len(line.raw) <= 12 for line in found)


def test_a_line_too_long_to_hold_is_passed_over_and_said_so() -> None:
    (chunk,) = cut(b"* a\n" + b"x" * 50 + b"\n* b\n", max_line=12)
    assert chunk.lines == [Line(0, b"* a"), Line(55, b"* b")]
    ((number, skip),) = chunk.skips
    assert (number, skip.offset) == (2, 4)
    assert "longer than" in skip.reason


def test_a_line_as_long_as_may_be_is_kept() -> None:
    assert records(b"x" * 12 + b"\ny\n", max_line=12) == [Line(0, b"x" * 12), Line(13, b"y")]


def test_a_byte_order_mark_belongs_to_no_record() -> None:
    assert records(b"\xef\xbb\xbf* a\n") == [Line(3, b"* a")]


def test_a_damaged_stream_gives_what_stood_before(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "a.gz"
    noise = b"".join(b"* %d\n" % (n * 7919) for n in range(40_000))
    path.write_bytes(gzip.compress(noise)[:-20_000])
    with open_file(str(path)) as source:
        found = list(module.blocks(source, 0, starts, number=1, max_line=1000))
    assert found[0].lines[0].raw.startswith(b"* 0\n")
    assert "damaged" in found[-1].skips[0][1].reason
    assert found[-1].last


@given(st.lists(st.sampled_from([b"*", b"* a", b"a", b"", b"bb"]), max_size=30), st.integers(1, 40))
def test_chunks_of_any_size_hold_the_same_records(rows: list[bytes], size: int) -> None:
    raw = b"".join(row + b"\n" for row in rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", size)
        small = cut(raw)
    assert [line for chunk in small for line in chunk.lines] == records(raw)
    assert [chunk.last for chunk in small] == [False] * (len(small) - 1) + [True]
    assert small[-1].end == len(raw)
    assert small[-1].number == len(rows) + 1
