"""What a new ontology is called, and what becomes of a name that is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from evals._shapes import shapes
from evals._verdicts import world_of
from passdown.loops.ontology.after import after
from passdown.loops.ontology.frame import frame
from passdown.loops.ontology.graph import Candidate, Ontology, World, graph, world
from passdown.loops.ontology.judge import judge
from passdown.loops.ontology.known import normal
from passdown.loops.ontology.naming import Namer
from passdown.loops.ontology.renaming import renames

LABELS = {
    **{f"a{n}": f"oauth token {kind}" for n, kind in enumerate(("cache", "refresh", "scope"))},
    "a3": "oauth client",
    "a4": "oauth tokens",
    "a5": "login oauth",
    **{f"b{n}": f"sql {kind}" for n, kind in enumerate(("index", "cache", "lock", "plan"))},
    "b4": "sql vacuum",
    "b5": "sql join",
}


def _pool(names: Mapping[str, Ontology] | None = None, tombstones: tuple[str, ...] = ()) -> World:
    ties = [
        (one, other, 1)
        for letter in "ab"
        for one, other in combinations([f"{letter}{n}" for n in range(6)], 2)
    ]
    of = graph([*ties, ("a0", "b0", 1)], (), LABELS)
    return world(of, {}, (names or {}).values(), clock=1000, tombstones=tombstones)


def _split(of: World) -> Candidate:
    found = judge(of, "primordial")
    assert found.moved == tuple(f"a{n}" for n in range(6))
    return found


def test_it_is_called_by_the_words_its_concepts_have_and_others_have_not() -> None:
    assert _split(_pool()).name == "oauth token"


def test_a_name_that_is_taken_gets_the_next_word() -> None:
    told = {"x": Ontology("x", "Token: OAuth")}
    assert _split(_pool(told)).name == "oauth token client"


def test_an_alias_and_a_name_that_was_removed_are_taken_too() -> None:
    told = {"x": Ontology("x", "else", aliases=("TOKEN-oauth",))}
    assert _split(_pool(told)).name == "oauth token client"
    assert _split(_pool(tombstones=("oauth token",))).name == "oauth token client"


def test_the_name_of_what_is_retired_is_free() -> None:
    gone = Ontology("x", "oauth token", retired=10, retired_into="primordial")
    assert _split(_pool({"x": gone})).name == "oauth token"


def test_a_suggested_name_of_the_one_that_draws_them_sends_them_there() -> None:
    of = world_of(next(one for one in shapes() if one.name == "S2"))
    moved = tuple(f"u{n}" for n in range(6))
    asked = Candidate(
        "SPLIT_NEW", "dc", moved=moved, routes=tuple((one, "") for one in moved), anchor="u0"
    )
    for suggested in ("Cloud", "cloud ", "CLOUD!"):
        found = Namer(frame(of)).named(asked, (suggested,))
        assert (found.action, found.target) == ("SPLIT_INTO_EXISTING", "cloud")
        assert found.routes == tuple((one, "cloud") for one in moved)


def test_a_suggested_name_of_one_that_draws_them_not_is_not_taken() -> None:
    split = replace(_split(_pool()), name="")
    of = _pool({"x": Ontology("x", "Cloud")})
    found = Namer(frame(of)).named(split, ("cloud",))
    assert (found.action, found.name) == ("SPLIT_NEW", "oauth token")


def test_where_no_name_is_left_a_person_is_asked() -> None:
    found, removed = _split(_pool()), list[str]()
    while found.action == "SPLIT_NEW":
        removed.append(found.name)
        of = _pool(tombstones=tuple(removed))
        found = Namer(frame(of)).named(replace(_split(_pool()), name=""))
    assert found.action == "ESCALATE"
    assert found.alternatives[0].action == "SPLIT_NEW"
    assert len({normal(one) for one in removed}) == len(removed) == 4 + len(set(_labels("a")))


def _labels(letter: str) -> list[str]:
    return [normal(LABELS[one]) for one in LABELS if one.startswith(letter)]


def test_what_a_new_one_is_about_is_said() -> None:
    assert _split(_pool()).description == "About oauth, token, client, login, refresh."


def _called(name: str) -> World:
    homes = {one: "x" if one.startswith("a") else "y" for one in LABELS}
    told = [Ontology("x", name), Ontology("y", "sql things")]
    return world(_pool().graph, homes, told, clock=1000)


def test_a_name_that_says_nothing_of_its_concepts_is_asked_about() -> None:
    (found,) = renames(_called("billing"))
    assert (found.action, found.subject, found.name) == ("RENAME", "x", "oauth token")
    assert found.routes == ()


def test_a_name_that_shares_a_word_stays() -> None:
    assert renames(_called("tokens")) == ()


def test_nothing_is_renamed_that_is_pinned_or_new() -> None:
    of = _called("billing")
    for other in (
        replace(of.ontologies["x"], state="pinned"),
        replace(of.ontologies["x"], created=999),
    ):
        assert renames(replace(of, ontologies={**of.ontologies, "x": other})) == ()


def test_concepts_that_have_no_word_in_common_have_no_better_name() -> None:
    of = _called("billing")
    bare = replace(of.graph, labels=of.graph.concepts)
    assert renames(replace(of, graph=bare)) == ()


def test_to_be_renamed_leaves_the_old_name_as_an_alias() -> None:
    of = _called("billing")
    now = after(of, renames(of)[0])
    assert (now.ontologies["x"].name, now.ontologies["x"].aliases) == ("oauth token", ("billing",))
    assert now.homes == of.homes
