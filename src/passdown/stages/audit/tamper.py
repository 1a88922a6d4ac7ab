"""Tests and gates made weaker: what a change must not do on the quiet, seen in its lines alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.stages.audit import masked
from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import Finding, at
from passdown.text import sorts
from passdown.text.earned import BLOCK, INFO, WARN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Line, Touched

CHECK = "static"
OWN = re.compile(r"(?:^|/)(?:\.passdown/|passdown\.toml\Z|\.passdown\.toml\Z)")
"""The auditor's own configuration: it is read from the base, whatever a change says."""

_SKIPS = re.compile(
    r"@(?:pytest\.mark\.|unittest\.)?(?:skip|xfail|skipIf|skipUnless)\b|\bpytest\.(?:skip|xfail)\(|"
    r"\bself\.skipTest\(|\b(?:it|test|describe)\.(?:skip|todo|failing)\(|\b(?:xit|xdescribe|xtest)\(|"
    r"#\[ignore\b|\bt\.Skip(?:f|Now)?\("
)
_FOCUSES = re.compile(r"\b(?:it|test|describe)\.only\(|\b(?:fit|fdescribe)\(")
_BAR = re.compile(
    r"(fail[-_]under|coverageThreshold|min[-_]coverage|threshold|max[-_]warnings)\D{0,6}"
    r"(\d+(?:\.\d+)?)",
    re.I,
)
_ASSERTS = re.compile(r"\bassert\w*\b|\bexpect\(|\.should\b|\bassert_\w+!?\(")
_HOLLOW = re.compile(
    r"\bassert\s+(?:True|1)\s*(?:$|#|,)|assertTrue\(True\)|expect\(true\)\.toBe\(true\)"
)
_CHECKS = re.compile(
    r"^(?:-\s+)?(?:(?:run|script|command|commands|entry)\s*[:=]\s*)?(?:[\w./-]+ run |python3? -m )?"
    r"[\"']?(pytest|tox|nox|coverage|unittest|ruff|mypy|pyright|flake8|pylint|eslint|tsc|vitest|jest|"
    r"pre-commit|golangci-lint|ctest|(?:npm|yarn|pnpm|go|cargo|mvn|gradle|make|just) (?:run )?"
    r"(?:test|lint|check|vet|clippy|verify))\b(?![\w-]*\s*(?:[=<>]|:\s*$))"
)
"""A line of a workflow that checks something, and what it does so with."""
_WORD = re.compile(r"[A-Za-z_]\w{3,}")
_RUNNER = re.compile(
    r"(?:^|/)\.?(?:codecov|coverage|nyc|jest|vitest|karma|sonar|lighthouse|stryker)", re.I
)
"""Files in which a plain `threshold` is one that checks must reach."""
_OWNERS = re.compile(r"(?:^|/)CODEOWNERS\Z")


def tampering(change: Change) -> Iterator[Finding]:
    """What the change weakens."""
    for file in change.facts.files:
        yield from _gates(file)
        if sorts.test(file.path) or sorts.test(file.old):
            yield from _tests(file, {test.line for path, test in change.new_tests
                                     if path == file.path})  # fmt: skip
    yield from _deleted(change)
    yield from _unchecked(change)


def _gates(file: Touched) -> Iterator[Finding]:
    if OWN.search(file.path):
        proof = Proof(file.path, 0, "", file.how)
        yield at("tamper.config", CHECK, BLOCK, "changes what audits it; the base's is used", proof)
    if _OWNERS.search(file.path):
        proof = Proof(file.path, 0, "", file.how)
        weight = WARN if file.before else INFO
        yield at("tamper.owners", CHECK, weight, "changes who must agree", proof)
    for line, weight, message in masked.masked(file, _CHECKS):
        yield _of(file, line, "tamper.masked", weight, message)
    yield from _bars(file)


def _tests(file: Touched, fresh_tests: set[int]) -> Iterator[Finding]:
    had = {line.text.strip() for line in file.removed}
    fresh = [line for line in file.added if line.text.strip() not in had]
    were = sum(bool(_SKIPS.search(line.text)) for line in file.removed)
    more = sum(bool(_SKIPS.search(line.text)) for line in file.added) > were
    for line in fresh:
        if _SKIPS.search(line.text) and _within(file, line, fresh_tests):
            yield _of(file, line, "tamper.skipped", INFO, "a new test may be skipped")
        elif _SKIPS.search(line.text) and not more:
            yield _of(file, line, "tamper.skipped", INFO, "a test is skipped in another way")
        elif _SKIPS.search(line.text):
            yield _of(file, line, "tamper.skipped", WARN, "a test is skipped")
        elif _FOCUSES.search(line.text):
            yield _of(file, line, "tamper.focused", WARN, "other tests no longer run beside it")
        elif _HOLLOW.search(line.text):
            yield _of(file, line, "tamper.hollow", WARN, "asserts nothing")
    went = sum(bool(_ASSERTS.search(line.text)) for line in file.removed)
    came = sum(bool(_ASSERTS.search(line.text)) for line in file.added)
    if file.after and file.before and went >= 3 and came == 0:
        proof = Proof(file.path, 0, "", file.how)
        yield at("tamper.asserts", CHECK, INFO, f"{went} assertions went and none came", proof)


def _deleted(change: Change) -> Iterator[Finding]:
    """Tests that went though the code they try did not."""
    gone = change.gone_tests
    lost = [one for one in gone if not any(file.how == "deleted" for file in change.code)]
    if lost and len(lost) > len(change.new_tests) and not _with_code(change):
        path, test = lost[0]
        count = f"{len(lost)} tests went" if len(lost) > 1 else "a test went"
        proof = Proof(path, test.line, test.name, "went")
        yield at("tamper.deleted", CHECK, WARN, f"{count}, and no code that they try", proof)


def _with_code(change: Change) -> bool:
    """Whether something that the lines of tests which went speak of is gone from the code."""
    tests = _words(line for file in change.facts.files for line in file.removed
                   if sorts.test(file.before))  # fmt: skip
    for file in change.code:
        _, after = change.texts(file)
        left = set(_WORD.findall(after)) if after is not None else _words(file.added)
        if (_words(file.removed) & tests) - left:
            return True
    return False


def _words(lines: Iterable[Line]) -> set[str]:
    return {word for line in lines for word in _WORD.findall(line.text)}


def _unchecked(change: Change) -> Iterator[Finding]:
    """What was checked wherever changes are, and is not any more: no line of the change checks
    anything instead, and nothing that is left does so with the same."""
    if change.after is None:
        return
    gates = [file for file in change.facts.files if sorts.ci(file.path) or sorts.ci(file.old)]
    went = {found[1]: (file, line) for file in gates for line in file.removed
            if (found := _CHECKS.match(line.text.strip()))}  # fmt: skip
    came = any(_CHECKS.match(line.text.strip()) for _, line in change.facts.added())
    for name, (file, line) in sorted(went.items()) if not came else ():
        if not any(map(sorts.ci, change.after.naming([name], "*"))):
            proof = Proof(file.path, line.n, line.text.strip()[:300], "went")
            yield at("tamper.gate", CHECK, INFO, f"`{name}` no longer checks changes", proof)


def _bars(file: Touched) -> Iterator[Finding]:
    """A number that checks must reach, made smaller."""
    had = {found[1].casefold(): float(found[2]) for line in file.removed
           for found in _BAR.finditer(line.text)}  # fmt: skip
    if not (sorts.ci(file.path) or sorts.manifest(file.path) or _settings(file.path)):
        return
    for line in file.added:
        for found in _BAR.finditer(line.text):
            name, now = found[1].casefold(), float(found[2])
            if name == "threshold" and not (sorts.ci(file.path) or _RUNNER.search(file.path)):
                continue
            less = now < had.get(name, now)
            more = name.startswith("max") and now > had.get(name, now)
            if more or (less and not name.startswith("max")):
                message = f"`{found[1]}` was {had[name]:g} and is {now:g}"
                yield _of(file, line, "tamper.threshold", WARN, message)


def _settings(path: str) -> bool:
    return path.endswith((".toml", ".cfg", ".ini", ".coveragerc", ".json", ".yml", ".yaml"))


def _within(file: Touched, line: Line, tests: set[int]) -> bool:
    """Whether a line belongs to a test that came with it: all between them came, too."""
    came = {one.n for one in file.added}
    return any(came.issuperset(range(min(n, line.n), max(n, line.n) + 1)) for n in tests)


def _of(file: Touched, line: Line, rule: str, severity: str, message: str) -> Finding:
    return at(rule, CHECK, severity, message, Proof(file.path, line.n, line.text.strip(), "came"))
