"""The nightly sweep: how requests ended is noted once, whatever the forge says or does not say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Invalid, Limit, Unreadable
from passdown.ops import audits_sweep as sweeping
from passdown.stages.audit import keep
from passdown.stages.audit.keep import RESULT
from passdown.stages.audit.remote import line as talk
from tests.desk import Desk
from tests.forges import Fault, Forge
from tests.ops.at_forges.asked import WORKER, audit, desk, opened, rows

SHA = "0123456789abcdef0123456789abcdef01234567"


def ends(forge: Forge, n: int = 7, *, merged: bool = True, body: str = "") -> None:
    """The request is over."""
    made = forge.pulls["acme/shop", n]
    made |= {"state": "closed", "merged": merged, "body": body or made["body"],
             "merge_commit_sha": SHA if merged else None}  # fmt: skip


def another(forge: Forge, n: int, body: str) -> None:
    """A request that was merged and never audited."""
    forge.pulls["acme/shop", n] = {**forge.pulls["acme/shop", 7], "number": n, "body": body}
    ends(forge, n, body=body)


def sweep(at: Desk) -> dict[str, Any]:
    found: dict[str, Any] = at.app.call("audit.sweep", {}, WORKER)
    return found


def noted(at: Desk) -> list[tuple[int, str]]:
    return [(one["pr_number"], one["result"]) for one in rows(at) if one["kind"] == RESULT]


def audits_of(at: Desk, forge: Forge, *numbers: int) -> None:
    """So many requests as if they had been audited."""
    host = forge.url.split("//")[1].split(":")[0]
    for n in numbers:
        row = {"kind": keep.AUDIT, "id": f"k{n}", "audit_key": f"k{n}", "repo": "acme/shop",
               "host": host, "pr_number": n, "paths": [], "symbols": []}  # fmt: skip
        keep.note(at.app.places.root / keep.OUTCOMES, row)
        forge.pulls["acme/shop", n] = {**forge.pulls["acme/shop", 7], "number": n}


@pytest.mark.parametrize("merged", [True, False])
def test_how_a_request_ended_that_no_post_told_of_is_noted_once(
    at: Desk, forge: Forge, merged: bool
) -> None:
    opened(forge)
    audit(at)
    assert sweep(at)["results"] == []
    ends(forge, merged=merged)
    found = sweep(at)
    assert [(one["pr_number"], one["result"]) for one in found["results"]] == [
        (7, "merged" if merged else "closed")
    ]
    assert (found["asked"], found["left"], found["notes"]) == (1, 0, [])
    again = sweep(at)
    assert (again["results"], again["asked"]) == ([], 0)
    assert noted(at) == [(7, "merged" if merged else "closed")]


def test_a_merged_request_that_another_took_back_is_noted_as_reverted(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    audit(at)
    ends(forge)
    another(forge, 8, "Reverts acme/other#7")
    another(forge, 9, "Reverts #70")
    sweep(at)
    sweep(at)
    assert noted(at) == [(7, "merged")]
    another(forge, 10, "Reverts acme/shop#7")
    sweep(at)
    sweep(at)
    assert noted(at) == [(7, "merged"), (7, "reverted")]


def test_what_became_of_a_request_at_one_forge_says_nothing_of_another_forge_s(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    audit(at)
    other = {"id": "k", "audit_key": "k", "host": "git.example.com"}
    keep.note(at.app.places.root / keep.OUTCOMES, {**rows(at)[0], **other})
    here = forge.url.split("//")[1].split(":")[0]
    with pytest.raises(Invalid, match="were audited at") as unclear:
        at.call("audit.result", repo="acme/shop", pr=7, result="merged")
    assert "--forge" in unclear.value.next
    at.call("audit.result", repo="acme/shop", pr=7, result="merged", forge="git.example.com")
    assert at.call("audit.show", id="k")["results"][0]["host"] == "git.example.com"
    mine = next(one["audit_key"] for one in rows(at) if one.get("host") == here)
    assert at.call("audit.show", id=mine)["results"] == []
    ends(forge)
    assert [one["host"] for one in sweep(at)["results"]] == [here]
    assert noted(at) == [(7, "merged"), (7, "merged")]
    assert sweep(at)["asked"] == 0


def test_a_row_of_before_that_names_no_forge_is_of_the_request_wherever_it_is(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    audit(at)
    before = {"kind": RESULT, "id": "acme/shop:7:merged", "repo": "acme/shop", "pr_number": 7,
              "result": "merged", "by": "alice", "at": "2026-01-01T00:00:00.000Z"}  # fmt: skip
    keep.note(at.app.places.root / keep.OUTCOMES, before)
    assert sweep(at)["asked"] == 0
    another(forge, 10, "Reverts acme/shop#7")
    sweep(at)
    assert noted(at) == [(7, "merged"), (7, "reverted")]


def test_one_that_only_wants_to_take_another_back_takes_back_nothing(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    audit(at)
    ends(forge)
    another(forge, 8, "Reverts #7")
    forge.pulls["acme/shop", 8] |= {"merged": False, "merge_commit_sha": None}
    sweep(at)
    sweep(at)
    assert noted(at) == [(7, "merged")]


def test_a_forge_that_fails_is_left_alone_till_the_next_sweep_and_nothing_is_lost(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    audits_of(at, forge, 7, 8, 9)
    ends(forge, 7)
    forge.faults = [Fault("GET", "/pulls/8$", 503, 4)]
    found = sweep(at)
    assert (found["asked"], found["left"]) == (1, 2)
    assert "left alone till the next sweep" in found["notes"][0]
    ends(forge, 8)
    ends(forge, 9, merged=False)
    sweep(at)
    assert sorted(noted(at)) == [(7, "merged"), (8, "merged"), (9, "closed")]


def test_a_request_that_fails_each_time_keeps_no_other_from_being_followed_up(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    audits_of(at, forge, 7, 8, 9)
    ends(forge, 8)
    ends(forge, 9, merged=False)
    forge.faults = [Fault("GET", "/pulls/7$", 403, 100)]
    sweep(at)
    sweep(at)
    assert sorted(noted(at)) == [(8, "merged"), (9, "closed")]


@pytest.mark.parametrize(
    "nonsense",
    [{"hello": "world"}, [], "x", None, {"number": 8}, {"base": {"repo": {"full_name": "a/b/c"}}}],
)
def test_nonsense_of_one_request_keeps_no_other_from_being_followed_up(
    at: Desk, forge: Forge, nonsense: Any
) -> None:
    opened(forge)
    audits_of(at, forge, 8, 9)
    forge.pulls["acme/shop", 8] = nonsense
    ends(forge, 9)
    found = sweep(at)
    assert noted(at) == [(9, "merged")]
    assert found["notes"][0].startswith("acme/shop#8: ")
    assert len(found["notes"]) <= sweeping.NOTES


def test_an_answer_about_another_request_is_not_taken_for_this_one(at: Desk, forge: Forge) -> None:
    opened(forge)
    audits_of(at, forge, 8)
    ends(forge, 7)
    forge.pulls["acme/shop", 8] = forge.pulls["acme/shop", 7]
    found = sweep(at)
    assert noted(at) == []
    assert "describes acme/shop#7" in found["notes"][0]


def test_the_next_sweep_goes_on_after_the_last_request_that_was_asked_after(
    at: Desk, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(forge)
    audits_of(at, forge, *range(10, 15))
    monkeypatch.setattr(sweeping, "MOST", 2)
    forge.asked.clear()
    found = [sweep(at) for _ in range(3)]
    asked = [path.rpartition("/")[2] for _, path in forge.asked]
    assert asked == ["10", "11", "12", "13", "14", "10"]
    assert [one["left"] for one in found] == [3, 3, 3]


def test_a_sweep_has_an_end_however_many_requests_there_are(
    at: Desk, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(forge)
    audits_of(at, forge, 10, 11)
    monkeypatch.setattr(sweeping, "SECONDS", -1.0)
    found = sweep(at)
    assert (found["asked"], found["left"]) == (0, 2)


def test_two_sweeps_at_once_note_one_end_of_each_request(
    tmp_path: Path, at: Desk, forge: Forge
) -> None:
    opened(forge)
    audits_of(at, forge, *range(7, 15))
    for n in range(7, 15):
        ends(forge, n)
    other = desk(tmp_path, forge)
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(sweep, (at, other)))
    other.close()
    assert sorted(noted(at)) == [(n, "merged") for n in range(7, 15)]
    assert all(one["notes"] == [] for one in found)
    assert keep.broken_at(at.app.places.root / keep.OUTCOMES) == 0


def test_requests_of_forges_that_are_not_configured_are_asked_of_nobody(
    at: Desk, forge: Forge
) -> None:
    row = {"kind": keep.AUDIT, "id": "k1", "audit_key": "k1", "repo": "acme/shop",
           "host": "elsewhere.example", "pr_number": 3, "paths": [], "symbols": []}  # fmt: skip
    keep.note(at.app.places.root / keep.OUTCOMES, row)
    keep.note(at.app.places.root / keep.OUTCOMES, {**row, "id": "k2", "audit_key": "k2",
                                                   "repo": "../../etc"})  # fmt: skip
    found = sweep(at)
    assert (found["asked"], forge.asked) == (0, [])


def test_github_is_asked_by_nobody_who_gave_no_token_for_it(tmp_path: Path, forge: Forge) -> None:
    bare = desk(tmp_path, forge, token="")
    opened(forge)
    audits_of(bare, forge, 8)
    ends(forge, 8)
    found = sweep(bare)
    bare.close()
    if forge.kind == "github":
        assert (forge.asked, found["asked"], found["left"]) == ([], 0, 1)
        assert found["notes"] == ["127.0.0.1 is not asked: there is no token for it"]
    else:
        assert [one["result"] for one in found["results"]] == ["merged"]


def test_a_file_of_outcomes_that_cannot_be_read_is_told(at: Desk, forge: Forge) -> None:
    file = at.app.places.root / keep.OUTCOMES
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("no row\n")
    found = sweep(at)
    assert found["results"] == []
    assert "a row is not JSON" in found["notes"][0]


NONSENSE = (
    b"null", b"3", b'"x"', b"[]", b"[null]", b'[{"merged": 1}]', b"{}", b'{"a": []}', b"<p>", b"",
    b'[["x"]]', b'{"check_runs": 3}', b"[" * 100_000, b"\xff\xfe",
)  # fmt: skip
TOLD = (Unreadable, Invalid, Limit)
"""What is said of it: never that something broke here."""


@pytest.mark.parametrize("said", NONSENSE, ids=lambda said: repr(said[:12]))
def test_whatever_a_forge_says_a_sweep_and_an_audit_end_well_or_say_what_is_wrong(
    at: Desk, forge: Forge, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(forge)
    audit(at)
    audits_of(at, forge, 8)
    ends(forge, 8)
    sweep(at)
    real = talk.Line._once

    def once(line: talk.Line, method: str, address: str, body: Any) -> talk.Answer:
        answer = real(line, method, address, body)
        return answer if address.endswith("/pulls/7") else replace(answer, data=said)

    monkeypatch.setattr(talk.Line, "_once", once)
    found = sweep(at)
    assert found["results"] == []
    assert len(found["notes"]) <= sweeping.NOTES
    forge.comments.clear()
    (at.app.places.root / "data/_auditor/posted").rename(at.app.places.root / "data/before")
    with suppress(*TOLD):
        audit(at)
