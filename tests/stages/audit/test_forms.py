"""A verdict in the forms that others take: nothing in it acts, nothing of it approves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.stages.audit import forge, sarif, told

PLACE = {"path": "src/a b.py", "line": 3, "text": "x = 1", "note": "came"}


def finding(n: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": f"f{n}", "rule": "claims.removes", "check": "claims", "severity": "warn",
        "confidence": 1.0, "message": f"finding {n}", "locations": [PLACE], "claim_ids": [],
        "kb_refs": [], "fp": f"f{n}", "evidence_digest": "e", "state": "new", "reason": "", **more,
    }  # fmt: skip


def verdict(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "audit_key": "k1", "repo": {"host": "git.example.com", "name": "acme/shop"}, "pr": 7,
        "head_sha": "0" * 40, "overall": "request_changes", "status": "complete",
        "one_liner": "one line", "claims": [], "findings": list(findings),
        "checks": [{"name": "static", "status": "pass", "reason": ""}], "kb": {"prior_audits": []},
        **more,
    }  # fmt: skip


def test_sarif_has_one_run_with_stable_rules_levels_and_fingerprints() -> None:
    found = sarif.sarif(verdict(
        finding(1), finding(2, severity="block", rule="secret"), finding(3, severity="info"),
        finding(4, severity="shadow"), finding(5, locations=[]),
        finding(6, state="suppressed", reason="called by name"),
    ), "1.0")  # fmt: skip
    (run,) = found["runs"]
    results = run["results"]
    assert found["version"] == "2.1.0"
    assert run["automationDetails"]["id"] == "kb-audit/acme/shop"
    assert [one["level"] for one in results] == ["warning", "error", "note", "warning"]
    assert {one["ruleId"] for one in results} == {r["id"] for r in run["tool"]["driver"]["rules"]}
    assert all(one["partialFingerprints"]["kbFinding/v1"] for one in results)
    assert results[-1]["suppressions"][0]["justification"] == "called by name"
    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/a%20b.py"
    assert place["region"]["startLine"] == 3
    json.dumps(found)


def test_sarif_of_a_whole_file_is_at_its_first_line_and_never_out_of_the_repository() -> None:
    whole, outside = {**PLACE, "line": 0}, {**PLACE, "path": "/etc/x"}
    told_of = verdict(finding(1, locations=[whole]), finding(2, locations=[outside]))
    found = sarif.sarif(told_of, "1.0")
    (one,) = found["runs"][0]["results"]
    assert one["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_hundred_and_twenty_notes_are_sent_as_fifty_fifty_and_twenty() -> None:
    parts = list(forge.check_run(verdict(*(finding(n) for n in range(120)))))
    assert [len(part["output"]["annotations"]) for part in parts] == [50, 50, 20]
    assert {part["conclusion"] for part in parts} == {"failure"}
    assert all(len(part["output"]["text"]) <= 65_000 for part in parts)


@pytest.mark.parametrize(
    ("overall", "status", "conclusion", "state"),
    [
        ("approve", "complete", "success", "success"),
        ("request_changes", "complete", "failure", "failure"),
        ("block", "complete", "failure", "failure"),
        ("approve", "incomplete", "action_required", "error"),
        ("block", "incomplete", "action_required", "error"),
    ],
)
def test_a_check_never_ends_neutral_and_only_a_complete_yes_ends_well(
    overall: str, status: str, conclusion: str, state: str
) -> None:
    one = verdict(overall=overall, status=status)
    assert forge.conclusion(one) == conclusion
    assert forge.commit_status(one)["state"] == state


@pytest.mark.parametrize("overall", ["approve", "request_changes", "block"])
def test_a_review_never_approves(overall: str) -> None:
    assert forge.review(verdict(overall=overall))["event"] in ("COMMENT", "REQUEST_CHANGES")


def test_words_of_others_are_words_in_a_comment() -> None:
    evil = (
        "<img src=x onerror=alert(1)> @everyone [a](http://evil) | `x` <!-- --> ![i](http://evil)"
    )
    body = told.markdown(verdict(finding(1, message=evil), one_liner=evil))
    assert "<img" not in body
    assert "@everyone" not in body
    assert "](http" not in body
    assert body.count("<!--") == 1
    assert body.startswith("<!-- passdown:audit k1 -->")


def test_the_comment_of_an_earlier_audit_is_found_again_to_be_edited() -> None:
    mine = {"id": 2, "body": told.markdown(verdict())}
    assert forge.ours([{"id": 1, "body": "hello"}, mine]) is mine
    assert forge.ours([{"id": 1, "body": None}]) is None


def test_a_comment_is_cut_to_what_a_forge_takes() -> None:
    long = verdict(*(finding(n, message="word " * 30) for n in range(2000)))
    assert len(told.markdown(long)) <= told.LONGEST


def test_four_checks_are_shown_each_as_good_as_the_worst_of_its_parts() -> None:
    def check(name: str, status: str, reason: str = "") -> dict[str, str]:
        return {"name": name, "status": status, "reason": reason}

    told_of = verdict(checks=[
        check("claims", "fail"), check("static", "pass"), check("sarif", "error", "no SARIF"),
        check("dynamic", "skipped", "off"), check("kb_query", "pass"),
        check("drift", "pass", "unknown: x"), check("inference", "timeout"),
    ])  # fmt: skip
    assert told.four(told_of) == [
        check("static", "error", "no SARIF"), check("dynamic", "skipped", "off"),
        check("inference", "timeout"), check("kb_query", "pass", "unknown: x"),
    ]  # fmt: skip
    assert "static: error · dynamic: skipped · inference: timeout · kb_query: pass" in (
        told.markdown(told_of)
    )
