"""What is kept of ontologies is what a picture drawn anew says, whatever happened in between: yes
and no, undo, names made one, relations, graphs read in, time that passes, what was forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.stateful import invariant

from passdown.app import memory_app
from passdown.contract import Changed, Corpus, Query
from passdown.domain.change import Link, Put, Retire, Unlink
from passdown.domain.clock import later, new_id
from passdown.domain.proposal import Status
from passdown.domain.record import Edge, Life, Record, record_id
from passdown.domain.scope import ALL, Sight
from passdown.loops.ontology import LOOP
from passdown.loops.ontology.atlas import Atlas
from passdown.loops.ontology.inherit import majority
from passdown.loops.ontology.known import HOME, KIND, NODE, concept_id
from passdown.loops.ontology.pressure import pressed, pressure
from passdown.loops.ontology.questions import Questions
from passdown.loops.ontology.world import picture
from passdown.ops import views
from passdown.stages.apply.execute import execute
from passdown.stages.apply.undo import undo
from passdown.stages.mine.corpus import live
from passdown.testing import Fuse, VirtualClock
from passdown.text.entities import ENTITY
from tests.loops.ontology.bench import ALICE, Bench, bench
from tests.loops.ontology.machine import Ontologies, run, told

Json = dict[str, Any]
HERE = Sight(("global", "repo:web"))


def kept(seen: Atlas) -> Json:
    """All that is shown of it."""
    named = [one.key for one in seen.known.live if not one.is_floor]
    return {
        "homes": dict(seen.homes),
        "sizes": dict(seen.sizes),
        "degrees": dict(seen.ties.degree),
        "ties": sorted(seen.ties.among(list(seen.homes))),
        "belongs": {
            home: sorted(seen.ties.holdings[id].key for id in ids)
            for home, ids in seen.belongs.items()
            if ids
        },
        "pressure": pressed(seen.sizes, named, "primordial"),
        "rows": seen.questions.rows(seen.known),
        "steps": seen.questions.steps(seen.known),
        "since": {name: seen.called.since(name) for name in seen.homes},
    }


def drawn(corpus: Corpus) -> Json:
    """The same, of a picture that is drawn anew."""
    seen = picture(corpus)
    of, homes = seen.world.graph, seen.world.homes
    ends = zip(of.left.tolist(), of.right.tolist(), of.weight.tolist(), strict=True)
    ties = sorted((of.concepts[a], of.concepts[b], weight) for a, b, weight in ends)
    degrees = Counter[str]()
    for one, other, weight in ties:
        degrees.update({one: weight, other: weight})
    belongs: dict[str, list[str]] = {}
    for one in seen.held:
        belongs.setdefault(majority(one.names, homes.__getitem__), []).append(one.record.key)
    questions = Questions(corpus.kept.asked("ontology"))
    since = {str(r.body.get("name", r.text)): r.created_at for r in seen.known.names.records}
    return {
        "homes": dict(homes),
        "sizes": dict(Counter(homes.values())),
        "degrees": dict(degrees),
        "ties": ties,
        "belongs": {home: sorted(keys) for home, keys in belongs.items()},
        "pressure": pressure(seen.world),
        "rows": questions.rows(seen.known),
        "steps": questions.steps(seen.known),
        "since": {name: since.get(name, "") for name in homes},
    }


def both(seen: Atlas, corpus: Corpus) -> Json:
    """What is kept, beside what is drawn anew, and where they differ."""
    mine, anew = kept(seen), drawn(corpus)
    differ = {name: (mine[name], anew[name]) for name in anew if mine[name] != anew[name]}
    return {"differ": repr(differ) if differ else "", "concepts": len(anew["homes"])}


WHOLE = replace(LOOP, queries=(*LOOP.queries, Query("whole", both, view=Atlas)))


def agreed(at: Bench, *sights: Sight) -> int:
    """What is kept is what is drawn anew, for each of these; how many concepts there are."""
    for sight in sights or (ALL,):
        found = at.app.call("ontology.whole", {}, ALICE, sight=sight)
        assert found["differ"] == ""
    return int(found["concepts"])


@pytest.fixture
def at() -> Iterator[Bench]:
    clock = VirtualClock()
    made = Bench(memory_app(clock, loops={"ontology": WHOLE}), clock)
    yield made
    made.close()


# ---- whatever happens to what is known

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


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(happens=st.lists(st.tuples(HAPPENS, st.booleans()), min_size=3, max_size=15))
def test_after_anything_it_is_what_is_drawn_anew_whoever_looks(
    happens: list[tuple[Callable[[Bench], None], bool]],
) -> None:
    clock = VirtualClock()
    at = Bench(memory_app(clock, loops={"ontology": WHOLE}), clock)
    agreed(at, ALL, HERE)
    for happen, looked in happens:
        happen(at)
        if looked:
            agreed(at, ALL, HERE)
    agreed(at, ALL, HERE)
    at.close()


class Kept(Ontologies):
    """Everything that can happen to ontologies, and after each step a look."""

    @invariant()
    def it_is_what_is_drawn_anew(self) -> None:
        agreed(self.at)


def test_after_every_decision_undo_and_crash_it_is_what_is_drawn_anew() -> None:
    def opened(clock: VirtualClock, fuse: Fuse) -> Bench:
        return Bench(memory_app(clock, on_statement=fuse, loops={"ontology": WHOLE}), clock)

    run(opened, examples=2, steps=15, machine=Kept, shrink=False)


# ---- one at a time


def test_nothing_is_drawn_anew_after_a_decision(at: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    at.read(told(["A"] * 12))
    agreed(at)
    monkeypatch.setattr(Atlas, "__init__", None)
    claim(["c00", "new"], 1, "global", [], 0)(at)
    assert agreed(at) == 13
    write(at, Retire("claim", "claim-1", version(at, "claim", "claim-1")))
    assert agreed(at) == 12


def test_a_claim_ends_by_the_time_alone(at: Bench) -> None:
    claim(["tea", "milk"], 1, "global", [], 5)(at)
    assert agreed(at) == 2
    at.clock.advance(seconds=6 * 3600)
    assert agreed(at) == 0


def test_a_name_made_another_name_of_one_moves_its_claims(at: Bench) -> None:
    claim(["tea", "pot"], 1, "global", [], 0)(at)
    claim(["chai", "pot"], 2, "global", [], 0)(at)
    assert agreed(at) == 3
    name("tea", ["chai"], "global", False)(at)
    assert agreed(at) == 2
    name("tea", [], "global", False)(at)
    assert agreed(at) == 3


def test_what_is_forgotten_is_gone_from_it(at: Bench) -> None:
    at.say("tea is served in a pot")
    claim(["secret", "pot"], 1, "global", [], 0)(at)
    assert agreed(at) == 2
    with at.store.write(ALL) as tx:
        tx.erasure.drop_record("claim", "claim-1")
    at.call("forget", session="s1", confirm=True)
    assert agreed(at) == 0


def test_a_rescan_that_is_on_its_way_is_looked_at(at: Bench) -> None:
    claim(["secret", "pot"], 1, "global", [], 0)(at)
    agreed(at)
    with at.store.write(ALL) as tx:
        tx.erasure.drop_record("claim", "claim-1")
        tx.registry.keep("rescan", "records")
    assert agreed(at) == 0


def test_another_store_in_the_place_of_this_one_is_drawn_anew(at: Bench, tmp_path: Any) -> None:
    claim(["tea", "pot"], 1, "global", [], 0)(at)
    at.store.backup(tmp_path / "backup")
    claim(["milk", "jug"], 2, "global", [], 0)(at)
    assert agreed(at) == 4
    at.store.restore(tmp_path / "backup")
    assert agreed(at) == 2
    claim(["cup", "jug", "spoon"], 2, "global", [], 0)(at)
    assert agreed(at) == 5


def test_more_than_is_followed_is_drawn_anew(at: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "LONG", 3)
    for n in range(6):
        claim([NAMES[n], "pot"], n, "global", [], 0)(at)
        if n in (0, 4):
            agreed(at)
    assert agreed(at) == 6


def test_a_clock_that_went_back_draws_it_anew(at: Bench) -> None:
    claim(["tea", "milk"], 1, "global", [], 5)(at)
    at.clock.advance(seconds=6 * 3600)
    assert agreed(at) == 0
    at.clock.advance(seconds=-3 * 3600)
    assert agreed(at) == 2


def test_only_so_many_views_are_kept(at: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 1)
    claim(["tea", "pot"], 1, "repo:api", [], 0)(at)
    agreed(at, ALL, HERE, ALL)


def test_what_failed_on_its_way_is_no_view(at: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed(at)
    claim(["tea", "pot"], 1, "global", [], 0)(at)

    def fail(self: Atlas, changed: Changed, now: str) -> None:
        self.homes["half"] = "way"
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Atlas, "follow", fail)
        with pytest.raises(Exception, match="MemoryError"):
            agreed(at)
    assert agreed(at) == 2


def test_the_names_of_a_hundred_are_tied_only_as_far_as_they_say_something(at: Bench) -> None:
    many = [f"n{n:03}" for n in range(30)]
    claim(many, 1, "global", ["s1"], 0)(at)
    claim(many[:6], 2, "global", ["s2"], 0)(at)
    assert agreed(at) == 30
    retire(1, Life.ARCHIVED)(at)
    assert agreed(at) == 6


def test_undo_of_what_made_it_takes_an_ontology_and_its_homes_back() -> None:
    clock = VirtualClock()
    at = Bench(memory_app(clock, loops={"ontology": WHOLE}), clock)
    at.read(told(["A"] * 12 + ["B"] * 6))
    at.quick()
    raw = {"action": "SPLIT_NEW", "donor": {"key": "A", "name": "A"}, "name": "C",
           "concepts": [f"c{n:02}" for n in range(6)]}  # fmt: skip
    one = at.ask(raw)
    assert one is not None
    agreed(at)
    at.call("approve", id=one.id)
    agreed(at)
    with at.store.write(ALL) as tx:
        undo(tx, one.id, ALICE)
    agreed(at)
    assert [p.status for p in at.proposals(*Status)] == [Status.EXECUTED]
    at.close()


def test_a_desk_on_a_disk_follows_what_another_process_wrote(tmp_path: Any) -> None:
    at = bench("sqlite", tmp_path)
    other = bench("sqlite", tmp_path, clock=at.clock)
    at.read(told(["A"] * 12))
    first = at.call("ontology.regions")["concepts"]
    claim(["c00", "new"], 1, "global", [], 0)(other)
    assert at.call("ontology.regions")["concepts"] == first + 1
    with other.store.read(ALL) as tx:
        assert picture(live(tx)).world.homes.keys() >= {"new"}
    other.close()
    at.close()
