"""The nineteen scenarios that an auditor is accepted by: which test is which, and those that stand
nowhere else."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passdown.app import App
from passdown.stages.audit import keep
from passdown.stages.audit.judge import judge
from passdown.stages.audit.said import Text
from passdown.stages.audit.verdict import Subject, Verdict
from passdown.testing import VirtualClock
from passdown.text.redact import Redactor
from tests.desk import Desk, places
from tests.stages.audit.repo import change, commit, init, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TESTS = Path(__file__).parents[1]
SCENARIOS = {
    1: (
        "test_a_second_run_knows_the_first_by_id_and_what_people_said",
        "test_a_dismissed_claim_that_is_false_elsewhere_is_shown_and_weighs_less",
    ),
    2: (
        "test_the_same_head_twice_is_one_verdict_one_row_one_event",
        "test_the_same_again_is_said_once",
    ),
    3: (
        "test_a_regression_test_is_borne_out_by_running_it_and_a_rebase_runs_nothing_again",
        "test_a_patch_id_survives_a_rebase",
    ),
    4: (
        "test_every_hunk_of_a_file_is_kept",
        "test_paths_modes_renames_binaries_and_endings_are_as_git_has_them",
        "test_counts_equal_numstat_on_changes_made_at_random",
        "test_counts_equal_numstat_on_five_hundred_real_commits",
    ),
    5: (
        "test_a_ticked_box_without_tests_is_refuted_and_an_unticked_one_is_silent",
        "test_fifteen_new_tests_are_fifteen_or_more",
        "test_a_test_inside_a_rust_file_is_a_test",
    ),
    6: ("test_what_is_told_deleted_and_came_is_refuted_with_both",),
    7: (
        "test_what_a_later_step_takes_back_is_a_note_at_most_and_a_program_accuses_nobody",
        "test_a_later_step_of_a_squash_takes_an_early_one_back",
    ),
    8: (
        "test_a_test_that_passes_without_the_change_too_refutes_it",
        "test_a_test_that_fails_without_the_change_and_passes_with_it_bears_it_out",
    ),
    9: (
        "test_a_change_that_weakens_its_own_checks_is_blocked_with_each_way",
        "test_a_change_cannot_ask_for_its_own_run_nor_change_how_it_is_done",
    ),
    10: ("test_nothing_of_a_fork_is_run_and_nothing_that_it_prints_is_told",),
    11: (
        "test_words_that_order_about_change_no_verdict",
        "test_a_model_that_is_down_leaves_the_verdict_as_it_is_unless_it_was_required",
    ),
    12: (
        "test_the_same_delivery_has_the_same_answer_and_no_second_audit",
        "test_a_push_to_a_request_is_known_by_either_name",
        "test_a_bad_seal_is_refused_before_anything_is_read",
        "test_what_a_failing_forge_did_not_take_a_worker_says_later_once",
    ),
    13: (
        "test_every_log_has_what_the_standard_asks_for_and_nothing_else",
        "test_a_hundred_and_twenty_notes_are_sent_as_fifty_fifty_and_twenty",
        "test_a_check_never_ends_neutral_and_only_a_complete_yes_ends_well",
    ),
    14: ("test_killed_between_any_two_steps_the_next_audit_leaves_one_of_each",),
    15: (
        "test_only_playbooks_that_use_what_went_are_told_of",
        "test_a_bump_of_which_nothing_that_is_used_changed_is_one_line",
        "test_a_version_that_is_nowhere_is_unknown_and_accuses_nobody",
    ),
    16: (
        "test_a_block_is_asked_for_at_thirty_five_of_thirty_five_and_not_before",
        "test_a_rule_rises_by_a_yes_and_falls_by_three_dismissals",
    ),
    17: (
        "test_of_a_hundred_unrelated_changes_five_at_most_bring_a_playbook",
        "test_a_change_of_the_paths_it_is_for_brings_it_whatever_search_says",
    ),
    18: (
        "test_what_a_service_or_a_check_starts_is_production",
        "test_a_broken_file_and_one_of_comments_are_told",
    ),
    19: ("test_what_is_loaded_by_a_name_put_together_is_production_and_may_not_go",),
}
"""By name: wherever it stands."""
SQUASHED = (
    "Carts (#12)\n\n* add `turbo_mode` option\n* adds 3 tests\n* remove `calm_mode`\n"
    "* remove `turbo_mode` again\n"
)
BUMP = (
    "Bumps netty from 0.27.2 to 0.28.1.\n\n## Release notes\n- Removes `legacy_add()`.\n"
    "- Adds 12 tests. No breaking changes. All tests pass.\n"
)


@cache
def named() -> frozenset[str]:
    """Every test there is."""
    texts = (path.read_text() for path in TESTS.rglob("test_*.py"))
    return frozenset(name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.M))


@pytest.mark.parametrize("n", range(1, 20))
def test_a_scenario_has_the_tests_that_the_table_names(n: int) -> None:
    assert SCENARIOS[n]
    assert set(SCENARIOS[n]) <= named()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    home, clock = tmp_path / "desk", VirtualClock()
    app = App(places(str(home / "s.db"), home), clock=clock, flags={"audit.observer": ""})
    made = Desk(app, clock)
    yield made
    made.close()


def judged(
    root: Path, before: Mapping[str, str], after: Mapping[str, str | None], body: str, by: str = ""
) -> Verdict:
    repo = init(root / "repo")
    base = commit(repo, before)
    head = commit(repo, after)
    subject = Subject("acme/shop", base, head, pr=7)
    return judge(subject, [Text("body", body, by)], change(repo, base, head), Redactor(b"k"), "")


def test_what_is_told_deleted_and_came_is_refuted_with_both(tmp_path: Path) -> None:
    before = {"old.py": "def far_away(): ...\n", "tests/test_a.py": "def test_a(): ...\n"}
    after: dict[str, str | None] = {
        "old.py": None, "new.py": "def far_away(): ...\n\n\ndef slack_hook(): ...\n",
    }  # fmt: skip
    found = judged(tmp_path, before, after, "- Delete `slack_hook`.")
    (claim,) = found.claims
    assert claim.result == "refuted"
    assert [(at.path, at.line) for at in claim.evidence][:1] == [("new.py", 4)]
    (told,) = found.findings
    assert "slack_hook" in told.message


def test_what_a_later_step_takes_back_is_a_note_at_most_and_a_program_accuses_nobody(
    tmp_path: Path,
) -> None:
    before = {"cart.py": "def calm_mode(): ...\n", "requirements.txt": "netty==0.27.2\n",
              "tests/test_a.py": "def test_a(): ...\n"}  # fmt: skip
    found = judged(tmp_path, before, {"cart.py": "def calm_mode(): ...\nx = 1\n"}, SQUASHED)
    results = {(one.claim.kind, one.claim.object): one.result for one in found.claims}
    assert results["adds_symbol", "turbo_mode"] == "superseded"
    assert results["removes", "calm_mode"] == results["n_tests", ""] == "refuted"
    assert {one.severity for one in found.findings} == {"info"}
    assert found.overall == "approve"
    bumped: dict[str, str | None] = {"requirements.txt": "netty==0.28.1\n"}
    found = judged(tmp_path / "b", before, bumped, BUMP, "dependabot[bot]")
    assert [(one.claim.kind, one.result) for one in found.claims] == [("bump", "verified")]
    assert found.findings == ()


@pytest.mark.parametrize(
    "broken", ["oops\n", '{"kind": "audit"}\nno json\n{"kind": "x"}\n', "\xff\n"]
)
def test_an_outcomes_file_that_cannot_be_read_keeps_no_audit_from_being_done(
    desk: Desk, tmp_path: Path, broken: str
) -> None:
    repo = init(tmp_path / "repo")
    commit(repo, {"cart.py": "def old_rate(): ...\n"})
    run(repo, "checkout", "-q", "-b", "topic")
    commit(repo, {"cart.py": "def old_rate(): ...\nx = 1\n"}, "Removes `old_rate`")
    assert desk.call("stats")["by_source"]["auditor"] == 0
    file = desk.app.places.root / keep.OUTCOMES
    file.parent.mkdir(parents=True)
    file.write_bytes(broken.encode("latin-1"))
    asked: dict[str, Any] = {"range": "main..HEAD", "repo": str(repo), "pr": 7}
    found = desk.call("audit.range", **asked)["verdict"]
    assert found["overall"] == "request_changes"
    (check,) = [one for one in found["checks"] if one["name"] == "kb_query"]
    assert check["status"] == "error"
    assert "not JSON" in check["reason"]
    assert Path(found["file"]).is_file()
    assert file.read_bytes().startswith(broken.encode("latin-1"))
    assert desk.call("stats")["by_source"]["auditor"] == 1
    again = desk.call("audit.range", **asked)["verdict"]
    assert again["ts"] == found["ts"]
    assert desk.call("stats")["by_source"]["auditor"] == 1


@pytest.mark.parametrize("lost", ["row", "event", "both"])
def test_what_an_interruption_left_undone_is_done_once_by_the_next(
    desk: Desk, tmp_path: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = init(tmp_path / "repo")
    commit(repo, {"cart.py": "x = 1\n"})
    run(repo, "checkout", "-q", "-b", "topic")
    commit(repo, {"cart.py": "x = 2\n"}, "Two")
    asked: dict[str, Any] = {"range": "main..HEAD", "repo": str(repo), "pr": 7}
    steps = {"row": ("_noted",), "event": ("_observed",), "both": ("_noted", "_observed")}
    with monkeypatch.context() as patch:
        for step in steps[lost]:
            patch.setattr(f"passdown.ops.auditing.{step}", lambda ctx, verdict: [])
        desk.call("audit.range", **asked)
    for _ in range(2):
        desk.call("audit.range", **asked)
    file = desk.app.places.root / keep.OUTCOMES
    assert [json.loads(row)["kind"] for row in file.read_text().splitlines()] == ["audit"]
    assert keep.broken_at(file) == 0
    assert desk.call("stats")["by_source"]["auditor"] == 1
