"""Every action through the whole gate: what it does, what it refuses, and that undo restores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from passdown.domain.errors import Conflict, Invalid
from passdown.domain.scope import ALL
from tests.loops.ontology_gate.shelf import Shelf, bitbucket, clique, names, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DC, CLOUD, FLOOR = {"name": "dc"}, {"name": "cloud"}, {"name": "primordial"}
AUTH = names("u", 6)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path, bitbucket())
    yield made
    made.world.close()


def split(**more: Any) -> dict[str, Any]:
    return {"action": "SPLIT_NEW", "donor": DC, "concepts": AUTH, "name": "auth", **more}


def split_into(**more: Any) -> dict[str, Any]:
    return {"action": "SPLIT_INTO_EXISTING", "donor": DC, "concepts": AUTH, "into": CLOUD, **more}


def merge(*donors: str, into: str = "cloud", **more: Any) -> dict[str, Any]:
    those = [{"name": one} for one in donors or ("dc",)]
    target = {"into": {"name": into}} if into else {}
    return {"action": "MERGE", "donors": those, **target, **more}


def decompose(**more: Any) -> dict[str, Any]:
    return {"action": "DECOMPOSE_TO_PRIMORDIAL", "ontology": DC, "routing": "floor", **more}


def test_a_split_makes_an_ontology_and_moves_those_named_and_no_other(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(split()))
    assert shelf.members("auth") == AUTH
    assert shelf.members("dc") == names("d", 10)
    assert all(len(shelf.edges(name)) == 1 for name in shelf.homes())


def test_a_split_into_one_that_is_there_only_moves(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(split_into()))
    assert shelf.members("cloud") == sorted([*AUTH, *names("c", 10)])


def test_a_merge_moves_all_and_keeps_the_name_as_another_one_of_what_stays(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(merge()))
    assert len(shelf.members("cloud")) == 26
    listed = shelf.call("list")["ontologies"]
    assert {row["name"] for row in listed} == {"cloud", "primordial"}
    assert shelf.call("show", name="dc")["name"] == "cloud"
    assert shelf.call("show", name="cloud")["aliases"] == ["dc"]


def test_a_merge_of_one_and_an_empty_one_retires_both_in_one_transaction(shelf: Shelf) -> None:
    shelf.call("add", name="shell")
    shelf.call("activate", name="shell")
    shelf.world.clock.advance(hours=1)
    shelf.approve(shelf.propose(merge("dc", "shell")))
    gone = {row["name"]: row["state"] for row in shelf.call("list", gone=True)["ontologies"]}
    assert gone == {"cloud": "active", "dc": "gone", "shell": "gone", "primordial": "active"}
    assert len(shelf.members("cloud")) == 26


def test_a_merge_into_a_new_one_makes_it(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(merge("dc", "cloud", into="", name="atlassian")))
    assert len(shelf.members("atlassian")) == 26
    assert shelf.call("show", name="atlassian")["aliases"] == ["cloud", "dc"]


def test_one_that_goes_sends_each_concept_where_its_route_says(shelf: Shelf) -> None:
    routes = [
        {"into": CLOUD, "concepts": AUTH},
        {"into": FLOOR, "concepts": names("d", 10)},
    ]
    shelf.approve(shelf.propose(decompose(routing="affinity", routes=routes)))
    assert shelf.members("primordial") == names("d", 10)
    assert shelf.members("cloud") == sorted([*AUTH, *names("c", 10)])


def test_routing_to_the_floor_sends_all_there(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(decompose()))
    assert len(shelf.members("primordial")) == 16


def test_a_rename_touches_one_record_and_keeps_the_old_name(shelf: Shelf) -> None:
    shelf.approve(shelf.propose({"action": "RENAME", "ontology": DC, "name": "data center"}))
    assert len(shelf.members("data center")) == 16
    assert shelf.call("show", name="DC")["name"] == "data center"


def test_no_action_changes_nothing(shelf: Shelf) -> None:
    before = shelf.state()
    shelf.approve(shelf.propose({"action": "NO_ACTION", "ontology": DC}))
    assert shelf.state() == before


def test_a_yes_to_an_escalation_is_to_the_choice_that_is_marked_or_named(shelf: Shelf) -> None:
    choices = [split_into(), {"action": "NO_ACTION", "ontology": DC}]
    asked = {"action": "ESCALATE", "ontology": DC, "choices": choices}
    before = shelf.state()
    shelf.approve(shelf.propose(asked), edit={"choice": 1})
    assert shelf.state() == before
    shelf.approve(shelf.propose({**asked, "known": "it is pulled"}))
    assert len(shelf.members("cloud")) == 16


UNDONE = {
    "split": split(),
    "split into": split_into(),
    "merge": merge(),
    "merge of two": merge("dc", "cloud", into="", name="both"),
    "to the floor": decompose(),
    "rename": {"action": "RENAME", "ontology": DC, "name": "data center"},
}


@pytest.mark.parametrize("payload", UNDONE.values(), ids=UNDONE.keys())
def test_undo_restores_every_home_and_every_ontology_exactly(
    shelf: Shelf, payload: dict[str, Any]
) -> None:
    before = shelf.state()
    id = shelf.propose(payload)
    shelf.approve(id)
    assert shelf.state() != before
    shelf.world.call("undo", id=id)
    assert shelf.state() == before


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no such donor": ("SUBJECT_MISSING", split(donor={"name": "nowhere"})),
    "the floor merged away": ("PRIMORDIAL_PROTECTED", merge("primordial")),
    "the floor among donors": ("PRIMORDIAL_PROTECTED", merge("dc", "primordial")),
    "the floor dissolved": ("PRIMORDIAL_PROTECTED", decompose(ontology=FLOOR)),
    "the floor renamed": (
        "PRIMORDIAL_PROTECTED",
        {"action": "RENAME", "ontology": FLOOR, "name": "soup"},
    ),
    "no such target": ("TARGET_MISSING", split_into(into={"name": "nowhere"})),
    "a merge with nothing": ("TARGET_MISSING", merge("dc", into="", name="alone")),
    "a name that is taken": ("NAME_TAKEN", split(name="Cloud ")),
    "a name in another order": ("NAME_TAKEN", split(name="CLOUD!")),
    "a name of marks": ("NAME_EMPTY", split(name="--")),
    "into itself": ("TARGET_IS_SUBJECT", split_into(into=DC)),
    "merged into itself": ("TARGET_IS_SUBJECT", merge("cloud")),
    "named twice": ("TARGET_IS_SUBJECT", merge("dc", "dc")),
    "nobody leaves": ("CLUSTER_EMPTY", split(concepts=[])),
    "too few": ("CLUSTER_BELOW_MIN", split(concepts=AUTH[:4])),
    "nobody stays": ("DONOR_EMPTIED", split(concepts=[*AUTH, *names("d", 10)])),
    "not of it": ("STALE_GRAPH", split(concepts=[*AUTH[:5], "c1"])),
    "no concept at all": ("STALE_GRAPH", split(concepts=[*AUTH[:5], "unheard of"])),
    "not all are routed": (
        "STALE_GRAPH",
        decompose(routing="affinity", routes=[{"into": CLOUD, "concepts": AUTH}]),
    ),
    "routed twice": (
        "STALE_GRAPH",
        decompose(routes=[{"into": CLOUD, "concepts": AUTH}, {"into": FLOOR, "concepts": AUTH}]),
    ),
    "a choice there is not": (
        "TARGET_MISSING",
        {"action": "ESCALATE", "ontology": DC, "choices": [split_into()], "choice": 3},
    ),
}


@pytest.mark.parametrize(("code", "payload"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused_before_any_write_and_says_which_check_failed(
    shelf: Shelf, code: str, payload: dict[str, Any]
) -> None:
    id = shelf.propose(payload)
    before = shelf.state()
    with pytest.raises(Conflict, match=code):
        shelf.approve(id)
    assert shelf.state() == before
    (row,) = shelf.call("history")["decisions"]
    assert (row["state"], row["code"]) == ("failed", code)


GOES = {"merge": merge("dc"), "decompose": decompose()}
LEAVES = {"split": split(), "split into": split_into()}


@pytest.mark.parametrize("payload", [*GOES.values(), *LEAVES.values()])
def test_nothing_leaves_what_is_frozen(shelf: Shelf, payload: dict[str, Any]) -> None:
    shelf.call("freeze", name="dc")
    with pytest.raises(Conflict, match="LIFECYCLE"):
        shelf.approve(shelf.propose(payload))


@pytest.mark.parametrize("payload", [merge("dc"), split_into()])
def test_nothing_comes_to_what_is_frozen(shelf: Shelf, payload: dict[str, Any]) -> None:
    shelf.call("freeze", name="cloud")
    with pytest.raises(Conflict, match="TARGET_FROZEN"):
        shelf.approve(shelf.propose(payload))


@pytest.mark.parametrize("payload", GOES.values(), ids=GOES.keys())
def test_what_is_pinned_stays(shelf: Shelf, payload: dict[str, Any]) -> None:
    shelf.call("pin", name="dc")
    with pytest.raises(Conflict, match="LIFECYCLE"):
        shelf.approve(shelf.propose(payload))


@pytest.mark.parametrize("payload", LEAVES.values(), ids=LEAVES.keys())
def test_concepts_may_leave_what_is_pinned(shelf: Shelf, payload: dict[str, Any]) -> None:
    shelf.call("pin", name="dc")
    shelf.approve(shelf.propose(payload))
    assert shelf.members("dc") == names("d", 10)


def test_what_was_pinned_may_change_once_it_is_let_go(shelf: Shelf) -> None:
    shelf.call("freeze", name="dc")
    shelf.call("activate", name="dc")
    shelf.approve(shelf.propose(merge()))
    assert len(shelf.members("cloud")) == 26


def test_the_floor_cannot_be_frozen_and_may_be_emptied(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, told(clique("a", 5), {}))
    with pytest.raises(Conflict, match="PRIMORDIAL_PROTECTED"):
        shelf.call("freeze", name="primordial")
    shelf.approve(shelf.propose(split(donor=FLOOR, concepts=names("a", 5), name="all")))
    assert shelf.members("all") == names("a", 5)
    assert shelf.call("show", name="primordial")["concepts"] == 0


def test_the_name_of_what_went_is_not_given_again(shelf: Shelf) -> None:
    shelf.approve(shelf.propose(decompose()))
    with pytest.raises(Conflict, match=r"NAME_TAKEN.*no more"):
        shelf.approve(shelf.propose(split(donor=CLOUD, concepts=names("c", 5), name="DC")))


def test_what_came_to_it_since_is_asked_about_anew(shelf: Shelf) -> None:
    routes = [{"into": CLOUD, "concepts": [*AUTH, *names("d", 10)]}]
    id = shelf.propose(decompose(routing="affinity", routes=routes))
    back = split_into(donor=CLOUD, concepts=["c9"], into=DC)
    shelf.approve(shelf.propose(back))
    with pytest.raises(Conflict, match=r"STALE_GRAPH.*c9"):
        shelf.approve(id)


ALIASES: dict[str, tuple[str, dict[str, Any]]] = {
    "cleave to a new one": (
        "SPLIT_NEW",
        {
            "action": "CLEAVE",
            "source_ontology": "dc",
            "cluster_selection": "named_concepts",
            "cluster_params": {"concept_ids": AUTH},
            "target": {"kind": "new", "new_name": "auth"},
            "reasoning": "they belong together",
        },
    ),
    "cleave to one there is": (
        "SPLIT_INTO_EXISTING",
        {
            "action": "CLEAVE",
            "source_ontology": "dc",
            "cluster_params": {"concept_ids": AUTH},
            "target": {"kind": "existing", "existing_ontology": "cloud"},
        },
    ),
    "promotion": (
        "SPLIT_NEW",
        {"action": "promotion", "ontology_name": "dc", "concepts": AUTH, "suggested_name": "auth"},
    ),
    "demotion": (
        "DECOMPOSE_TO_PRIMORDIAL",
        {"action": "demotion", "ontology_name": "dc", "force_primordial": True},
    ),
    "dissolve": (
        "DECOMPOSE_TO_PRIMORDIAL",
        {"action": "DISSOLVE", "source_ontology": "dc", "force_primordial": True, "rationale": "x"},
    ),
}


@pytest.mark.parametrize(("action", "payload"), ALIASES.values(), ids=ALIASES.keys())
def test_what_others_call_otherwise_is_stored_under_one_of_the_seven(
    shelf: Shelf, action: str, payload: dict[str, Any]
) -> None:
    id = shelf.propose(payload)
    with shelf.world.store.read(ALL) as tx:
        kept = tx.queue.get(id)
    assert kept is not None
    assert (kept.action, kept.payload["action"]) == (action, action)
    shelf.approve(id)


def test_an_edit_worded_otherwise_is_stored_under_one_of_the_seven(shelf: Shelf) -> None:
    id = shelf.propose(split())
    shelf.approve(id, edit=ALIASES["cleave to one there is"][1])
    with shelf.world.store.read(ALL) as tx:
        kept = tx.queue.get(id)
    assert kept is not None
    assert (kept.action, kept.payload["action"]) == (("SPLIT_INTO_EXISTING",) * 2)
    assert len(shelf.members("cloud")) == 16


def test_a_split_that_names_nobody_in_other_words_says_what_is_missing(shelf: Shelf) -> None:
    with pytest.raises(Invalid, match="which concepts"):
        shelf.propose({"action": "CLEAVE", "source_ontology": "dc"})


def test_what_people_move_or_rename_is_asked_first(shelf: Shelf) -> None:
    asked = shelf.call("move", into="cloud", concept=["u0"])
    assert "u0" in shelf.members("dc")
    shelf.approve(asked["proposal"])
    assert "u0" in shelf.members("cloud")
    shelf.approve(shelf.call("rename", ontology="dc", name="data center")["proposal"])
    assert len(shelf.members("data center")) == 15
