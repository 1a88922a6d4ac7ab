"""Detector: what sessions of one repo do in the same order before they end well."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from math import factorial
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.claims.check import of_commands
from passdown.loops.claims.draft import Draft, key, receipt, root
from passdown.loops.claims.verb import deeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation, Session
    from passdown.domain.scope import Scope
    from passdown.loops.claims.verb import Deed

WINDOW = 6
"""So many deeds in a row are looked at together."""
MOST_VERBS = 4
MOST_DEEDS = 2000
"""Deeds of one session that are looked at, its last ones."""
MOST_CANDIDATES = 200
MOST_HABITS = 5
"""Habits of one repo, the best first."""
IN_ORDER, MANY_IN_ORDER = 2 / 3, 1 / 2
"""The least share of the sessions with all its verbs, two or more, that end with them in this
order: of two a coin gives a half, of three a sixth."""
MOSTLY = 1 / 2
"""The least share of the sessions that did its last verb which came to it this way."""
LIFT = 1.5
"""So many times as often as by chance, at the least."""

SUREST = ((8, 0.85), (5, 0.8), (3, 0.75), (2, 0.6))
REPEATED = 0.5
"""How sure a habit is that one session showed, twice and up to its commit or push."""

_GOOD = frozenset({"tests-passed", "committed", "succeeded", "thanked"})
_RELEASING = ("git tag", "gh release create", "gh workflow run")
"""Version control that is no everyday work."""
_CHECKS = re.compile(r"test|spec|lint|check|build|compile|fmt|format|\btsc\b|ruff|mypy|clippy")
"""What is done before a commit."""
_ENDLESS = re.compile(r"\b(?:dev|start|serve|server|preview|watch|storybook|runserver)$")
"""What is started to be looked at, and ends nothing."""
_TAKEN_BACK = re.compile(r"\b(?:remove|rm|delete|reset|revert|uninstall|abort|stop|kill|prune)$")
"""What mends one mishap."""
_SET_UP = re.compile(
    r"(?:npm|pnpm|yarn|bun|pip3?|uv pip|uv|poetry|composer|bundle|gem|brew|apt|apt-get|cargo|go)"
    r" (?:install|ci|add|get|i)\b|.*\b(?:create|init|new|clone)$"
)
"""What is done once before any work."""
_CLOSING = ("git commit", "git push", "gh pr create", "gh pr merge")


class Told(NamedTuple):
    """What one session did that ended well, each verb once in a row."""

    session: str
    deeds: tuple[Deed, ...]

    @property
    def last(self) -> dict[str, int]:
        """Where each verb was done for the last time."""
        return {deed.verb: place for place, deed in enumerate(self.deeds)}


class Habit(NamedTuple):
    """Verbs in their order, and where each session did them: places of its deeds."""

    verbs: tuple[str, ...]
    places: Mapping[str, tuple[tuple[int, ...], ...]]

    @property
    def score(self) -> int:
        """How much it says of how many."""
        return self.times * (len(self.verbs) - 1)

    @property
    def sure(self) -> float:
        """How sure it is: what many sessions show goes before what is longer."""
        return _confidence(len(self.places))

    @property
    def times(self) -> int:
        """In how many sessions; in one session, how often."""
        if len(self.places) > 1:
            return len(self.places)
        return _apart(next(iter(self.places.values())))


def habits(corpus: Corpus) -> Iterator[Draft]:
    """The habits of every repo, the most telling first."""
    for scope, told in _by_repo(corpus).items():
        for habit in _mined(told):
            yield _draft(scope, habit, {one.session: one for one in told})


def _by_repo(corpus: Corpus) -> dict[Scope, list[Told]]:
    found: dict[Scope, list[Told]] = {}
    for session in corpus.sessions():
        # What a session was told to do by another one is no habit of its own.
        if session.repo and root(corpus, session.id) == session.id:
            every = deeds(corpus.in_session(session.id))[-MOST_DEEDS:]
            did = _once_in_a_row(every)
            if did and _ended_well(session, did, every[-1]):
                found.setdefault(session.scope, []).append(Told(session.id, did))
    return found


def worked(items: Sequence[Observation]) -> tuple[Deed, ...]:
    """What worked in a session, each verb once in a row."""
    return _once_in_a_row(deeds(items)[-MOST_DEEDS:])


def _once_in_a_row(every: Sequence[Deed]) -> tuple[Deed, ...]:
    found: list[Deed] = []
    for deed in every:
        if deed.worked and (not found or found[-1].verb != deed.verb):
            found.append(deed)
    return tuple(found)


def _ended_well(session: Session, did: Sequence[Deed], last: Deed) -> bool:
    """Whether it is known to have ended well, committed or pushed, or did well what it did last."""
    if session.outcome in _GOOD or any(deed.verb in _CLOSING for deed in did):
        return True
    return not session.outcome and last.worked


# ---- which sequences are habits


def _mined(told: Sequence[Told]) -> list[Habit]:
    usual = _counts(one.last for one in told)
    found: dict[tuple[str, ...], dict[str, tuple[tuple[int, ...], ...]]] = {}
    for one in told:
        for verbs, places in sequences([deed.verb for deed in one.deeds]).items():
            found.setdefault(verbs, {})[one.session] = places
    every = [Habit(verbs, places) for verbs, places in found.items()]
    held = [h for h in every if _frequent(h) and _telling(h, told, usual)]
    best = sorted(held, key=lambda h: (-h.sure, -h.score, h.verbs))[:MOST_CANDIDATES]
    chosen = _chosen(_closed(best))
    return [h for h in chosen if len(h.places) >= MOSTLY * usual[h.verbs[-1]]]


def sequences(verbs: Sequence[str]) -> dict[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Every order of different verbs within a window, and the places of each."""
    found: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for start in range(len(verbs)):
        near = range(start + 1, min(start + WINDOW, len(verbs)))
        for more in range(1, MOST_VERBS):
            for later in combinations(near, more):
                places = (start, *later)
                names = tuple(verbs[place] for place in places)
                if len(set(names)) == len(names):
                    found.setdefault(names, []).append(places)
    return {names: tuple(places) for names, places in found.items()}


def _counts(every: Iterable[Iterable[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in every:
        for verb in one:
            counts[verb] = counts.get(verb, 0) + 1
    return counts


def _frequent(habit: Habit) -> bool:
    """Seen in two sessions, or twice in one up to where it was committed or pushed."""
    if _begins_again(habit.verbs) or _is_no_way(habit.verbs):
        return False
    of_versions = all(verb.startswith(("git ", "gh ")) for verb in habit.verbs)
    if of_versions and not any(verb in _RELEASING for verb in habit.verbs):
        return False
    if len(habit.places) > 1:
        return True
    closes = habit.verbs[-1] in _CLOSING and len(habit.verbs) > 2
    return closes and habit.times > 1


def _begins_again(verbs: Sequence[str]) -> bool:
    """Whether it commits and then checks: the end of one round and the beginning of the next."""
    done = next((n for n, verb in enumerate(verbs) if verb in _CLOSING), len(verbs))
    return any(_CHECKS.search(verb) for verb in verbs[done:])


def _is_no_way(verbs: Sequence[str]) -> bool:
    """Whether it only sets something up, only starts what is then looked at, or takes back."""
    first, last = verbs[0], verbs[-1]
    return bool(_SET_UP.match(first) or _ENDLESS.search(last) or _TAKEN_BACK.search(last))


def _apart(places: Iterable[tuple[int, ...]]) -> int:
    """How many of these stand one after the other."""
    times, end = 0, -1
    for one in sorted(places, key=lambda p: p[-1]):
        if one[0] > end:
            times, end = times + 1, one[-1]
    return times


def _telling(habit: Habit, told: Sequence[Told], usual: Mapping[str, int]) -> bool:
    """Whether sessions end with the verbs in this order, and do not have them by chance."""
    all_of_them = [one.last for one in told if all(v in one.last for v in habit.verbs)]
    ordered = sum(_rising([last[v] for v in habit.verbs]) for last in all_of_them)
    least = IN_ORDER if len(habit.verbs) == 2 else MANY_IN_ORDER
    return ordered >= least * len(all_of_them) and lift(habit, len(told), usual) >= LIFT


def _rising(places: Sequence[int]) -> bool:
    return all(a < b for a, b in pairwise(places))


def lift(habit: Habit, sessions: int, usual: Mapping[str, int]) -> float:
    """How much more often sessions have it than if each verb were done, and placed, by chance."""
    chance = 1 / factorial(len(habit.verbs))
    for verb in habit.verbs:
        chance *= usual[verb] / sessions
    return len(habit.places) / sessions / chance


def _closed(every: Sequence[Habit]) -> list[Habit]:
    """Those that no longer one covers that is seen as often."""
    return [
        one
        for one in every
        if not any(o.times >= one.times and _within(one.verbs, o.verbs) for o in every)
    ]


def _within(short: Sequence[str], long: Sequence[str]) -> bool:
    rest = iter(long)
    return len(short) < len(long) and all(verb in rest for verb in short)


def _chosen(every: Sequence[Habit]) -> list[Habit]:
    """The best, each with at least half its verbs in none before it."""
    taken: list[Habit] = []
    for one in every:
        shared = max((len(set(one.verbs) & set(t.verbs)) for t in taken), default=0)
        if len(taken) < MOST_HABITS and 2 * shared <= len(one.verbs):
            taken.append(one)
    return taken


# ---- as a question


def sentence(verbs: Sequence[str]) -> str:
    """The habit in one sentence, by its commands."""
    return "Sessions here run " + ", then ".join(f"`{verb}`" for verb in verbs) + "."


def _draft(scope: Scope, habit: Habit, told: Mapping[str, Told]) -> Draft:
    # The last time is the one that the session ended with; the order of sessions is the past's.
    done = [[told[s].deeds[place] for place in places[-1]] for s, places in habit.places.items()]
    if len(done) == 1:
        ((session, places),) = habit.places.items()
        done = [[told[session].deeds[place] for place in one] for one in (places[0], places[-1])]
    return Draft(
        key=key("habit", scope, *habit.verbs),
        text=sentence(habit.verbs),
        category="pattern",
        scope=scope,
        confidence=_confidence(len(habit.places)),
        seen=tuple(deed.done.call for run in done for deed in run),
        quotes=tuple(
            dict.fromkeys(receipt(d.done.call, d.verb.split()[0]) for run in done for d in run)
        ),
        check=of_commands(habit.verbs),
    )


def _confidence(sessions: int) -> float:
    return next((sure for least, sure in SUREST if sessions >= least), REPEATED)
