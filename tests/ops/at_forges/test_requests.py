"""A request is judged at its forge, and what is said there is said once, whatever is repeated."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from passdown.domain.errors import Forbidden, Invalid, NotFound
from tests.desk import Desk
from tests.forges import TOKEN, Forge, pushed
from tests.ops.at_forges.asked import FILES, ONCE, TRUE, audit, desk, opened, rows, said
from tests.stages.audit.repo import commit, run


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
    (mirror,) = (at.app.home / "forges").glob("127.0.0.1_*/acme/shop.git")
    assert not (mirror / "hooks").exists()
    assert "evil" not in (mirror / "config").read_text()


def test_what_the_forge_says_of_it_is_told_beside_the_verdict(at: Desk, forge: Forge) -> None:
    opened(forge, labels=[{"name": "bug"}, {"name": "ui"}], draft=True)
    assert audit(at)["request"] == {"state": "open", "draft": True, "labels": ["bug", "ui"]}


def test_a_base_that_was_deleted_since_is_fetched_by_its_commit(at: Desk, forge: Forge) -> None:
    opened(forge)
    run(forge.repo(), "symbolic-ref", "HEAD", "refs/heads/topic7")
    run(forge.repo(), "update-ref", "-d", "refs/heads/main")
    assert audit(at)["verdict"]["overall"] == "request_changes"


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
