"""Whether an audit catches what a change says falsely, and lets what is true alone.

Changes that are made here: each says true things of itself, and each of those is turned into a
falsehood of its own: a count too high, a name that is still there, a dependency that came. With
data, the true claims of real requests are laid over other requests of the same repository, too, and
what a real, merged request is warned of is counted: it was merged, so it is a false alarm until
somebody reads it. Then what goes wrong with real requests: those that were reverted later, fixes
applied in reverse, descriptions of another request that touches the same files.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from evals import Measured
from evals._changes import FALSE, TRUE, large, made
from evals._misfits import hard_negatives, reversed_fixes, reverted
from evals._requests import Request, back, requests
from passdown.stages.audit import said
from passdown.stages.audit.change import Change
from passdown.stages.audit.finding import of_claims
from passdown.stages.audit.hold import Held, hold
from passdown.stages.audit.judge import judge, symbols
from passdown.stages.audit.playbooks import Book, about, choose
from passdown.stages.audit.said import Text
from passdown.stages.audit.verdict import Subject
from passdown.text.redact import Redactor

READS_DATA = True
SEED = 7
OTHERS = 3
"""Requests of the same repository that each true claim is laid over."""
BOOKS = 12
"""Playbooks that are made of descriptions."""


def measure(data: Path | None) -> Measured:
    """What is caught, what is wrongly refuted, and what one audit takes."""
    with TemporaryDirectory() as folder:
        figures = {**_planted(Path(folder)), **_speed(Path(folder))}
    real = list(requests(data / "pr_audit")) if data else []
    if real:
        figures |= _merged(real) | _transplanted(real) | _brought(real)
        figures |= reverted(real) | reversed_fixes(real) | hard_negatives(real)
    return Measured(figures, len(real) or int(figures["planted"]))


def _planted(folder: Path) -> dict[str, float]:
    true, false, undone = [], [], []
    for one in made(folder):
        undone += [held.result for held in _held(TRUE, back(one.change)) if held.claim.specific]
        true += [held.result for held in _held(TRUE, one.change)]
        false += [held.result for held in _held(FALSE, one.change)]
    return {
        "planted": len(false),
        "caught": round(false.count("refuted") / len(false), 3),
        "true_refuted": round(true.count("refuted") / len(true), 3),
        "true_verified": round(true.count("verified") / len(true), 3),
        "undone_caught": round(undone.count("refuted") / len(undone), 3),
    }


def _held(body: str, change: Change) -> Sequence[Held]:
    return hold(said.claims([Text("body", body)]), change)


def _speed(folder: Path) -> dict[str, float]:
    """An audit of 500 lines in a repository of 5,000 files, without running anything of it."""
    change = large(folder / "large")
    start = process_time()
    judge(Subject("a/b", "", "0" * 40), [Text("body", TRUE + FALSE)], change, Redactor(b"k"), "")
    return {"large_cpu_s": round(process_time() - start, 3)}


def _merged(requests: Sequence[Request]) -> dict[str, float]:
    held = [one for request in requests for one in hold(request.claims, request.change)]
    warned = sum(
        any(one.severity in ("warn", "block") for one in of_claims(hold(r.claims, r.change)))
        for r in requests
    )
    return {
        "real": len(requests),
        "real_claims": len(held),
        "real_refuted": sum(one.result == "refuted" for one in held),
        "warnings_per_100": round(100 * warned / len(requests), 3),
    }


def _transplanted(requests: Sequence[Request]) -> dict[str, float]:
    """True claims over other changes: one that names something is false there but for chance."""
    dice = random.Random(SEED)
    results = []
    for request in requests:
        others = [one for one in requests if one.repo == request.repo and one is not request]
        for claim in [one.claim for one in hold(request.claims, request.change)
                      if one.result == "verified"]:  # fmt: skip
            for other in dice.sample(others, min(OTHERS, len(others))):
                results.append((claim.specific, hold([claim], other.change)[0].result))
    specific = [result for names, result in results if names]
    return {
        "laid_over": len(results),
        "laid_over_caught": _share([result for _, result in results]),
        "laid_over_specific": len(specific),
        "laid_over_specific_caught": _share(specific),
    }


def _brought(requests: Sequence[Request]) -> dict[str, float]:
    """Playbooks that real requests bring though they are other repositories': what chance does,
    by words alone. Requests of the rest are both the past and what is asked about."""
    dice = random.Random(SEED)
    repos = sorted({one.repo for one in requests})
    theirs = frozenset(dice.sample(repos, len(repos) // 4))
    foreign = [one for one in requests if one.repo in theirs]
    rest = [one for one in requests if one.repo not in theirs]
    dice.shuffle(rest)
    books = [_book(one) for one in dice.sample(foreign, min(BOOKS, len(foreign)))]
    rows = [_row(one) for one in rest]
    past, asked = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    every = [book.id for book in books]
    found = [choose(about(row["paths"], row["symbols"]), books, every, past) for row in asked]
    return {
        "playbooks_asked": len(asked),
        "playbooks_by_chance_per_100": round(100 * sum(map(len, found)) / len(asked), 3),
    }


def _book(one: Request) -> Book:
    return Book(one.id, "", one.text)


def _row(one: Request) -> dict[str, Any]:
    paths = [file.path for file in one.change.facts.files]
    return {"paths": paths, "symbols": symbols(one.change)}


def _share(results: Sequence[str]) -> float:
    return round(results.count("refuted") / len(results), 3) if results else float("nan")
