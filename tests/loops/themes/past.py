"""Stores in which claims were approved that name things together."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from passdown.domain.clock import later
from passdown.domain.observation import Observation, Seen, Session, Trust
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.testing import START, Transcript, World, person, transcript
from passdown.text.entities import keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.storage.port import Store, Tx

MARK = "known: "
"""A person's sentence that begins so is an approved claim in these stores."""

PAIR = (
    "`billing_api` must start before `ledger_db` is migrated",
    "The timeout of `billing_api` is longer than that of `ledger_db`",
    "Restarting `ledger_db` leaves `billing_api` with stale connections",
    "Only the owner of `ledger_db` may rotate the keys of `billing_api`",
    "Load tests of `billing_api` need a copy of `ledger_db`",
)
"""Five claims about the same two names."""


def sessions(texts: Sequence[str] = PAIR, many: int = 3, at: str = START) -> list[Transcript]:
    """These statements over so many sessions, a day apart."""
    return [
        transcript(
            f"t{n}",
            *(person(MARK + text) for text in texts[n::many]),
            at=later(at, days=n),
        )
        for n in range(many)
    ]


def approved(world: World) -> None:
    """Every marked sentence as an approved claim, once."""
    for one in world.corpus().observations(kinds=(Seen.PROMPT,)):
        if one.text.startswith(MARK):
            claim(world.store, one)


def claim(store: Store, one: Observation, **facts: Any) -> Record:
    """What an observation says as an approved claim; as it is where there is one."""
    text = one.text.removeprefix(MARK)
    key = f"{abs(hash_of(text)):012x}"[:12]
    with store.write(ALL) as tx:
        before = tx.knowledge.get("claim", key)
        if before is not None:
            return before
        body = {
            "category": facts.pop("category", "fact"),
            "quotes": [{"seq": one.seq, "start": 0, "end": len(one.text)}],
            "sessions": [one.session],
            "entities": list(keys(text)),
        }
        known = {"scope": one.scope, "confidence": 0.9, "valid_from": one.at, **facts}
        record = Record("claim", key, text, body, created_at=tx.now, updated_at=tx.now, **known)
        return kept(tx, record)


def kept(tx: Tx, record: Record) -> Record:
    """The record as an approval leaves it, in knowledge and in the ledger."""
    now = tx.knowledge.put(record)
    detail = {"how": "put", "proposal": "", "record": asdict(now)}
    tx.ledger.append(f"{now.kind}.updated", "alice", now.id, detail)
    return now


def hash_of(text: str) -> int:
    """A number that a text always has."""
    from hashlib import sha256

    return int(sha256(text.encode()).hexdigest()[:12], 16)


def say(
    world: World, text: str, session: str, *, flags: tuple[str, ...] = (), **facts: Any
) -> Record:
    """One more approved claim, said in this session."""
    at = world.clock.now()
    with world.store.write(ALL) as tx:
        item = Observation(
            session,
            f"u{hash_of(text)}",
            Seen.PROMPT,
            MARK + text,
            at=at,
            trust=Trust.HUMAN,
            flags=flags,
        )
        (seq,) = tx.observations.add(Session(session, "told", started_at=at), [item])
        (one,) = tx.observations.get([seq])
    return claim(world.store, one, **facts)


def end(world: World, record: Record, life: Life = Life.SUPERSEDED) -> None:
    """A claim that is in force no more."""
    with world.store.write(ALL) as tx:
        now = tx.knowledge.get(record.kind, record.key)
        assert now is not None
        kept(tx, replace(now, life=life))
