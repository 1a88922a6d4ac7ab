"""What is compressed or piped is read like the file in it, frame after frame, as far as it goes."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.domain.errors import Unreadable
from passdown.domain.scope import ALL
from passdown.stages.observe import unpack
from passdown.stages.observe.lines import Chunk, chunks, open_file, wrap
from passdown.storage.port import Store
from tests.stages.observe.conftest import Read, everything
from tests.stages.observe.transcript import sample

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

EMPTY_FRAME = b"\x5a\x2a\x4d\x18\x04\x00\x00\x00none"


def every(path: Path) -> list[Chunk]:
    with open_file(str(path)) as opened:
        return list(chunks(opened, 0, number=1, max_line=1000))


def raw(read: list[Chunk]) -> list[bytes]:
    return [line.raw for chunk in read for line in chunk.lines]


def test_zstandard_is_read_like_the_file_in_it(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.zst"
    path.write_bytes(zstd.compress(sample().bytes()))
    assert read(path).observations == 9
    assert read(path).unchanged == 1
    path.write_bytes(zstd.compress(sample().bytes()) + zstd.compress(sample("s2").bytes()))
    done = read(path)
    assert (done.observations, done.known, done.skips) == (9, 9, 0)


def test_a_file_in_two_compressions_holds_the_same_and_counts_once(
    read: Read, store: Store, tmp_path: Path
) -> None:
    sample().write(tmp_path / "plain")
    (tmp_path / "a.zst").write_bytes(zstd.compress(sample().bytes()))
    (tmp_path / "a.gz").write_bytes(gzip.compress(sample().bytes()))
    done = read(tmp_path)
    assert (done.files, done.observations, done.known) == (3, 9, 18)
    assert len(everything(store)) == 9


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 64))
def test_frames_that_follow_one_another_are_one_stream(pieces: list[bytes], size: int) -> None:
    frames = [EMPTY_FRAME + zstd.compress(piece) for piece in pieces]
    packed: Any = io.BufferedReader(io.BytesIO(b"".join(frames)))
    inner = unpack.unpacked(packed, "here")
    if inner is None:
        assert not pieces
        return
    read = iter(lambda: inner.read(size), b"")
    assert b"".join(read) == b"".join(pieces)


def test_members_of_gzip_that_follow_one_another_are_one_stream(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(gzip.compress(b'{"n":1}\n{"n"') + gzip.compress(b":2}\n") + b"\0" * 100)
    assert raw(every(path)) == [b'{"n":1}', b'{"n":2}']


@pytest.mark.parametrize("cut", [1, 7, 40, 400])
def test_a_torn_frame_gives_what_stands_before_it(tmp_path: Path, cut: int) -> None:
    lines = [b'{"n":%d,"x":"%s"}' % (n, os.urandom(20).hex().encode()) for n in range(500)]
    whole, torn = (zstd.compress(b"\n".join(part) + b"\n") for part in (lines[:250], lines[250:]))
    path = tmp_path / "t"
    path.write_bytes(whole + torn[:-cut])
    read = every(path)
    assert raw(read)[:250] == lines[:250]
    assert "damaged from here on" in read[-1].skips[-1][1].reason
    assert read[-1].last


def test_what_follows_the_last_frame_and_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(zstd.compress(b'{"n":1}\n') + b"rubbish")
    read = every(path)
    assert raw(read) == [b'{"n":1}']
    assert "damaged from here on" in read[-1].skips[-1][1].reason


def test_a_python_without_zstandard_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    monkeypatch.delattr(name, raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    path = tmp_path / "t"
    path.write_bytes(zstd.compress(b"{}\n"))
    with pytest.raises(Unreadable, match="built without") as caught:
        every(path)
    assert "zstd -d" in caught.value.next


def test_a_pipe_that_is_written_to_bit_by_bit_is_recognised(read: Read) -> None:
    source, target = os.pipe()

    def write() -> None:
        with os.fdopen(target, "wb", buffering=0) as pipe:
            content = sample().bytes()
            for start in range(0, len(content), 100):
                pipe.write(content[start : start + 100])

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(source, "rb") as pipe:
        done = read("-", piped=pipe)
    writer.join()
    assert (done.files, done.observations) == (1, 9)
    assert done.formats["claude_code"]["files"] == 1


@pytest.mark.parametrize("packed", [gzip.compress, zstd.compress, bytes])
def test_what_is_piped_is_read_once_and_told_from_a_file(read: Read, store: Store, packed) -> None:
    stream = packed(sample().bytes())
    assert read("-", piped=io.BytesIO(stream)).observations == 9
    assert read("-", piped=io.BytesIO(stream)).known == 9
    assert {item.pointer.file for item in everything(store) if item.pointer} == {"-"}
    with store.read(ALL) as tx:
        assert tx.observations.sources() == []


def test_files_and_a_pipe_are_read_in_one_go(read: Read, tmp_path: Path) -> None:
    path = sample("s1").write(tmp_path / "1.jsonl")
    done = read(path, "-", piped=io.BytesIO(sample("s2").bytes()))
    assert (done.files, done.sessions) == (2, 2)


@pytest.mark.parametrize("content", [b"", b"# Notes\n", b"\0\0"])
def test_a_pipe_without_a_transcript_is_an_error(read: Read, content: bytes) -> None:
    done = read("-", piped=io.BytesIO(content))
    assert done.files == 0
    assert done.refusals == bool(content)


def test_where_nothing_is_piped_the_dash_is_refused(read: Read) -> None:
    assert read("-").refused[0]["code"] == "invalid"


def test_a_stream_that_breaks_off_gives_what_it_had() -> None:
    class Broken(io.RawIOBase):
        def __init__(self) -> None:
            self.left = [b'{"n":1}\n', b'{"n":']

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            if not self.left:
                raise OSError("connection reset")
            return self.left.pop(0)

    opened = wrap(Broken(), "-", final=True)  # type: ignore[arg-type]
    (chunk,) = chunks(opened, 0, number=1, max_line=1000)
    assert [line.raw for line in chunk.lines] == [b'{"n":1}']
    assert "connection reset" in chunk.skips[-1][1].reason
