"""What forges post: let in by its seal alone, read for nothing but which request it is about, and
worked on later, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from passdown.app import App
from passdown.domain.job import JobState
from passdown.stages.audit.remote import hooks
from passdown.surfaces.http import Bounds, Door, build
from passdown.testing import VirtualClock
from tests.desk import places
from tests.forges import TOKEN, Forge, pushed, requested, serving
from tests.surfaces.hooked import SECRET, Narrow, jobs, payload, post, rows, work
from tests.surfaces.live import live, said


@pytest.fixture(params=["github", "gitea"])
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    with serving(request.param, tmp_path / "forge") as found:
        requested(found, {"cart.py": "def total(): return 1\n"}, "Keeps `legacy_total`.")
        yield found


@pytest.fixture
def app(tmp_path: Path, forge: Forge) -> Iterator[App]:
    home = tmp_path / "store"
    home.mkdir(mode=0o700)
    for name, text in (("token", TOKEN), ("secret", SECRET)):
        (home / name).touch(0o600)
        (home / name).write_text(text)
    flags = {"audit.observer": "", f"audit.{forge.kind}": forge.url,
             f"audit.{forge.kind}_token": "./token",
             f"audit.{forge.kind}_secret": "./secret"}  # fmt: skip
    made = Narrow(places(str(home / "store.db"), home), clock=VirtualClock(), flags=flags)
    yield made
    made.close()


@pytest.fixture
def web(app: App) -> TestClient:
    return TestClient(build(app), base_url="http://127.0.0.1:3800")


def test_a_post_is_answered_at_once_and_audited_by_a_job(
    web: TestClient, app: App, forge: Forge
) -> None:
    answer = post(web, forge, payload(forge, "opened"))
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": True, "delivery": "d1", "event": "pull_request", "action": "opened",
        "does": "audit", "why": "", "repo": "acme/shop", "pr": 7,
    }  # fmt: skip
    assert forge.asked == []
    (job,) = jobs(app)
    assert job.key.startswith(f"pull_request_sync:{forge.kind}:acme/shop#7:")
    assert work(app).tally.ran == 1
    assert [row["kind"] for row in rows(app)] == ["audit"]
    assert len(forge.comments) == 1


def test_the_same_delivery_has_the_same_answer_and_no_second_audit(
    web: TestClient, app: App, forge: Forge
) -> None:
    first = post(web, forge, payload(forge, "opened"))
    again = post(web, forge, payload(forge, "opened"))
    assert again.json() == first.json()
    assert len(jobs(app)) == 1
    work(app)
    asked = len(forge.asked)
    third = post(web, forge, payload(forge, "opened"))
    assert third.json() == first.json()
    assert work(app).tally.ran == 0
    assert len(forge.asked) == asked


def test_a_delivery_is_known_again_after_others_of_the_same(
    web: TestClient, app: App, forge: Forge
) -> None:
    for delivery, action in (("d1", "opened"), ("d2", "reopened")):
        post(web, forge, payload(forge, action), delivery=delivery)
        work(app)
    asked = len(forge.asked)
    post(web, forge, payload(forge, "opened"), delivery="d1")
    assert work(app).tally.ran == 0
    assert len(forge.asked) == asked


def test_of_two_posts_of_one_delivery_at_once_one_counts(
    web: TestClient, app: App, forge: Forge
) -> None:
    told = payload(forge, "opened")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(web, forge, told).json(), range(8)))
    assert answers == [answers[0]] * 8
    assert len(jobs(app)) == 1


def test_another_delivery_of_the_same_waits_with_it(
    web: TestClient, app: App, forge: Forge
) -> None:
    post(web, forge, payload(forge, "opened"), delivery="d1")
    post(web, forge, payload(forge, "ready_for_review"), delivery="d2")
    assert len(jobs(app)) == 1


def test_whatever_job_runs_audits_what_the_request_is_by_then(
    web: TestClient, app: App, forge: Forge
) -> None:
    post(web, forge, payload(forge, "opened"), delivery="d1")
    pull = forge.pulls["acme/shop", 7]
    files = {"cart.py": "def total(): return 2\n"}
    head = pushed(forge.folder / "work/acme/shop", "topic", files)
    forge.pull(7, head, pull["base"]["sha"], "Tidy the cart", "Keeps `legacy_total`.")
    action = "synchronize" if forge.kind == "github" else "synchronized"
    post(web, forge, payload(forge, action), delivery="d2")
    assert len(jobs(app)) == 2
    work(app)
    assert [row["head_sha"] for row in rows(app)] == [head]
    assert len(forge.comments) == 1


@pytest.mark.parametrize(
    "action", ["opened", "reopened", "edited", "synchronize", "synchronized", "ready_for_review"]
)
def test_what_changes_a_request_is_audited(
    web: TestClient, app: App, forge: Forge, action: str
) -> None:
    assert post(web, forge, payload(forge, action)).json()["does"] == "audit"
    assert len(jobs(app)) == 1


@pytest.mark.parametrize("event", ["pull_request", "pull_request_sync"])
def test_a_push_to_a_request_is_known_by_either_name(
    web: TestClient, app: App, forge: Forge, event: str
) -> None:
    assert post(web, forge, payload(forge, "synchronized"), event).json()["does"] == "audit"


@pytest.mark.parametrize(
    ("event", "told", "why"),
    [
        ("ping", {"zen": "tea"}, "events of this kind are not audited"),
        ("push", {"ref": "refs/heads/main"}, "events of this kind are not audited"),
        ("issues", {"action": "opened"}, "events of this kind are not audited"),
        ("pull_request", {"action": "labeled"}, "nothing follows from this action"),
        ("pull_request", {"action": "assigned"}, "nothing follows from this action"),
        ("pull_request", {}, "nothing follows from this action"),
    ],
)
def test_everything_else_is_acknowledged_and_ignored(
    web: TestClient, app: App, forge: Forge, event: str, told: Any, why: str
) -> None:
    answer = post(web, forge, told, event)
    assert answer.status_code == 202
    assert (answer.json()["does"], answer.json()["why"]) == ("nothing", why)
    assert jobs(app) == []


def test_a_draft_is_audited_when_it_is_ready(web: TestClient, app: App, forge: Forge) -> None:
    answer = post(web, forge, payload(forge, "opened", draft=True))
    assert answer.json()["why"] == "a draft is audited when it is ready for review"
    named = post(web, forge, payload(forge, "opened", title="WIP: tidy"), delivery="d2")
    assert named.json()["does"] == "nothing"
    ready = post(web, forge, payload(forge, "ready_for_review"), delivery="d3")
    assert ready.json()["does"] == "audit"


def test_a_text_that_is_edited_after_the_end_is_not_audited(
    web: TestClient, app: App, forge: Forge
) -> None:
    answer = post(web, forge, payload(forge, "edited", state="closed"))
    assert answer.json()["why"] == "the request is closed"


@pytest.mark.parametrize(("merged", "result"), [(True, "merged"), (False, "closed")])
def test_how_a_request_ended_is_noted_once(
    web: TestClient, app: App, forge: Forge, merged: bool, result: str
) -> None:
    sha = forge.pulls["acme/shop", 7]["head"]["sha"]
    told = payload(forge, "closed", state="closed", merged=merged, merge_commit_sha=sha)
    for n in range(3):
        assert post(web, forge, told, delivery=f"d{n % 2}").json()["does"] == "result"
        work(app)
    host = forge.url.split("//")[1].split(":")[0]
    assert [(row["kind"], row["pr_number"], row["host"], row["result"]) for row in rows(app)] == [
        ("pr_result", 7, host, result)
    ]


def test_a_merged_request_that_takes_another_back_says_so_of_it(
    web: TestClient, app: App, forge: Forge
) -> None:
    sha = forge.pulls["acme/shop", 7]["head"]["sha"]
    ended = {"state": "closed", "merge_commit_sha": sha}
    undone = payload(forge, "closed", **ended, merged=True, body="Reverts acme/shop#5")
    post(web, forge, undone)
    work(app)
    assert sorted((row["pr_number"], row["result"]) for row in rows(app)) == [
        (5, "reverted"), (7, "merged"),
    ]  # fmt: skip
    elsewhere = payload(forge, "closed", **ended, merged=True, body="Reverts acme/other#4")
    post(web, forge, elsewhere, delivery="d2")
    refused = payload(forge, "closed", **ended, merged=False, body="Reverts #3")
    post(web, forge, refused, delivery="d3")
    work(app)
    assert {row["pr_number"] for row in rows(app)} == {5, 7}


# ---- who is let in


@pytest.mark.parametrize("seal", ["", "0" * 64, "sha256=" + "0" * 64, "nonsense", "ü", "a" * 9000])
def test_a_bad_seal_is_refused_before_anything_is_read(
    web: TestClient, app: App, forge: Forge, seal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(hooks, "delivery", read)
    sent = seal.encode("latin-1").decode("latin-1")
    answer = post(web, forge, b"{not json", seal=sent) if sent.isascii() else _raw(web, forge, seal)
    assert (answer.status_code, answer.json()["code"]) == (401, "forbidden")
    assert SECRET not in answer.text
    assert jobs(app) == []


def _raw(web: TestClient, forge: Forge, seal: str) -> Any:
    name = b"x-hub-signature-256" if forge.kind == "github" else b"x-gitea-signature"
    raw = [(b"content-type", b"application/json"), (name, seal.encode())]
    return web.post(f"/hook/{forge.kind}", content=b"{}", headers=raw)


def test_one_changed_byte_breaks_the_seal(web: TestClient, app: App, forge: Forge) -> None:
    body = json.dumps(payload(forge, "opened")).encode()
    seal = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert post(web, forge, body + b" ", seal=seal).status_code == 401
    assert post(web, forge, body, seal=seal).status_code == 202


def test_each_forge_writes_its_seal_in_its_own_way(web: TestClient, forge: Forge) -> None:
    body = b"{}"
    seal = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    name, sent = "X-Gitea-Signature", f"sha256={seal}"
    if forge.kind == "github":
        name, sent = "X-Hub-Signature-256", seal
    headers = {"content-type": "application/json", name: sent}
    assert web.post(f"/hook/{forge.kind}", content=body, headers=headers).status_code == 401


def test_without_a_secret_nobody_is_let_in(web: TestClient, forge: Forge) -> None:
    other = "gitea" if forge.kind == "github" else "github"
    answer = web.post(f"/hook/{other}", json={})
    assert answer.status_code == 501
    assert answer.json()["where"] == f"audit.{other}_secret"


def test_a_sealed_post_that_is_no_json_is_told(web: TestClient, forge: Forge) -> None:
    assert post(web, forge, b"{not json").status_code == 422
    assert post(web, forge, b"[1]").status_code == 422
    assert post(web, forge, b"\xff\xfe").status_code == 400
    assert post(web, forge, b"[" * 100_000).status_code == 422
    spoiled = payload(forge, "opened", base={"sha": "--evil"})
    assert post(web, forge, spoiled).status_code == 422


def test_a_post_that_lacks_a_field_is_told_which(web: TestClient, forge: Forge) -> None:
    told = payload(forge, "opened")
    del told["pull_request"]["head"]["sha"]
    answer = post(web, forge, told)
    assert answer.status_code == 422
    assert "head.sha is missing" in answer.text
    answer = post(web, forge, {"action": "opened"})
    assert answer.status_code == 422
    assert "pull_request" in answer.text


def test_a_post_without_the_forge_s_headers_is_told(web: TestClient, forge: Forge) -> None:
    answer = post(web, forge, payload(forge, "opened"), event="")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert post(web, forge, payload(forge, "opened"), delivery="").status_code == 422


@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_only_json_is_taken(web: TestClient, forge: Forge, media: str) -> None:
    answer = post(web, forge, payload(forge, "opened"), **{"content-type": media})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["next"]


def test_a_body_has_a_bound(app: App, forge: Forge) -> None:
    small = TestClient(build(app, bounds=Bounds(body=2000)), base_url="http://127.0.0.1:3800")
    told = payload(forge, "opened", body="x" * 5000)
    assert post(small, forge, told).status_code == 413


def test_a_hundred_megabytes_are_refused_before_they_are_sent(app: App, forge: Forge) -> None:
    with live(build(app)) as port:
        head = (
            f"POST /hook/{forge.kind} HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/json\r\nContent-Length: 104857600\r\n\r\n"
        )
        assert b" 413 " in said(port, head.encode()).splitlines()[0]


def test_a_body_that_does_not_come_is_not_waited_for(app: App, forge: Forge) -> None:
    with live(build(app, bounds=Bounds(patience=0.3))) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            head = (
                f"POST /hook/{forge.kind} HTTP/1.1\r\nHost: localhost\r\n"
                "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            )
            slow.sendall(head.encode())
            began = time.monotonic()
            assert b" 408 " in slow.recv(65_536).splitlines()[0]
        assert time.monotonic() - began < 5


def test_beyond_this_machine_the_seal_is_what_lets_in_and_nothing_else_is_open(
    app: App, forge: Forge
) -> None:
    door = Door("0.0.0.0", frozenset({"hooks.example.com"}))
    web = TestClient(build(app, door=door), base_url="http://hooks.example.com")
    assert post(web, forge, payload(forge, "opened")).status_code == 202
    assert post(web, forge, payload(forge, "opened"), seal="0" * 64).status_code == 401
    assert web.get(f"/hook/{forge.kind}").status_code == 401
    assert web.post("/api/op/audit.hook", json={}).status_code == 401
    assert web.post("/hook/other", json={}).status_code in (401, 422)
    stranger = TestClient(build(app, door=door), base_url="http://evil.example")
    assert post(stranger, forge, payload(forge, "opened")).status_code == 421


def test_a_token_that_comes_with_a_post_must_be_good(web: TestClient, forge: Forge) -> None:
    answer = post(web, forge, payload(forge, "opened"), authorization="Bearer nope")
    assert answer.status_code == 401


def test_the_document_says_how_a_post_is_taken(web: TestClient, forge: Forge) -> None:
    told = web.get("/openapi.json").json()["paths"]["/hook/{forge}"]["post"]
    assert told["security"] == [{}]
    assert "202" in told["responses"]


def test_a_job_that_fails_is_tried_again_and_says_it_once(
    web: TestClient, app: App, forge: Forge
) -> None:
    from tests.forges import Fault

    forge.faults = [Fault("POST", "/comments$", 500, 1)]
    post(web, forge, payload(forge, "opened"))
    assert work(app).tally.failed == 1
    (job,) = jobs(app)
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    app.clock.advance(seconds=40)  # type: ignore[attr-defined]
    assert work(app).tally.ran == 1
    assert len(forge.comments) == 1
    assert len(rows(app)) == 1
