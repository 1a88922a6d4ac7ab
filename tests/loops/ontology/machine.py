"""Everything that can happen to ontologies, in any order, with crashes in between."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from passdown.domain.errors import PassdownError
from passdown.domain.proposal import Status
from passdown.loops.ontology.graph import World, graph, world
from passdown.loops.ontology.judge import candidates
from passdown.loops.ontology.known import ACTIVE, FROZEN, PRIMORDIAL
from passdown.loops.ontology.thresholds import Thresholds
from passdown.testing import digest
from tests.loops.ontology.bench import shuffled
from tests.loops.ontology.promises import Open, Promises, owe

MANY = 18
QUICK = Thresholds(runs=4)
NAMES = ("Cloud", "cloud ", " a", "b!", "Auth, data", "data auth", "primordial", "Zürich")
SPANS = st.sampled_from([0.001, 1, 3600, 86_400, 15 * 86_400])
CRASH = st.sampled_from([*[-1] * 40, *range(24)])
"""After how many statements the process dies; never, when below none."""
PLACE = st.integers(0, 99)
SHARE = st.sampled_from([0.0, 0.3, 0.5, 0.5, 0.8, 1.0, 1.0])
STRAY = st.sampled_from([False] * 6 + [True])
HOMES = st.sampled_from([PRIMORDIAL, "A", "A", "B", "B"])


def told(homes: Sequence[str], first: int = 0) -> World:
    """Concepts with these homes, in cliques of six that touch, as a graph that is read in."""
    names = [f"c{first + n:02}" for n in range(len(homes))]
    ties = [
        (a, b, 1 + (i // 6 == j // 6))
        for i, a in enumerate(names)
        for j, b in enumerate(names[:i])
        if i // 6 == j // 6 or (i + j) % 11 == 0
    ]
    return world(graph(ties, names), dict(zip(names, homes, strict=True)))


class Actions(Promises):
    """Each of the seven, with whatever is made up for it."""

    @initialize(
        homes=st.lists(HOMES, min_size=MANY, max_size=MANY),
        frozen=st.sampled_from(["", "A", "B"]),
        empty=st.booleans(),
    )
    def a_graph_is_read_in(self, homes: list[str], frozen: str, empty: bool) -> None:
        self.at.read(told(homes))
        self.at.quick()
        if empty:
            self.at.found("Empty")  # pinned, so that it is there to read into
            (key,) = self.at.state().live.keys() - {"A", "B", PRIMORDIAL}
            self._put(key, ACTIVE)
        if frozen in homes:
            self._put(frozen, FROZEN)

    @rule(donor=PLACE, share=SHARE, name=st.sampled_from(NAMES), stray=STRAY, crash=CRASH)
    def split_new(self, donor: int, share: float, name: str, stray: bool, crash: int) -> None:
        raw = {"action": "SPLIT_NEW", "name": name, **self._piece(donor, share, stray)}
        self._decide(raw, crash)

    @rule(donor=PLACE, into=PLACE, share=SHARE, stray=STRAY, crash=CRASH)
    def split_into(self, donor: int, into: int, share: float, stray: bool, crash: int) -> None:
        piece = self._piece(donor, share, stray)
        self._decide({"action": "SPLIT_INTO_EXISTING", **piece, "into": self._place(into)}, crash)

    @rule(donors=st.lists(PLACE, min_size=1, max_size=3), into=PLACE, crash=CRASH)
    def merge(self, donors: list[int], into: int, crash: int) -> None:
        named = [self._place(one) for one in donors]
        self._decide({"action": "MERGE", "donors": named, "into": self._place(into)}, crash)

    @rule(donors=st.lists(PLACE, min_size=1, max_size=3), name=st.sampled_from(NAMES), crash=CRASH)
    def merge_anew(self, donors: list[int], name: str, crash: int) -> None:
        named = [self._place(one) for one in donors]
        self._decide({"action": "MERGE", "donors": named, "name": name}, crash)

    @rule(place=PLACE, into=PLACE, share=SHARE, floor=st.booleans(), crash=CRASH)
    def dissolve(self, place: int, into: int, share: float, floor: bool, crash: int) -> None:
        subject = self._place(place)
        members = self.at.state().members(subject.get("key", ""))
        some = members[: round(share * len(members))]
        rest = members[len(some) :]
        routes = [(self._place(into), some), ({"key": PRIMORDIAL}, rest)]
        raw = {
            "action": "DECOMPOSE_TO_PRIMORDIAL",
            "ontology": subject,
            "routing": "floor" if floor else "affinity",
            "routes": [{"into": one, "concepts": those} for one, those in routes if those],
        }
        self._decide(raw, crash)

    @rule(place=PLACE, name=st.sampled_from(NAMES), crash=CRASH)
    def rename(self, place: int, name: str, crash: int) -> None:
        self._decide({"action": "RENAME", "ontology": self._place(place), "name": name}, crash)

    @rule(place=PLACE, choice=st.integers(0, 2), donor=PLACE, crash=CRASH)
    def choose(self, place: int, choice: int, donor: int, crash: int) -> None:
        choices = [
            {"action": "SPLIT_NEW", "name": "Chosen", **self._piece(donor, 0.5, False)},
            {"action": "NO_ACTION", "ontology": self._place(place)},
        ]
        about = {"ontology": self._place(place), "choices": choices, "choice": choice}
        self._decide({"action": "ESCALATE", **about}, crash)

    @rule()
    def an_empty_one_can_go(self) -> None:
        now = self.at.state()
        for key in sorted(now.live):
            if key != PRIMORDIAL and now.state_of(key) == ACTIVE and not now.members(key):
                raw = {"action": "DECOMPOSE_TO_PRIMORDIAL", "ontology": {"key": key}}
                proposal = self.at.ask(raw)
                if proposal is None or not proposal.open:
                    return
                self._settle(proposal, -1)
                owe(key not in self.at.state().live, "P8: an empty ontology cannot go")
                return


class Ontologies(Actions):
    """What people, timers and the loop itself do beside that."""

    @rule(
        homes=st.lists(st.sampled_from([PRIMORDIAL, "A", "New"]), min_size=1, max_size=4),
        crash=CRASH,
    )
    def something_is_read(self, homes: list[str], crash: int) -> None:
        first = len(self.at.state().concepts)
        if first < 3 * MANY:
            before = self.at.state()
            if self._ended(partial(self.at.read, told(homes, first)), crash) is not None:
                self._reopen()
                self._nothing_moved(before, "P5: half of a graph was read")

    @rule(place=PLACE, state=st.sampled_from(["pinned", "frozen", "frozen", "active"]))
    def a_person_sets_its_state(self, place: int, state: str) -> None:
        with suppress(PassdownError):
            self._put(self._key(place), state)

    @rule(name=st.sampled_from(NAMES))
    def a_person_makes_an_empty_one(self, name: str) -> None:
        with suppress(PassdownError):
            self.at.found(name)

    @rule(place=PLACE, into=PLACE)
    def ask(self, place: int, into: int) -> None:
        """So that the world moves between a question and its answer."""
        piece = self._piece(place, 0.5, False)
        self.at.ask({"action": "SPLIT_INTO_EXISTING", **piece, "into": self._place(into)})

    @rule(place=PLACE, yes=st.booleans(), crash=CRASH)
    def answer(self, place: int, yes: bool, crash: int) -> None:
        if waiting := self.at.proposals(Status.PENDING, Status.HUMAN):
            one = waiting[place % len(waiting)]
            if yes:
                self._settle(one, crash)
            else:
                no = partial(self.at.call, "reject", id=one.id, reason="no")
                self._attempt(no, crash, one.id)

    @rule(crash=CRASH)
    def cycle(self, crash: int) -> None:
        """A cycle changes no home and no ontology, wherever it dies."""
        before = self.at.state()
        self._ended(partial(self.at.call, "mine", loop="ontology"), crash)
        self._reopen()
        self._nothing_moved(before, "P5: a cycle moved something")

    @rule(place=PLACE, closure=st.booleans(), crash=CRASH)
    def undo(self, place: int, closure: bool, crash: int) -> None:
        if done := self.at.proposals(Status.EXECUTED):
            self._undo(done[place % len(done)].id, closure, crash)

    @rule(seconds=SPANS)
    def time_goes(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        self.at.call("expire")
        now = self.clock.now()
        late = [
            p for p in self.at.proposals(*Status) if p.open and p.deadline and p.deadline <= now
        ]
        owe(not late, "P10: a question outlived its deadline")

    @rule(seed=st.integers(0, 9))
    def the_same_is_proposed_in_any_order(self, seed: int) -> None:
        of = self.at.seen()
        owe(
            candidates(shuffled(of, seed), QUICK) == candidates(of, QUICK),
            "P14: another order gives other proposals",
        )

    @rule(place=PLACE)
    def every_concept_is_found_by_id_and_by_its_ontology(self, place: int) -> None:
        now, key = self.at.state(), self._key(place)
        shown = self.at.call("ontology.show", name=now.live[key].text)
        owe(
            sorted(shown["members"]) == now.members(key), f"P11: not all of {key} can be browsed to"
        )
        for name in now.members(key)[:3]:
            found = self.at.call("ontology.home", concept=name)
            owe(found["key"] == key, f"P11: {name} is browsed to elsewhere")

    @precondition(lambda self: self.at.store.describe()["backend"] != "memory")
    @rule()
    def restart(self) -> None:
        before = digest(self.at.store)
        self._reopen()
        owe(digest(self.at.store) == before, "P5: a restart changed something")


def run(
    open_bench: Open,
    examples: int,
    steps: int,
    *,
    machine: type[Promises] = Ontologies,
    shrink: bool = True,
) -> None:
    """Let it all happen, so many times, on stores opened like this; without shrinking always in the
    same way."""
    run_state_machine_as_test(
        type("Machine", (machine,), {"open_bench": staticmethod(open_bench)}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=not shrink,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
