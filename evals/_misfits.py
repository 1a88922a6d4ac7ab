"""What an audit says of real requests that went wrong or that do not do what they say: later
reverted ones, fixes applied in reverse, descriptions of another request that shares files."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from evals._ranked import Groups, interval, within
from evals._requests import Request, found, undone
from passdown.stages.audit import names
from passdown.stages.audit.hold import hold
from passdown.text.earned import BLOCK, INFO, WARN

Figures: TypeAlias = dict[str, float]

SEED = 7
OTHERS = 3
"""Requests that share files which each description is laid over."""
WEIGHTS = {BLOCK: 9, WARN: 3, INFO: 1}
"""What a finding adds to the risk; a refuted claim and a weakened test are findings."""

_FIX = re.compile(r"\W*(?:(?:bug|hot)?fix(?:e[sd])?|bug)\b", re.I)
_WORD = re.compile(r"[A-Za-z_][\w]*")


def reverted(requests: Sequence[Request]) -> Figures:
    """How often a request that was reverted later is put above one of its repository that was
    not: by what an audit found, and by size alone. Direct commits stand apart."""
    figures: Figures = {}
    for kind, direct in (("requests", False), ("commits", True)):
        mine = [one for one in requests if one.direct == direct]
        by_audit, by_size = _groups(mine, risk), _groups(mine, lambda one: one.size)
        figures[f"reverted_{kind}"] = sum(len(bad) for bad, _ in by_audit.values())
        for name, groups in (("auc", by_audit), ("size_auc", by_size)):
            low, high = interval(groups, SEED)
            figures[f"reverted_{kind}_{name}"] = round(within(groups), 3)
            figures[f"reverted_{kind}_{name}_low"] = round(low, 3)
            figures[f"reverted_{kind}_{name}_high"] = round(high, 3)
    return figures


def risk(one: Request) -> float:
    """What the findings of an audit weigh together."""
    return sum(WEIGHTS[finding.severity] for finding in found(one))


def _groups(requests: Sequence[Request], score: Callable[[Request], float]) -> Groups:
    """Repositories in which some were reverted and some were not."""
    sides: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for one in requests:
        sides[one.repo][not one.reverted].append(score(one))
    return {repo: both for repo, both in sides.items() if both[0] and both[1]}


def reversed_fixes(requests: Sequence[Request]) -> Figures:
    """The share of undone fixes of which an audit finds what it does not find of the fix: of all,
    of those whose description names a word that only came or only went, and of those that claim
    something by its name which holds. Beside them, undone requests of any sort that claim so."""
    fixes = [one for one in requests if _FIX.match(one.text)]
    named = [one for one in fixes if _names(one)]
    return {
        "fixes": len(fixes),
        "fixes_flagged_as_they_are": _share([bool(found(one)) for one in fixes]),
        **_flagged("fixes_undone", fixes),
        **_flagged("named_fixes_undone", named),
        **_flagged("claimed_fixes_undone", [one for one in fixes if _claims(one)]),
        **_flagged("claimed_requests_undone", [one for one in requests if _claims(one)]),
    }


def _flagged(name: str, mine: Sequence[Request]) -> Figures:
    return {name: len(mine), f"{name}_flagged": _share([_differs(one) for one in mine])}


def _differs(one: Request) -> bool:
    """Whether the reverse of a request has a finding that it itself has not."""
    return bool({f.fp for f in found(undone(one))} - {f.fp for f in found(one)})


def _names(one: Request) -> bool:
    change = one.change
    moved = change.came.keys() ^ change.went.keys()
    return any(word in moved and names.distinctive(word) for word in _WORD.findall(one.text))


def _claims(one: Request) -> bool:
    held = hold(one.claims, one.change)
    return any(each.claim.specific and each.result == "verified" for each in held)


def hard_negatives(requests: Sequence[Request]) -> Figures:
    """The share of descriptions with a claim that is refuted over another request of the same
    repository which touches a file that theirs touches, too."""
    pairs = list(_sharing(requests))
    claimed = [(one, other) for one, other in pairs if one.claims]
    specific = [pair for pair in claimed if _claims(pair[0])]
    return {
        "hard_negatives": len(pairs),
        "hard_negatives_flagged": _share([_refuted(*pair) for pair in pairs]),
        "hard_negatives_claiming": len(claimed),
        "hard_negatives_claiming_flagged": _share([_refuted(*pair) for pair in claimed]),
        "hard_negatives_specific": len(specific),
        "hard_negatives_specific_flagged": _share([_refuted(*pair) for pair in specific]),
    }


def _sharing(requests: Sequence[Request]) -> Iterator[tuple[Request, Request]]:
    dice = random.Random(SEED)
    for one in requests:
        others = [
            other for other in requests
            if other.repo == one.repo and other is not one and other.paths & one.paths
        ]  # fmt: skip
        for other in dice.sample(others, min(OTHERS, len(others))):
            yield one, other


def _refuted(one: Request, other: Request) -> bool:
    return any(each.result == "refuted" for each in hold(one.claims, other.change))


def _share(told: Sequence[bool]) -> float:
    return round(sum(told) / len(told), 3) if told else float("nan")
