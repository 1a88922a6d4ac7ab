"""The question of a claim: it survives JSON as it stands, and nothing malformed becomes one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from passdown.loops.claims import LOOP
from passdown.loops.claims.payload import (
    ACTIONS,
    Add,
    Answer,
    Cure,
    KeepBoth,
    Known,
    Payload,
    Quote,
    Retire,
    Supersede,
)

KEY = "0123456789ab"
SAID: dict[str, Any] = {
    "text": "We use pnpm, not npm.",
    "category": "fact",
    "scope": "repo:web",
    "confidence": 0.75,
}
EVERY: list[Payload] = [
    Add(**SAID),
    Add(
        **SAID,
        quotes=(Quote(3, 0, 20),),
        entities=("pnpm",),
        check="grep -q pnpm package.json",
        cure=Cure("Bash", "npm test", "pnpm test", "npm: command not found"),
        valid_from="2026-03-02T09:00:00.000Z",
        nearest=Known(KEY, "We use yarn."),
    ),
    Supersede(**SAID, target=KEY),
    KeepBoth(**SAID, target=KEY),
    Answer(**SAID, target=KEY),
    Retire(target=KEY, reason="npm is used again"),
]


@pytest.mark.parametrize("payload", EVERY, ids=lambda p: type(p).__name__)
def test_a_payload_survives_json_and_carries_its_action(payload: Payload) -> None:
    sent = msgspec.json.encode(payload)
    assert msgspec.json.decode(sent, type=LOOP.payload) == payload
    assert msgspec.json.decode(sent)["action"] in ACTIONS


def test_every_action_has_a_payload() -> None:
    assert {msgspec.to_builtins(p)["action"] for p in EVERY} == set(ACTIONS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "one line\nanother"),
        ("text", "ends in a line break\n"),
        ("text", "x" * 401),
        ("category", "rumour"),
        ("scope", "web"),
        ("scope", "repo:"),
        ("scope", "global\n"),
        ("confidence", 1.01),
        ("confidence", -0.1),
        ("quotes", [{"seq": 0, "start": 0, "end": 1}]),
        ("quotes", [{"seq": 1, "start": -1, "end": 1}]),
        ("quotes", [{"seq": 1, "start": 0, "end": 1}] * 51),
        ("entities", ["x"] * 21),
        ("valid_from", "yesterday"),
        ("check", "x" * 601),
        ("surprise", "a field nobody declared"),
    ],
)
def test_a_payload_out_of_bounds_is_refused(field: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"action": "ADD", **SAID, field: value}, LOOP.payload)


@pytest.mark.parametrize("key", ["", "0123456789a", "0123456789abc", "0123456789AB", KEY + "\n"])
def test_a_target_is_the_key_of_a_claim(key: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"action": "RETIRE", "target": key, "reason": "gone"}, LOOP.payload)


def test_an_action_of_another_loop_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"action": "FILE", **SAID}, LOOP.payload)
