"""Batches into the store: observations, sessions and cursors in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.contract.reader import SessionFacts
from passdown.domain.observation import Observation, Session
from passdown.domain.scope import ALL
from passdown.stages.observe.forgotten import sieved
from passdown.stages.observe.outcome import fold, outcome
from passdown.stages.observe.sums import add

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from passdown.domain.clock import At
    from passdown.domain.scope import Scope
    from passdown.stages.observe.draw import Batch
    from passdown.stages.observe.stamp import Stamped
    from passdown.storage.port import Observations, Store

SIGNS = "signs"
"""Where a session's meta keeps what its outcome is derived from."""
NOTHING: Mapping[str, str] = {}
SUMS = "sums"
"""Where it keeps what the session took."""


class Kept(NamedTuple):
    """What became of one batch: what was new, how much was known, and whose it was; how much of
    it was forgotten by a person, and how much is older than what is kept."""

    batch: Batch
    new: list[Stamped]
    known: int
    sessions: set[str]
    forgotten: int = 0
    expired: int = 0


def keep(
    store: Store,
    batches: Sequence[Batch],
    *,
    again: bool = False,
    young: At = "",
    about: Mapping[str, str] = NOTHING,
) -> list[Kept]:
    """Store them all or none; what is known already is not stored twice. With `again` also what
    was forgotten; with `young` nothing older. `about` is kept of each session."""
    with store.write(ALL) as tx:
        return [
            _keep(tx.observations, batch, about)._replace(forgotten=forgotten, expired=expired)
            for batch, forgotten, expired in (
                sieved(tx, batch, again=again, since=young) for batch in batches
            )
        ]


def _keep(into: Observations, batch: Batch, about: Mapping[str, str]) -> Kept:
    facts: dict[str, list[SessionFacts]] = {}
    items: dict[str, list[Stamped]] = {}
    for one in batch.facts:
        facts.setdefault(one.id, []).append(one)
    for id in {one.item.session for one in batch.items} if about else ():
        facts.setdefault(id, []).append(SessionFacts(id, meta=dict(about)))
    for stamped in batch.items:
        items.setdefault(stamped.item.session, []).append(stamped)
    new: list[Stamped] = []
    for id in dict.fromkeys((*facts, *items)):
        new += _session(into, batch.format, id, facts.get(id, []), items.get(id, []))
    if batch.source is not None:
        into.put_source(batch.source)
    return Kept(batch, new, len(batch.items) - len(new), set(items))


def _session(
    into: Observations, format: str, id: str, facts: list[SessionFacts], items: list[Stamped]
) -> list[Stamped]:
    homes = into.homes(stamped.item.uid for stamped in items)
    items = [stamped for stamped in items if stamped.item.uid not in homes]
    session = settled(into.session(id) or Session(id, format), facts, [s.item for s in items])
    session = _resumed(session, homes.values())
    seen = [_in_scope(s.item, session.scope) for s in items]
    fresh = _fresh(into, seen, into.add(session, seen))
    told = _with_sums(_with_outcome(session, fresh), fresh)
    if told != session:
        into.add(told, [])
    if len(fresh) == len(items):
        return items
    new = {item.uid for _, item in fresh}
    once = {stamped.item.uid: stamped for stamped in reversed(items)}
    return [stamped for stamped in reversed(once.values()) if stamped.item.uid in new]


def _in_scope(item: Observation, scope: Scope) -> Observation:
    """The observation in its session's scope, which an earlier reading may have settled."""
    return item if item.scope == scope else replace(item, scope=scope)


def _resumed(session: Session, homes: Iterable[str]) -> Session:
    """A session that repeats what another one said goes on from there."""
    others = sorted({home for home in homes if home != session.id})
    return replace(session, parent=others[0]) if others and not session.parent else session


def _fresh(
    into: Observations, seen: list[Observation], seqs: list[int]
) -> list[tuple[int, Observation]]:
    """Those that were new, under their seqs."""
    if len(seqs) == len(seen):
        return list(zip(seqs, seen, strict=True))
    return [(item.seq, item) for item in into.get(seqs)] if seqs else []


def _with_outcome(session: Session, fresh: Iterable[tuple[int, Observation]]) -> Session:
    before: dict[str, Any] = session.meta.get(SIGNS, {})
    signs = fold(before, fresh)
    if signs == before:
        return session
    return replace(session, outcome=outcome(signs)[0], meta={**session.meta, SIGNS: signs})


def _with_sums(session: Session, fresh: list[tuple[int, Observation]]) -> Session:
    if not fresh:
        return session
    sums = add(session.meta.get(SUMS, {}), (item for _, item in fresh), session.model)
    return replace(session, meta={**session.meta, SUMS: sums})


def settled(
    session: Session, facts: Iterable[SessionFacts], items: Iterable[Observation]
) -> Session:
    """The session with what is now known: the first word on a fact stays, times grow apart."""
    told = ""
    for fact in facts:
        told = told or fact.at
        session = replace(
            session,
            agent=session.agent or fact.agent,
            model=session.model or fact.model,
            repo=session.repo or fact.repo,
            branch=session.branch or fact.branch,
            outcome=fact.outcome or session.outcome,
            parent=session.parent or fact.parent,
            meta={**session.meta, **fact.meta},
        )
    times = [session.started_at, session.ended_at, *(item.at for item in items)]
    known = sorted(at for at in times if at) or [told]
    return replace(session, started_at=known[0], ended_at=known[-1])
