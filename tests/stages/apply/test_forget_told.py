"""What is told of what forgetting takes, and what is left of relations: each condition alone."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from passdown.domain.change import Link, Put, Retire
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import ALL
from passdown.storage.retelling import retell, told as as_told
from passdown.testing import entries
from tests.bench import bench
from tests.desk import Desk
from tests.forgetting import SECRET, agree, forget, held
from tests.notes import KIND, NOTES, Add, Join, Reword, Shout, edge

UNDONE = "promotion.undone"

if TYPE_CHECKING:
    from collections.abc import Callable


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


# ---- what it is told of


def test_what_rests_on_less_cites_less_in_the_ledger_too() -> None:
    at = does()
    seqs = [at.say("x", f"s{n}") for n in range(2)]
    body = {
        "quotes": [{"seq": seq, "start": 0, "end": 1} for seq in seqs],
        "sessions": ["s0", "s1"],
    }
    at = does(Put(Record(KIND, "tea", "tea", body)))
    seqs = [at.say("x", f"s{n}") for n in range(2)]
    agree(at, Shout("x"), *seqs)
    forget(at, session="s0")
    less = {"quotes": [{"seq": seqs[1], "start": 0, "end": 1}], "sessions": ["s1"]}
    (detail,) = [one for one in anew(at) if one and "record" in one]
    assert detail["record"]["body"] == less
    note = at.note("tea")
    assert note is not None
    assert note.body == less


def test_a_relation_of_what_goes_is_told_to_be_gone_where_it_held() -> None:
    far = Edge(
        record_id(KIND, "milk"), "joins", record_id(KIND, "tea"), {"why": SECRET}, "repo:web"
    )
    at = pair(does(Link(far), Put(Record(KIND, "salt", "salt"))))
    agree(at, Shout("x"), at.say("x", "s1"))
    gone = agree(at, Join("salt", "milk"), at.say("x", "s2"))
    forget(at, session="s0")
    removed = [d for d in told(at, "edge.updated") if d and d["how"] == "remove"]
    bare = asdict(replace(far, body={}))
    assert [d for d in removed if d["edge"]["target"] == far.target] == [
        {"edge": bare, "proposal": "", "how": "remove"}
    ]
    assert gone


def test_texts_of_what_goes_are_taken_from_others_in_one_order(at: Desk) -> None:
    texts = [f"tea {n}" for n in "edcba"]
    agree(at, Add("tea"), at.say("x", "s1"))
    for text in texts:
        agree(at, Reword("tea", text), at.say("x", "s1"))
    near = record_id(KIND, "tea")
    with at.store.write(ALL) as tx:
        for text in texts:
            tx.ledger.append("made.up", "alice", text, {"known": {"of": near, "text": text}})
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        every = tx.ledger.entries(name="made.up")
        place = {e.body: e.subject for e in every}
        order = [
            place[e.subject]
            for e in tx.ledger.entries(name="ledger.erased", limit=1000)
            if e.subject in place
        ]
    assert order == sorted(texts)


# ---- relations


def why(at: Desk) -> str:
    """Everything that is kept, without what people said when they decided."""
    return held(at).replace(f"{SECRET} is right", "")


def test_of_a_relation_that_goes_only_that_it_was_is_told(at: Desk) -> None:
    pair(at)
    id = agree(at, Join("tea", "milk", SECRET), at.say("x", "s1"))
    forget(at, session="s1")
    assert SECRET not in why(at)
    made = {"edge": asdict(edge("tea", "milk")), "proposal": id, "how": "link"}
    assert made in anew(at)


def test_a_relation_that_another_made_keeps_its_reason(at: Desk) -> None:
    pair(at)
    agree(at, Join("tea", "milk", SECRET), at.say("x", "s1"))
    agree(at, Join("tea", "tea", "other"), at.say("x", "s2"))
    forget(at, session="s2")
    assert SECRET in why(at)
    assert [e.body for e in edges(at)] == [{"why": SECRET}]
    assert not any(
        d and d["edge"]["body"] == {} and d["edge"]["target"] == edges(at)[0].target
        for d in anew(at)
        if d and "edge" in d
    )


def test_of_what_an_approval_with_relations_retired_the_words_stay() -> None:
    at = pair(does(Link(edge("tea", "milk", SECRET)), Retire(KIND, "tea", 1)))
    id = agree(at, Shout("x"), at.say("x", "s1"))
    forget(at, session="s1")
    note = at.note("tea")
    assert note is not None
    assert (note.text, note.life) == ("tea", Life.ACTIVE)
    with at.store.read(ALL) as tx:
        befores = {i.kind: i.before or {} for i in tx.ledger.images(id)}
    assert befores["edge"] == asdict(edge("tea", "milk"))
    assert befores[KIND]["text"] == "tea"
    assert SECRET not in why(at)


def test_of_what_an_approval_with_relations_retired_all_that_it_held_stays() -> None:
    def made(payload: Any, corpus: Any, settings: Any) -> Any:
        if isinstance(payload, Shout):
            return [Link(edge("tea", "milk", SECRET)), Retire(KIND, "tea", 1)]
        return [Put(Record(KIND, payload.text, payload.text, {"hue": "green"}))]

    at = pair(bench(loops={"notes": replace(NOTES, changes=made)}))
    id = agree(at, Shout("x"), at.say("x", "s1"))
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        befores = {i.kind: i.before or {} for i in tx.ledger.images(id)}
    assert befores[KIND]["body"] == {"hue": "green"}
    assert befores["edge"]["body"] == {}


def test_what_has_no_relations_is_not_looked_at_for_any(at: Desk) -> None:
    id = agree(at, Add("tea"), at.say("x", "s1"))
    before = json.dumps(told(at, "promotion.approved"))
    agree(at, Add("milk"), at.say("x", "s2"))
    forget(at, session="s2")
    assert json.dumps(told(at, "promotion.approved")[:1]) == before
    assert UNDONE not in at.events(id)


def test_of_what_it_began_and_joined_to_others_the_words_of_others_stay() -> None:
    at = pair(does(Put(Record(KIND, "salt", "salt")), Link(edge("tea", "milk", SECRET))))
    id = agree(at, Shout("x"), at.say("x", "s1"))
    agree(at, Reword("salt", "white"), at.say("x", "s2"))
    forget(at, session="s1")
    with at.store.read(ALL) as tx:
        befores = {i.kind: i.before for i in tx.ledger.images(id)}
    assert befores == {KIND: None, "edge": asdict(edge("tea", "milk"))}
    assert SECRET not in why(at)


def again(at: Desk, said: Callable[[Any], Any], *, times: int = 1) -> None:
    """Tell every body of the ledger anew, as a rescan does."""
    for _ in range(times):
        with at.store.write(ALL) as tx:
            names = {entry.body: entry.name for entry in tx.ledger.entries(limit=1000)}
            for row in tx.erasure.page("bodies", limit=1000):
                if names.get(row.key[0]) in ("edge.updated", "note.updated"):
                    retell(tx, row, said(row.values["text"]), "ann", "rescan")


def test_relations_and_records_go_where_they_were_told_anew_too(at: Desk) -> None:
    pair(at)
    agree(at, Add("salt"), at.say("x", "s1"))
    joined = agree(at, Join("tea", "milk", SECRET), at.say("x", "s1"))
    again(at, lambda text: text)
    forget(at, session="s1")
    assert SECRET not in why(at)
    bare = {"edge": asdict(edge("tea", "milk")), "proposal": joined, "how": "link"}
    assert bare in told(at, "edge.updated")
    assert [d["record"]["key"] for d in told(at, "note.updated") if d] == ["tea", "milk"]


def test_what_was_told_anew_as_nothing_stays_nothing(at: Desk) -> None:
    pair(at)
    agree(at, Add("salt"), at.say("x", "s1"))
    agree(at, Join("tea", "milk", SECRET), at.say("x", "s1"))
    agree(at, Reword("tea", "green"), at.say("x", "s1"))
    again(at, lambda text: None)
    at.call("forget", session="s1", confirm=True)
    assert [d for d in told(at, "edge.updated") if d and "why" in d["edge"]["body"]] == []
