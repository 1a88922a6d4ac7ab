"""What can happen to names, claims, homes and ontologies: each as a yes does it, in any order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from passdown.domain.change import Link, Put, Retire, Unlink
from passdown.domain.clock import later, new_id
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import ALL
from passdown.loops.ontology.known import HOME, KIND, NODE, concept_id
from passdown.stages.apply.execute import execute
from passdown.text.entities import ENTITY
from tests.loops.ontology.bench import Bench

NAMES = ("tea", "milk", "cup", "pot", "jug", "spoon")
PLACES = ("kitchen", "cellar")
SCOPES = st.sampled_from(("global", "repo:web", "repo:api"))
SOME = st.lists(st.sampled_from(NAMES), max_size=4, unique=True)
ONE = st.sampled_from(NAMES)
WHERE = st.integers(0, 5)


def write(at: Bench, *changes: Any) -> None:
    """Put these into effect, as a yes does."""
    at.clock.advance(seconds=1)
    with at.store.write(ALL) as tx:
        execute(tx, new_id(), changes, "alice")


def version(at: Bench, kind: str, key: str) -> int:
    """Of what is there; 0 of what is not."""
    with at.store.read(ALL) as tx:
        found = tx.knowledge.get(kind, key)
    return found.version if found else 0


def claim(names: list[str], n: int, scope: str, sessions: list[str], hours: int) -> Any:
    def do(at: Bench) -> None:
        key, ends = f"claim-{n}", later(at.clock.now(), seconds=3600 * hours) if hours else ""
        body = {"entities": names} | ({"sessions": sessions} if sessions else {})
        made = Record("claim", key, key, body, scope=scope, valid_to=ends)
        write(at, Put(replace(made, version=version(at, "claim", key))))

    return do


def retire(n: int, life: Life) -> Any:
    def do(at: Bench) -> None:
        key = f"claim-{n}"
        if held := version(at, "claim", key):
            write(at, Retire("claim", key, held, life=life))

    return do


def name(of: str, aliases: list[str], scope: str, node: bool) -> Any:
    def do(at: Bench) -> None:
        key, body = f"{scope} {of}", {"name": of, "aliases": aliases, NODE: node}
        made = Record(ENTITY, key, of, body, scope=scope, life=Life.ARCHIVED)
        write(at, Put(replace(made, version=version(at, ENTITY, key))))

    return do


def place(n: int, life: Life, text: str) -> Any:
    def do(at: Bench) -> None:
        key = PLACES[n % len(PLACES)]
        made = Record(KIND, key, text, {"kind": "named"}, life=life)
        write(at, Put(replace(made, version=version(at, KIND, key))))

    return do


def house(of: str, n: int, node: bool | None) -> Any:
    def do(at: Bench) -> None:
        source = concept_id(of)
        body = {} if node is None else {NODE: node}
        with at.store.read(ALL) as tx:
            old = [Unlink(edge) for edge in tx.knowledge.edges(source, HOME)]
        at_home = Edge(source, HOME, record_id(KIND, PLACES[n % len(PLACES)]), body)
        write(at, *old, *([Link(at_home)] if n % 3 else []))

    return do


def relate(one: str, other: str, scopes: tuple[str, str], weight: int) -> Any:
    def do(at: Bench) -> None:
        ids = [record_id(ENTITY, f"{s} {n}") for s, n in zip(scopes, (one, other), strict=True)]
        edge = Edge(ids[0], "uses", ids[1], {"weight": weight})
        with at.store.read(ALL) as tx:
            there = [e for e in tx.knowledge.edges(ids[0], "uses") if e.target == ids[1]]
        write(at, *(Unlink(e) for e in there), *([Link(edge)] if weight else []))

    return do


def hours(many: int) -> Any:
    def do(at: Bench) -> None:
        at.clock.advance(seconds=3600 * many)

    return do


def asked(names: list[str], yes: bool, back: bool) -> Any:
    def do(at: Bench) -> None:
        donor, into = ({"key": key, "name": key} for key in PLACES)
        raw = {"action": "SPLIT_INTO_EXISTING", "donor": donor, "concepts": names, "into": into}
        one = at.ask(raw) if names else None
        if one is None:
            return
        at.clock.advance(seconds=1)
        with suppress(Exception):
            at.call("approve" if yes else "reject", id=one.id)
            if back:
                at.call("undo", id=one.id)

    return do


LIVES = st.sampled_from((Life.ARCHIVED, Life.SUPERSEDED, Life.CONTESTED))
HAPPENS: st.SearchStrategy[Callable[[Bench], None]] = st.one_of(
    st.builds(
        claim, SOME, WHERE, SCOPES,
        st.lists(st.sampled_from(("s1", "s2", "s3", "s4")), max_size=2), st.sampled_from((0, 0, 5)),
    ),
    st.builds(retire, WHERE, LIVES),
    st.builds(name, ONE, st.lists(ONE, max_size=2), SCOPES, st.booleans()),
    st.builds(place, WHERE, LIVES, st.sampled_from(("kitchen", "pantry"))),
    st.builds(house, ONE, WHERE, st.sampled_from((None, True, False))),
    st.builds(relate, ONE, ONE, st.tuples(SCOPES, SCOPES), st.integers(0, 3)),
    st.builds(hours, st.sampled_from((1, 4, 30))),
    st.builds(asked, SOME, st.booleans(), st.booleans()),
)  # fmt: skip
