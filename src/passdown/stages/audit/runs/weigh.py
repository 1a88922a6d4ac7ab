"""What follows from how tests ended with a change and without it: for its claims, and for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import Finding, digest, of_claims
from passdown.stages.audit.hold import NOT_RUN, REFUTED, VERIFIED
from passdown.stages.audit.runs.junit import BROKEN, FAILED, PASSED
from passdown.stages.audit.runs.which import is_of, key
from passdown.text.earned import INFO, WARN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.hold import Held
    from passdown.stages.audit.runs.record import Record

BAD = (FAILED, BROKEN)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Ends:
    """The tests by what became of them: `broken` pass without the change and fail with it, `flaky`
    fail and pass with it, `old` fail with it and without it."""

    broken: tuple[str, ...]
    flaky: tuple[str, ...]
    old: tuple[str, ...]
    passed: int


def ends(record: Record) -> Ends:
    """What became of each test that ran with the change. One that fails is tried again twice: as
    most of the three tries end, so it ended."""
    broken: list[str] = []
    flaky: list[str] = []
    old: list[str] = []
    for name, end in record.head.items():
        if end not in BAD:
            continue
        tries = [end, *(one.get(name, end) for one in record.again)]
        bad = sum(one in BAD for one in tries)
        if bad < len(tries):
            flaky.append(name)
        if 2 * bad > len(tries):
            (old if _fails(record, name) else broken).append(name)
    passed = sum(end == PASSED for end in record.head.values())
    return Ends(tuple(broken), tuple(flaky), tuple(old), passed)


def told(record: Record) -> str:
    """The run in a line."""
    became = ends(record)
    what = "tests" if record.suite else "tests about the change"
    parts = [f"{became.passed} of {len(record.head)} {what} pass"]
    if became.old:
        parts.append(f"{len(became.old)} fail without it, too")
    if record.covered is not None and record.covered.lines:
        parts.append(f"{record.covered.run} of {record.covered.lines} new lines are run")
    elif record.uncovered:
        parts.append(f"coverage not measured: {record.uncovered}")
    return "; ".join(parts)


def findings(record: Record, change: Change) -> Iterator[Finding]:
    """The tests that the change breaks, and those that nobody can rely on."""
    became, new = ends(record), _new(change)
    broken = [name for name in became.broken if not any(is_of(name, one) for one in new)]
    if broken:
        count = f"{len(broken)} tests fail" if len(broken) > 1 else "a test fails"
        message = f"{count} with this change and not without it: {broken[0]}"[:200]
        yield Finding("dynamic.broken", "dynamic", WARN, message,
                      digest("dynamic.broken", *sorted(broken)[:SHOWN]), 1.0,
                      _shown(change, broken))  # fmt: skip
    if became.flaky:
        message = f"fails and passes by turns: {', '.join(became.flaky[:3])}"[:200]
        yield Finding("dynamic.flaky", "dynamic", INFO, message,
                      digest("dynamic.flaky", *sorted(became.flaky)[:SHOWN]), 1.0,
                      _shown(change, became.flaky), most=INFO)  # fmt: skip


def claims(record: Record, change: Change, held: Sequence[Held]) -> tuple[Held, ...]:
    """Each claim with what the run says of it, where it says anything."""
    known = {
        "regression_test": lambda one: _regression(record, change),
        "tests_pass": lambda one: _pass(record, change, 0),
        "n_pass": lambda one: _pass(record, change, int(one.claim.args["n"])),
        "no_behavior_change": lambda one: _same(record, change),
    }
    found = []
    for one in held:
        said = known[one.claim.kind](one) if one.claim.kind in known else None
        found.append(replace(one, result=said[0], why=said[1], evidence=said[2] or one.evidence)
                     if said and one.result not in (REFUTED, "superseded") else one)  # fmt: skip
    return tuple(found)


def refuted(before: Sequence[Held], after: Sequence[Held]) -> list[Finding]:
    """What is to be said of claims that the run refutes."""
    return list(of_claims(now for was, now in zip(before, after, strict=True)
                          if now.result == REFUTED and was.result != REFUTED))  # fmt: skip


def _regression(record: Record, change: Change) -> tuple[str, str, tuple[Proof, ...]] | None:
    """A test of a fault fails without the change and passes with it."""
    new = _new(change)
    mine = {name: end for name, end in record.head.items() if any(is_of(name, one) for one in new)}
    if not mine:
        return NOT_RUN, "none of the new tests was run", ()
    bad = [name for name in ends(record).broken + ends(record).old if name in mine]
    if bad:
        return REFUTED, f"{bad[0]} fails with the change", _shown(change, bad[:1])
    telling = [name for name, end in mine.items() if end == PASSED and _fails(record, name)]
    if telling:
        return VERIFIED, f"{telling[0]} fails without the change", _shown(change, telling[:1])
    passed = [name for name in mine if record.base.get(name) == PASSED]
    if len(passed) == len(mine):
        count = f"all {len(passed)} new tests pass" if len(passed) > 1 else "the new test passes"
        return REFUTED, f"{count} without the change, too", _shown(change, passed)
    return NOT_RUN, "whether the new tests fail without the change is not known", ()


def _pass(record: Record, change: Change, n: int) -> tuple[str, str, tuple[Proof, ...]] | None:
    """All tests pass, and as many as were told."""
    became = ends(record)
    if became.broken:
        return REFUTED, f"{became.broken[0]} fails", _shown(change, became.broken)
    if not record.suite:
        return NOT_RUN, f"{told(record)}; the others were not run", ()
    if became.old:
        return "unverifiable", f"{became.old[0]} fails, as it does without the change", ()
    if became.passed < n:
        return REFUTED, f"{n} told, {became.passed} pass", ()
    return VERIFIED, f"{became.passed} tests pass", ()


def _same(record: Record, change: Change) -> tuple[str, str, tuple[Proof, ...]] | None:
    """A test that nobody touched, and that fails now, says that something is another."""
    touched = {file.after.removesuffix(".py").replace("/", ".") for file in change.facts.files}
    broken = [name for name in ends(record).broken
              if not any(name.startswith((f"{one}::", f"{one}.")) for one in touched)]  # fmt: skip
    if not broken:
        return None
    return REFUTED, f"{broken[0]} failed not before", _shown(change, broken)


def _fails(record: Record, name: str) -> bool:
    """Whether a test fails without the change: it ends badly, or its file cannot be read there."""
    if name in record.base:
        return record.base[name] in BAD
    place = name.partition("::")[0]
    return any(end == BROKEN and "::" not in one and (place == one or place.startswith(f"{one}."))
               for one, end in record.base.items())  # fmt: skip


def _new(change: Change) -> list[str]:
    return [key(path, test) for path, test in change.new_tests if path.endswith(".py")]


def _shown(change: Change, names: Sequence[str]) -> tuple[Proof, ...]:
    return tuple(Proof(_file(change, name), 0, name, "this test") for name in names[:SHOWN])


def _file(change: Change, name: str) -> str:
    """The file that a test stands in; '' where its name does not tell."""
    place = name.partition("::")[0]
    while place and change.after is not None:
        path = f"{place.replace('.', '/')}.py"
        if change.after.has(path):
            return path
        place = place.rpartition(".")[0]
    return ""
