"""A record that several approvals want stays as it is until the last of them is taken back."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.change import Image, Link, Put
from passdown.domain.errors import Conflict
from passdown.domain.observation import Trust
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.stages.apply.undo import blast, wanted
from passdown.testing import faults, knowledge
from tests.bench import bench
from tests.desk import BOB, Desk
from tests.forgetting import SECRET, agree, forget
from tests.notes import KIND, NOTES, Add, Join, Reword, Shout, edge

if TYPE_CHECKING:
    from passdown.contract import Loop
    from passdown.domain.change import Change

NAME = Record(KIND, "name", "a name", {"aliases": []}, life=Life.ARCHIVED, trust=4)
"""It is not served, as names are not."""
OWN = ("one", "two", "three")


@pytest.fixture
def at() -> Desk:
    """A desk on which a yes to a shout makes a note, and wants that there is a name."""

    def changes(payload: Any, corpus: Any, settings: Any) -> Any:
        if not isinstance(payload, Shout):
            return NOTES.changes(payload, corpus, settings)
        own = Record(KIND, payload.text, payload.text)
        return [Put(own), Put(corpus.record(KIND, "name") or NAME, shared=True)]

    loop: Loop[Any] = replace(NOTES, changes=changes)
    return bench(loops={"notes": loop})


def three(at: Desk) -> list[str]:
    return [agree(at, Shout(text), at.say("x", text)) for text in OWN]


def images(at: Desk, id: str) -> list[Image]:
    with at.store.read(ALL) as tx:
        return [one for one in tx.ledger.images(id) if one.key == "name"]


def reached(at: Desk, id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with at.store.read(ALL) as tx:
        found = blast(tx, id)
    return found.records, found.dependents


def stays(at: Desk, id: str, *without: str) -> bool:
    (image,) = images(at, id)
    with at.store.read(ALL) as tx:
        return wanted(tx, image, without)


def test_who_wants_what_is_there_leaves_it_as_it_is_and_says_so(at: Desk) -> None:
    first = agree(at, Shout("one"), at.say("x", "one"))
    before = at.note("name")
    at.clock.advance(hours=1)
    second = agree(at, Shout("two"), at.say("x", "two"))
    assert before is not None
    assert at.note("name") == before
    assert before.made_by == first
    assert images(at, first) == [Image(first, 1, "bring", KIND, "name", 1, None)]
    assert images(at, second) == [Image(second, 1, "confirm", KIND, "name", 1, asdict(before))]
    with at.store.read(ALL) as tx:
        *_, told = tx.ledger.entries(name="note.updated", subject=before.id)
    assert told.actor == "bob"
    assert told.detail == {"how": "confirm", "proposal": second, "record": asdict(before)}
    assert list(faults(at.store)) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_it_goes_with_the_last_that_wants_it_in_whatever_order(
    at: Desk, order: tuple[int, ...]
) -> None:
    before = knowledge(at.store)
    ids = three(at)
    for n, place in enumerate(order, 1):
        assert stays(at, ids[place]) is (n < 3)
        assert at.call("undo", BOB, id=ids[place]) == {"undone": [ids[place]]}
        assert (at.note("name") is not None) is (n < 3)
        assert list(faults(at.store)) == []
    assert knowledge(at.store) == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_it_is_forgotten_with_the_last_that_wants_it_in_whatever_order(
    at: Desk, order: tuple[int, ...]
) -> None:
    three(at)
    for n, place in enumerate(order, 1):
        forget(at, session=OWN[place])
        assert (at.note("name") is not None) is (n < 3)
        assert at.note(OWN[place]) is None


def test_an_undo_reaches_what_only_it_wants_and_its_own(at: Desk) -> None:
    ids = three(at)
    assert reached(at, ids[1]) == (("note/two",), ())
    assert reached(at, ids[0]) == (("note/one",), ())
    for id in ids[:2]:
        at.call("undo", BOB, id=id)
    assert reached(at, ids[2]) == (("note/name", "note/three"), ())


def test_it_stays_for_those_that_are_not_taken_back_with_it(at: Desk) -> None:
    ids = three(at)
    assert stays(at, ids[0], ids[1])
    assert stays(at, ids[1], ids[0])
    assert not stays(at, ids[0], ids[1], ids[2])
    assert not stays(at, ids[2], ids[1], ids[0])


def test_what_links_it_rests_on_the_last_that_wants_it(at: Desk) -> None:
    ids = three(at)
    agree(at, Add("tea"), at.say("x", "s9"))
    link = agree(at, Join("name", "tea"), at.say("x", "s9"))
    for id in ids[:2]:
        at.call("undo", BOB, id=id)
    assert reached(at, ids[2])[1] == (link,)
    with pytest.raises(Conflict):
        at.call("undo", BOB, id=ids[2])
    assert at.call("undo", BOB, id=ids[2], closure=True)["undone"] == [link, ids[2]]
    assert at.note("name") is None


def test_who_changes_it_makes_all_depend_that_brought_it(at: Desk) -> None:
    first = agree(at, Shout("one"), at.say("x", "one"))
    other = agree(at, Reword("name", "another"), at.say("x", "s9"))
    assert reached(at, first) == (("note/name", "note/one"), (other,))


def test_a_closure_takes_it_though_each_of_them_wants_it(at: Desk) -> None:
    """The second builds on the first one's own note, so both are taken back together."""
    first = agree(at, Shout("one"), at.say("x", "one"))
    second = agree(at, Shout("two"), at.say("x", "two"))
    link = agree(at, Join("one", "two"), at.say("x", "s9"))
    assert reached(at, first) == (("note/one",), (link,))
    at.call("undo", BOB, id=first, closure=True)
    assert at.note("name") is not None
    assert reached(at, second) == (("note/name", "note/two"), ())


def test_what_no_yes_ever_brought_stays_when_all_are_taken_back(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        tx.knowledge.put(NAME)
    before = at.note("name")
    ids = three(at)
    assert all(stays(at, id, *ids) for id in ids)
    for id in ids:
        at.call("undo", BOB, id=id)
    assert at.note("name") == before


def test_what_no_yes_ever_brought_stays_when_all_are_forgotten(at: Desk) -> None:
    with at.store.write(ALL) as tx:
        tx.knowledge.put(NAME)
    before = at.note("name")
    three(at)
    for text in OWN:
        at.call("forget", session=text, confirm=True)
    assert at.note("name") == before


def test_words_of_a_name_that_others_want_are_theirs_too(at: Desk) -> None:
    agree(at, Shout(f"{SECRET} one"), at.say("x", "one"))
    agree(at, Shout("two"), at.say("x", "two"))
    forget(at, session="one")
    found = at.note("name")
    assert found is not None
    assert (found.text, found.version) == ("a name", 1)


def test_what_nobody_shares_is_not_wanted(at: Desk) -> None:
    id = agree(at, Add("name"), at.say("x", "s9"))
    agree(at, Reword("name", "another"), at.say("x", "s9"))
    assert not stays(at, id)


def test_a_relation_is_not_wanted_whoever_confirmed_it(at: Desk) -> None:
    for text in ("tea", "milk"):
        agree(at, Add(text), at.say("x", "s9"))
    ids = [agree(at, Join("tea", "milk", f"why {n}"), at.say("x", f"s{n}")) for n in range(2)]
    with at.store.read(ALL) as tx:
        every = [one for id in ids for one in tx.ledger.images(id)]
        assert [one.change for one in every] == ["link", "confirm"]
        assert not any(wanted(tx, one) for one in every)


def test_a_name_is_trusted_as_little_as_what_first_brought_it(at: Desk) -> None:
    agree(at, Shout("one"), at.say("x", "one", trust=Trust.AGENT))
    agree(at, Shout("two"), at.say("x", "two"))
    found = at.note("name")
    assert found is not None
    assert found.trust == Trust.AGENT


def test_a_link_beside_it_is_applied_too() -> None:
    joined = edge("name", "name", "why")
    made: list[Change] = [Put(NAME, shared=True), Link(joined)]
    at = bench(loops={"notes": replace(NOTES, changes=lambda p, c, s: made)})
    for n in range(2):
        id = agree(at, Shout(f"{n}"), at.say("x", f"s{n}"))
    with at.store.read(ALL) as tx:
        kinds = [(one.n, one.change) for one in tx.ledger.images(id)]
        assert list(tx.knowledge.edges()) == [joined]
    assert kinds == [(0, "confirm"), (1, "confirm")]
