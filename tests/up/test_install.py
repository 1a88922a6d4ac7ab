"""`passdown install`: a client's own files, merged and taken back, and nothing else touched."""

from __future__ import annotations

import json
import shlex
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from passdown.up.install import main
from passdown.up.install.clients import CLIENTS
from tests.up.trees import tree

PROGRAM = str(Path(sys.executable).with_name("passdown"))

SETTINGS = """{
    "model": "opus",
    "hooks": {
        "PreToolUse": [
            {
                "matcher": "Bash",
                "hooks": [{"type": "command", "command": "./guard.sh"}]
            }
        ]
    },
    "env": {"A": "1"}
}
"""
CONFIG = '# mine\nmodel = "o4"  # the small one\n\n[mcp_servers.docs]\ncommand = "docs"\n'
REMARKED = '{\n  // the house style\n  "theme": "dark",\n  "mcp": {},\n}\n'

EVERY = [(client, where) for client in sorted(CLIENTS) for where in ("", "--global")]


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def hooks(path: Path) -> dict[str, list[str]]:
    """The commands of ours in a file of hooks, by event."""
    found: dict[str, list[str]] = {}
    for event, groups in read(path)["hooks"].items():
        for group in groups:
            for hook in group.get("hooks", [group]):
                if "passdown" in hook["command"]:
                    found.setdefault(event, []).append(hook["command"])
    return found


# ---- what is written


def test_claude_code_runs_five_hooks_and_offers_our_tools(project: Path):
    assert main(["claude-code"]) == 0
    found = hooks(project / ".claude" / "settings.json")
    assert {
        event: [shlex.split(c)[1:3] for c in commands] for event, commands in found.items()
    } == {
        "SessionStart": [["hook", "session-start"]],
        "PreToolUse": [["hook", "pre-tool"]],
        "PostToolUse": [["hook", "post-tool"]],
        "Stop": [["hook", "stop"]],
        "SessionEnd": [["hook", "session-end"]],
    }
    server = read(project / ".mcp.json")["mcpServers"]["passdown"]
    assert server["args"] == ["mcp", "--agent", "claude-code"]
    assert Path(server["command"]).name == "passdown"


def test_codex_has_hooks_beside_its_config(project: Path, home: Path):
    main(["codex", "--global"])
    assert list(hooks(home / ".codex" / "hooks.json")) == [
        "SessionStart",
        "PreToolUse",
        "PostToolUse",
        "Stop",
    ]
    config = tomllib.loads((home / ".codex" / "config.toml").read_text())
    assert config["mcp_servers"]["passdown"]["args"] == ["mcp", "--agent", "codex"]


def test_cursor_and_gemini_are_told_in_their_own_words(project: Path):
    main(["cursor"])
    made = read(project / ".cursor" / "hooks.json")
    assert made["version"] == 1
    assert list(made["hooks"]) == [
        "sessionStart",
        "preToolUse",
        "postToolUse",
        "stop",
        "sessionEnd",
    ]
    assert "passdown" in read(project / ".cursor" / "mcp.json")["mcpServers"]
    main(["gemini"])
    gemini = read(project / ".gemini" / "settings.json")
    assert list(gemini["hooks"]) == [
        "SessionStart",
        "BeforeTool",
        "AfterTool",
        "AfterAgent",
        "SessionEnd",
    ]
    assert gemini["mcpServers"]["passdown"]["args"] == ["mcp", "--agent", "gemini-cli"]


def test_opencode_starts_our_server(project: Path):
    main(["opencode"])
    server = read(project / "opencode.json")["mcp"]["passdown"]
    assert server["type"] == "local"
    assert server["command"][1:] == ["mcp", "--agent", "opencode"]


def test_opencodes_newer_place_for_servers_is_used_where_a_file_has_it(project: Path):
    path = project / "opencode.json"
    text = '{\n  "mcp": {\n    "servers": {\n      "a": {"type": "local"}\n    }\n  }\n}\n'
    path.write_text(text)
    main(["opencode"])
    assert list(read(path)["mcp"]["servers"]) == ["a", "passdown"]
    made = path.read_text()
    main(["opencode"])
    assert path.read_text() == made
    main(["opencode", "--uninstall"])
    assert path.read_text() == text


@pytest.mark.parametrize(("client", "where"), EVERY)
def test_the_hooks_it_writes_run(project: Path, home: Path, client: str, where: str):
    main([client, *where.split()])
    for path in (*project.rglob("*.json"), *home.rglob("*.json")):
        data = read(path) if path.name != "store.db" else {}
        for commands in hooks(path).values() if "hooks" in data else ():
            (command,) = commands
            message = json.dumps({"session_id": "s", "cwd": str(project)})
            done = subprocess.run(
                command, shell=True, input=message, capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_client_whose_folder_was_moved_is_found(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, client, file in (
        ("CLAUDE_CONFIG_DIR", "claude-code", "settings.json"),
        ("CODEX_HOME", "codex", "hooks.json"),
        ("GEMINI_CLI_HOME", "gemini", ".gemini/settings.json"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
        main([client, "--global"])
        assert hooks(folder / file)


def test_a_store_that_is_named_is_named_to_the_client(project: Path, tmp_path: Path):
    main(["claude-code", "--store", str(tmp_path / "our store")])
    (command,) = hooks(project / ".claude" / "settings.json")["Stop"]
    assert shlex.split(command)[-2:] == ["--store", str(tmp_path / "our store")]
    args = read(project / ".mcp.json")["mcpServers"]["passdown"]["args"]
    assert args[-2:] == ["--store", str(tmp_path / "our store")]


# ---- what is there already


@pytest.mark.parametrize(("client", "where"), EVERY)
def test_the_second_run_changes_nothing(
    project: Path, home: Path, client: str, where: str, capsys: pytest.CaptureFixture[str]
):
    main([client, *where.split()])
    before = tree(project, home)
    capsys.readouterr()
    assert main([client, *where.split()]) == 0
    assert tree(project, home) == before
    assert capsys.readouterr().out.startswith("Nothing to do")


@pytest.mark.parametrize(("client", "where"), EVERY)
def test_a_dry_run_shows_it_and_writes_nothing(
    project: Path, home: Path, client: str, where: str, capsys: pytest.CaptureFixture[str]
):
    before = tree(project, home)
    assert main([client, *where.split(), "--dry-run"]) == 0
    assert tree(project, home) == before
    out = capsys.readouterr().out
    assert "+++ " in out
    assert "Nothing was written" in out


def test_what_others_put_there_stays_byte_for_byte(project: Path):
    path = project / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(SETTINGS)
    main(["claude-code"])
    made = path.read_text()
    kept = iter(made.splitlines())
    assert all(
        any(line.rstrip(",") == k.rstrip(",") for k in kept) for line in SETTINGS.splitlines()
    )
    assert read(path)["hooks"]["PreToolUse"][0]["hooks"][0]["command"] == "./guard.sh"
    assert len(read(path)["hooks"]["PreToolUse"]) == 2


def test_remarks_in_a_file_stay(project: Path):
    path = project / "opencode.jsonc"
    path.write_text(REMARKED)
    main(["opencode"])
    assert not (project / "opencode.json").exists()
    assert "// the house style" in path.read_text()
    assert '"passdown"' in path.read_text()
    main(["opencode", "--uninstall"])
    assert path.read_text() == REMARKED


def test_a_program_that_moved_is_named_anew_and_once(project: Path, monkeypatch, tmp_path: Path):
    elsewhere = tmp_path / "bin" / "passdown"
    elsewhere.parent.mkdir()
    elsewhere.symlink_to(PROGRAM)
    monkeypatch.setenv("PATH", str(elsewhere.parent))
    main(["claude-code"])
    monkeypatch.setenv("PATH", "/nowhere")
    main(["claude-code"])
    for commands in hooks(project / ".claude" / "settings.json").values():
        assert [shlex.split(c)[0] for c in commands] == [PROGRAM]


def test_our_hook_in_a_group_of_others_is_ours_alone(project: Path):
    path = project / ".claude" / "settings.json"
    path.parent.mkdir()
    ours = {"type": "command", "command": "/old/passdown hook stop --client claude-code"}
    theirs = {"type": "command", "command": "say done # passdown hook"}
    path.write_text(json.dumps({"hooks": {"Stop": [{"hooks": [theirs, ours]}]}}))
    main(["claude-code", "--uninstall"])
    assert read(path) == {"hooks": {"Stop": [{"hooks": [theirs]}]}}


# ---- taken back


@pytest.mark.parametrize(("client", "where"), EVERY)
def test_what_was_not_there_before_is_gone_after(
    project: Path, home: Path, client: str, where: str
):
    main([client, *where.split()])
    assert main([client, *where.split(), "--uninstall"]) == 0
    assert tree(project, home) == {}
    assert {path.name for path in project.iterdir()} == {".git", "src"}


@pytest.mark.parametrize(
    ("client", "name", "text"),
    [
        ("claude-code", ".claude/settings.json", SETTINGS),
        ("claude-code", ".claude/settings.json", '{"hooks": {}, "a":[1,2] }'),
        ("claude-code", ".mcp.json", '{"mcpServers":{"docs":{"command":"docs"}}}\n'),
        ("codex", ".codex/config.toml", CONFIG),
        ("codex", ".codex/config.toml", 'model = "o4"'),
        ("cursor", ".cursor/hooks.json", '{"version":1,"hooks":{"stop":[{"command":"x"}]}}'),
        ("gemini", ".gemini/settings.json", '{\r\n\t"ui": {}\r\n}\r\n'),
        ("opencode", "opencode.json", REMARKED),
        ("opencode", "opencode.json", ""),
    ],
)
def test_what_was_there_before_is_the_same_after(project: Path, client: str, name: str, text: str):
    path = project / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(0o640)
    main([client])
    assert path.read_bytes() != text.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    main([client, "--uninstall"])
    assert path.read_bytes() == text.encode()


def test_what_was_changed_since_stays_changed(project: Path):
    path = project / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(SETTINGS)
    main(["claude-code"])
    path.write_text(path.read_text().replace('"opus"', '"sonnet"'))
    main(["claude-code", "--uninstall"])
    assert path.read_text() == SETTINGS.replace('"opus"', '"sonnet"')


def test_without_what_was_kept_ours_goes_all_the_same(project: Path, home: Path):
    path = project / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    main(["codex"])
    for kept in (home / ".local/share/passdown/before-install").iterdir():
        kept.unlink()
    main(["codex", "--uninstall"])
    assert path.read_text() == CONFIG


def test_it_is_kept_once_as_it_was_for_its_owner_only(project: Path, home: Path):
    path = project / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(SETTINGS)
    main(["claude-code"])
    main(["claude-code", "--store", "/elsewhere"])
    (kept,) = (home / ".local/share/passdown/before-install").iterdir()
    assert kept.read_text() == SETTINGS
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    main(["claude-code", "--uninstall"])
    assert not kept.parent.exists()
    assert stat.S_IMODE((home / ".local/share/passdown").stat().st_mode) == 0o700


def test_nothing_of_ours_is_nothing_to_do(project: Path, capsys: pytest.CaptureFixture[str]):
    path = project / ".mcp.json"
    path.write_text('{"mcpServers": {"passdown": {"command": "/opt/other"}}}')
    before = tree(project)
    main(["claude-code", "--uninstall"])
    assert tree(project) == before
    assert "has none of ours" in capsys.readouterr().out
