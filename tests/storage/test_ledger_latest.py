"""The last entries of a name about questions, in every backend: as by going through all."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from passdown.domain.entry import Entry
from passdown.domain.proposal import Proposal
from passdown.domain.scope import ALL, Sight
from passdown.storage.port import Store

AT = "2026-11-21T03:15:00.000Z"
SCOPES, LOOPS, PEOPLE = ("global", "repo:a"), ("one", "other"), ("ann", "bob")
YES, NO = "promotion.approved", "promotion.rejected"


@pytest.fixture
def asked(store: Store) -> dict[str, Proposal]:
    """Questions of two loops and scopes; entries about them, about nothing, and by two people."""
    chance, bare = random.Random(7), Proposal("", "", "ADD", {}, (), "x", AT, AT, "global", "t")
    every = [
        replace(bare, id=f"{n:032x}", loop=LOOPS[n % 2], scope=SCOPES[n // 2 % 2]) for n in range(8)
    ]
    with store.write(ALL) as tx:
        for one in every:
            tx.queue.add(one)
        for n in range(60):
            subject = chance.choice([*(one.id for one in every), "nothing"])
            tx.ledger.append(chance.choice((YES, NO)), chance.choice(PEOPLE), subject, {"n": n})
    return {one.id: one for one in every}


@pytest.mark.parametrize("sight", [ALL, Sight(("repo:a",))], ids=["all", "some"])
@pytest.mark.parametrize("by", ["", *PEOPLE, "nobody"])
@pytest.mark.parametrize("loop", ["", *LOOPS, "none"])
def test_they_are_those_of_all_entries_newest_first(
    store: Store, asked: dict[str, Proposal], loop: str, by: str, sight: Sight
) -> None:
    with store.read(ALL) as tx:
        every = tx.ledger.entries()

    def fits(entry: Entry) -> bool:
        of = asked.get(entry.subject)
        return (
            of is not None
            and entry.name == YES
            and by in ("", entry.actor)
            and loop in ("", of.loop)
            and sight.sees(of.scope)
        )

    with store.read(sight) as tx:
        for before, after, limit in ((1000, 0, 1000), (40, 10, 1000), (1000, 0, 3), (5, 50, 9)):
            found = tx.ledger.latest(YES, before=before, after=after, loop=loop, by=by, limit=limit)
            wanted = [one for one in reversed(every) if after < one.seq < before and fits(one)]
            assert found == wanted[:limit]
