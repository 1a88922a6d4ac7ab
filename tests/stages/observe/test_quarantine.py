"""What was quarantined can be looked at and let go, by name and with a trace."""

from __future__ import annotations

import pytest

from passdown.domain.errors import Invalid, NotFound
from passdown.domain.observation import Observation, Seen, Session
from passdown.domain.scope import ALL
from passdown.stages.observe import quarantine
from passdown.stages.observe.quarantine import held, release
from passdown.storage.port import Store


def fill(store: Store) -> None:
    flags = [(), ("instruction",), ("echo",), ("hidden", "echo"), ()]
    items = [Observation("s", str(n), Seen.PROMPT, f"t{n}", flags=f) for n, f in enumerate(flags)]
    with store.write(ALL) as tx:
        tx.observations.add(Session("s", "f"), items)


def test_only_what_is_flagged_is_listed_however_much_is_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "PAGE", 2)
    fill(store)
    with store.read(ALL) as tx:
        assert [o.seq for o in held(tx)] == [2, 3, 4]
        assert [o.seq for o in held(tx, limit=1)] == [2]
        assert [o.seq for o in held(tx, after=2)] == [3, 4]


def test_what_is_let_go_is_mined_and_the_ledger_says_who_did_it(store: Store) -> None:
    fill(store)
    with store.write(ALL) as tx:
        assert release(tx, 2, "ada").flags == ("instruction",)
        assert tx.observations.get([2])[0].minable
        (entry,) = tx.ledger.entries(name="quarantine.released")
        assert (entry.actor, entry.subject, entry.detail) == (
            "ada",
            "2",
            {"flags": ["instruction"]},
        )


def test_an_echo_stays_an_echo(store: Store) -> None:
    fill(store)
    with store.write(ALL) as tx:
        release(tx, 4, "ada")
        assert tx.observations.get([4])[0].flags == ("echo",)
        with pytest.raises(Invalid, match="never evidence"):
            release(tx, 3, "ada")


def test_what_is_not_held_cannot_be_let_go(store: Store) -> None:
    fill(store)
    with store.write(ALL) as tx:
        with pytest.raises(Invalid, match="not in quarantine"):
            release(tx, 1, "ada")
        with pytest.raises(NotFound):
            release(tx, 99, "ada")
