"""Events in the store: put there with their sums in one transaction; the last ones, and how many.

A source's events of one day are a session. What was counted of them stands with the session, so it
is as true as they are, and goes with them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from passdown.contract.reader import Draft
from passdown.domain.clock import new_id
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.scope import GLOBAL
from passdown.stages.observe.events import SOURCES, Event, event_of, redacted, texts
from passdown.stages.observe.forgotten import UID, forgotten
from passdown.text.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from passdown.domain.clock import At
    from passdown.stages.observe.stamp import Stamp
    from passdown.storage.port import Tx

Json: TypeAlias = dict[str, Any]

FORMAT = "event"
RING = 1000
"""How many of the last events can be asked for."""
TALLY = "events"
"""Where a session's meta keeps what was counted."""
KINDS = 200
"""Kinds of event that are told apart in a session; the rest are `other`."""
OTHER = "other"
UNSAID = "?"
EXTRAS = 50
"""Fields without a name of ours that are kept of one event."""
EVERY = 1_000_000
NAMED = (
    *("source", "event_kind", "endpoint", "duration_ms", "input_summary", "output_summary"),
    *("error", "sig_hash", "staffer_id"),
)
"""What an event is told by, beside its time and success."""

_ID = re.compile("[0-9a-f]{32}")


class Post(NamedTuple):
    """An event as it came, when, and its id where it does not say one itself."""

    raw: Json
    at: At
    id: str = ""


class Stored(NamedTuple):
    """What became of one post; not `new` when it was known."""

    item: Observation
    new: bool


def observed(post: Post, stamp: Stamp, clean: Callable[[str], str]) -> Observation:
    """What may be stored of a post: redacted, cut to what is kept, stamped and flagged."""
    raw = redacted(post.raw, clean)
    if _ID.fullmatch(str(raw.get("event_id", ""))):
        del raw["event_id"]
    event = event_of(raw, post.at)
    session = f"events:{event.source}:{post.at[:10]}"
    item = stamp.observation(_draft(event, session), None, "", GLOBAL).item
    failed = "" if event.success else signature(event.error or event.output_summary)
    flags = tuple(dict.fromkeys((*item.flags, *stamp.flags("\n".join(texts(raw))))))
    return replace(item, uid=_uid(post), signature=failed, flags=flags)


def _draft(event: Event, session: str) -> Draft:
    said = dict.fromkeys((event.input_summary, event.output_summary, event.error))
    return Draft(
        session=session,
        uid="",
        seen=Seen.EVENT,
        text="\n".join(text for text in said if text),
        offset=0,
        length=0,
        at=event.timestamp,
        # Whoever posts is a program, and what it repeats may be anybody's words.
        trust=Trust.AGENT,
        tool=event.endpoint,
        call=event.sig_hash,
        ok=event.success,
        meta=_meta(event),
    )


def put(tx: Tx, items: Sequence[Observation], now: At) -> list[Stored]:
    """Keep those that are not known, in their order, and count them."""
    uids = {item.uid for item in items}
    known = set(tx.observations.homes(uids))
    if marks := forgotten(tx):
        known |= marks.among(UID, uids)
    fresh: dict[str, Observation] = {}
    for item in items:
        if item.uid not in known:
            fresh.setdefault(item.uid, item)
    for id in dict.fromkeys(item.session for item in fresh.values()):
        mine = [item for item in fresh.values() if item.session == id]
        tx.observations.add(_counted(tx, id, mine, now), mine)
    return [Stored(item, fresh.get(item.uid) is item) for item in items]


def row(item: Observation) -> Json:
    """An event as it is shown and written down."""
    named = {name: value for name, value in item.meta.items() if value not in ("", {})}
    meta = named.pop("meta", None)
    found = {"event_id": item.uid, "timestamp": item.at, "success": item.ok, **named}
    if meta:
        found["meta"] = meta
    return {**found, "flags": list(item.flags)} if item.flags else found


def recent(tx: Tx, limit: int, source: str = "") -> list[Observation]:
    """The last events, newest first, at most as many as the ring holds; none in quarantine."""
    most, found = max(0, min(limit, RING)), list[Observation]()
    for sessions in _days(tx, source):
        for session in sessions:
            found += tx.observations.scan(session=session.id, newest=True, limit=most)
        if len(found) >= most:
            break
    return sorted(found, key=lambda item: item.seq, reverse=True)[:most]


def stats(tx: Tx, since: At = "") -> Json:
    """How many there were by source, kind and success, from what stands with the sessions."""
    kinds: dict[tuple[str, str], list[float]] = {}
    unknown = quarantined = 0
    for session in tx.observations.sessions(since=since, format=FORMAT, limit=EVERY):
        tally = session.meta.get(TALLY, {})
        unknown += tally.get("unknown", 0)
        quarantined += tally.get("quarantined", 0)
        for kind, (ok, failed, ms) in tally.get("kinds", {}).items():
            sums = kinds.setdefault((session.agent, kind), [0, 0, 0])
            sums[:] = sums[0] + ok, sums[1] + failed, sums[2] + ms
    rows = [_row(*key, *sums) for key, sums in sorted(kinds.items())]
    return _summed(rows) | {"unknown_sources": unknown, "quarantined": quarantined}


def ring_size(total: int) -> int:
    """How many events `recent` can show when there were so many."""
    return min(total, RING)


def _row(source: str, kind: str, ok: float, failed: float, ms: float) -> Json:
    total = int(ok + failed)
    mean = round(ms / total, 3) if total else 0
    figures = {"total": total, "successes": int(ok), "failures": int(failed)}
    return {"source": source, "event_kind": kind, **figures, "mean_duration_ms": mean}


def _summed(rows: list[Json]) -> Json:
    by_source, by_kind = dict.fromkeys(SOURCES, 0), dict[str, int]()
    for one in rows:
        by_source[one["source"]] = by_source.get(one["source"], 0) + one["total"]
        by_kind[one["event_kind"]] = by_kind.get(one["event_kind"], 0) + one["total"]
    total = sum(by_source.values())
    return {
        "total": total,
        "successes": sum(one["successes"] for one in rows),
        "failures": sum(one["failures"] for one in rows),
        "by_source": by_source,
        "by_kind": by_kind,
        "rows": rows,
        "ring_size": ring_size(total),
    }


def _meta(event: Event) -> Json:
    """All that is known of it but what an observation has a place for."""
    told: Json = {name: getattr(event, name) for name in NAMED}
    extras = event.meta
    kept = dict(list(extras.items())[:EXTRAS])
    if event.unknown:
        told["unknown"] = True
    if len(kept) < len(extras):
        told["left_out"] = len(extras) - len(kept)
    return {**told, "meta": kept}


def _uid(post: Post) -> str:
    """The id it says, as one that holds nothing readable; else the given one, else a new one."""
    said = post.raw.get("event_id")
    id = said if isinstance(said, str) and said else post.id or new_id()
    if _ID.fullmatch(id):
        return id
    return hashlib.sha256(f"event\0{id}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _counted(tx: Tx, id: str, items: Sequence[Observation], now: At) -> Session:
    """The session of these events, with them in its sums."""
    found = tx.observations.session(id)
    session = found or Session(id, FORMAT, agent=id.split(":")[1], started_at=now)
    tally = session.meta.get(TALLY, {"kinds": {}, "unknown": 0, "quarantined": 0})
    for item in items:
        tally["unknown"] += "unknown" in item.meta
        tally["quarantined"] += bool(item.flags)
        _count(tally["kinds"], item)
    return replace(session, ended_at=now, meta={**session.meta, TALLY: tally})


def _count(kinds: Json, item: Observation) -> None:
    kind = item.meta["event_kind"] or UNSAID
    kind = kind if kind in kinds or len(kinds) < KINDS else OTHER
    sums = kinds.setdefault(kind, [0, 0, 0])
    sums[0 if item.ok else 1] += 1
    sums[2] += item.meta["duration_ms"]


def _days(tx: Tx, source: str) -> Iterator[list[Session]]:
    """The sessions of events, those of one day together, the last day first."""
    days: dict[str, list[Session]] = {}
    for session in tx.observations.sessions(format=FORMAT, limit=EVERY):
        if session.agent == (source or session.agent):
            days.setdefault(session.id.rpartition(":")[2], []).append(session)
    return iter(days[day] for day in sorted(days, reverse=True))
