"""What is kept of ontologies is what a picture drawn anew says, whatever happened in between: yes
and no, undo, names made one, relations, graphs read in, time that passes, what was forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.stateful import invariant

from passdown.app import memory_app
from passdown.contract import Changed, Corpus, Query
from passdown.domain.change import Retire
from passdown.domain.proposal import Status
from passdown.domain.record import Life
from passdown.domain.scope import ALL, Sight
from passdown.loops.ontology import LOOP
from passdown.loops.ontology.atlas import Atlas
from passdown.loops.ontology.homes import Homes
from passdown.loops.ontology.inherit import majority
from passdown.loops.ontology.known import Known
from passdown.loops.ontology.pressure import pressed, pressure
from passdown.loops.ontology.questions import Questions
from passdown.loops.ontology.world import picture
from passdown.ops import views
from passdown.stages.apply.undo import undo
from passdown.stages.mine.corpus import live
from passdown.testing import Fuse, VirtualClock
from tests.loops.ontology.bench import ALICE, Bench, bench
from tests.loops.ontology.happens import HAPPENS, NAMES, claim, name, retire, version, write
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
        "ties": sorted((*two, n) for two, n in seen.ties.among(list(seen.homes)).items()),
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


def homes(seen: Homes, corpus: Corpus) -> Json:
    """Where names are at home as it is kept, and as it is read anew, where they differ."""
    anew = Known(corpus)
    mine = {one: seen.of(one) for one in (*NAMES, *picture(corpus).world.homes)}
    read = {one: anew.home(anew.names.called(one)).key for one in mine}
    return {"differ": {one: (mine[one], read[one]) for one in mine if mine[one] != read[one]}}


WHOLE = replace(
    LOOP,
    queries=(*LOOP.queries, Query("whole", both, view=Atlas), Query("housed", homes, view=Homes)),
)


def agreed(at: Bench, *sights: Sight) -> int:
    """What is kept is what is drawn anew, for each of these; how many concepts there are."""
    for sight in sights or (ALL,):
        found = at.app.call("ontology.whole", {}, ALICE, sight=sight)
        assert found["differ"] == ""
        assert at.app.call("ontology.housed", {}, ALICE, sight=sight)["differ"] == {}
    return int(found["concepts"])


@pytest.fixture
def at() -> Iterator[Bench]:
    clock = VirtualClock()
    made = Bench(memory_app(clock, loops={"ontology": WHOLE}), clock)
    yield made
    made.close()


# ---- whatever happens to what is known


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
