"""Errors are shown once each, with what was called and whether the same call worked later."""

from __future__ import annotations

from passdown.domain.observation import Observation, Seen
from passdown.stages.measure.troubles import troubles


def run(
    seq: int, command: str, output: str, ok: bool | None, signature: str = ""
) -> list[Observation]:
    call, id = f"c{seq}", f"u{seq}"
    asked = Observation("s", id, Seen.CALL, command, tool="Bash", call=call, seq=seq)
    answer = Observation(
        "s",
        f"{id}r",
        Seen.RESULT,
        output,
        tool="Bash",
        call=call,
        ok=ok,
        signature=signature,
        seq=seq + 1,
    )
    return [asked, answer]


def test_an_error_is_told_once_with_how_often_it_came() -> None:
    items = [
        *run(1, "make", "Exit code 2\nmake: *** Error 2", False, "e"),
        *run(3, "make x", "again", False, "e"),
    ]
    (found,) = troubles(items)
    assert (found.seq, found.times, found.seqs) == (2, 2, (2, 4))
    assert (found.tool, found.call, found.error) == ("Bash", "make", "make: *** Error 2")


def test_the_same_call_that_worked_later_is_named() -> None:
    items = [
        *run(1, "make", "no", False),
        *run(3, "touch x", "", True),
        *run(5, "make", "ok", True),
    ]
    assert [one.again for one in troubles(items)] == [6]


def test_a_call_that_only_worked_before_did_not_work_later() -> None:
    items = [*run(1, "make", "ok", True), *run(3, "make", "no", False)]
    assert [one.again for one in troubles(items)] == [0]


def test_what_has_no_verdict_or_worked_is_no_error() -> None:
    assert troubles([*run(1, "a", "x", True), *run(3, "b", "refused", None)]) == []


def test_an_answer_without_its_call_is_told_all_the_same() -> None:
    lone = run(1, "make", "\n\n", False)[1:]
    (found,) = troubles(lone)
    assert (found.call, found.error) == ("", "")
