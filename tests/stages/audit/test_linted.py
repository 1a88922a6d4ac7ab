"""What linters said counts on lines that came, once, and only where it is new."""

from __future__ import annotations

import gc
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import Limit, PassdownError, Unreadable
from passdown.stages.audit import linted as stage
from passdown.stages.audit.linted import linted, results
from passdown.stages.audit.rules import standings, usual
from tests.stages.audit.repo import change, commit, init

if TYPE_CHECKING:
    from pathlib import Path

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.finding import Finding

BEFORE = "import os\nimport re\nx = 1\n"
AFTER = "import os\nimport json\nx = 1\ny = 2\n"


def result(line: int, **more: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": line}}
    return {
        "ruleId": "F401", "level": "error", "message": {"text": "imported but unused"},
        "locations": [{"physicalLocation": place}], **more,
    }  # fmt: skip


def report(*found: Any, rules: Any = (), name: str = "Ruff") -> bytes:
    driver = {"name": name, "rules": list(rules)}
    run = {"tool": {"driver": driver}, "results": list(found)}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    repo = init(tmp_path / "repo")
    base = commit(repo, {"a.py": BEFORE, "b.py": "x = 1\n"})
    return change(repo, base, commit(repo, {"a.py": AFTER}))


def found(changed: Change, head: bytes, base: bytes = b"", root: str = "") -> list[Finding]:
    return list(linted(changed, results(head), results(base) if base else (), root))


def test_only_lines_that_came_count_and_the_line_itself_is_shown(changed: Change) -> None:
    (one,) = found(changed, report(result(1), result(2), result(3)))
    assert (one.rule, one.severity, one.check) == ("lint.ruff.f401", "warn", "static")
    assert (one.locations[0].path, one.locations[0].line) == ("a.py", 2)
    assert one.locations[0].text == "import json"


def test_a_place_of_several_lines_counts_by_the_first_that_came(changed: Change) -> None:
    wide = result(1)
    wide["locations"][0]["physicalLocation"]["region"] = {"startLine": 1, "endLine": 4}
    assert [one.locations[0].line for one in found(changed, report(wide))] == [2]


@pytest.mark.parametrize(
    ("level", "severity", "most"),
    [("error", "warn", "block"), ("warning", "info", "warn"), ("note", "info", "info")],
)
def test_a_result_weighs_by_its_level(
    changed: Change, level: str, severity: str, most: str
) -> None:
    (one,) = found(changed, report(result(2, level=level)))
    assert (one.severity, one.most) == (severity, most)


def test_a_level_that_a_result_does_not_say_is_its_rules(changed: Change) -> None:
    rules = [{"id": "F401", "defaultConfiguration": {"level": "error"}}]
    silent = {name: value for name, value in result(2).items() if name != "level"}
    assert found(changed, report(silent, rules=rules))[0].severity == "warn"
    assert found(changed, report(silent))[0].severity == "info"
    by_place = {**silent, "ruleId": "", "ruleIndex": 0}
    assert found(changed, report(by_place, rules=rules))[0].severity == "warn"


@pytest.mark.parametrize(
    "more",
    [
        {"level": "none"}, {"kind": "pass"}, {"baselineState": "unchanged"},
        {"suppressions": [{"kind": "inSource"}]},
        {"locations": []},
        {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "../a.py"},
                                             "region": {"startLine": 2}}}]},
        {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "https://x/a.py"},
                                             "region": {"startLine": 2}}}]},
        {"locations": [{"physicalLocation": {"artifactLocation": {"uri": "b.py"},
                                             "region": {"startLine": 1}}}]},
    ],
)  # fmt: skip
def test_what_asks_for_nothing_or_is_elsewhere_is_left(
    changed: Change, more: dict[str, Any]
) -> None:
    assert found(changed, report(result(2, **more))) == []


def test_what_was_dismissed_but_not_accepted_counts(changed: Change) -> None:
    asked = [{"kind": "external", "status": "underReview"}]
    assert len(found(changed, report(result(2, suppressions=asked)))) == 1


def test_a_fingerprint_that_the_base_has_is_old_and_another_is_new(changed: Change) -> None:
    old = result(1, partialFingerprints={"primaryLocationLineHash": "aa:1"})
    moved = result(2, partialFingerprints={"primaryLocationLineHash": "aa:1"})
    fresh = result(2, partialFingerprints={"primaryLocationLineHash": "bb:1"})
    assert found(changed, report(moved), report(old)) == []
    assert len(found(changed, report(fresh), report(old))) == 1


def test_without_fingerprints_words_tell_and_each_time_counts_once(changed: Change) -> None:
    assert found(changed, report(result(2)), report(result(1))) == []
    two = report(result(2), result(4))
    assert [one.locations[0].line for one in found(changed, two, report(result(1)))] == [4]
    marked = result(2, fingerprints={"v1": "aa"})
    assert found(changed, report(marked), report(result(1))) == []
    assert found(changed, report(result(2)), report(marked)) == []


def test_a_line_that_only_moved_is_no_new_one(tmp_path: Path) -> None:
    repo = init(tmp_path / "repo")
    base = commit(repo, {"a.py": "x = 1\nimport os\n"})
    moved = change(repo, base, commit(repo, {"a.py": "  import   os\nx = 1\n"}))
    assert found(moved, report(result(1))) == []


def test_paths_of_a_machine_are_below_the_repository(changed: Change) -> None:
    place = {"artifactLocation": {"uri": "file:///home/me/my%20shop/a.py"},
             "region": {"startLine": 2}}  # fmt: skip
    told = report(result(2, locations=[{"physicalLocation": place}]))
    assert len(found(changed, told, root="/home/me/my shop")) == 1
    assert found(changed, told, root="/home/you") == []
    assert found(changed, told) == []


def test_a_rule_of_any_linter_has_a_name_that_rules_here_can_have(changed: Change) -> None:
    evil = report(result(2, ruleId="../X <script>\x1b[2J" + "é" * 300), name="My Linter!\n")
    (one,) = found(changed, evil)
    assert one.rule == "lint.my_linter.x_script_2j"
    (named,) = found(
        changed, report(result(2, ruleId="", message={"text": "a\x1b[2J\nb"}), name="")
    )
    assert (named.rule, named.message) == ("lint.linter.rule", "a b")


def test_rules_of_linters_climb_and_fall_like_others() -> None:
    rule = "lint.ruff.f401"
    rows = [{"kind": "audit_feedback", "rule": rule, "audit_key": str(n), "fp": "f",
             "verdict": "dismissed"} for n in range(3)]  # fmt: skip
    (one,) = [one for one in standings(rows, {}) if one.rule == rule]
    assert (usual(rule), one.level) == ("warn", "info")
    assert usual("secret") == ""


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b'"2.1.0"', b'{"version": "1.0"}', b"\xff\xfe",
        b"[" * 200_000, b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        results(data)


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, [[]], [None], {"a": []}])
def test_odd_parts_of_a_report_are_left_out(odd: Any) -> None:
    results(json.dumps({"version": "2.1.0", "runs": odd}).encode())
    for name in ("results", "tool"):
        results(json.dumps({"version": "2.1.0", "runs": [{name: odd}]}).encode())
    results(report(odd, rules=[odd]))
    for name in ("ruleId", "level", "message", "locations", "suppressions", "fingerprints", "rule",
                 "ruleIndex", "kind", "baselineState"):  # fmt: skip
        results(report({**result(2), name: odd}, rules=[odd]))


def test_a_report_beyond_all_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "MOST", 3)
    with pytest.raises(Limit):
        results(report(*(result(2) for _ in range(4))))
    monkeypatch.setattr(stage, "LARGEST", 10)
    with pytest.raises(PassdownError):
        results(report())


def test_time_grows_with_the_report_and_no_faster(changed: Change) -> None:
    def spent(n: int) -> float:
        rules = [{"id": f"R{k}"} for k in range(n)]
        told = report(*(result(2, ruleId=f"R{k}") for k in range(n)), rules=rules)
        gc.disable()  # the collector's time is that of what other tests left behind
        try:
            start = time.process_time()
            assert len(found(changed, told)) == n
            return time.process_time() - start
        finally:
            gc.enable()

    spent(200)
    assert min(spent(4000) for _ in range(3)) < 25 * min(spent(400) for _ in range(3))
