"""Every redaction rule finds what its examples show, and leaves what they leave."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from passdown.text.checks import CHECKS
from passdown.text.redact import Redactor
from passdown.text.rules import ENCODED, Rule, chosen, shipped
from tests.text.samples import made

EVERY = shipped()
OPTIONAL = sorted({rule.id for rule in EVERY if rule.optional})
REDACTOR = Redactor(b"a key", also=OPTIONAL)
SEEDS = range(4)


def names(text: str) -> set[str]:
    return {found.rule for found in REDACTOR.redact(text).found}


def cases(side: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.id}-{number}")
        for rule in EVERY
        for number, example in enumerate(getattr(rule, side))
    ]


@pytest.mark.parametrize(("rule", "example"), cases("yes"))
def test_a_rule_finds_its_example(rule: Rule, example: str) -> None:
    for seed in SEEDS:
        text = made(example, seed)
        assert rule.id in names(text), text


@pytest.mark.parametrize(("rule", "example"), cases("no"))
def test_a_rule_leaves_its_counter_example(rule: Rule, example: str) -> None:
    for seed in SEEDS:
        text = made(example, seed)
        assert rule.id not in names(text), text


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rule.kind in ("secret", "personal")
    assert rule.check in CHECKS or rule.check == ENCODED
    assert rule.yes
    assert rule.no


def test_the_rules_file_holds_no_key_that_a_scanner_would_know() -> None:
    text = files("passdown.text").joinpath("rules.toml").read_text("utf-8")
    found = REDACTOR.redact(text).found
    known = {rule.id for rule in EVERY if rule.check in ("shape", "key", "random", "jwt", "block")}
    keys = {text[one.start : one.end] for one in found if one.rule in known}
    assert not {key for key in keys if not key.startswith("bedrock-api-key-")}


def test_optional_rules_run_only_when_named() -> None:
    assert OPTIONAL
    assert not {rule.id for rule in chosen(EVERY, ())} & set(OPTIONAL)
    assert {rule.id for rule in chosen(EVERY, OPTIONAL)} >= set(OPTIONAL)
