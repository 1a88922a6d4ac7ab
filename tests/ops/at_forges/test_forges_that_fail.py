"""What a forge refuses, delays, loses or must not say: nothing is said twice, nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Invalid, Unavailable, Unreadable
from passdown.domain.scope import ALL
from tests.desk import Desk
from tests.forges import Fault, Forge
from tests.ops.at_forges.asked import ONCE, WORKER, audit, desk, opened, rows, said


def test_a_forge_that_fails_is_asked_again_and_told_once(
    at: Desk, forge: Forge, at_once: list[float]
) -> None:
    opened(forge)
    forge.faults = [Fault("GET", "/pulls/7$", 502, 2), Fault("GET", "/comments$", 503)]
    audit(at)
    assert said(forge) == ONCE[forge.kind]
    assert len(at_once) == 3


def test_a_forge_that_wants_to_be_asked_later_is(
    at: Desk, forge: Forge, at_once: list[float]
) -> None:
    opened(forge)
    forge.faults = [
        Fault("POST", "/comments$", 429, 1, {"Retry-After": "7"}),
        Fault("GET", "/pulls/7$", 403, 1,
              {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"}),
    ]  # fmt: skip
    audit(at)
    assert at_once == [30.0, 7.0]
    assert said(forge) == ONCE[forge.kind]


@pytest.mark.parametrize("done", [False, True])
def test_what_a_failing_forge_did_not_take_a_worker_says_later_once(
    at: Desk, forge: Forge, done: bool
) -> None:
    opened(forge)
    forge.faults = [Fault("POST", "/comments$", 500, 1, done=done)]
    found = audit(at)
    assert "a worker says it later" in found["verdict"]["warnings"][-1]
    assert len(rows(at)) == 1
    with at.store.read(ALL) as tx:
        (job,) = tx.jobs.all()
    assert job.key.startswith("pull_request_sync:")
    at.app.call(job.name, job.detail, WORKER)
    assert said(forge) == ONCE[forge.kind]
    assert len(rows(at)) == 1


def test_a_job_that_cannot_say_it_fails_and_is_tried_again(at: Desk, forge: Forge) -> None:
    opened(forge)
    forge.faults = [Fault("POST", "/comments$", 500, 1)]
    with pytest.raises(Unavailable, match="status 500"):
        at.app.call("audit.pr", {"request": "acme/shop#7"}, WORKER)
    at.app.call("audit.pr", {"request": "acme/shop#7"}, WORKER)
    assert said(forge) == ONCE[forge.kind]


def test_a_forge_that_points_elsewhere_gets_no_token_there(at: Desk, forge: Forge) -> None:
    opened(forge)
    forge.faults = [Fault("GET", "/pulls/7$", 301, 9, {"Location": "https://evil.example/x"})]
    with pytest.raises(Invalid, match=r"points elsewhere: https://evil\.example"):
        audit(at)


def test_what_is_no_forge_is_told(at: Desk, forge: Forge) -> None:
    opened(forge)
    forge.pulls["acme/shop", 7] = {"hello": "world"}
    with pytest.raises(Unreadable, match="describes no request"):
        audit(at)


@pytest.mark.parametrize(
    "spoil",
    [
        {"base": {"ref": "main", "sha": "--upload-pack=x", "repo": {"full_name": "acme/shop"}}},
        {"base": {"ref": "a b", "sha": "0" * 40, "repo": {"full_name": "acme/shop"}}},
        {"base": {"ref": "main", "sha": "0" * 40, "repo": {"full_name": "../../etc"}}},
        {"number": "seven"},
    ],
)
def test_what_a_forge_must_not_say_goes_no_further(at: Desk, forge: Forge, spoil: Any) -> None:
    opened(forge)
    forge.pulls["acme/shop", 7] |= spoil
    with pytest.raises(Unreadable):
        audit(at)


def test_an_observer_that_fails_keeps_nothing_from_the_forge(tmp_path: Path, forge: Forge) -> None:
    at = desk(tmp_path, forge, **{"audit.observer": "http://127.0.0.1:9"})
    (at.app.places.root / "data/_kb/outcomes.jsonl").mkdir(parents=True)
    opened(forge)
    found = audit(at)
    assert said(forge) == ONCE[forge.kind]
    assert any("did not take the event" in one for one in found["verdict"]["warnings"])
    assert any("the row was not written" in one for one in found["verdict"]["warnings"])
    at.close()


def test_many_at_once_say_it_once(at: Desk, forge: Forge) -> None:
    opened(forge)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: audit(at), range(4)))
    assert said(forge) == ONCE[forge.kind]
    assert len(rows(at)) == 1
    assert len({one["verdict"]["audit_key"] for one in found}) == 1
