"""Whether the tests notice small faults in the gate, in apply and in what guards permissions.

python -m evals.mutation [--write] [PATH...]

tries all modules, or only these, and prints each survivor; --write keeps what became of each
module in evals/results/mutation/. The evaluation takes what is kept there, and tries the modules
that changed since.

Each fault (evals/_mutants.py) is tried in a process of its own that was forked after all tests were
collected; it runs only those tests that call the function, the fastest first, until one fails. What
is no part of a function is tried on modules loaded anew. The code is never written to. A fault that
no test can tell is listed with its reason in evals/mutation.toml; every other survivor, and every
reason that is no longer needed, is a miss.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import Measured
from evals._mutants import Mutant, enums, mutants
from evals._trial import Trial, try_all
from evals._tried import Key, Tried, keep, kept, seal, tried

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
    "tests/ops/test_arbiter_asked.py",
    "tests/ops/test_arbiter_budget.py",
    "tests/ops/test_arbiter_turn.py",
    "tests/ops/test_arbitration.py",
    "tests/ops/test_controls.py",
    "tests/ops/test_deciding.py",
    "tests/ops/test_feedback.py",
    "tests/ops/test_forget.py",
    "tests/ops/test_operation.py",
    "tests/ops/test_order.py",
    "tests/ops/test_outcomes.py",
    "tests/ops/test_params.py",
    "tests/ops/test_picking.py",
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


def measure(data: Path | None) -> Measured:
    """Add up what is kept, and try every fault of the modules that changed since."""
    paths = modules(())
    faults = _faults(paths)
    known = {path: kept(path, _seal(path, faults[path])) for path in paths}
    left = [path for path in paths if known[path] is None]
    trials = list(try_all([one for path in left for one in faults[path]], TESTS)) if left else []
    every = [known[path] or tried(path, trials) for path in paths]
    return measured(every, reasons(paths), anew=sum(len(faults[path]) for path in left))


def measured(every: Sequence[Tried], listed: Mapping[Key, str], *, anew: int) -> Measured:
    """How many were noticed, and which were not though no reason is given; `anew` is how many of
    them were tried just now."""
    lived = {key for one in every for key in one.survivors}
    n, survived = sum(one.mutants for one in every), len(lived)
    figures = {
        "mutants": float(n),
        "killed": float(n - survived),
        "survivors": float(survived),
        "survivors_share": round(survived / n, 4) if n else float("nan"),
        "without_a_reason": float(len(lived - listed.keys())),
        "reasons_not_needed": float(len(listed.keys() - lived)),
        "tried_now": float(anew),
    }
    told = {o.path: f"{o.mutants - len(o.survivors)} of {o.mutants}" for o in every}
    return Measured(figures, n, dict(sorted(told.items())))


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


def _faults(paths: Iterable[str]) -> dict[str, list[Mutant]]:
    """Every fault of these modules."""
    members = enums(SOURCE / path for path in modules(()))
    return {path: list(mutants(SOURCE / path, path, members)) for path in paths}


def _seal(path: str, every: Sequence[Mutant]) -> str:
    return seal((SOURCE / path).read_text(), every)


def main(argv: Sequence[str]) -> int:
    """Try the modules named, tell each survivor as it would be listed, and the figures."""
    asked = [word for word in argv if word != "--write"]
    paths = modules(asked)
    listed, faults = reasons(paths), _faults(paths)
    trials = _telling([one for path in paths for one in faults[path]], listed)
    every = []
    for one in by_module(trials, {path: len(faults[path]) for path in paths}):
        every.append(one)
        if len(asked) < len(argv):
            keep(one, _seal(one.path, faults[one.path]))
    found = measured(every, listed, anew=sum(one.mutants for one in every))
    for key in listed.keys() - {key for one in every for key in one.survivors}:
        print(f"# no survivor any more: {key}")
    print(*(f"{name} {value:g}" for name, value in found.figures.items()), sep=", ")
    return 1 if found.figures["without_a_reason"] or found.figures["reasons_not_needed"] else 0


def by_module(trials: Iterable[Trial], wanted: Mapping[str, int]) -> Iterator[Tried]:
    """What became of each module, as soon as all its faults were tried."""
    own: dict[str, list[Trial]] = {path: [] for path in wanted}
    yield from (tried(path, ()) for path, n in wanted.items() if not n)
    for trial in trials:
        path = trial.mutant.path
        own[path].append(trial)
        if len(own[path]) == wanted[path]:
            yield tried(path, own[path])


def _telling(every: Sequence[Mutant], listed: Mapping[Key, str]) -> Iterator[Trial]:
    """Each trial; of a fault that nothing noticed, how it would be listed too."""
    for trial in try_all(every, TESTS):
        if not trial.killed_by:
            known = trial.mutant.key in listed
            print(_told(trial.mutant, "listed" if known else "NOT LISTED"), flush=True)
        yield trial


def _told(one: Mutant, known: str) -> str:
    nth = f"\nnth = {one.nth}" if one.nth > 1 else ""
    return (
        f"# {known}: line {one.line}\n[[survivor]]\npath = '{one.path}'\n"
        f"function = '{one.function}'\nwas = '''{one.was}'''\nnow = '''{one.now}'''{nth}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
