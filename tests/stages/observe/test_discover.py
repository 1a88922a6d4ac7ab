"""The usual places are found, counted and only looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.config.places import MOVED
from passdown.stages.observe.discover import PLACES, discover
from passdown.stages.observe.readers import BUILT_IN


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


USUAL = {
    "Codex": (".codex/sessions/2026/01/02/rollout-1.jsonl", "codex_rollout"),
    "Codex, archived": (".codex/archived_sessions/rollout-1.jsonl.zst", "codex_rollout"),
    "Copilot CLI": (".copilot/session-state/1/events.jsonl", "copilot_cli"),
    "Gemini CLI": (".gemini/tmp/shop/chats/session-1.json", "gemini_cli"),
    "OpenCode": (".local/share/opencode/storage/session/p/ses_1.json", "opencode"),
    "pi": (".pi/agent/sessions/--shop--/1.jsonl", "pi_session"),
}


@pytest.mark.parametrize("client", USUAL)
def test_each_client_s_usual_place_is_known(tmp_path: Path, client: str) -> None:
    path, format = USUAL[client]
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text("x")
    (found,) = discover(tmp_path)
    assert (found["client"], found["format"], found["files"]) == (client, format, 1)
    assert format in BUILT_IN


@pytest.mark.parametrize(
    ("variable", "file"),
    [
        ("CODEX_HOME", "sessions/1.jsonl"),
        ("COPILOT_HOME", "session-state/1/events.jsonl"),
        ("GEMINI_CLI_HOME", ".gemini/tmp/shop/chats/1/child.jsonl"),
        ("PI_CODING_AGENT_DIR", "sessions/1.jsonl"),
        ("XDG_DATA_HOME", "opencode/storage/session/p/1.json"),
    ],
)
def test_every_place_is_found_where_its_variable_moved_it(
    tmp_path: Path, variable: str, file: str
) -> None:
    path = tmp_path / "moved" / file
    path.parent.mkdir(parents=True)
    path.write_text("x")
    (found,) = discover(tmp_path / "home", {variable: str(tmp_path / "moved")})
    assert path.is_relative_to(found["path"])
    assert variable in MOVED


def test_every_variable_that_moves_a_place_is_read() -> None:
    assert {place.config for place in PLACES} <= set(MOVED)


def test_what_a_client_keeps_beside_its_transcripts_does_not_count(tmp_path: Path) -> None:
    for name in ("shop/logs.json", "shop/checkpoints/1.json", "shop/chats/1.txt"):
        path = tmp_path / ".gemini/tmp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert discover(tmp_path) == []
