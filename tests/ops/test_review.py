"""The operations a person decides with, as every surface calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from msgspec import Struct

from passdown.contract import Replay
from passdown.contract.facet import Facet
from passdown.domain.actor import Actor, human
from passdown.domain.errors import Forbidden, Internal, Invalid, NotFound, PassdownError
from passdown.domain.proposal import STATUS_VALUES
from passdown.domain.record import Life, Record
from passdown.domain.scope import ALL
from passdown.ops import review
from passdown.ops.operation import Effect, Operation
from passdown.ops.order import spent
from tests.bench import bench
from tests.desk import ALICE, BOB, ROBOT, Desk
from tests.notes import NOTES, Add, Reword


def test_what_reads_what_decides_and_what_only_closes_is_declared_so():
    found = {o.name: o.effect for o in vars(review).values() if isinstance(o, Operation)}
    assert found == {
        **dict.fromkeys(("pending", "show", "preview", "impact"), Effect.READ),
        **dict.fromkeys(("approve", "reject", "undo"), Effect.DECIDE),
        "expire": Effect.WRITE,
    }


def test_pending_lists_what_waits_the_most_certain_first(on_each: Desk):
    weak = on_each.ask(Add("weak"), on_each.say("x")).id
    sure = on_each.ask(Add("sure"), *(on_each.say("x", f"s{n}") for n in range(4))).id
    answer = on_each.call("pending")
    assert [p["id"] for p in answer["proposals"]] == [sure, weak]
    assert answer["status_values"] == list(STATUS_VALUES)
    assert {p["status"] for p in answer["proposals"]} == {"pending"}
    assert {p["state"] for p in answer["proposals"]} == {"pending"}


def test_pending_gives_one_page_after_the_other(on_each: Desk):
    every = {on_each.ask(Add(f"n{n}")).id for n in range(5)}
    seen: list[str] = []
    while page := on_each.call("pending", limit=2, after=seen[-1] if seen else "")["proposals"]:
        assert len(page) <= 2
        seen += [p["id"] for p in page]
    assert sorted(seen) == sorted(every)


def test_a_page_holds_a_hundred_where_no_other_number_is_asked_for(at: Desk):
    every = [at.ask(Add(f"n{n}")).id for n in range(101)]
    page = [p["id"] for p in at.call("pending")["proposals"]]
    rest = [p["id"] for p in at.call("pending", after=page[-1])["proposals"]]
    assert (len(page), len(rest)) == (100, 1)
    assert sorted(page + rest) == sorted(every)


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("pending", {"a"}),
        ("open", {"a"}),
        ("approved", {"b"}),
        ("executed", {"b"}),
        ("rejected", {"c", "d"}),
        ("failed", {"d"}),
        ("expired", set()),
    ],
)
def test_pending_filters_by_public_and_by_exact_status(at: Desk, status: str, found: set[str]):
    at.agree(Add("b"))
    at.call("reject", id=at.ask(Add("c")).id, reason="no")
    with pytest.raises(PassdownError):
        at.call("approve", id=at.ask(Reword("none", "d")).id)
    at.ask(Add("a"))
    listed = at.call("pending", status=status)["proposals"]
    assert {p["payload"]["text"] for p in listed} == found
    with pytest.raises(Invalid, match="no status"):
        at.call("pending", status=status + "x")


def test_pending_of_one_loop_lists_no_other(at: Desk):
    at.ask(Add("a"))
    assert at.call("pending", loop="others")["proposals"] == []
    assert len(at.call("pending", loop="notes")["proposals"]) == 1


def test_show_gives_all_that_is_needed_to_decide(on_each: Desk):
    asked = on_each.ask(Add("tea is at four"), on_each.say("note: tea is at four"))
    on_each.call("reject", id=asked.id, reason="not any more")
    shown = on_each.call("show", id=asked.id[:8])
    assert (shown["id"], shown["status"], shown["state"]) == (asked.id, "rejected", "rejected")
    assert "tea is at four" in json.dumps(shown["card"])
    assert shown["replay"]["right"] == 1
    assert [m["verdict"] for m in shown["messages"]] == ["reject"]
    assert shown["marks"] == []


def test_preview_tells_what_a_yes_would_do_and_does_nothing(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    before = on_each.digest()
    plain = on_each.call("preview", id=id)
    assert [(c["change"], c["record"]["text"]) for c in plain["changes"]] == [("Put", "tea")]
    edit = {"action": "ADD", "text": "coffee"}
    other = on_each.call("preview", id=id, edit=edit)
    assert other["changes"][0]["record"]["text"] == "coffee"
    assert on_each.digest() == before


def test_approve_answers_with_the_records_it_made(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    answer = on_each.call("approve", id=id, loop="notes")
    assert (answer["status"], answer["state"]) == ("approved", "executed")
    assert answer["reason"] == ""
    (record,) = answer["records"]
    tea = on_each.note("tea")
    assert tea is not None
    assert record == {
        "id": tea.id,
        "kind": "note",
        "text": "tea",
        "scope": "global",
        "life": "active",
    }


class Strike(Struct, frozen=True, tag_field="action", tag="DROP"):
    """Shall this note go?"""

    target: str


def test_a_yes_relieves_what_its_question_contested():
    loop = replace(NOTES, payload=Strike, attacks=frozenset({"DROP"}), changes=lambda *_: [])
    at = bench(loops={"notes": loop})
    with at.store.write(ALL) as tx:
        tx.knowledge.put(Record("note", "tea", "tea", life=Life.CONTESTED))
    at.call("approve", id=at.ask(Strike("tea")).id)
    tea = at.note("tea")
    assert tea is not None
    assert tea.life is Life.ACTIVE


@pytest.mark.parametrize(("name", "more"), [("approve", {}), ("reject", {"reason": "no"})])
def test_a_proposal_of_another_loop_is_not_found_under_this_one(at: Desk, name: str, more):
    id = at.ask(Add("tea")).id
    before = at.digest()
    with pytest.raises(NotFound):
        at.call(name, id=id, loop="claims", **more)
    assert at.digest() == before


@pytest.mark.parametrize(
    ("later", "flagged"),
    [
        (["not tea"], True),
        (["something else"], False),
        (["note: tea"], False),
        (["note: tea", "not tea"], True),
    ],
)
def test_a_replay_that_turned_worse_since_is_recorded_with_the_yes(
    on_each: Desk, later: list[str], flagged: bool
):
    id = on_each.ask(Add("tea"), on_each.say("note: tea")).id
    for n, text in enumerate(later):
        on_each.say(text, f"later{n}")
    on_each.call("approve", id=id)
    assert ("replay_changed" in on_each.proposal(id).flags) is flagged


def test_a_replay_that_lost_what_spoke_for_it_turned_worse(at: Desk):
    id = at.ask(Add("tea"), at.say("x"), replay=Replay("Often.", right=7)).id
    at.say("something new")
    at.call("approve", id=id)
    assert "replay_changed" in at.proposal(id).flags


def test_what_was_never_replayed_cannot_have_turned_worse(at: Desk):
    asked = at.ask(Add("tea"), at.say("not tea"))
    with at.store.write(ALL) as tx:
        tx.queue.add(replace(asked, id="ab" * 16, fingerprint="other", replay={}))
    at.call("approve", id="ab" * 16)
    assert at.proposal("ab" * 16).flags == ()


def test_an_edit_is_not_compared_with_the_replay_of_what_was_asked(at: Desk):
    id = at.ask(Add("tea"), at.say("x"), replay=Replay("Often.", right=7)).id
    at.call("approve", id=id, edit={"action": "ADD", "text": "coffee"})
    assert at.proposal(id).flags == ()


def test_a_loop_that_fails_is_a_fault_of_ours_told_without_texts_and_decides_nothing(at: Desk):
    from passdown.app import memory_app

    def explode(payload, corpus, settings):
        raise ValueError("secret words of a transcript")

    broken = memory_app(at.clock, loops={"notes": replace(NOTES, changes=explode)})
    other = Desk(broken, at.clock)
    id = other.ask(Add("tea")).id
    before = other.digest()
    with pytest.raises(Internal) as caught:
        other.call("approve", id=id)
    assert "secret words" not in str(caught.value)
    assert "ValueError" in str(caught.value)
    assert other.digest() == before
    broken.close()


def test_what_a_loop_no_longer_knows_can_still_be_rejected(at: Desk):
    from passdown.app import memory_app

    app = memory_app(at.clock, loops={})
    id = at.ask(Add("tea")).id
    app._store = at.store
    with pytest.raises(Invalid, match="no loop"):
        app.call("approve", {"id": id}, ALICE)
    assert app.call("reject", {"id": id, "reason": "gone"}, ALICE)["state"] == "rejected"
    app._store = None


@pytest.mark.parametrize("name", ["approve", "reject", "undo", "release"])
def test_an_agent_never_decides(on_each: Desk, name: str):
    id = on_each.ask(Add("tea")).id
    before = on_each.digest()
    params = {"seq": 1} if name == "release" else {"id": id, "reason": "no"}
    with pytest.raises(Forbidden, match="for people"):
        on_each.app.call(name, params, ROBOT)
    assert on_each.digest() == before


def test_a_deciding_operation_refuses_before_it_looks_at_its_parameters(at: Desk):
    """Else an agent could learn from the error whether an id exists."""
    with pytest.raises(Forbidden):
        at.app.call("approve", {"nonsense": 1}, ROBOT)


def test_history_tells_the_whole_story_of_a_proposal(on_each: Desk):
    id = on_each.ask(Add("tea")).id
    on_each.call("approve", BOB, id=id)
    on_each.call("undo", id=id)
    found = on_each.call("ledger.history", subject=id)["entries"]
    assert [(e["name"], e["actor"]) for e in found] == [
        ("promotion.proposed", "system:notes"),
        ("promotion.approved", "bob"),
        ("promotion.undone", "alice"),
    ]
    assert on_each.call("ledger.show", seq=found[1]["seq"])["detail"]["payload"]["text"] == "tea"
    with pytest.raises(NotFound):
        on_each.call("ledger.show", seq=999)


# ---- a list by value, narrowed


def waiting(at: Desk) -> dict[str, str]:
    """Four open questions, of which each differs from the first in one way."""
    first = at.ask(Add("plain"), at.say("x"))
    made = {"plain": first.id}
    at.clock.advance(days=2)
    made["young"] = at.ask(Add("young"), at.say("x")).id
    with at.store.write(ALL) as tx:
        others: dict[str, dict[str, Any]] = {
            "scoped": {"scope": "repo:web"},
            "flagged": {"flags": ("replay_changed",)},
            "sure": {"confidence": 0.9},
        }
        for n, (name, how) in enumerate(others.items()):
            made[name] = f"{n:x}" * 32
            tx.queue.add(replace(first, id=made[name], fingerprint=name, **how))
    return made


@pytest.mark.parametrize(
    ("narrow", "left"),
    [
        ({}, ("plain", "young", "scoped", "flagged", "sure")),
        ({"scope": "repo:web"}, ("scoped",)),
        ({"flag": "any"}, ("flagged",)),
        ({"flag": "replay_changed"}, ("flagged",)),
        ({"least": 0.8}, ("sure",)),
        ({"older": "1d"}, ("plain", "scoped", "flagged", "sure")),
    ],
    ids=str,
)
def test_a_list_by_value_is_narrowed_and_no_other_is(
    on_each: Desk, narrow: dict[str, Any], left: tuple[str, ...]
):
    made = waiting(on_each)
    found = on_each.call("pending", order="value", **narrow)["proposals"]
    assert {p["id"] for p in found} == {made[name] for name in left}
    if narrow:
        with pytest.raises(Invalid, match="only a list by value can be narrowed"):
            on_each.call("pending", **narrow)
    with pytest.raises(Invalid, match="no order 'age'"):
        on_each.call("pending", order="age")


COLOURS = Facet(
    "ontology",
    of=lambda corpus: lambda record: "",
    named=lambda corpus, name: name.casefold(),
    open=lambda corpus, name: name,
    about=lambda corpus: lambda loop, payload: frozenset(payload["text"].split()),
    keepers=lambda corpus: {"red": frozenset({"bob"}), "blue": frozenset({"alice", "bob"})},
)
"""Questions about colours, which people keep."""


@pytest.mark.parametrize(
    ("who", "asked", "left"),
    [
        (BOB, {}, {"red tea", "blue tea", "green tea"}),
        (BOB, {"mine": True}, {"red tea", "blue tea"}),
        (ALICE, {"mine": True}, {"blue tea"}),
        (human("carol"), {"mine": True}, set()),
        (ALICE, {"ontology": "RED"}, {"red tea"}),
        (ALICE, {"ontology": "tea"}, {"red tea", "blue tea", "green tea"}),
        (BOB, {"ontology": "red", "mine": True}, {"red tea"}),
        (BOB, {"ontology": "green", "mine": True}, set()),
        (BOB, {"ontology": "yellow"}, set()),
    ],
)
def test_a_list_by_value_is_narrowed_to_what_it_speaks_of_and_who_keeps_that(
    who: Actor, asked: dict[str, Any], left: set[str]
):
    at = bench(loops={"notes": replace(NOTES, facets=(COLOURS,))})
    for text in ("red tea", "green tea", "blue tea"):
        at.ask(Add(text))
    rows = at.call("pending", who, order="value", **asked)["proposals"]
    assert {row["payload"]["text"] for row in rows} == left
    if asked:
        with pytest.raises(Invalid, match="only a list by value can be narrowed"):
            at.call("pending", who, **asked)


def test_a_list_is_not_narrowed_to_what_no_loop_knows_of(at: Desk):
    at.ask(Add("tea"))
    with pytest.raises(Invalid, match="no loop here knows of ontology"):
        at.call("pending", order="value", ontology="red")


def test_a_narrowed_list_goes_on_where_its_page_ended(at: Desk):
    made = waiting(at)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = at.call("pending", order="value", older="1d", limit=1, after=after)
        seen += [row["id"] for row in page["proposals"]]
        after = page["next"]
    assert len(seen) == 4
    assert set(seen) == set(made.values()) - {made["young"]}


# ---- what an answer leaves


@pytest.mark.parametrize(("name", "more"), [("approve", {}), ("reject", {"reason": "no"})])
def test_how_long_an_answer_took_is_learnt_from_a_yes_and_from_a_no(at: Desk, name: str, more: Any):
    first, second = at.ask(Add("tea")).id, at.ask(Add("milk")).id
    at.call(name, BOB, id=first, **more)
    at.clock.advance(seconds=7)
    at.call(name, BOB, id=second, **more)
    with at.store.read(ALL) as tx:
        assert spent(tx, BOB, "notes") == [7.0]


def test_a_call_that_is_refused_for_its_reason_leaves_the_question_open(at: Desk):
    id = at.ask(Add("tea")).id
    before = at.digest()
    with pytest.raises(Invalid, match="a reason of 4001 characters"):
        at.call("approve", BOB, id=id, reason="x" * 4001)
    assert at.digest() == before


def test_everything_that_is_due_is_closed_and_named_however_much_it_is(at: Desk):
    asked = at.ask(Add("tea"))
    with at.store.write(ALL) as tx:
        for n in range(1001):
            tx.queue.add(replace(asked, id=f"{n:032x}", fingerprint=str(n)))
    at.clock.advance(days=15)
    assert len(set(at.call("expire")["expired"])) == 1002
    assert at.call("pending", status="open")["proposals"] == []
    assert at.proposal(asked.id).decided_by == "system:gate"
