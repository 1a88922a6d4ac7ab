"""What a page would have offered since it could have been written, and how one did that was."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from passdown.contract.loop import EXAMPLES, Outcome, Replay, over_time
from passdown.loops.themes.claims import aliases, named
from passdown.loops.themes.kinds import check
from passdown.loops.themes.page import count
from passdown.loops.themes.payload import Alias, Payload, Relate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.observation import Observation
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.loops.themes.claims import Claim
    from passdown.loops.themes.payload import Page


class Recurrence(NamedTuple):
    """A session in which two of the names came up, and where the second one did."""

    session: str
    at: Observation


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """Sessions after the theme could have been known in which two of its names or more came up
    again: what the page would have offered them, and when. Invalid for a kind of page that there
    is not."""
    if isinstance(payload, Alias):
        return _of_names((payload.name, payload.alias), corpus)
    if isinstance(payload, Relate):
        return _of_names((payload.source, payload.target), corpus)
    check(payload, settings)
    claims = named(corpus, settings, payload.claims)
    since = known_at(list(claims.values()), payload, settings)
    if not since:
        return Replay("It is not known when this could have been written.")
    again = recurrences(payload.entities, corpus, since)
    first = f", first on {again[0].at.at[:10]}" if again else ""
    then = sum(one.since <= since for one in payload.statements)
    offered = f"The page would have offered {count(then, 'statement')} that were known then."
    return Replay(
        sentence=(
            f"Could have been written on {since[:10]}: two or more of its names came up again in"
            f" {count(len(again), 'later session')}{first}. {offered}"
        ),
        right=len(again),
        right_examples=tuple(one.at.seq for one in again[:EXAMPLES]),
        metrics={"later_sessions": float(_later(corpus, since)), "known_then": float(then)},
        when=over_time((one.at for one in again), ()),
    )


def known_at(claims: Sequence[Claim], page: Page, settings: Settings) -> At:
    """When so many claims of so many sessions had been said as a theme needs, or all of them."""
    least = min(settings.whole("themes.min_claims"), len(claims))
    sessions: set[str] = set()
    wanted = settings.whole("themes.min_sessions")
    at = ""
    for n, claim in enumerate(sorted(claims, key=lambda one: (one.at, one.key)), 1):
        sessions.update(claim.sessions)
        at = claim.at
        if n >= least and len(sessions) >= wanted:
            break
    return at


def recurrences(names: Iterable[str], corpus: Corpus, since: At) -> list[Recurrence]:
    """Sessions in which two of these names came up later than that, in their order."""
    heard = _heard(names, corpus, since)
    found = [_second(session, firsts) for session, firsts in heard.items() if len(firsts) > 1]
    return sorted(found, key=lambda one: (one.at.at, one.session))


def outcome(proposal: Proposal, corpus: Corpus, settings: Settings, since: At) -> Outcome | None:
    """Of the sessions since in which one of its names came up, those in which two did: a theme is
    one while its names keep coming together; None while none came up."""
    payload: Payload = msgspec.convert(proposal.payload, Payload)
    if isinstance(payload, Alias | Relate):
        return None
    heard = _heard(payload.entities, corpus, since)
    both = sum(len(firsts) > 1 for firsts in heard.values())
    if not heard:
        return None
    told = f"Its names came up in {count(len(heard), 'session')} since, together in {both}."
    return Outcome(2 * both / len(heard) - 1, len(heard), told)


def _heard(names: Iterable[str], corpus: Corpus, since: At) -> dict[str, dict[str, Observation]]:
    """Of each session later than that, which of the names came up, and where first."""
    also: dict[str, list[str]] = defaultdict(list)
    for alias, name in aliases(corpus).items():
        also[name].append(alias)
    heard: dict[str, dict[str, Observation]] = defaultdict(dict)
    for name in dict.fromkeys(names):
        every = (o for key in (name, *sorted(also[name])) for o in corpus.by_entity(key))
        for one in sorted(every, key=lambda o: (o.at, o.seq)):
            if one.at > since:
                heard[one.session].setdefault(name, one)
    return heard


def _second(session: str, firsts: dict[str, Observation]) -> Recurrence:
    _, second, *_ = sorted(firsts.values(), key=lambda o: (o.at, o.seq))
    return Recurrence(session, second)


def _later(corpus: Corpus, since: At) -> int:
    return sum(session.started_at > since for session in corpus.sessions())


def _of_names(names: tuple[str, str], corpus: Corpus) -> Replay:
    first, second = ({o.session for o in corpus.by_entity(name)} for name in names)
    both = len(first & second)
    return Replay(
        f"`{names[0]}` came up in {count(len(first), 'session')}, `{names[1]}` in {len(second)},"
        f" both in {both}.",
        metrics={"both": float(both)},
    )
