"""What is handed out, to whom, and what never is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from passdown.domain.errors import NotFound
from passdown.domain.record import Record
from passdown.domain.scope import ALL, Sight
from tests.desk import ALICE, ROBOT, Desk
from tests.notes import Add, Drop, Join, Reword

WORDS = "zanzibar"


def test_a_brief_holds_what_was_approved_for_this_repo_and_everywhere(on_each: Desk):
    for text, scope in (("Tea", "global"), ("Milk", "repo:a"), ("Salt", "repo:b")):
        on_each.agree(Add(f"{text} is good", scope))
    served = on_each.call("brief", ROBOT, repo="a")
    assert "Tea is good" in served["text"]
    assert "Milk is good" in served["text"]
    assert "Salt" not in served["text"]
    assert len(served["items"]) == 2
    assert on_each.call("brief", ROBOT, repo="a") == served
    assert "Milk" not in on_each.call("brief", ROBOT)["text"]


def test_a_brief_says_that_questions_wait_but_not_which(on_each: Desk):
    on_each.agree(Add("tea is good"))
    on_each.ask(Add(f"{WORDS} is far"))
    text = on_each.call("brief", ROBOT)["text"]
    assert "1 proposal waits" in text
    assert WORDS not in text


def test_a_brief_keeps_to_the_budget_it_is_given(at: Desk):
    for n in range(30):
        at.agree(Add(f"rule number {n} about the thing called thing{n}"))
    small = at.call("brief", ROBOT, budget=300)
    assert 0 < small["tokens"] <= 300
    assert small["left_out"] == 30 - len(small["items"])
    assert at.call("brief", ROBOT, budget=5)["text"] == ""


def test_get_finds_a_record_by_the_start_of_its_id_or_by_its_mark(on_each: Desk):
    on_each.agree(Add("tea"))
    on_each.agree(Add("milk"))
    on_each.agree(Join("tea", "milk", "taste"))
    on_each.agree(Reword("tea", "green tea"))
    tea = on_each.note("tea")
    assert tea is not None
    for id in (tea.id, tea.id[:4], f"pd:{tea.id[:8]}"):
        found = on_each.call("get", ROBOT, id=id)
        assert (found["id"], found["text"], found["versions"]) == (tea.id, "green tea", 2)
        assert [e["body"] for e in found["edges"]] == [{"why": "taste"}]


def test_a_start_that_several_ids_have_names_them(at: Desk):
    with at.store.write(ALL) as tx:
        ids = [tx.knowledge.put(Record("note", str(n), "x")).id for n in range(17)]
    starts = [id[0] for id in ids]
    shared = next(start for start in starts if starts.count(start) > 1)
    with pytest.raises(NotFound, match="start of several ids"):
        at.call("get", id=shared)
    with pytest.raises(NotFound, match="no record"):
        at.call("get", id="")


def test_why_tells_who_decided_on_what_evidence_and_who_was_told(on_each: Desk):
    seq = on_each.say("note: tea")
    id = on_each.ask(Add("tea"), seq).id
    on_each.call("approve", id=id, reason="tasted it")
    on_each.call("brief", ROBOT)
    on_each.call("drain")
    tea = on_each.note("tea")
    assert tea is not None
    told = on_each.call("why", id=tea.id)
    assert told["decision"]["decided_by"] == "alice"
    assert told["decision"]["reason"] == "tasted it"
    assert [e["text"] for e in told["evidence"]] == ["note: tea"]
    assert told["served"] == 1
    assert told["sessions"] == ["agent:robot"]
    assert [e["name"] for e in told["history"]] == ["note.updated"]


# ---- what is out of sight


def foreign(at: Desk) -> dict[str, Any]:
    """All kinds of things in repo b that nobody in repo a may learn of."""
    seq = at.say(f"note: {WORDS}", "sb", scope="repo:b")
    kept = at.ask(Add(f"{WORDS} one", "repo:b"), seq, scope="repo:b").id
    at.call("approve", id=kept)
    gone = at.ask(Add(f"{WORDS} two", "repo:b"), seq, scope="repo:b").id
    at.call("approve", id=gone)
    at.call("undo", id=gone)
    open_ = at.ask(Add(f"{WORDS} three", "repo:b"), seq, scope="repo:b").id
    record = at.note(f"{WORDS} one")
    assert record is not None
    return {"seq": seq, "kept": kept, "gone": gone, "open": open_, "record": record.id}


LOOKS = [
    ("pending", {"status": "open"}),
    ("pending", {"status": "approved"}),
    ("brief", {}),
    ("brief", {"repo": "b"}),
    ("search", {"query": f"{WORDS} one two three"}),
    ("search", {"query": WORDS, "repo": "b"}),
    ("records", {}),
    ("sessions", {}),
    ("quarantined", {}),
    ("status", {}),
    ("ledger.history", {"limit": 1000}),
]


@pytest.mark.parametrize(("name", "params"), LOOKS, ids=lambda x: str(x))
def test_who_is_bound_to_one_repo_learns_nothing_of_another(on_each: Desk, name: str, params):
    foreign(on_each)
    on_each.call("index.follow")
    answer = on_each.app.call(name, params, ROBOT, sight=Sight.at("a"))
    answer.pop("query", None)
    text = json.dumps(answer).casefold()
    assert WORDS not in text
    assert "repo:b" not in text


def test_an_id_from_elsewhere_is_as_unknown_as_one_that_never_was(on_each: Desk):
    """The same error, word for word but for the id: nobody learns what exists."""
    ids = foreign(on_each)
    bound = Sight.at("a")
    calls = [(name, "id", ids[kind]) for name in ("show", "impact") for kind in ("kept", "open")]
    calls += [(name, "id", ids["record"]) for name in ("get", "why")]
    calls += [("session", "id", "sb"), ("seen", "seq", ids["seq"])]
    for name, param, value in calls:
        never = "0" * len(value) if isinstance(value, str) else 987_654
        told = []
        for asked in (value, never):
            with pytest.raises(NotFound) as caught:
                on_each.app.call(name, {param: asked}, ROBOT, sight=bound)
            told.append(str(caught.value).replace(str(asked), "…"))
        assert told[0] == told[1]


def test_a_reviewer_bound_to_one_repo_decides_nothing_in_another(on_each: Desk):
    ids = foreign(on_each)
    before = on_each.digest()
    bound = Sight.at("a")
    for name, params in (
        ("approve", {"id": ids["open"]}),
        ("reject", {"id": ids["open"], "reason": "no"}),
        ("undo", {"id": ids["kept"]}),
        ("release", {"seq": ids["seq"]}),
    ):
        with pytest.raises(NotFound):
            on_each.app.call(name, params, ALICE, sight=bound)
    assert on_each.digest() == before


def test_every_entry_of_the_ledger_about_another_repo_stays_unseen(on_each: Desk):
    foreign(on_each)
    with on_each.store.read(ALL) as tx:
        every = tx.ledger.entries(limit=1000)
    seen = 0
    for entry in every:
        try:
            shown = on_each.app.call("ledger.show", {"seq": entry.seq}, ROBOT, sight=Sight.at("a"))
        except NotFound:
            continue
        assert WORDS not in json.dumps(shown)
        seen += 1
    assert seen < len(every)


def test_what_was_dropped_or_undone_is_served_to_nobody(on_each: Desk):
    on_each.agree(Add(f"{WORDS} one"))
    on_each.agree(Drop(f"{WORDS} one"))
    on_each.call("undo", id=on_each.agree(Add(f"{WORDS} two")))
    on_each.call("reject", id=on_each.ask(Add(f"{WORDS} three")).id, reason="no")
    for name, params in (("brief", {}), ("search", {"query": WORDS}), ("records", {})):
        answer = on_each.app.call(name, params, ROBOT)
        answer.pop("query", None)
        assert WORDS not in json.dumps(answer)
    assert on_each.call("status")["records"] == {}
