"""What forgetting does to records and to what made them: each condition alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from passdown.domain.change import Link, Put, Retire, Unlink
from passdown.domain.proposal import Status
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import ALL
from passdown.stages.apply.execute import execute
from passdown.storage.retelling import told as as_told
from passdown.testing import entries
from tests.bench import bench
from tests.desk import BOB, Desk
from tests.forgetting import SECRET, agree, forget, held
from tests.notes import KIND, NOTES, Add, Drop, Join, Part, Revise, Reword, Shout, edge

UNDONE = "promotion.undone"


def does(*changes: Any) -> Desk:
    """A desk on which a yes to a shout makes these changes."""

    def made(payload: Any, corpus: Any, settings: Any) -> Any:
        return changes if isinstance(payload, Shout) else NOTES.changes(payload, corpus, settings)

    return bench(loops={"notes": replace(NOTES, changes=made)})


def edges(at: Desk) -> list[Edge]:
    with at.store.read(ALL) as tx:
        return list(tx.knowledge.edges())


def told(at: Desk, name: str) -> list[Any]:
    """What entries of this name say now, also where it was told anew."""
    with at.store.read(ALL) as tx:
        return [e.detail for e in as_told(entries(tx)) if e.name == name]


def anew(at: Desk) -> list[Any]:
    """What the ledger tells in the place of what it told before."""
    return [one["detail"] for one in told(at, "ledger.erased") if one]


def pair(at: Desk) -> Desk:
    """Two notes that stay."""
    for text in ("tea", "milk"):
        agree(at, Add(text), at.say("x", "s0"))
    return at


# ---- in which order


def test_of_several_approvals_the_newest_is_taken_back_first(at: Desk) -> None:
    pair(at)
    agree(at, Join("tea", "milk", "why"), at.say("x", "s1"))
    agree(at, Part("tea", "milk"), at.say("x", "s1"))
    forget(at, session="s1")
    assert edges(at) == []


def test_of_several_changes_of_one_approval_the_last_is_taken_back_first() -> None:
    joined = edge("tea", "milk", "why")
    at = pair(does(Link(joined), Unlink(joined)))
    agree(at, Shout("x"), at.say("x", "s1"))
    forget(at, session="s1")
    assert edges(at) == []


# ---- what of it is left


def test_words_that_rest_on_it_give_way_to_those_before(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    before = at.note("tea")
    id = agree(at, Reword("tea", SECRET), at.say("x", "s2"))
    forget(at, session="s2")
    after = at.note("tea")
    assert before is not None
    assert after is not None
    assert replace(after, version=before.version) == before
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")
    assert at.events(id).count(UNDONE) == 1


def test_a_chain_of_such_words_gives_way_to_those_before_all_of_them(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    for n in range(3):
        agree(at, Reword("tea", f"{SECRET} {n}"), at.say("x", "s2"))
    forget(at, session="s2")
    note = at.note("tea")
    assert note is not None
    assert note.text == "tea"
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_words_that_others_put_there_since_stay_and_cannot_be_undone_to_those(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    lost = agree(at, Reword("tea", SECRET), at.say("x", "s2"))
    kept = agree(at, Reword("tea", "at four"), at.say("x", "s3"))
    forget(at, session="s2")
    note = at.note("tea")
    assert note is not None
    assert (note.text, note.version) == ("at four", 3)
    assert UNDONE not in at.events(lost)
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")
    at.call("undo", BOB, id=kept)
    back = at.note("tea")
    assert back is not None
    assert back.text == "tea"


def test_what_it_began_and_others_made_theirs_is_a_placeholder_before_that(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    kept = agree(at, Reword("tea", "at four"), at.say("x", "s2"))
    forget(at, session="s1")
    at.call("undo", BOB, id=kept)
    back = at.note("tea")
    assert back is not None
    assert back.text.startswith("[forgotten:")
    assert back.body == {}


def test_what_others_retired_since_says_what_stood_before_it(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Reword("tea", SECRET), at.say("x", "s2"))
    agree(at, Drop("tea"), at.say("x", "s3"))
    forget(at, session="s2")
    note = at.note("tea")
    assert note is not None
    assert (note.text, note.life) == ("tea", Life.ARCHIVED)
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_what_others_retired_in_favour_of_another_says_what_stood_before_it_too() -> None:
    at = does(Retire(KIND, "tea", 2, superseded_by="abc"))
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Reword("tea", SECRET), at.say("x", "s2"))
    agree(at, Shout("x"), at.say("x", "s3"))
    forget(at, session="s2")
    note = at.note("tea")
    assert note is not None
    assert note.text == "tea"
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_what_others_did_and_took_back_since_does_not_keep_it(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    id = agree(at, Reword("tea", SECRET), at.say("x", "s2"))
    at.call("undo", BOB, id=agree(at, Reword("tea", "at four"), at.say("x", "s3")))
    forget(at, session="s2")
    note = at.note("tea")
    assert note is not None
    assert note.text == "tea"
    assert at.events(id).count(UNDONE) == 1
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_words_that_one_approval_put_there_twice_give_way_to_those_before_both(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Revise("tea", f"{SECRET} 1", f"{SECRET} 2"), at.say("x", "s2"))
    agree(at, Reword("tea", "at four"), at.say("x", "s3"))
    forget(at, session="s2")
    with at.store.read(ALL) as tx:
        texts = [v.text for v in tx.knowledge.versions(KIND, "tea")]
    assert sorted(texts) == ["at four", "tea", "tea", "tea"]
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_what_goes_too_is_no_reason_to_leave_what_it_was_built_on() -> None:
    """Of the later one only a part can be taken back, as others made use of the rest."""
    both = [
        Put(Record(KIND, key, f"{SECRET} {key}", version=n)) for key, n in (("tea", 2), ("milk", 1))
    ]
    at = pair(does(*both))
    first = agree(at, Reword("tea", f"{SECRET} first"), at.say("x", "s1"))
    later = agree(at, Shout("x"), at.say("x", "s1"))
    agree(at, Reword("milk", "cold"), at.say("x", "s2"))
    forget(at, session="s1")
    assert (at.events(first).count(UNDONE), at.events(later).count(UNDONE)) == (1, 0)
    tea, milk = at.note("tea"), at.note("milk")
    assert tea is not None
    assert milk is not None
    assert (tea.text, milk.text) == ("tea", "cold")
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_words_that_were_undone_go_from_what_is_left_too(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    id = agree(at, Reword("tea", SECRET), at.say("x", "s2"))
    at.call("undo", BOB, id=id)
    before = at.note("tea")
    forget(at, session="s2")
    assert at.note("tea") == before
    assert at.events(id).count(UNDONE) == 1
    assert SECRET not in held(at).replace(f"{SECRET} is right", "")


def test_of_equal_words_only_the_facts_that_it_put_beside_them_give_way() -> None:
    def body(n: int) -> Put:
        return Put(Record(KIND, "tea", "tea", {"n": n}))

    at = does(Put(Record(KIND, "tea", "tea", {"n": 2}, version=1)))
    with at.store.write(ALL) as tx:
        execute(tx, "by-hand:1", [body(1)], "alice")
    agree(at, Shout("x"), at.say("x", "s1"))
    with at.store.write(ALL) as tx:
        later = Put(Record(KIND, "tea", "tea", {"n": 3}, version=2))
        execute(tx, "by-hand:2", [later], "alice")
        # By hand nothing is a yes that stands; so there is one.
    keeps = at.ask(Add("y"), at.say("x", "s0"))
    with at.store.write(ALL) as tx:
        done = replace(keeps, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
        execute(tx, keeps.id, [Put(Record(KIND, "tea", "tea", {"n": 4}, version=3))], "bob")
    at.call("forget", session="s1", confirm=True)
    with at.store.read(ALL) as tx:
        left = [v.body["n"] for v in tx.knowledge.versions(KIND, "tea")]
        images = [i.before and i.before["body"]["n"] for i in tx.ledger.images(keeps.id)]
    assert (sorted(left), images) == ([1, 1, 3, 4], [3])


# ---- which approval counts as undone


def test_an_approval_that_only_retired_is_undone_with_whom_and_when(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    id = agree(at, Drop("tea"), at.say("x", "s2"))
    forget(at, session="s2")
    assert told(at, UNDONE) == [{"loop": "notes"}]
    with at.store.read(ALL) as tx:
        (mark,) = tx.queue.marks(id)
        (entry,) = tx.ledger.entries(name=UNDONE)
    assert (mark.name, mark.at, mark.actor) == ("undone", at.clock.now(), "alice")
    assert (entry.subject, entry.actor) == (id, "alice")


def test_an_approval_that_only_joined_is_undone(at: Desk) -> None:
    pair(at)
    id = agree(at, Join("tea", "milk"), at.say("x", "s1"))
    forget(at, session="s1")
    assert at.events(id).count(UNDONE) == 1


@pytest.mark.parametrize("joins_last", [True, False])
def test_an_approval_of_which_others_made_use_is_not_undone_though_its_relations_go(
    joins_last: bool,
) -> None:
    changes = [Put(Record(KIND, "tea", "green", version=1)), Link(edge("milk", "tea"))]
    at = pair(does(*(changes if joins_last else reversed(changes))))
    id = agree(at, Shout("x"), at.say("x", "s1"))
    agree(at, Reword("tea", "at four"), at.say("x", "s2"))
    forget(at, session="s1")
    assert UNDONE not in at.events(id)
    assert edges(at) == []


@pytest.mark.parametrize("puts_last", [True, False])
def test_an_approval_of_which_some_words_stay_is_not_undone_though_the_rest_went_elsewhere(
    puts_last: bool,
) -> None:
    changes = [Retire(KIND, "milk", 1), Put(Record(KIND, "tea", "green", version=1))]
    at = pair(does(*(changes if puts_last else reversed(changes))))
    id = agree(at, Shout("x"), at.say("x", "s1"))
    keeps = at.ask(Add("y"), at.say("x", "s2"))
    with at.store.write(ALL) as tx:
        done = replace(keeps, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
        anew = [Put(Record(KIND, key, "anew", version=2)) for key in ("milk", "tea")]
        execute(tx, keeps.id, anew, "bob")
    at.call("forget", session="s1", confirm=True)
    assert UNDONE not in at.events(id)


def test_what_was_retired_and_moved_on_since_stays_as_it_is(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    id = agree(at, Drop("tea"), at.say("x", "s2"))
    keeps = at.ask(Add("y"), at.say("x", "s3"))
    with at.store.write(ALL) as tx:
        done = replace(keeps, status=Status.EXECUTED, decided_by="bob", decided_at=tx.now)
        tx.queue.move(done, expect=Status.PENDING)
        execute(tx, keeps.id, [Put(Record(KIND, "tea", "anew", version=2))], "bob")
    at.call("forget", session="s2", confirm=True)
    note = at.note("tea")
    assert note is not None
    assert (note.text, note.version) == ("anew", 3)
    assert at.events(id).count(UNDONE) == 1


def test_what_goes_is_not_put_back_before(at: Desk) -> None:
    agree(at, Add("tea"), at.say("x", "s1"))
    agree(at, Drop("tea"), at.say("x", "s1"))
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        every = tx.ledger.entries(subject=record_id(KIND, "tea"))
    assert [(e.name, e.detail) for e in every] == [("note.updated", None)] * 2
    assert anew(at)[:2] == [None, None]
    with at.store.read(ALL) as tx:
        erased = tx.ledger.entries(name="ledger.erased", limit=1000)
    assert {(e.actor, e.detail["why"]) for e in erased if e.detail} == {("alice", "forgotten")}


def test_what_was_never_approved_is_not_undone(at: Desk) -> None:
    asked, refused = (at.ask(Add(text), at.say("x", "s1")).id for text in ("tea", "milk"))
    at.call("reject", BOB, id=refused, reason="no")
    forget(at, session="s1")
    assert UNDONE not in at.events(asked) + at.events(refused)


def test_what_it_would_tell_others_is_not_told_and_what_others_would_is(at: Desk) -> None:
    agree(at, Shout("tea"), at.say("x", "s1"))
    kept = agree(at, Shout("milk"), at.say("x", "s2"))
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        assert [job.detail["proposal"] for job in tx.jobs.all()] == [kept]
