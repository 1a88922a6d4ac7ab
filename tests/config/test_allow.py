"""What redaction leaves alone: read from a file and a setting; what cannot hold is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.app import App
from passdown.config.allow import FILE, LARGEST, Allowed, allowed
from passdown.domain.actor import human
from tests.desk import places

ANN = human("ann")
MAIL = "support" + "@" + "corp-mail.com"
OTHER = "jane" + "@" + "corp-mail.com"


def test_without_a_file_and_a_setting_nothing_is_allowed(tmp_path: Path):
    assert allowed(tmp_path, "") == Allowed()


def test_entries_of_both_are_taken_once_and_remarks_are_not(tmp_path: Path):
    (tmp_path / FILE).write_text(f"# ours\n\n  {MAIL}\r\n.*@example\\.org\n")
    assert allowed(tmp_path, f"b c {MAIL}") == Allowed(("b", "c", MAIL, r".*@example\.org"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a(b", "is no RE2 pattern"),
        (r"(?=x)", "is no RE2 pattern"),
        (".*", "lets every secret pass"),
        (r"\S+", "lets every secret pass"),
    ],
)
def test_what_cannot_hold_is_left_out_and_named_with_its_place(
    tmp_path: Path, line: str, said: str
):
    (tmp_path / FILE).write_text(f"fine\n{line}\n")
    found = allowed(tmp_path, "")
    assert found.entries == ("fine",)
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(f"{tmp_path / FILE}:2: ")
    assert said in found.warnings[0]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    assert len(allowed(tmp_path, "").warnings) == 1
    (tmp_path / FILE).write_bytes(b"x" * (LARGEST + 1))
    assert "longer than" in allowed(tmp_path, "").warnings[0]
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert "directory" in allowed(tmp_path, "").warnings[0].lower()


def checked(app: App, text: str) -> dict[str, int]:
    rules: dict[str, int] = app.call("redact", {"text": text}, ANN)["rules"]
    return rules


def test_the_store_s_file_is_what_its_redactor_goes_by(tmp_path: Path):
    home = tmp_path / "store"
    home.mkdir(0o700)
    (home / FILE).write_text(f"{MAIL}\n.*\n")
    with App(places(str(home / "store.db"), home)) as app:
        assert checked(app, f"ask {MAIL} or {OTHER}") == {"email": 1}
        assert any("lets every secret pass" in each for each in app.settings.warnings)
        stated = app.call("add", {"text": f"Always ask {MAIL} first, never {OTHER}."}, ANN)
        title = app.call("show", {"id": stated["proposal"]}, ANN)["title"]
    assert MAIL in title
    assert OTHER not in title


def test_a_setting_allows_too_and_another_takes_addresses_for_personal(tmp_path: Path):
    flags = {"observe.allow": OTHER, "observe.redact_ips": "yes"}
    with App(places(str(tmp_path / "s" / "store.db"), tmp_path / "s"), flags=flags) as app:
        assert checked(app, f"{OTHER} at 8.8.4.4") == {"ip": 1}
    with App(places(str(tmp_path / "s" / "store.db"), tmp_path / "s")) as app:
        assert checked(app, f"{OTHER} at 8.8.4.4") == {"email": 1}
