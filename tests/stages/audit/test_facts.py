"""A diff is read as git means it: what `--numstat` counts, by the paths that are on the disk."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from passdown.domain.errors import Invalid, Limit, NotFound, Unreadable
from passdown.stages.audit import facts, git
from passdown.stages.audit.facts import unquoted
from tests.stages.audit.repo import commit, init, run

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = "".join(f"line {n}\n" for n in range(60))


def counted(repo: Path, base: str, head: str) -> list[tuple[str, str, str]]:
    """What git counts, renames by their new path."""
    rows = run(repo, "diff", "--numstat", "-z", "-M", base, head).split("\0")
    found = []
    at = 0
    while at < len(rows) and rows[at]:
        added, removed, path = rows[at].split("\t", 2)
        if not path:
            path, at = rows[at + 2], at + 2
        found.append((added, removed, path))
        at += 1
    return sorted(found)


def read(repo: Path, base: str, head: str) -> facts.Facts:
    return facts.read(git.diff(repo, base, head))


def test_every_hunk_of_a_file_is_kept(tmp_path: Path) -> None:
    repo = init(tmp_path)
    base = commit(repo, {"a.py": LONG})
    bad = LONG.replace("line 3\n", "os.system(input())\n").replace("line 50\n", "fine\n")
    head = commit(repo, {"a.py": bad})
    (file,) = read(repo, base, head).files
    assert [line.text for line in file.added] == ["os.system(input())", "fine"]
    assert [line.n for line in file.added] == [4, 51]
    assert len(file.hunks) == 2


def test_paths_modes_renames_binaries_and_endings_are_as_git_has_them(tmp_path: Path) -> None:
    repo = init(tmp_path)
    before: dict[str, str | bytes | None] = {
        "ä b.txt": "a\nb\nc\n", "crlf.txt": b"a\r\nb\r\n", "q.sql": "-- x\n-- y\nz\n",
        "picture": b"\0\1", "m.sh": "x\n" * 20, "no-end": "a", "old.py": LONG, "gone.txt": "x\n",
        "form\x0cfeed": "a\x0cb\nc\n", "latin": b"caf\xe9\n", 'quo"te': "q\n", "tab\tbed": "t\n",
    }  # fmt: skip
    base = commit(repo, before)
    (repo / "m.sh").chmod(0o755)
    (repo / "old.py").rename(repo / "new.py")
    after: dict[str, str | bytes | None] = {
        "ä b.txt": "a\nB\nc\n", "crlf.txt": b"a\r\nc\r\n", "q.sql": "-- y\nz\n++ added\n",
        "picture": b"\0\2", "no-end": "b", "new.py": LONG + "more\n", "gone.txt": None, "empty": "",
        "form\x0cfeed": "a\x0cd\nc\n", "latin": b"caf\xea\n", 'quo"te': "r\n", "tab\tbed": "u\n",
    }  # fmt: skip
    head = commit(repo, after)
    read_ = read(repo, base, head)
    assert sorted(read_.numstat()) == counted(repo, base, head)
    by = read_.by_path
    assert by["new.py"].old == "old.py"
    assert by["new.py"].how == facts.RENAMED
    assert by["old.py"] is by["new.py"]
    assert (by["m.sh"].old_mode, by["m.sh"].new_mode) == ("100644", "100755")
    assert by["picture"].binary
    assert by["gone.txt"].how == facts.DELETED
    assert by["empty"].how == facts.ADDED
    assert not by["empty"].added
    assert by["q.sql"].removed[0].text == "-- x"
    assert by["q.sql"].added[0].text == "++ added"
    assert by["crlf.txt"].added[0].text == "c\r"


def test_a_submodule_is_told_from_a_file(tmp_path: Path) -> None:
    repo = init(tmp_path)
    base = commit(repo, {"a": "1\n"})
    run(repo, "update-index", "--add", "--cacheinfo", f"160000,{base},vendor/lib")
    run(repo, "commit", "-q", "-m", "vendor")
    (file,) = read(repo, base, "HEAD").files
    assert file.submodule
    assert file.path == "vendor/lib"


@pytest.mark.parametrize("seed", range(40))
def test_counts_equal_numstat_on_changes_made_at_random(tmp_path: Path, seed: int) -> None:
    die = random.Random(seed)
    repo = init(tmp_path)
    words = [
        "--- a/x",
        "+++ b/x",
        "@@ -1 +1 @@",
        "diff --git a/x b/x",
        "",
        "-",
        "+",
        " ",
        "\\ no",
        "a",
    ]

    def text() -> str:
        lines = [die.choice(words) + str(die.randrange(3)) for _ in range(die.randrange(1, 40))]
        return "\n".join(lines) + die.choice(["", "\n", "\r\n"])

    names = ["one", "b c", "ü", "d/e.py", 'f"g', "h\\i", "b/x", "a/x"]
    base = commit(repo, {name: text() for name in names[:5]})
    head = commit(repo, {name: text() for name in die.sample(names, 6)})
    assert sorted(read(repo, base, head).numstat()) == counted(repo, base, head)


def test_a_mail_with_a_patch_is_read_from_its_first_file(tmp_path: Path) -> None:
    repo = init(tmp_path)
    base = commit(repo, {"a.txt": "1\n"})
    commit(repo, {"a.txt": "2\n"}, "Subject\n\n--- a separator\n+++ not a diff")
    mail = run(repo, "format-patch", "--stdout", f"{base}..HEAD").encode()
    (file,) = facts.read(mail).files
    assert (file.path, len(file.added), len(file.removed)) == ("a.txt", 1, 1)


def test_what_is_no_diff_is_refused() -> None:
    with pytest.raises(Unreadable, match="not a unified diff"):
        facts.read(b"hello\n")
    with pytest.raises(Unreadable, match="breaks off"):
        facts.read(b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n")
    assert facts.read(b"\n").files == ()


def test_a_diff_larger_than_anybody_reads_is_refused_at_once() -> None:
    with pytest.raises(Limit, match="32 are read") as refused:
        facts.read(b"--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+" + b"x" * facts.LARGEST)
    assert refused.value.next


def test_a_quoted_path_is_the_one_on_the_disk() -> None:
    assert unquoted('"b/\\303\\244 b.txt"') == "b/ä b.txt"
    assert unquoted('"a\\tb\\"c\\\\d"') == 'a\tb"c\\d'
    assert unquoted("plain") == "plain"


def test_a_name_that_is_an_option_or_unknown_is_refused(tmp_path: Path) -> None:
    repo = init(tmp_path)
    commit(repo, {"a": "1\n"})
    with pytest.raises(Invalid, match="not the name"):
        git.sha(repo, "--output=/tmp/x")
    with pytest.raises(NotFound, match="no commit"):
        git.sha(repo, "nowhere")


def test_nothing_that_a_repository_configures_is_run(tmp_path: Path) -> None:
    repo = init(tmp_path)
    mark = tmp_path / "ran"
    base = commit(repo, {"a.x": "1\n", ".gitattributes": "*.x diff=evil filter=evil\n"})
    for key in ("diff.evil.command", "diff.evil.textconv", "diff.external", "filter.evil.clean"):
        run(repo, "config", key, f"touch {mark}; cat")
    run(repo, "config", "core.fsmonitor", f"touch {mark}")
    run(repo, "-c", "filter.evil.clean=cat", "-c", "core.fsmonitor=", "commit", "-q",
        "--allow-empty", "-m", "empty")  # fmt: skip
    (repo / "a.x").write_text("2\n")
    run(repo, "-c", "filter.evil.clean=cat", "-c", "core.fsmonitor=", "commit", "-qam", "second")
    mark.unlink(missing_ok=True)
    assert read(repo, base, "HEAD").numstat() == [("1", "1", "a.x")]
    assert git.patch_id(repo, git.diff(repo, base, "HEAD"))
    assert not mark.exists()


def test_an_object_that_is_missing_is_not_fetched_by_a_program_of_the_repository(
    tmp_path: Path,
) -> None:
    repo = init(tmp_path)
    mark, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    program.chmod(0o755)
    base = commit(repo, {"a.txt": "1\n"})
    head = commit(repo, {"a.txt": "2\n"})
    blob = git.ask(repo, "rev-parse", f"{head}:a.txt").decode().strip()
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in (
        ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "far"),
        ("remote.far.promisor", "true"), ("remote.far.url", "ssh://far/x"),
        ("core.sshCommand", str(program)), ("protocol.ssh.allow", "always"),
    ):  # fmt: skip
        run(repo, "config", key, value)
    with pytest.raises(Unreadable, match="git diff"):
        git.diff(repo, base, head)
    assert not mark.exists()


def test_a_patch_id_survives_a_rebase(tmp_path: Path) -> None:
    repo = init(tmp_path)
    base = commit(repo, {"a.txt": LONG, "b.txt": "1\n"})
    one = commit(repo, {"a.txt": LONG + "more\n"})
    run(repo, "checkout", "-q", "-b", "other", base)
    moved = commit(repo, {"b.txt": "2\n"})
    again = commit(repo, {"a.txt": LONG + "more\n"})
    ids = {git.patch_id(repo, git.diff(repo, *pair)) for pair in ((base, one), (moved, again))}
    assert len(ids) == 1
    assert ids != {""}


def test_counts_equal_numstat_on_five_hundred_real_commits() -> None:
    """Those of this repository; where it came without its history there is nothing to count."""
    here = Path(__file__).parents[3]
    if not (here / ".git").exists():
        pytest.skip("this is no clone")
    log = ("log", "-n", "500", "--no-merges", "--format=%x01%x02%H")
    patches = git.ask(here, *log, *git._DIFF, "-p").split(b"\x01\x02")[1:]
    counts = git.ask(here, *log, "-M", "--numstat", "-z").decode("utf-8", "surrogateescape")
    told = counts.split("\x01\x02")[1:]
    assert len(patches) == len(told)
    for patch, rows in zip(patches, told, strict=True):
        _, _, diff = patch.partition(b"\n")
        read = facts.read(diff.lstrip(b"\n") if diff.strip() else b"")
        assert sorted(read.numstat()) == sorted(_rows(rows))


def _rows(told: str) -> Iterator[tuple[str, str, str]]:
    """The rows of one commit, renames by their new path; its name stands before them."""
    parts = iter(told.split("\0"))
    for part in parts:
        added, tab, rest = part.lstrip("\n").partition("\t")
        removed, more, path = rest.partition("\t")
        if tab and more:
            if not path:
                _, path = next(parts), next(parts)
            yield added.rpartition("\n")[2], removed, path


def test_a_diff_against_several_parents_is_refused_and_not_taken_for_an_empty_one() -> None:
    merged = b"diff --cc x\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n"
    with pytest.raises(Unreadable, match="not a unified diff"):
        facts.read(merged)
