"""Who is known, which tokens there are, and named values, in every backend."""

from __future__ import annotations

import pytest

from passdown.domain.actor import Actor, Kind, Proof, Role, agent, human, system
from passdown.domain.errors import Conflict
from passdown.domain.scope import ALL
from passdown.storage.port import Store


def test_only_humans_are_people(store: Store):
    with store.write(ALL) as tx:
        for actor in (human("b"), agent("x"), system("loop"), human("a"), human("b", Proof.TOKEN)):
            tx.registry.see(actor)
        assert tx.registry.people() == ["a", "b"]


def test_a_token_speaks_for_its_actor_until_it_is_revoked(store: Store):
    reviewer = Actor("ann", Kind.HUMAN, frozenset({Role.REVIEW}), Proof.TOKEN)
    with store.write(ALL) as tx:
        tx.registry.add_token("hash 1", reviewer)
        tx.registry.add_token("hash 2", reviewer)
        tx.registry.add_token("hash 3", agent("bot"))
        held = tx.registry.holders()
        assert [holder.name for holder, _ in held] == ["ann", "ann", "bot"]
        assert held[0] == (reviewer, tx.now)
        assert tx.registry.token("hash 1") == reviewer
        assert tx.registry.token("unknown") is None
        assert tx.registry.revoke("ann") == 2
        assert tx.registry.revoke("ann") == 0
        assert tx.registry.token("hash 2") is None
        assert tx.registry.token("hash 3") == agent("bot")
        assert [holder for holder, _ in tx.registry.holders()] == [agent("bot")]


def test_a_token_is_never_given_out_twice(store: Store):
    with store.write(ALL) as tx:
        tx.registry.add_token("hash", agent("a"))
        tx.registry.revoke("a")
        with pytest.raises(Conflict):
            tx.registry.add_token("hash", agent("b"))
        assert tx.registry.token("hash") is None


def test_a_named_value_is_the_last_one_set(store: Store):
    with store.write(ALL) as tx:
        assert tx.registry.value("a") is None
        tx.registry.keep("a", "1")
        tx.registry.keep("a", "2")
        assert tx.registry.value("a") == "2"
