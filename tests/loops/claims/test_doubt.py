"""What shows that a claim holds, and what is asked where it fails."""

from __future__ import annotations

import pytest

from passdown.contract.check import Check
from passdown.domain.record import Record
from passdown.loops.claims.doubt import check, doubt
from passdown.loops.claims.payload import Retire


def claim(line: str = "") -> Record:
    body = {"check": line} if line else {}
    return Record("claim", "0123456789ab", "The flags live in `a.toml`.", body, "repo:web")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("exists config/a.toml", Check("exists", "config/a.toml", "", "exists config/a.toml")),
        ("contains Makefile check:", Check("contains", "Makefile", "check:")),
        ("exits 1 command -v pytest", Check("exits", "pytest", "1")),
    ],
)
def test_a_claim_says_what_to_look_for(line: str, expected: Check) -> None:
    found = check(claim(line))
    assert found is not None
    assert found[:3] == expected[:3]
    assert found.line == line


@pytest.mark.parametrize("line", ["", "rm -rf /", "exists ../secret", "exists /etc/passwd"])
def test_anything_else_is_never_looked_for(line: str) -> None:
    assert check(claim(line)) is None


def test_a_claim_that_fails_asks_whether_it_should_go() -> None:
    found = doubt(claim("exists a.toml"), "there is no a.toml", (7,))
    assert found.payload == Retire(
        "0123456789ab", "its check fails: exists a.toml (there is no a.toml)"
    )
    assert (found.evidence, found.scope) == ((7,), "repo:web")
    assert found.key == doubt(claim("exists b.toml"), "gone", (8,)).key


def test_a_long_reason_still_fits_on_the_card() -> None:
    found = doubt(claim("exists a.toml"), "x" * 900, (7,))
    assert isinstance(found.payload, Retire)
    assert len(found.payload.reason) == 400
