"""What goes wrong with requests is counted as it is: reverted, undone, and wrongly described."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals import audit
from evals._changes import TRUE, made
from evals._misfits import hard_negatives, reversed_fixes, reverted
from evals._ranked import auc, interval, within
from evals._requests import COMMITS, REQUESTS, Request, back, found, requests, undone
from passdown.stages.audit.change import Change
from passdown.stages.audit.facts import read

HEAD = "diff --git a/src/{0} b/src/{0}\n--- a/src/{0}\n+++ b/src/{0}\n"
FIXED = HEAD + "@@ -1,3 +1,3 @@\n-def legacy_total():\n+def round_price():\n     return 1\n \n"
OTHER = HEAD + "@@ -1,3 +1,4 @@\n def legacy_total():\n+    x = 1\n     return 1\n \n"
SKIPPED = (
    "diff --git a/tests/test_a.py b/tests/test_a.py\n--- a/tests/test_a.py\n+++ b/tests/test_a.py\n"
    f"@@ -1,2 +1,3 @@\n+@pytest.mark.{'skip'}\n def test_it():\n     assert total() == 1\n"
)
SAYS = "Removes `legacy_total`."


def row(id: str, diff: str, **more: Any) -> dict[str, Any]:
    usual = {"id": id, "repo": "a/b", "title": "Fix the sum", "description": SAYS}
    return {**usual, "reverted": False, "diff": diff, **more}


def written(folder: Path, rows: list[dict[str, Any]], name: str = REQUESTS) -> list[Request]:
    (folder / "pr_audit").mkdir(exist_ok=True)
    (folder / "pr_audit" / name).write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    return list(requests(folder / "pr_audit"))


def test_what_is_put_above_counts_one_and_a_tie_counts_half() -> None:
    assert auc([2, 1], [1, 0]) == 0.875
    assert auc([], [1]) != auc([], [1])


def test_pairs_of_two_repositories_are_never_compared() -> None:
    groups = {"a": ([1.0], [0.0]), "b": ([9.0], [8.0]), "c": ([9.0], list[float]())}
    assert within(groups) == 1
    assert auc([1, 9], [0, 8]) == 0.75


def test_an_interval_holds_what_was_measured_and_is_the_same_again() -> None:
    groups = {str(n): ([1.0, 0.0, 2.0], [0.0, 1.0, 0.0, 1.0]) for n in range(5)}
    low, high = interval(groups, 7)
    assert low < within(groups) < high
    assert (low, high) == interval(groups, 7)


def test_repositories_without_both_sorts_have_no_interval() -> None:
    low, high = interval({"a": ([1.0], [])}, 7)
    assert (low != low, high != high) == (True, True)


def test_a_change_undone_is_what_its_diff_says_backwards() -> None:
    change = Change(read(FIXED.format("a.py").encode()))
    [file] = back(change).facts.files
    assert [line.text for line in file.added] == ["def legacy_total():"]
    assert [line.text for line in file.removed] == ["def round_price():"]
    assert back(back(change)).facts == change.facts


def test_files_that_came_go_and_files_that_went_come(tmp_path: Path) -> None:
    one = next(made(tmp_path))
    forth = {file.path: file.how for file in one.change.facts.files}
    again = {file.path: file.how for file in back(one.change).facts.files}
    assert (forth["docs/prices.md"], again["docs/prices.md"]) == ("added", "deleted")
    assert (forth["src/old_rates.txt"], again["src/old_rates.txt"]) == ("deleted", "added")


def test_everything_a_change_names_is_refuted_once_it_is_undone(tmp_path: Path) -> None:
    one = next(made(tmp_path))
    undone_named = [h for h in audit._held(TRUE, back(one.change)) if h.claim.specific]
    assert undone_named
    assert {held.result for held in undone_named} == {"refuted"}


def test_a_fix_in_reverse_is_flagged_where_its_words_name_what_went(tmp_path: Path) -> None:
    [one] = written(tmp_path, [row("1", FIXED.format("a.py"))])
    assert not found(one)
    assert found(undone(one))
    figures = reversed_fixes([one])
    assert (figures["fixes_flagged_as_they_are"], figures["fixes_undone_flagged"]) == (0, 1)
    assert (figures["claimed_fixes_undone"], figures["claimed_fixes_undone_flagged"]) == (1, 1)


def test_a_fix_that_names_nothing_is_not_counted_among_those_that_do(tmp_path: Path) -> None:
    [one] = written(tmp_path, [row("1", FIXED.format("a.py"), description="It was wrong.")])
    figures = reversed_fixes([one])
    assert (figures["fixes"], figures["named_fixes_undone"]) == (1, 0)
    assert figures["fixes_undone_flagged"] == 0


def test_what_was_reverted_is_compared_with_its_own_repository_only(tmp_path: Path) -> None:
    skipping = row("1", SKIPPED, reverted=True)
    calm = [row(str(n), OTHER.format("a.py"), description="") for n in (2, 3)]
    elsewhere = row("4", SKIPPED, repo="c/d")
    figures = reverted(written(tmp_path, [skipping, *calm, elsewhere]))
    assert (figures["reverted_requests"], figures["reverted_requests_auc"]) == (1, 1)
    assert figures["reverted_requests_auc_low"] == figures["reverted_requests_auc_high"] == 1
    assert figures["reverted_requests_size_auc"] == 0.5
    assert figures["reverted_commits"] == 0


def test_direct_commits_stand_apart_from_requests(tmp_path: Path) -> None:
    rows = [row("1", SKIPPED, reverted=True), row("2", OTHER.format("a.py"), description="")]
    figures = reverted(written(tmp_path, rows, COMMITS))
    assert (figures["reverted_requests"], figures["reverted_commits"]) == (0, 1)
    assert figures["reverted_commits_auc"] == 1


def test_a_description_is_laid_over_requests_that_share_a_file_and_no_others(
    tmp_path: Path,
) -> None:
    rows = [
        row("1", FIXED.format("a.py")),
        row("2", OTHER.format("a.py"), description=""),
        row("3", OTHER.format("b.py"), description=""),
        row("4", OTHER.format("a.py"), description="", repo="c/d"),
    ]
    figures = hard_negatives(written(tmp_path, rows))
    assert (figures["hard_negatives"], figures["hard_negatives_specific"]) == (2, 1)
    assert figures["hard_negatives_specific_flagged"] == 1
    assert figures["hard_negatives_flagged"] == 0.5


def test_a_diff_that_was_cut_is_passed_over(tmp_path: Path) -> None:
    cut = FIXED.format("a.py").removesuffix("     return 1\n \n")
    assert [one.id for one in written(tmp_path, [row("1", cut), row("2", SKIPPED)])] == ["2"]


@pytest.mark.parametrize("name", ["reverted_requests_auc", "fixes_undone", "hard_negatives"])
def test_the_evaluation_tells_them_where_there_is_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(audit, "_planted", lambda _: {"planted": 1.0})
    monkeypatch.setattr(audit, "_speed", lambda _: {})
    monkeypatch.setattr(audit, "_brought", lambda _: {})
    written(tmp_path, [row("1", FIXED.format("a.py")), row("2", OTHER.format("a.py"))])
    assert name in audit.measure(tmp_path).figures
    assert name not in audit.measure(None).figures
