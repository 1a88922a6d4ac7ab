"""Paths lead to files: each once, newest first, what is ignored stays out."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from passdown.stages.observe.files import find


def make(root: Path, *names: str) -> None:
    for n, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        os.utime(path, (1_000_000 + n, 1_000_000 + n))


def names(root: Path, *paths: object) -> list[str]:
    found = find([str(p) for p in paths] or [str(root)])
    assert not found.refused
    return [os.path.relpath(f.path, os.path.realpath(root)) for f in found.files]


def test_a_folder_gives_every_file_below_it_newest_first(tmp_path: Path) -> None:
    make(tmp_path, "a/old.jsonl", "b/c/new.jsonl")
    assert names(tmp_path) == ["b/c/new.jsonl", "a/old.jsonl"]


def test_a_glob_reaches_into_folders(tmp_path: Path) -> None:
    make(tmp_path, "a/x.jsonl", "a/b/y.jsonl", "a/z.txt")
    assert set(names(tmp_path, tmp_path / "**/*.jsonl")) == {"a/x.jsonl", "a/b/y.jsonl"}


def test_a_name_that_looks_like_a_glob_is_a_name_first(tmp_path: Path) -> None:
    make(tmp_path, "[1].jsonl", "1.jsonl")
    assert names(tmp_path, tmp_path / "[1].jsonl") == ["[1].jsonl"]


@pytest.mark.parametrize("path", ["nowhere.jsonl", "no*where", "a\0b"])
def test_a_path_that_leads_nowhere_is_refused_by_name(tmp_path: Path, path: str) -> None:
    found = find([str(tmp_path / path)])
    assert found.files == []
    (error,) = found.refused
    assert error.where.endswith(path)
    assert error.next


def test_many_ways_to_one_file_read_it_once(tmp_path: Path) -> None:
    make(tmp_path, "a/x.jsonl")
    os.link(tmp_path / "a/x.jsonl", tmp_path / "a/hard.jsonl")
    (tmp_path / "soft.jsonl").symlink_to(tmp_path / "a/x.jsonl")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert len(names(tmp_path, tmp_path, tmp_path / "a", tmp_path / "soft.jsonl")) == 1


def test_a_link_out_of_what_was_named_is_counted_and_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "in/x.jsonl", "in/sub/y.jsonl", "out/z.jsonl", "inside/w.jsonl")
    (tmp_path / "in/folder").symlink_to(tmp_path / "out")
    (tmp_path / "in/file.jsonl").symlink_to(tmp_path / "out/z.jsonl")
    (tmp_path / "in/near").symlink_to(tmp_path / "inside")
    (tmp_path / "in/gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in/within.jsonl").symlink_to("sub/y.jsonl")
    found = find([str(tmp_path / "in")])
    read = [os.path.relpath(file.path, tmp_path) for file in found.files]
    assert (sorted(read), found.linked_out) == (["in/sub/y.jsonl", "in/x.jsonl"], 3)
    both = find([str(tmp_path / "in"), str(tmp_path / "out")])
    assert ([file for file in both.files if file.path.endswith("z.jsonl")] != [], both.linked_out
            ) == (True, 1)  # fmt: skip


def test_a_link_that_a_person_names_is_followed(tmp_path: Path) -> None:
    make(tmp_path, "out/z.jsonl")
    (tmp_path / "here").symlink_to(tmp_path / "out")
    found = find([str(tmp_path / "here")])
    assert ([os.path.basename(file.path) for file in found.files], found.linked_out) == (
        ["z.jsonl"], 0,
    )  # fmt: skip


def test_links_that_go_in_circles_end(tmp_path: Path) -> None:
    make(tmp_path, "a/x.jsonl")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "a/self").symlink_to("self")
    assert names(tmp_path) == ["a/x.jsonl"]


def test_a_named_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("self")
    (error,) = find([str(tmp_path / "self")]).refused
    assert "symbolic link" in error.what


def test_pipes_and_sockets_are_passed_over_and_refused_when_named(tmp_path: Path) -> None:
    make(tmp_path, "x.jsonl")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)
        try:
            listener.bind("s")
        finally:
            os.chdir(here)
        assert names(tmp_path) == ["x.jsonl"]
        refused = find([str(tmp_path / "pipe"), str(tmp_path / "s")]).refused
    assert [e.what for e in refused] == ["not a regular file"] * 2


def test_folders_that_hold_no_transcripts_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "x.jsonl", ".git/y.jsonl", "a/node_modules/z.jsonl", ".passdown/spool/w.jsonl")
    assert names(tmp_path) == ["x.jsonl"]
    assert names(tmp_path, tmp_path / ".git") == [".git/y.jsonl"]


def test_an_ignore_file_keeps_its_folder_s_files_out(tmp_path: Path) -> None:
    make(tmp_path, "a/secret/x.jsonl", "a/keep.jsonl", "a/b/drop.log", "a/b/keep.log")
    (tmp_path / "a/.passdownignore").write_text("secret/\n*.log\n!keep.log\n.passdownignore\n")
    found = find([str(tmp_path)])
    assert {os.path.basename(f.path) for f in found.files} == {"keep.jsonl", "keep.log"}
    assert found.ignored == 3


def test_a_nearer_ignore_file_has_the_last_word(tmp_path: Path) -> None:
    make(tmp_path, "a/x.jsonl", "a/b/x.jsonl")
    (tmp_path / "a/.passdownignore").write_text("*.jsonl\n.*\n")
    (tmp_path / "a/b/.passdownignore").write_text("!x.jsonl\n")
    assert names(tmp_path) == ["a/b/x.jsonl"]


def test_an_ignore_file_above_the_named_path_counts(tmp_path: Path) -> None:
    make(tmp_path, "a/secret/x.jsonl")
    (tmp_path / "a/.passdownignore").write_text("secret/\n")
    for path in ("a/secret", "a/secret/x.jsonl"):
        found = find([str(tmp_path / path)])
        assert (found.files, found.ignored) == ([], 1)


def test_a_link_does_not_lead_around_an_ignore_file(tmp_path: Path) -> None:
    make(tmp_path, "hidden/x.jsonl")
    (tmp_path / "hidden/.passdownignore").write_text("*\n")
    (tmp_path / "open.jsonl").symlink_to(tmp_path / "hidden/x.jsonl")
    assert find([str(tmp_path / "open.jsonl")]).files == []


@pytest.mark.parametrize("content", ["[z-a]\n", "*.a\n" * 400_000])
def test_below_an_ignore_file_that_makes_no_sense_nothing_is_read(
    tmp_path: Path, content: str
) -> None:
    make(tmp_path, "a/x.jsonl", "a/b/y.jsonl", "c/z.jsonl")
    (tmp_path / "a/.passdownignore").write_text(content)
    found = find([str(tmp_path)])
    assert [os.path.basename(f.path) for f in found.files] == ["z.jsonl"]
    (error,) = found.refused
    assert error.where.endswith(".passdownignore")
    assert "Mend it" in error.next


def test_an_ignore_pattern_cannot_make_the_search_slow(tmp_path: Path) -> None:
    make(tmp_path, "a" * 200 + "/" + "a" * 200 + ".jsonl")
    (tmp_path / ".passdownignore").write_text("*a" * 60 + "b\n.*\n")
    assert len(names(tmp_path)) == 1


def test_a_name_that_is_no_text_is_found_and_can_be_stored(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff.jsonl"
    try:
        open(raw, "w").close()
    except OSError:
        pytest.skip("this file system takes only text as a name")
    (file,) = find([str(tmp_path)]).files
    assert file.key.encode().endswith(rb"\xff.jsonl")
