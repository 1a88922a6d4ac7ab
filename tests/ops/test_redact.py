"""A file is checked for what would be redacted: by rule and place, never by value."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from passdown.domain.errors import Invalid, Unreadable
from tests.desk import ROBOT, Desk

KEY = "AKIA" + "Q3EGRIPSLZAB7WXY"
MAIL = "jane.doe" + "@" + "corp-mail.com"


def test_what_is_found_is_told_by_rule_and_place_and_never_shown(at: Desk, tmp_path: Path):
    (tmp_path / "t.txt").write_text(f"one\nkey {KEY}\n\n{MAIL}, {KEY}\n")
    told = at.call("redact", check=str(tmp_path / "t.txt"))
    assert (told["ok"], told["found"], told["rules"]) == (False, 3, {"aws-key": 2, "email": 1})
    assert [(p["line"], p["column"], p["rule"]) for p in told["places"]] == [
        (2, 5, "aws-key"),
        (4, 1, "email"),
        (4, len(MAIL) + 3, "aws-key"),
    ]
    assert KEY not in json.dumps(told)
    assert MAIL not in json.dumps(told)


def test_a_clean_text_is_well(at: Desk):
    assert at.call("redact", ROBOT, text="nothing here") == {
        "ok": True, "found": 0, "rules": {}, "places": []
    }  # fmt: skip


def test_places_beyond_the_limit_are_counted_all_the_same(at: Desk):
    told = at.call("redact", text=f"{MAIL} " * 5, limit=2)
    assert (told["found"], len(told["places"])) == (5, 2)


@pytest.mark.parametrize("given", [{}, {"check": "a", "text": "b"}])
def test_one_thing_is_checked(at: Desk, given: dict[str, str]):
    with pytest.raises(Invalid, match="either a file to check or a text"):
        at.call("redact", **given)


def test_a_file_that_cannot_be_read_is_named(at: Desk, tmp_path: Path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(Unreadable) as refused:
            at.call("redact", check=str(path))
        assert refused.value.where == str(path)


def test_standard_input_is_the_command_line_s_alone(at: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MAIL.encode())))
    with pytest.raises(Invalid, match="no standard input"):
        at.call("redact", ROBOT, check="-")


def passdown(*words: str, store: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "passdown", *words, "--store", str(store)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def test_the_exit_code_says_whether_something_was_found(tmp_path: Path):
    (tmp_path / "t").write_text(f"ask {MAIL}")
    done = passdown("redact", "--check", str(tmp_path / "t"), store=tmp_path / "s")
    assert done.returncode == 13
    assert "email" in done.stdout
    assert MAIL not in done.stdout + done.stderr
    done = passdown("redact", "--check", "-", "--json", store=tmp_path / "s", stdin=f"\n {MAIL}")
    assert done.returncode == 13
    (place,) = json.loads(done.stdout)["places"]
    assert place == {"rule": "email", "line": 2, "column": 2, "length": len(MAIL)}
    done = passdown("redact", "--check", "-", store=tmp_path / "s", stdin="nothing here")
    assert done.returncode == 0
