"""A request is judged at its forge, and what is said there is said once, whatever is repeated, cut
short or refused."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from passdown.app import App
from passdown.domain.actor import system
from passdown.domain.errors import Forbidden, Invalid, NotFound, Unavailable, Unreadable
from passdown.domain.scope import ALL
from passdown.stages.audit.remote import line as talk
from passdown.testing import VirtualClock
from tests.desk import ALICE, Desk, places
from tests.forges import ROBOT, TOKEN, Fault, Forge, pushed, seeded, serving
from tests.stages.audit.repo import commit, run

LIE = "- Removes `legacy_total`.\n- Adds `round_price`."
FILES = {"cart.py": "def legacy_total(): ...\ndef total(): return 1\n"}
TRUE = {"cart.py": "def total(): ...\n"}
WORKER = system("worker")


@pytest.fixture(params=["github", "gitea"])
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    with serving(request.param, tmp_path / "forge") as found:
        yield found


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits; how long it would have been."""
    waited: list[float] = []
    monkeypatch.setattr(talk.Line.__init__, "__defaults__", (waited.append, lambda: 1000.0))
    return waited


def desk(tmp_path: Path, forge: Forge, token: str = TOKEN, **more: str) -> Desk:
    home = tmp_path / "desk"
    home.mkdir(mode=0o700, exist_ok=True)
    file = home / "token"
    file.touch(0o600)
    file.write_text(token)
    here = {"audit.observer": "", "audit.github": "", f"audit.{forge.kind}": forge.url,
            f"audit.{forge.kind}_token": str(file), **more}  # fmt: skip
    clock = VirtualClock()
    return Desk(App(places(str(home / "store.db"), home), clock=clock, flags=here), clock)


@pytest.fixture
def at(tmp_path: Path, forge: Forge) -> Iterator[Desk]:
    made = desk(tmp_path, forge)
    yield made
    made.close()


def opened(forge: Forge, files: Any = FILES, body: str = LIE, n: int = 7, **more: Any) -> str:
    """A request in a new repository; its head."""
    work, base = seeded(forge)
    head = pushed(work, f"topic{n}", files, "Tidy the cart")
    forge.pull(n, head, base, "Tidy the cart", body, **more)
    return head


def audit(at: Desk, request: str = "acme/shop#7", **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = at.call("audit.pr", request=request, **how)
    return found


def rows(at: Desk) -> list[dict[str, Any]]:
    file = at.app.places.root / "data/_kb/outcomes.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def said(forge: Forge) -> tuple[int, int, int, int]:
    """How many check runs, statuses, reviews and comments of ours stand there."""
    mine = [one for one in forge.comments if one["user"]["login"] == ROBOT]
    return len(forge.runs), len(forge.statuses), len(forge.reviews), len(mine)


ONCE = {"github": (1, 0, 0, 1), "gitea": (0, 1, 1, 1)}


def test_a_request_is_judged_and_told_at_its_forge(at: Desk, forge: Forge) -> None:
    head = opened(forge)
    found = audit(at)
    verdict = found["verdict"]
    assert not found["ok"]
    assert verdict["overall"] == "request_changes"
    assert [one["result"] for one in verdict["claims"]] == ["refuted", "refuted"]
    assert verdict["repo"] == {"host": "127.0.0.1", "name": "acme/shop"}
    assert (verdict["pr"], verdict["head_sha"]) == (7, head)
    assert verdict["actor"]["author"] == "ada"
    assert not verdict["actor"]["is_fork"]
    assert said(forge) == ONCE[forge.kind]
    (comment,) = forge.comments
    assert comment["body"].startswith(f"<!-- passdown:audit {verdict['audit_key']} -->")
    if forge.kind == "github":
        (made,) = forge.runs
        assert (made["conclusion"], made["head_sha"]) == ("failure", head)
        assert made["external_id"] == verdict["audit_key"]
    else:
        assert [one["status"] for one in forge.statuses] == ["failure"]
        assert [one["state"] for one in forge.reviews] == ["REQUEST_CHANGES"]
    assert [row["kind"] for row in rows(at)] == ["audit"]
    assert at.call("stats")["by_source"]["auditor"] == 1


def test_a_sound_request_is_never_approved(at: Desk, forge: Forge) -> None:
    opened(forge, TRUE, "Removes `legacy_total`.")
    assert audit(at)["ok"]
    if forge.kind == "github":
        assert [one["conclusion"] for one in forge.runs] == ["success"]
    else:
        assert [one["status"] for one in forge.statuses] == ["success"]
    assert all(one["state"] != "APPROVED" for one in forge.reviews)


def test_the_same_again_is_said_once(at: Desk, forge: Forge) -> None:
    opened(forge)
    first = audit(at)
    wrote = forge.wrote()
    at.clock.advance(hours=1)
    again = audit(at)
    assert forge.wrote() == wrote
    assert again["verdict"] == first["verdict"]
    assert len(rows(at)) == 1
    assert again["posted"]["was"] == "said before"


def test_where_the_receipt_is_lost_the_forge_itself_remembers(at: Desk, forge: Forge) -> None:
    opened(forge)
    audit(at)
    wrote = forge.wrote()
    (receipt,) = (at.app.places.root / "data/_auditor/posted").iterdir()
    receipt.unlink()
    posted = audit(at)["posted"]
    assert forge.wrote() == wrote
    assert {one["was"] for one in posted.values()} == {"there"}


def test_a_new_head_edits_the_one_comment(at: Desk, forge: Forge) -> None:
    opened(forge)
    audit(at)
    work = forge.folder / "work/acme/shop"
    fixed = commit(work, TRUE, "Remove it indeed")
    run(work, "push", "-q", "-f", "origin", "HEAD:topic7")
    base = forge.pulls["acme/shop", 7]["base"]["sha"]
    forge.pull(7, fixed, base, "Tidy the cart", "Removes `legacy_total`.")
    assert audit(at)["ok"]
    (comment,) = forge.comments
    assert "Nothing in the way" in comment["body"]
    if forge.kind == "github":
        assert [one["conclusion"] for one in forge.runs] == ["failure", "success"]
    else:
        assert [one["status"] for one in forge.statuses] == ["failure", "success"]
        assert [(one["state"], one["dismissed"]) for one in forge.reviews] == [
            ("REQUEST_CHANGES", True)
        ]


def test_an_edited_text_is_judged_anew_and_told_in_the_same_place(at: Desk, forge: Forge) -> None:
    opened(forge)
    audit(at)
    forge.pulls["acme/shop", 7]["body"] = "Returns one."
    assert audit(at)["ok"]
    assert len(forge.comments) == 1
    assert "Nothing in the way" in forge.comments[0]["body"]
    if forge.kind == "github":
        assert forge.runs[-1]["conclusion"] == "success"


def test_a_dry_run_does_everything_but_say_it(at: Desk, forge: Forge) -> None:
    opened(forge)
    found = audit(at, dry_run=True)
    assert forge.wrote() == []
    assert found["posted"] == {}
    assert [row["overall"] for row in rows(at)] == ["request_changes"]
    assert at.call("stats")["by_source"]["auditor"] == 1
    audit(at)
    assert said(forge) == ONCE[forge.kind]


def test_without_a_token_nothing_is_said_and_that_is_told(tmp_path: Path, forge: Forge) -> None:
    at = desk(tmp_path, forge, token="")
    opened(forge)
    found = audit(at)
    assert forge.wrote() == []
    assert "there is no token" in found["verdict"]["warnings"][-1]
    assert len(rows(at)) == 1
    at.close()


def test_somebody_else_s_look_alike_is_left_alone(at: Desk, forge: Forge) -> None:
    opened(forge)
    fake: dict[str, Any] = {
        "id": 1,
        "number": 7,
        "body": "<!-- passdown:audit x -->\nfine",
        "user": {"login": "eve"},
    }
    forge.comments.append(fake)
    audit(at)
    assert said(forge) == ONCE[forge.kind]
    assert fake["body"].endswith("fine")


def test_our_own_comment_is_found_where_the_forge_does_not_say_who_we_are(
    at: Desk, forge: Forge
) -> None:
    opened(forge)
    forge.known = False
    audit(at)
    forge.pulls["acme/shop", 7]["body"] = "Returns one."
    audit(at)
    assert len(forge.comments) == 1


def test_a_comment_among_hundreds_is_found(at: Desk, forge: Forge) -> None:
    opened(forge)
    forge.comments += [{"id": n, "number": 7, "body": "hello", "user": {"login": "eve"}}
                       for n in range(1, 131)]  # fmt: skip
    audit(at)
    forge.pulls["acme/shop", 7]["body"] = "Returns one."
    audit(at)
    assert said(forge)[-1] == 1


def test_a_request_from_a_fork_says_so_and_brings_no_configuration(at: Desk, forge: Forge) -> None:
    evil = {
        "cart.py": "def total(): ...\n",
        "conftest.py": "import os; print(os.environ)\n",
        ".gitattributes": "*.py diff=evil filter=evil\n*.md binary\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% /tmp/owned\n',
        ".passdown/config.toml": 'audit.gitea = "https://evil.example"\n',
        ".lfsconfig": '[lfs]\n\turl = "https://evil.example"\n',
    }
    opened(forge, evil, "Removes `legacy_total`.")
    forge.pulls["acme/shop", 7]["head"]["repo"] = {"full_name": "eve/shop"}
    verdict = audit(at)["verdict"]
    assert verdict["actor"]["is_fork"]
    assert [one["result"] for one in verdict["claims"]] == ["verified"]
    assert {"conftest.py", ".gitmodules", ".gitattributes"} <= set(verdict["paths"])
    mirror = at.app.home / "forges/127.0.0.1/acme/shop.git"
    assert not (mirror / "hooks").exists()
    assert "evil" not in (mirror / "config").read_text()


def test_a_deleted_fork_is_a_fork(at: Desk, forge: Forge) -> None:
    opened(forge)
    forge.pulls["acme/shop", 7]["head"]["repo"] = None
    assert audit(at)["verdict"]["actor"]["is_fork"]


def test_a_private_repository_is_read_with_the_token_which_is_written_nowhere(
    at: Desk, forge: Forge
) -> None:
    forge.private = True
    opened(forge)
    audit(at)
    told = [path for path in at.app.places.root.rglob("*") if path.is_file()]
    holding = [path.name for path in told if TOKEN.encode() in path.read_bytes()]
    assert holding == ["token"]


def test_a_wrong_token_is_refused_with_what_to_do(tmp_path: Path, forge: Forge) -> None:
    at = desk(tmp_path, forge, token="wrong")
    opened(forge)
    with pytest.raises(Forbidden, match="Bad credentials") as caught:
        audit(at)
    assert "token" in caught.value.next
    assert "wrong" not in str(caught.value)
    at.close()


def test_a_mirror_is_its_owner_s_alone(at: Desk, forge: Forge) -> None:
    opened(forge)
    audit(at)
    every = (at.app.home / "forges").rglob("*")
    open_ = [path for path in every if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_ == []


def test_a_request_that_does_not_exist_is_named(at: Desk, forge: Forge) -> None:
    opened(forge)
    with pytest.raises(NotFound):
        audit(at, "acme/shop#99")
    with pytest.raises(Invalid, match="names no request"):
        audit(at, "acme/shop")
    with pytest.raises(Invalid, match="none of the forges"):
        audit(at, "https://evil.example/acme/shop/pull/7")
    for bad in ("../shop#7", "acme/..#7", "acme/shop.git#7", "a/b/c#7", "acme/-x y#7"):
        with pytest.raises(Invalid):
            audit(at, bad)


def test_an_address_is_as_good_as_a_name(at: Desk, forge: Forge) -> None:
    opened(forge)
    assert audit(at, f"{forge.url}/acme/shop/pulls/7")["verdict"]["pr"] == 7
    assert audit(at, f"{forge.url}/acme/shop/pull/7/files?x=1")["verdict"]["pr"] == 7


def test_a_squash_message_is_held_to_what_it_says(at: Desk, forge: Forge) -> None:
    plan = {"merge_method": "squash", "commit_title": "Tidy (#7)",
            "commit_message": "Removes `legacy_total`."}  # fmt: skip
    opened(forge, FILES, "", auto_merge=plan)
    (claim,) = audit(at)["verdict"]["claims"]
    assert (claim["span"]["src"], claim["result"]) == ("commit:squash", "refuted")


def test_what_a_request_was_merged_as_is_held_to_what_it_says(at: Desk, forge: Forge) -> None:
    opened(forge, FILES, "")
    work = forge.folder / "work/acme/shop"
    run(work, "checkout", "-q", "main")
    squashed = commit(work, FILES, "Tidy (#7)\n\nRemoves `legacy_total`.")
    run(work, "push", "-q", "origin", "main")
    forge.pulls["acme/shop", 7] |= {"merged": True, "merge_commit_sha": squashed, "state": "closed"}
    (claim,) = audit(at)["verdict"]["claims"]
    assert (claim["span"]["src"], claim["result"]) == (f"commit:{squashed}", "refuted")


def test_a_branch_that_was_rewritten_meanwhile_is_fetched_by_its_commit(
    at: Desk, forge: Forge
) -> None:
    head = opened(forge)
    work = forge.folder / "work/acme/shop"
    other = pushed(work, "topic7", {"x.py": "x = 1\n"})
    run(forge.repo(), "update-ref", "refs/pull/7/head", other)
    assert audit(at)["verdict"]["head_sha"] == head


# ---- a forge that fails


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


def test_agents_may_ask_and_nobody_is_decided_for(at: Desk, forge: Forge) -> None:
    opened(forge)
    assert at.call("audit.pr", ALICE, request="acme/shop#7", dry_run=True)["verdict"]["pr"] == 7
