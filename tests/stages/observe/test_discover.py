"""The usual places are found, counted and only looked at."""

from __future__ import annotations

from pathlib import Path

from passdown.stages.observe.discover import discover


def test_a_client_s_transcripts_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / ".claude/projects/-home-ada-shop"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(b"x" * 10)
    (folder / "sub/b.jsonl").write_bytes(b"x" * 5)
    (folder / "memory.md").write_bytes(b"x" * 99)
    (folder / "gone.jsonl").symlink_to("nowhere")
    (found,) = discover(tmp_path)
    assert found == {
        "client": "Claude Code",
        "format": "claude_code",
        "path": str(tmp_path / ".claude/projects"),
        "files": 3,
        "bytes": 15,
    }


def test_a_place_that_was_moved_is_found_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere/projects"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text("x")
    moved = {"CLAUDE_CONFIG_DIR": str(tmp_path / "elsewhere")}
    assert discover(tmp_path / "home", moved)[0]["path"] == str(folder)


def test_where_there_is_nothing_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / ".claude/projects").mkdir(parents=True)
    assert discover(tmp_path) == []
    assert discover(tmp_path / "nowhere") == []
