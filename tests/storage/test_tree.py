"""A folder of whole files: nothing half written, nothing through a link, nothing outside."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from passdown.domain.errors import Invalid, Limit, StoreError
from passdown.storage import tree as module
from passdown.storage.tree import PART, alone, opened, parts_of


@given(st.text(max_size=40))
def test_a_name_stays_inside_or_is_refused(name: str) -> None:
    try:
        parts = parts_of(name)
    except Invalid:
        return
    assert os.path.normpath(os.path.join("/root", *parts)) == f"/root/{name}"


@pytest.mark.parametrize(
    "name", ["", "/", "/a", "a/", "a//b", "..", "a/../b", ".", "a/b/c/d", "a\0b"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with opened(str(tmp_path / "t"), make=True) as tree:
        assert tree is not None
        for use in (tree.read, tree.remove, lambda n: tree.write(n, b"")):
            with pytest.raises(Invalid, match="file"):
                use(name)


def test_what_is_written_is_read_listed_and_taken_away(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    with opened(str(root)) as tree:
        assert tree is None
    with opened(str(root), make=True) as tree:
        assert tree is not None
        assert tree.read("x/y.md") is None
        tree.write("x/y.md", b"one")
        tree.write("x/y.md", b"two")
        tree.write("z.md", b"")
        assert tree.names() == ["x/y.md", "z.md"]
        assert tree.read("x/y.md") == b"two"
        tree.remove("x/y.md")
        tree.remove("x/y.md")
        assert tree.names() == ["z.md"]
    assert sorted(p.name for p in root.iterdir()) == ["z.md"]
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_a_folder_with_something_else_in_it_stays(tmp_path: Path) -> None:
    with opened(str(tmp_path / "t"), make=True) as tree:
        assert tree is not None
        tree.write("x/y.md", b"one")
        (tmp_path / "t" / "x" / "theirs").write_text("")
        tree.remove("x/y.md")
    assert (tmp_path / "t" / "x" / "theirs").exists()


def test_what_a_crash_left_is_swept_and_never_listed(tmp_path: Path) -> None:
    with opened(str(tmp_path / "t"), make=True) as tree:
        assert tree is not None
        tree.write("x/y.md", b"one")
        left = tmp_path / "t" / "x" / f".0123{PART}"
        left.write_text("half")
        (tmp_path / "t" / ".hidden").write_text("theirs")
        assert tree.names() == ["x/y.md"]
        tree.sweep()
        assert not left.exists()
    assert (tmp_path / "t" / ".hidden").exists()


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with opened(str(tmp_path / "t"), make=True) as tree:
        assert tree is not None
        tree.write("y.md", b"one")
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(StoreError, match="no space left"):
                tree.write("y.md", b"two")
        assert tree.read("y.md") == b"one"
        assert [p.name for p in (tmp_path / "t").iterdir()] == ["y.md"]


@pytest.mark.parametrize("made", ["link", "dangling", "folder", "pipe"])
def test_what_is_no_file_is_neither_read_nor_replaced(tmp_path: Path, made: str) -> None:
    place, outside = tmp_path / "t" / "y.md", tmp_path / "outside"
    outside.write_text("theirs")
    with opened(str(tmp_path / "t"), make=True) as tree:
        assert tree is not None
        if made == "folder":
            place.mkdir()
        elif made == "pipe":
            os.mkfifo(place)
        else:
            place.symlink_to(outside if made == "link" else tmp_path / "nowhere")
        for use in (tree.read, tree.remove, lambda name: tree.write(name, b"x")):
            with pytest.raises(StoreError):
                use("y.md")
    assert outside.read_text() == "theirs"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 3)
    with opened(str(tmp_path / "t"), make=True) as tree:
        assert tree is not None
        tree.write("y.md", b"1234")
        with pytest.raises(Limit):
            tree.read("y.md")


def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreError, match="stands where"),
        opened(str(tmp_path / "file" / "t"), make=True),
    ):
        pass
    with pytest.raises(StoreError, match="stands where"), opened(str(tmp_path / "file")):
        pass


def test_one_at_a_time_holds_a_file_that_is_its_owners(tmp_path: Path, monkeypatch) -> None:
    lock = tmp_path / "x" / "lock"
    with alone(str(lock)):
        assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    with alone(str(lock)):
        pass
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with alone(str(lock)), pytest.raises(StoreError, match="another process"), alone(str(lock)):
        pass
