"""A secret is told by where it is: a variable, or a file that its owner alone can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.config import load, secret_named
from passdown.domain.errors import Forbidden


def test_a_name_is_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", " t0p \n")
    assert secret_named(tmp_path, "A_TOKEN") == "t0p"
    assert secret_named(tmp_path, "NO_TOKEN_HERE") == ""


def test_a_slash_makes_it_a_file_beside_the_store(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t0p\n")
    file.chmod(0o600)
    assert secret_named(tmp_path, "./token") == "t0p"
    assert secret_named(Path("/nowhere"), str(file)) == "t0p"


def test_a_file_that_others_can_read_holds_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t0p")
    file.chmod(0o644)
    with pytest.raises(Forbidden, match="others can read"):
        secret_named(tmp_path, "./token")
    with pytest.raises(Forbidden, match="cannot read"):
        secret_named(tmp_path, "./none")


def test_a_secret_that_stands_in_a_setting_is_refused_and_not_repeated(tmp_path: Path) -> None:
    pasted = "ghp_" + "x" * 36
    (tmp_path / "config.toml").write_text(f'audit.github_token = "{pasted}"\n')
    found = load(tmp_path, tmp_path / "user")
    assert found.text("audit.github_token") == "GITHUB_TOKEN"
    assert "audit.github_token" in found.warnings[0]
    assert pasted not in " ".join(found.warnings)
