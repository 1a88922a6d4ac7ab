"""What `passdown install` refuses, and then writes nothing; and its block of instructions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import PassdownError
from passdown.up.install import main
from passdown.up.install.edits import BLOCK
from tests.up.trees import tree


def refused(project: Path, home: Path, *words: str) -> PassdownError:
    before = tree(project, home)
    with pytest.raises(PassdownError) as caught:
        main(list(words))
    assert tree(project, home) == before
    return caught.value


@pytest.mark.parametrize(
    "text", ["{", "[]", '"x"', "{'a': 1}", '{"hooks": []}', '{"hooks": {"Stop": 1}}']
)
def test_a_file_that_is_not_what_it_should_be_is_left_alone(project: Path, home: Path, text: str):
    path = project / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(text)
    error = refused(project, home, "claude-code")
    assert error.code == "invalid"
    assert error.where.startswith(str(path))
    assert error.next


def test_the_second_file_is_looked_at_before_the_first_is_written(project: Path, home: Path):
    (project / ".mcp.json").write_text("{")
    error = refused(project, home, "claude-code")
    assert ".mcp.json line 1" in error.where


def test_anothers_server_of_our_name_is_left_alone(project: Path, home: Path):
    (project / ".mcp.json").write_text('{"mcpServers": {"passdown": {"command": "/opt/other"}}}')
    assert refused(project, home, "claude-code").code == "conflict"
    (project / ".codex").mkdir()
    (project / ".codex/config.toml").write_text('[mcp_servers.passdown]\ncommand = "other"\n')
    assert refused(project, home, "codex").code == "conflict"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_that_leads_out_is_not_followed(
    project: Path, home: Path, tmp_path: Path, what: str
):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "settings.json").write_text("{}")
    if what == "folder":
        (project / ".claude").symlink_to(outside)
    else:
        (project / ".claude").mkdir()
        (project / ".claude" / "settings.json").symlink_to(outside / "settings.json")
    assert refused(project, home, "claude-code").code == "forbidden"
    assert (outside / "settings.json").read_text() == "{}"


def test_a_link_within_stays_a_link(project: Path):
    (project / "config").mkdir()
    (project / "config" / "claude.json").write_text("{}")
    (project / ".claude").mkdir()
    link = project / ".claude" / "settings.json"
    link.symlink_to(project / "config" / "claude.json")
    main(["claude-code"])
    assert link.is_symlink()
    assert "passdown" in (project / "config" / "claude.json").read_text()


def test_what_is_no_file_or_no_text_is_refused(project: Path, home: Path):
    (project / ".claude").mkdir()
    os.mkfifo(project / ".claude" / "settings.json")
    assert refused(project, home, "claude-code").code == "unreadable"
    (project / ".claude" / "settings.json").unlink()
    (project / ".claude" / "settings.json").mkdir()
    assert refused(project, home, "claude-code").code == "unreadable"
    (project / ".claude" / "settings.json").rmdir()
    (project / ".claude" / "settings.json").write_bytes(b"\xff\xfe{}")
    assert refused(project, home, "claude-code").code == "unreadable"


def test_a_file_that_somebody_changes_meanwhile_is_not_overwritten(
    project: Path, monkeypatch: pytest.MonkeyPatch
):
    from passdown.up import install

    path = project / ".mcp.json"

    def meanwhile(_: Any) -> None:
        path.write_text('{"mine": 1}')

    monkeypatch.setattr(install, "_show", meanwhile)
    with pytest.raises(PassdownError) as caught:
        main(["claude-code"])
    assert caught.value.code == "conflict"
    assert path.read_text() == '{"mine": 1}'
    assert not list(project.rglob("*.part"))


@pytest.mark.parametrize(
    "words", [[], ["emacs"], ["codex", "--block", "--global"], ["--set", "a=b"]]
)
def test_what_cannot_be_meant_is_told(project: Path, home: Path, words: list[str]):
    assert refused(project, home, *words).code == "invalid"


def test_a_secret_beside_the_change_is_not_shown(project: Path, capsys: pytest.CaptureFixture[str]):
    token = "ghp_" + "a1B2" * 9
    text = (
        '{\n  "mcpServers": {\n    "git": {"command": "git", "env": {"TOKEN": "'
        + token
        + '"}}\n  }\n}\n'
    )
    (project / ".mcp.json").write_text(text)
    main(["claude-code", "--dry-run"])
    out = capsys.readouterr().out
    assert "mcpServers" in out or "passdown" in out
    assert token not in out


# ---- a block for clients that run no hooks


@pytest.mark.parametrize("text", [None, "# Rules\n\nBe kind.\n", "# Rules", "a\n\n\n"])
def test_a_block_is_put_into_the_instructions_and_taken_out(project: Path, text: str | None):
    path = project / "AGENTS.md"
    if text is not None:
        path.write_text(text)
    main(["opencode", "--block"])
    made = path.read_text()
    assert made.startswith(text or "")
    assert made.endswith(BLOCK)
    main(["opencode", "--block"])
    assert path.read_text() == made
    main(["opencode", "--uninstall"])
    assert (path.read_text() if path.exists() else None) == text


def test_what_was_written_around_the_block_stays(project: Path):
    path = project / "CLAUDE.md"
    path.write_text("before\n")
    main(["claude-code", "--block"])
    path.write_text(path.read_text().replace("Earlier sessions", "Once upon") + "\nafter\n")
    main(["claude-code", "--block"])
    assert path.read_text() == f"before\n\n{BLOCK}\nafter\n"
    main(["claude-code", "--uninstall"])
    assert path.read_text() == "before\n\nafter\n"


def test_a_block_whose_end_is_gone_is_not_guessed_at(project: Path, home: Path):
    (project / "AGENTS.md").write_text("<!-- passdown:install -->\nmine\n")
    assert refused(project, home, "opencode", "--block").code == "invalid"
