"""An audit knows the earlier ones: by id, by what people said of them, and never by kind alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passdown.app import App
from passdown.domain.errors import Forbidden, NotFound
from passdown.domain.scope import ALL
from passdown.domain.settings import Setting
from passdown.loops.audit import LOOP
from passdown.testing import VirtualClock
from tests.desk import ALICE, ROBOT, Desk, places
from tests.stages.audit.repo import commit, init, run
from tests.stages.audit.shelves import NEW, OLD, wheel
from tests.stages.audit.test_inference import Says

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BASE: dict[str, str | bytes | None] = {
    "shop/cart.py": "def total_price(): ...\ndef legacy_total(): ...\ndef old_rate(): ...\n",
    "shop/ship.py": "def ship_order(): ...\n",
    "tests/test_cart.py": "def test_total():\n    assert 1\n",
}
BODY = """Cleans up the cart.

- Removes `legacy_total`.
- Adds `round_price`.
- Renames `ship_order` to `send_order`.
- Removes `old_rate`.
- Adds 4 tests.
- Renames `never_there` to `gone_thing`.
"""
TRUE: dict[str, str | bytes | None] = {
    "shop/cart.py": (
        "def total_price(): ...\n\n\ndef round_price(): ...\n\n\ndef old_rate(): ...\n"
    ),
    "shop/ship.py": "def send_order(): ...\n",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "desk"
    nobody = {"audit.observer": ""}
    clock = VirtualClock()
    app = App(places(str(home / "store.db"), home), clock=clock, flags=nobody)
    made = Desk(app, clock)
    yield made
    made.close()


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Desk]:
    """A desk that has the loop of audits, which files playbooks."""
    home, clock = tmp_path / "books", VirtualClock()
    flags = {"audit.observer": "", "audit.packages": str(tmp_path / "wheels")}
    app = App(places(str(home / "store.db"), home), clock=clock, flags=flags, loops={"audit": LOOP})
    made = Desk(app, clock)
    yield made
    made.close()


@pytest.fixture
def repo(tmp_path: Path, desk: Desk) -> Path:
    place = init(tmp_path / "repo")
    commit(place, BASE)
    run(place, "remote", "add", "origin", "https://git.example.com/acme/shop.git")
    return place


def audited(
    desk: Desk, repo: Path, branch: str, files: Mapping[str, str | bytes | None], body: str, pr: int
) -> dict[str, Any]:
    run(repo, "checkout", "-q", "-b", branch, "main")
    commit(repo, files, f"Clean the cart, {branch}")
    described = repo.parent / f"{branch}.md"
    described.write_text(body)
    answer = desk.call("audit.range", range="main..HEAD", repo=str(repo), pr=pr,
                       description=str(described), title="Clean the cart")  # fmt: skip
    found: dict[str, Any] = answer["verdict"]
    return found


def refuted(verdict: dict[str, Any]) -> list[str]:
    return sorted(one["kind"] for one in verdict["claims"] if one["result"] == "refuted")


def test_a_second_run_knows_the_first_by_id_and_what_people_said(desk: Desk, repo: Path) -> None:
    first = audited(desk, repo, "one", TRUE, BODY, 101)
    assert first["overall"] == "request_changes"
    assert refuted(first) == ["n_tests", "removes", "renames"]
    assert all(one["evidence"] or one["why"] for one in first["claims"])
    by = {one["rule"]: one["fp"] for one in first["findings"]}
    key = first["audit_key"]
    for rule, said in (("claims.removes", "confirmed"), ("claims.renames", "confirmed"),
                       ("claims.n_tests", "dismissed")):  # fmt: skip
        desk.call("audit.feedback", id=key, finding=by[rule], verdict=said, reason="counted apart")
    second = audited(desk, repo, "two", {**TRUE, "notes.txt": "x\n"}, BODY, 102)
    kb = second["kb"]
    assert [one["id"] for one in kb["prior_audits"]] == [key]
    cited = next(one for one in second["findings"] if one["rule"] == "kb.prior_audits")
    assert cited["message"] == (
        f"prior 1 audit ended in request_changes; the last: {first['one_liner'][:100]}"
    )
    assert cited["kb_refs"] == [key]
    quiet = [one for one in second["findings"] if one["state"] == "suppressed"]
    assert [(one["rule"], one["reason"]) for one in quiet] == [("claims.n_tests", "counted apart")]
    took = second["metrics"]["duration_ms"] - first["metrics"]["duration_ms"]
    assert kb["gain"] == {
        "prior_audits": 1, "specific_claims_matched": 6, "specific_claims_total": 6,
        "suppressed_by_human_dismissal": 1, "escalated_by_confirmed_history": 2,
        "cached_checks": 0, "duration_delta_ms": kb["gain"]["duration_delta_ms"],
    }  # fmt: skip
    assert abs(kb["gain"]["duration_delta_ms"] - took) <= 50
    assert refuted(second) == refuted(first)


def test_a_verdict_says_with_which_agent_the_change_says_it_was_made_and_who_judged_it(
    desk: Desk, repo: Path
) -> None:
    from passdown import __version__

    body = f"{BODY}\nCo-authored-by: Claude <noreply@example.com>\n"
    plain = audited(desk, repo, "one", TRUE, BODY, 101)
    found = audited(desk, repo, "two", TRUE, body, 102)
    assert (plain["actor"]["agent"], found["actor"]["agent"]) == ("", "claude")
    assert found["tools"] == {"passdown": __version__}
    assert (found["overall"], refuted(found)) == (plain["overall"], refuted(plain))


def test_a_finding_says_how_often_people_found_its_rule_right(desk: Desk, repo: Path) -> None:
    first = audited(desk, repo, "one", TRUE, BODY, 101)
    assert {json.dumps(one["rule_precision"]) for one in first["findings"]} == {
        '{"n": 0, "mean": 0.0, "lb": 0.0}'
    }
    by = {one["rule"]: one["fp"] for one in first["findings"]}
    for rule, said in (("claims.removes", "confirmed"), ("claims.renames", "dismissed")):
        desk.call("audit.feedback", id=first["audit_key"], finding=by[rule], verdict=said)
    again = desk.call("audit.range", range="main..one", repo=str(repo), pr=101,
                      description=str(repo.parent / "one.md"), title="Clean the cart")  # fmt: skip
    assert again["verdict"]["findings"][0]["rule_precision"]["n"] == 0, "it is the one of before"
    second = audited(desk, repo, "two", {**TRUE, "notes.txt": "x\n"}, BODY, 102)
    told = {one["rule"]: one["rule_precision"] for one in second["findings"]}
    assert told["claims.removes"] == {"n": 1, "mean": 0.667, "lb": 0.207}
    assert told["claims.renames"] == {"n": 1, "mean": 0.333, "lb": 0.0}
    assert told["claims.n_tests"]["n"] == 0
    found = desk.call("audit.gain", repo="acme/shop")
    assert (found["audits"], found["audits_that_knew_earlier_ones"]) == (2, 1)
    assert found["difference"].startswith("not shown: 0 of 35")


def test_a_dismissed_claim_that_is_false_elsewhere_is_shown_and_weighs_less(
    desk: Desk, repo: Path
) -> None:
    first = audited(desk, repo, "one", TRUE, "- Removes `old_rate`.", 101)
    (found,) = [one for one in first["findings"] if one["rule"] == "claims.removes"]
    desk.call("audit.feedback", id=first["audit_key"], finding=found["fp"], verdict="dismissed",
              reason="a word for it")  # fmt: skip
    other = {"shop/cart.py": "def old_rate_2(): ...\n\n\ndef old_rate(): ...\n"}
    third = audited(desk, repo, "three", other, "- Removes `old_rate`.", 103)
    (again,) = [one for one in third["findings"] if one["rule"] == "claims.removes"]
    assert again["severity"] == "info"
    assert again["state"] == "recurring"
    assert first["audit_key"] in again["message"]
    assert "a word for it" in again["message"]


def test_the_same_head_twice_is_one_verdict_one_row_one_event(desk: Desk, repo: Path) -> None:
    one = audited(desk, repo, "one", TRUE, BODY, 101)
    desk.clock.advance(hours=1)
    described = str(repo.parent / "one.md")
    again = desk.call("audit.range", range="main..one", repo=str(repo), pr=101,
                      description=described, title="Clean the cart")["verdict"]  # fmt: skip
    assert {**again, "warnings": []} == {**one, "warnings": []}
    rows = [json.loads(line) for line in Path(one["file"]).parents[2].joinpath(
        "_kb/outcomes.jsonl").read_text().splitlines()]  # fmt: skip
    assert [row["kind"] for row in rows] == ["audit"]
    assert desk.call("stats")["by_source"]["auditor"] == 1


def test_only_people_say_whether_a_finding_was_right(desk: Desk, repo: Path) -> None:
    first = audited(desk, repo, "one", TRUE, BODY, 101)
    fp = first["findings"][0]["fp"]
    with pytest.raises(Forbidden):
        desk.call("audit.feedback", ROBOT, id=first["audit_key"], finding=fp, verdict="dismissed")
    said = desk.call("audit.feedback", ALICE, id=first["audit_key"], finding=fp, verdict="fixed")
    assert said["new"]
    assert said["by"] == "alice"
    assert not desk.call("audit.feedback", id=first["audit_key"], finding=fp, verdict="fixed")[
        "new"
    ]


def test_what_is_asked_for_and_is_not_there_is_named(desk: Desk, repo: Path) -> None:
    first = audited(desk, repo, "one", TRUE, BODY, 101)
    with pytest.raises(NotFound, match="no audit has the key"):
        desk.call("audit.show", id="nope")
    with pytest.raises(NotFound, match="no one finding"):
        desk.call("audit.feedback", id=first["audit_key"], finding="zz", verdict="fixed")
    assert desk.call("audit.show", id=first["audit_key"][:8])["verdict"]["pr"] == 101
    assert [one["pr_number"] for one in desk.call("audit.list")["audits"]] == [101]


def test_a_request_that_was_reverted_is_remembered_where_the_same_is_touched(
    desk: Desk, repo: Path
) -> None:
    audited(desk, repo, "one", TRUE, "Nothing to say.", 101)
    desk.call("audit.result", repo="acme/shop", pr=101, result="reverted")
    second = audited(desk, repo, "two", {"shop/cart.py": "x = 1\n"}, "Something else.", 102)
    (prior,) = second["kb"]["prior_audits"]
    assert "a request that was reverted" in prior["reasons"]


def test_the_same_kind_of_claim_alone_is_no_reason_to_remember(desk: Desk, repo: Path) -> None:
    audited(desk, repo, "one", {"a.py": "x = 1\n"}, "- Adds tests. Updates the changelog.", 101)
    second = audited(
        desk, repo, "two", {"b.py": "y = 1\n"}, "- Adds tests. Updates the changelog.", 102
    )
    assert second["kb"]["prior_audits"] == []


def test_a_dry_run_writes_nothing(desk: Desk, repo: Path) -> None:
    run(repo, "checkout", "-q", "-b", "one", "main")
    commit(repo, TRUE)
    answer = desk.call("audit.range", range="main..HEAD", repo=str(repo), dry_run=True)
    assert "file" not in answer["verdict"]
    assert desk.call("audit.list")["total"] == 0


def test_a_secret_in_a_message_is_in_no_file(desk: Desk, repo: Path) -> None:
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    found = audited(desk, repo, "one", TRUE, f"- Removes `old_rate` for {key}.", 101)
    written = Path(found["file"]).read_text()
    assert key not in written
    assert key not in json.dumps(desk.call("audit.list"))


def test_a_patch_that_is_tried_on_a_repository_leaves_nothing_in_it(desk: Desk, repo: Path) -> None:
    commit(repo, {"shop/cart.py": "def total_price(): ...\n"}, "Drop the rest")
    patch = repo.parent / "change.patch"
    patch.write_text(run(repo, "diff", "HEAD", "HEAD~1"))
    before = {path: path.read_bytes() for path in sorted(repo.rglob("*")) if path.is_file()}
    found = desk.call("audit.patch", file=str(patch), repo=str(repo), title="Add `legacy_total`")
    after = {path: path.read_bytes() for path in sorted(repo.rglob("*")) if path.is_file()}
    assert after == before
    verdict = found["verdict"]
    assert verdict["repo"] == {"host": "git.example.com", "name": "acme/shop"}
    assert [one["result"] for one in verdict["claims"]] == ["verified"]


def test_a_patch_is_tried_in_a_second_work_tree_and_on_a_shallow_clone(
    desk: Desk, repo: Path
) -> None:
    commit(repo, {"shop/cart.py": "def total_price(): ...\n"}, "Drop the rest")
    patch = repo.parent / "change.patch"
    patch.write_text(run(repo, "diff", "HEAD", "HEAD~1"))
    run(repo, "worktree", "add", "-q", "../second", "-b", "second")
    run(repo, "clone", "-q", "--depth", "1", f"file://{repo}", "../shallow")
    for place in ("second", "shallow"):
        found = desk.call("audit.patch", file=str(patch), repo=str(repo.parent / place),
                          title="Add `legacy_total`", dry_run=True)  # fmt: skip
        assert [one["result"] for one in found["verdict"]["claims"]] == ["verified"]


def report(line: int) -> str:
    place = {"artifactLocation": {"uri": "shop/cart.py"}, "region": {"startLine": line}}
    result = {
        "ruleId": "E1", "level": "error", "message": {"text": "too long"},
        "locations": [{"physicalLocation": place}],
    }  # fmt: skip
    run = {"tool": {"driver": {"name": "ruff"}}, "results": [result]}
    return json.dumps({"version": "2.1.0", "runs": [run]})


def test_reports_of_linters_count_on_lines_that_came_and_an_unread_one_is_never_a_yes(
    desk: Desk, repo: Path
) -> None:
    run(repo, "checkout", "-q", "-b", "one", "main")
    commit(repo, TRUE)
    new, old, bad = (repo.parent / f"{name}.sarif" for name in ("new", "old", "bad"))
    new.write_text(report(4))
    old.write_text(report(1))
    bad.write_text("no report")
    how: dict[str, Any] = {"range": "main..HEAD", "repo": str(repo), "dry_run": True}
    told = desk.call("audit.range", sarif=[str(new)], **how)
    assert [one["rule"] for one in told["verdict"]["findings"]] == ["lint.ruff.e1"]
    assert not told["ok"]
    again = desk.call("audit.range", sarif=[str(new)], sarif_base=[str(old)], **how)
    assert again["ok"]
    unread = desk.call("audit.range", sarif=[str(new), str(bad)], **how)["verdict"]
    assert (unread["status"], unread["overall"]) == ("incomplete", "request_changes")


def filed(desk: Desk, title: str, text: str, **more: str) -> str:
    asked = desk.call("audit.playbook", title=title, text=text, **more)
    desk.call("approve", id=asked["proposal"])
    return str(title)


def test_a_playbook_comes_up_where_it_is_for_the_change_once_somebody_agreed(
    books: Desk, repo: Path
) -> None:
    waiting = books.call("audit.playbook", title="Carts", text="Ask Ann.", applies_to="shop/c*.py")
    first = audited(books, repo, "one", {"shop/cart.py": "x = 1\n"}, "Nothing.", 101)
    assert first["kb"]["playbooks"] == []
    books.call("approve", id=waiting["proposal"])
    filed(books, "Ships", "Ask Bob.", applies_to="shop/ship.py")
    second = audited(books, repo, "two", {"shop/cart.py": "x = 2\n"}, "Nothing.", 102)
    (known,) = second["kb"]["playbooks"]
    assert (known["title"], known["why"]) == ("Carts", "it is for shop/cart.py")
    (told,) = [one for one in second["findings"] if one["rule"] == "kb.playbook"]
    assert (told["severity"], told["kb_refs"]) == ("info", [known["id"]])
    assert second["kb"]["mode"] == "hybrid"


def test_what_a_playbook_tells_to_write_is_held_against_a_version_that_moved(
    books: Desk, repo: Path
) -> None:
    wheel(wheel(repo.parent / "wheels", OLD), NEW)
    code = "```python\nimport netty\nnetty.Client(proxies={})\n```\n"
    filed(books, "Proxies", f"Say it so:\n\n{code}")
    filed(books, "Times", "```python\nimport netty\nnetty.Client(timeout=1)\n```\n")
    commit(repo, {"requirements.txt": f"netty=={OLD}\n"})
    moved = audited(books, repo, "one", {"requirements.txt": f"netty=={NEW}\n"}, "Moves it.", 101)
    (told,) = [one for one in moved["findings"] if one["check"] == "drift"]
    assert told["message"] == f"netty: `Client(proxies=)` removed {OLD}->{NEW}; 1 playbook uses it"
    (row,) = moved["kb"]["drift"]
    assert (row["status"], row["was"], row["now"]) == (
        "removed", "netty.Client(auth=, proxies=, timeout=)", "netty.Client(auth=, timeout=)"
    )  # fmt: skip


def noted(desk: Desk, repo: Path, writer: Any, how: str) -> dict[str, Any]:
    """The verdict on a branch where the engine says this."""
    from passdown.ops.audit import audit_range

    values = {**desk.app.settings.values, "audit.inference": Setting(how, "flag")}
    ctx = desk.app._ctx(ALICE, ALL, replace(desk.app.settings, values=values), lambda _: None)
    given = {"range": "main..HEAD", "repo": str(repo), "dry_run": True}
    found: dict[str, Any] = audit_range.run(replace(ctx, writer=lambda: writer), given)["verdict"]
    return found


def test_no_model_is_asked_unless_somebody_said_so(desk: Desk, repo: Path) -> None:
    run(repo, "checkout", "-q", "-b", "one", "main")
    commit(repo, {"shop/cart.py": "x = 1\n"})
    note = {"path": "shop/cart.py", "line": 1, "message": "It is named x.", "cites": []}
    writer = Says({"findings": [note]})
    off = noted(desk, repo, writer, "off")
    assert writer.asked == []
    assert {one["name"]: one["reason"] for one in off["checks"]}["inference"] == (
        "audit.inference is off"
    )
    on = noted(desk, repo, writer, "on")
    assert [(one["rule"], one["severity"]) for one in on["findings"]] == [("inference", "info")]
    assert (on["overall"], on["metrics"]["llm"]["used"]) == ("approve", True)
    assert len(writer.asked) == 1
    writer.name = "none"
    required = noted(desk, repo, writer, "required")
    assert (required["status"], required["overall"]) == ("incomplete", "request_changes")


def test_the_first_audits_of_a_repository_may_only_note_what_they_would_have_said(
    repo: Path, tmp_path: Path
) -> None:
    home, clock = tmp_path / "quiet", VirtualClock()
    flags = {"audit.observer": "", "audit.shadow_audits": "1"}
    made = Desk(App(places(str(home / "s.db"), home), clock=clock, flags=flags), clock)
    first = audited(made, repo, "one", TRUE, BODY, 101)
    assert (first["overall"], first["shadow"]) == ("approve", {"would_be": "request_changes"})
    assert first["one_liner"] == "only noted yet: it would be request_changes"
    assert {one["severity"] for one in first["findings"]} == {"shadow"}
    second = audited(made, repo, "two", {**TRUE, "notes.txt": "x\n"}, BODY, 102)
    assert (second["overall"], second["shadow"]) == ("request_changes", {})
    made.close()


def test_what_was_dismissed_is_in_nobodys_way_any_more(desk: Desk, repo: Path) -> None:
    body = "- Removes `old_rate`."
    first = audited(desk, repo, "one", TRUE, body, 101)
    (found,) = [one for one in first["findings"] if one["rule"] == "claims.removes"]
    desk.call("audit.feedback", id=first["audit_key"], finding=found["fp"], verdict="dismissed")
    second = audited(desk, repo, "two", {**TRUE, "notes.txt": "x\n"}, body, 102)
    assert (first["overall"], second["overall"]) == ("request_changes", "approve")
    assert {one["name"]: one["status"] for one in second["checks"]}["claims"] == "pass"
