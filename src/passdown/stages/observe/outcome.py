"""How a session went, as far as it shows: the last clear sign, with the observations it is in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.domain.observation import Seen, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.contract.reader import Json
    from passdown.domain.observation import Observation

_TEST = re.compile(
    r"(?:\b(?:pytest|unittest|tox|nox|jest|vitest|rspec|phpunit|ctest|"
    r"(?:go|cargo|dotnet|mvn|gradle|swift|mix|deno|bun|zig) test|"
    r"(?:npm|yarn|pnpm|bun|make|just|mise|task)(?: run)? (?:test|check)s?)|"
    r"\./run (?:test|check)s?)\b"
)
_TESTING = ("est", "check", "tox", "nox", "rspec", "phpunit")
"""One of these is in every command that tests; most commands have none, and that is soon seen."""
_COMMIT = re.compile(r"\bgit\b[^\n|;&]{0,80}\bcommit\b")
_PASSED = re.compile(
    r"\b[1-9][0-9]* (?:tests? )?pass(?:ed|ing)\b|^ok\s|^PASS\b|\ball tests pass|"
    r"\btest result: ok\b|^OK\b|\b0 fail(?:ed|ures)?\b",
    re.IGNORECASE | re.MULTILINE,
)
_FAILED = re.compile(
    r"\b[1-9][0-9]* (?:tests? )?fail(?:ed|ing|ures?)\b|^--- FAIL|^FAIL(?:ED)?\b|"
    r"\btest result: FAILED\b|\bERROR task failed\b",
    re.MULTILINE,
)
_COMMITTED = re.compile(r"^\[[^\]\n]{1,200} [0-9a-f]{7,40}\]", re.MULTILINE)
_THANKS = re.compile(
    r"(?:thanks?|thank you|thx|perfect|great|nice|awesome|excellent|lgtm|looks good|well done|"
    r"(?:that |it )?works(?: now)?|that did it)\b(?!.{0,40}\bbut\b)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"(?:no\b(?! problem| worries)|nope\b|wrong\b|stop\b|revert\b|undo\b|"
    r"(?:again, )?(?:this|that|it)(?: is|'s) (?:not|wrong|incorrect|still)|not what i\b|"
    r"you (?:didn't|did not|forgot|broke|missed|should(?:n't| not))|"
    r"(?:it |this |that )?(?:still|doesn't|does not) (?:fails?|failing|broken|works?)|really\?)",
    re.IGNORECASE,
)
_SHORT = 200
_START = 2000
_COMMAND = 500


def fold(state: Json, seen: Iterable[tuple[int, Observation]]) -> Json:
    """The state after these later observations, each under its seq: small, JSON, and all that
    `outcome` needs."""
    state = dict(state)
    for seq, item in seen:
        if "agent" not in item.meta:
            _STEPS.get(item.seen, _ignored)(state, seq, item)
    return state


def outcome(state: Json) -> tuple[str, tuple[int, ...]]:
    """`tests-passed`, `tests-failed`, `committed`, `thanked`, `corrected` or `abandoned`, and the
    observations that show it; '' when nothing does."""
    return str(state.get("is", "")), tuple(state.get("by", ()))


def _called(state: Json, seq: int, item: Observation) -> None:
    _go_on(state)
    start = item.text[:_COMMAND]
    what = "test" if _tests(start) else "commit" if _commits(start) else ""
    if what and item.call:
        state["open"] = [what, item.call, seq]


def _tests(command: str) -> bool:
    return any(word in command for word in _TESTING) and _TEST.search(command) is not None


def _commits(command: str) -> bool:
    return "commit" in command and _COMMIT.search(command) is not None


def _answered(state: Json, seq: int, item: Observation) -> None:
    what, call, asked = state.get("open") or ("", "", 0)
    if not call or call != item.call:
        return
    del state["open"]
    sign = _tested(item) if what == "test" else _committed(item)
    if sign:
        _now(state, sign, asked, seq)


def _tested(item: Observation) -> str:
    if item.ok is None:
        return ""
    if not item.ok or _FAILED.search(item.text):
        return "tests-failed"
    return "tests-passed" if _PASSED.search(item.text) else ""


def _committed(item: Observation) -> str:
    return "committed" if item.ok and _COMMITTED.search(item.text) else ""


def _told(state: Json, seq: int, item: Observation) -> None:
    _go_on(state)
    text = item.text[:_START].strip()
    if item.trust is not Trust.HUMAN:
        return
    if item.meta.get("kind") == "refusal" or _CORRECTION.match(text):
        _now(state, "corrected", seq)
    elif len(text) <= _SHORT and _THANKS.match(text):
        _now(state, "thanked", seq)


def _noted(state: Json, seq: int, item: Observation) -> None:
    if item.meta.get("kind") == "interrupt":
        if state.get("is") != "abandoned":
            state["was"] = [state.get("is", ""), state.get("by", [])]
        _now(state, "abandoned", seq)


def _replied(state: Json, seq: int, item: Observation) -> None:
    _go_on(state)


def _ignored(state: Json, seq: int, item: Observation) -> None:
    """An event says nothing of how the session went."""


def _go_on(state: Json) -> None:
    """What was interrupted goes on, so it was not abandoned."""
    if state.get("is") == "abandoned":
        state["is"], state["by"] = state.pop("was", ["", []])


def _now(state: Json, sign: str, *seqs: int) -> None:
    state["is"], state["by"] = sign, list(seqs)


_STEPS = {
    Seen.CALL: _called,
    Seen.RESULT: _answered,
    Seen.PROMPT: _told,
    Seen.REPLY: _replied,
    Seen.NOTE: _noted,
}
