"""A time split: what was known before a time, and which errors after it came again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median_low
from typing import Any, NamedTuple

from passdown.contract.loop import Finding, Loop
from passdown.domain.observation import Observation, Session
from passdown.domain.settings import Settings
from passdown.stages.mine.past import Past
from passdown.stages.mine.vectors import Lexical, Vectors


class Half(NamedTuple):
    """The sessions of one repo on one side of the time."""

    sessions: list[Session]
    seen: list[Observation]

    @property
    def errors(self) -> set[tuple[str, str]]:
        """Session and signature of every error."""
        return {(one.session, one.signature) for one in self.seen if one.signature}


def preceded(
    loop: Loop[Any], settings: Settings, sessions: Sequence[Session], seen: Iterable[Observation]
) -> tuple[float, dict[str, str]]:
    """The share of the errors after the median time that had occurred before it, for which a claim
    from before it would have been there if it had been approved; and the same for each repo."""
    by_session = defaultdict[str, list[Observation]](list)
    for one in seen:
        if one.minable:
            by_session[one.session].append(one)
    again, warned, told = 0, 0, dict[str, str]()
    for repo, own in sorted(_by_repo(sessions).items()):
        before, after = _halves(own, by_session)
        known = {signature for _, signature in before.errors}
        cured = _cured(loop, settings, before)
        repeats = [signature for _, signature in after.errors if signature in known]
        hits = sum(signature in cured for signature in repeats)
        again, warned = again + len(repeats), warned + hits
        if after.errors:
            told[f"preceded_in_{repo}"] = (
                f"{hits} of {len(repeats)} repeats, {len(after.errors)} errors"
            )
    return round(warned / again, 4) if again else 0.0, told


def _by_repo(sessions: Iterable[Session]) -> dict[str, list[Session]]:
    """The sessions of each repo that has some at two times at least."""
    every = defaultdict[str, list[Session]](list)
    for one in sessions:
        if one.started_at:
            every[one.repo or f"no repo, {one.format}"].append(one)
    return {repo: own for repo, own in every.items() if len({s.started_at for s in own}) > 1}


def _halves(own: list[Session], by_session: dict[str, list[Observation]]) -> tuple[Half, Half]:
    middle = median_low(sorted(one.started_at for one in own))
    sides = [s for s in own if s.started_at <= middle], [s for s in own if s.started_at > middle]
    first, second = (Half(s, [o for one in s for o in by_session[one.id]]) for s in sides)
    return first, second


def _cured(loop: Loop[Any], settings: Settings, before: Half) -> set[str]:
    """The signatures that a claim of that time names the cure of."""
    now = max((one.at for one in before.seen), default="")
    past = Past(now, before.sessions, before.seen, (), Vectors(Lexical()))
    found = (one for one in loop.detect(past, settings) if isinstance(one, Finding))
    cures = (getattr(one.payload, "cure", None) for one in found)
    return {cure.signature for cure in cures if cure is not None}
