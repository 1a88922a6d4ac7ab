"""Claims about tests: that there are some, how many, and what only running them can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.stages.audit.change import Proof
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.said import Said

Answer = tuple[str, str, "Sequence[Proof]"]


def adds(claim: Said, change: Change) -> Answer:
    """Test code came."""
    if change.new_tests:
        path, test = change.new_tests[0]
        said = f"{len(change.new_tests)} new tests" if len(change.new_tests) > 1 else "a new test"
        return "verified", said, [Proof(path, test.line, test.name, "a new test")]
    if change.more_cases:
        return "verified", f"{change.more_cases} new cases of tests that were there", ()
    for file in change.facts.files:
        if sorts.test(file.path) and file.added:
            first = file.added[0]
            return (
                "verified",
                "test code came",
                [Proof(file.path, first.n, first.text, "test code")],
            )
    if any(file.binary and sorts.test(file.path) for file in change.facts.files):
        return "unverifiable", "only binary files of tests came", ()
    if not _has_tests(change):
        return "unverifiable", "this repository has no tests that are known as such", ()
    return "refuted", "no test code came with this change", [_summary(change)]


def counted(claim: Said, change: Change) -> Answer:
    """As many tests came as were told, or more."""
    told = int(claim.args["n"])
    got = sum(test.cases for _, test in change.new_tests) + change.more_cases
    proof = [
        Proof(path, test.line, test.name, "a new test") for path, test in change.new_tests[:12]
    ]
    if got >= told:
        return "verified", f"{got} new tests, {told} told", proof
    if change.open_tests or _unread(claim, change, got):
        return "unverifiable", f"{got} new tests; how many cases they are only a run tells", proof
    if not got and not _has_tests(change):
        return "unverifiable", "this repository has no tests that are known as such", ()
    return "refuted", f"{told} tests told, {got or 'none'} came", proof or [_summary(change)]


def regression(claim: Said, change: Change) -> Answer:
    """A test that fails without the change needs a run; without any test it is no use running."""
    result, why, evidence = adds(claim, change)
    if result == "verified":
        return "not_run", f"{why}; whether it fails without the change, a run tells", evidence
    return result, why, evidence


def unrun(claim: Said, change: Change) -> Answer:
    """What only a run can tell."""
    return "not_run", "the tests were not run", ()


def _unread(claim: Said, change: Change, got: int) -> bool:
    """Whether what came to tests may be cases that no function stands for: rows of a table where
    cases are told, files of data where no test came."""
    files = [file.path for file in change.facts.files if sorts.test(file.path) and file.added]
    if "case" in claim.words.casefold():
        return bool(files)
    return not got and any(not sorts.CODE.search(path) for path in files)


def _has_tests(change: Change) -> bool:
    """Whether tests are found here by their names; a bare patch is trusted to."""
    return change.after is None or any(sorts.test(path) for path in change.after.paths)


def _summary(change: Change) -> Proof:
    paths = [file.path for file in change.facts.files]
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return Proof(paths[0] if paths else "", 0, ", ".join(paths[:5]) + more, "all that changed")
