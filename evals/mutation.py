"""Whether the tests notice small faults in the gate, in apply and in what guards permissions.

python -m evals.mutation [PATH...]      only these modules, each survivor printed

Each fault (evals/_mutants.py) is tried in a process of its own that was forked after all tests were
collected; it runs only those tests that call the function, the fastest first, until one fails. What
is no part of a function is tried on modules loaded anew. The work tree is never written to. A fault
that no test can tell is listed with its reason in evals/mutation.toml; every other survivor, and
every reason that is no longer needed, is a miss.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals import Measured
from evals._mutants import Mutant, enums, mutants
from evals._trial import Trial, try_all

READS_DATA = False
NEEDS_DEV = True
ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "passdown"
LISTED = Path(__file__).with_suffix(".toml")
FOLDERS = ("stages/gate", "stages/apply")
FILES = (
    "domain/actor.py",
    "domain/proposal.py",
    "ops/alone.py",
    "ops/arbitration.py",
    "ops/operation.py",
    "ops/review.py",
    "ops/standing.py",
    "ops/trusting.py",
)
TESTS = (
    "tests/domain",
    "tests/ops/test_alike.py",
    "tests/ops/test_alone.py",
    "tests/ops/test_arbiter_budget.py",
    "tests/ops/test_arbitration.py",
    "tests/ops/test_controls.py",
    "tests/ops/test_deciding.py",
    "tests/ops/test_feedback.py",
    "tests/ops/test_forget.py",
    "tests/ops/test_operation.py",
    "tests/ops/test_order.py",
    "tests/ops/test_outcomes.py",
    "tests/ops/test_params.py",
    "tests/ops/test_recall.py",
    "tests/ops/test_review.py",
    "tests/ops/test_session.py",
    "tests/ops/test_standing.py",
    "tests/ops/test_state.py",
    "tests/ops/test_talk.py",
    "tests/ops/test_tiers.py",
    "tests/ops/test_trusting.py",
    "tests/security",
    "tests/stages/apply",
    "tests/stages/gate",
    "tests/stages/propose",
)
"""What may notice them: no test that takes seconds, and none that needs a server."""

Key = tuple[str, str, str, str, int]


def measure(data: Path | None) -> Measured:
    """Try every fault there is."""
    paths = modules(())
    trials = list(try_all(list(_every(paths)), TESTS))
    return measured(trials, reasons(paths))


def measured(trials: Sequence[Trial], listed: dict[Key, str]) -> Measured:
    """How many were noticed, and which were not though no reason is given."""
    lived = {t.mutant.key for t in trials if not t.killed_by}
    n, survived = len(trials), len(lived)
    figures = {
        "mutants": float(n),
        "killed": float(n - survived),
        "survivors": float(survived),
        "survivors_share": round(survived / n, 4) if n else float("nan"),
        "without_a_reason": float(len(lived - listed.keys())),
        "reasons_not_needed": float(len(listed.keys() - lived)),
    }
    modules_told = Counter(t.mutant.path for t in trials)
    told = {path: f"{killed_of(trials, path)} of {every}" for path, every in modules_told.items()}
    return Measured(figures, n, dict(sorted(told.items())))


def killed_of(trials: Sequence[Trial], path: str) -> int:
    """How many faults of one module were noticed."""
    return sum(bool(t.killed_by) for t in trials if t.mutant.path == path)


def modules(asked: Sequence[str]) -> list[str]:
    """The modules that are judged, below passdown/; of these, those that are asked for."""
    every = {*FILES}
    for folder in FOLDERS:
        every |= {str(p.relative_to(SOURCE)) for p in (SOURCE / folder).glob("*.py")}
    if not asked:
        return sorted(every)
    wanted = [one.removeprefix("src/passdown/") for one in asked]
    found = sorted(m for m in every if any(m == w or m.startswith(f"{w}/") for w in wanted))
    if not found:
        raise SystemExit(f"none of {', '.join(asked)} is judged; there are: {', '.join(FOLDERS)}")
    return found


def reasons(paths: Sequence[str]) -> dict[Key, str]:
    """Why no test can tell a fault of these modules, by what the fault is."""
    listed = tomllib.loads(LISTED.read_text())["survivor"]
    return {_key(one): one["reason"] for one in listed if one["path"] in paths}


def _key(one: dict[str, Any]) -> Key:
    return one["path"], one["function"], one["was"], one["now"], one.get("nth", 1)


def _every(paths: Sequence[str]) -> Iterator[Mutant]:
    members = enums(SOURCE / path for path in modules(()))
    for path in paths:
        yield from mutants(SOURCE / path, path, members)


def main(argv: Sequence[str]) -> int:
    """Try the modules named, tell each survivor as it would be listed, and the figures."""
    paths = modules(argv)
    listed, trials = reasons(paths), []
    for trial in try_all(list(_every(paths)), TESTS):
        trials.append(trial)
        if not trial.killed_by:
            known = trial.mutant.key in listed
            print(_told(trial.mutant, "listed" if known else "NOT LISTED"), flush=True)
    found = measured(trials, listed)
    for key in listed.keys() - {t.mutant.key for t in trials if not t.killed_by}:
        print(f"# no survivor any more: {key}")
    print(*(f"{name} {value:g}" for name, value in found.figures.items()), sep=", ")
    return 1 if found.figures["without_a_reason"] or found.figures["reasons_not_needed"] else 0


def _told(one: Mutant, known: str) -> str:
    nth = f"\nnth = {one.nth}" if one.nth > 1 else ""
    return (
        f"# {known}: line {one.line}\n[[survivor]]\npath = '{one.path}'\n"
        f"function = '{one.function}'\nwas = '''{one.was}'''\nnow = '''{one.now}'''{nth}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
