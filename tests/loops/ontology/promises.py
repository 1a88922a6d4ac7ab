"""What holds of ontologies whatever happens to them: the promises P1 to P13 of every state, and of
each decision, undo and crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from passdown.domain.errors import PassdownError
from passdown.domain.proposal import Proposal, Status
from passdown.loops.ontology.known import FLOOR_ID, FROZEN, PRIMORDIAL, normal
from passdown.testing import Crash, Fuse, VirtualClock, digest, faults
from tests.loops.ontology.bench import Bench, State

Open = Callable[[VirtualClock, Fuse], Bench]
LEAST = 5
"""Concepts that make an ontology, as the knob has it."""
TERMINAL = (Status.EXECUTED, Status.REJECTED, Status.FAILED, Status.EXPIRED)


def owe(kept: object, promise: str) -> None:
    """The promise was kept."""
    if not kept:
        raise AssertionError(promise)


class Promises(RuleBasedStateMachine):
    """One store, what is looked at after every step, and how a step is made."""

    open_bench: Open

    def __init__(self) -> None:
        super().__init__()
        self.fuse, self.clock = Fuse(), VirtualClock()
        self.at = self.open_bench(self.clock, self.fuse)
        self.final: dict[str, Proposal] = {}
        self.still: dict[str, list[str]] = {}
        self.moves: list[tuple[str, dict[str, str]]] = []
        self.known: set[str] = set()

    def teardown(self) -> None:
        try:
            owe(faults(self.at.store) == [], f"P13: {faults(self.at.store)[:2]}")
        finally:
            self.at.close()

    # ---- what always holds

    @invariant()
    def no_concept_is_ever_lost(self) -> None:
        now = self.at.state()
        owe(now.concepts.keys() >= self.known, "P1: a concept is gone")
        self.known = set(now.concepts)
        owe(len({source for source, _ in now.stored}) == len(now.stored), "P2: two homes")
        ids = {one.id for one in now.live.values()}
        owe({target for _, target in now.stored} <= ids, "P2: a home that is not there")
        owe(sum(len(now.members(key)) for key in now.live) == len(now.concepts), "P6: members")

    @invariant()
    def the_floor_is_there(self) -> None:
        floor = self.at.state().live.get(PRIMORDIAL)
        owe(floor is not None and floor.text == PRIMORDIAL, "P3: the floor is gone")
        owe(floor is not None and floor.id == FLOOR_ID, "P3: another floor")
        owe(self.at.state().state_of(PRIMORDIAL) != FROZEN, "P3: the floor stands still")

    @invariant()
    def what_is_frozen_does_not_change(self) -> None:
        now = self.at.state()
        for key, members in self.still.items():
            owe(key in now.live and now.members(key) == members, f"P4: {key} was frozen")

    @invariant()
    def no_two_have_one_name(self) -> None:
        named = Counter(normal(one.text) for one in self.at.state().live.values())
        owe(not [name for name, n in named.items() if n > 1], f"P7: {named.most_common(1)}")

    @invariant()
    def what_is_decided_stays_as_it_is(self) -> None:
        decided = {p.id: p for p in self.at.proposals(*TERMINAL)}
        owe(all(decided.get(id) == p for id, p in self.final.items()), "P10: a decision changed")
        self.final = decided

    # ---- how it happens

    def _key(self, place: int) -> str:
        live = sorted(self.at.state().live)
        return live[place % len(live)]

    def _place(self, place: int) -> dict[str, str]:
        """Some ontology; seldom one that went, or never was."""
        gone = sorted(self.at.state().gone)
        if place > 96:
            return {"key": gone[0]} if gone else {"name": "nowhere"}
        return {"key": self._key(place)}

    def _piece(self, place: int, share: float, stray: bool) -> dict[str, Any]:
        donor, now = self._place(place), self.at.state()
        members = now.members(donor.get("key", ""))
        some = members[: round(share * len(members))]
        others = sorted(now.homes.keys() - set(members))
        return {"donor": donor, "concepts": some + others[: 1 if stray else 0]}

    def _put(self, key: str, state: str) -> None:
        """Set the state by hand, and remember what is not to change from now on."""
        self.at.put(key, state)
        self.still.pop(key, None)
        now = self.at.state()
        if now.state_of(key) == FROZEN:
            self.still[key] = now.members(key)

    def _decide(self, raw: Mapping[str, Any], crash: int) -> None:
        """Ask and agree in one breath."""
        self.clock.advance(seconds=1)
        proposal = self.at.ask(raw)
        if proposal is not None and proposal.open:
            self._settle(proposal, crash)

    def _settle(self, proposal: Proposal, crash: int) -> None:
        """Agree; either all that it says is so afterwards, or nothing is."""
        before = self.at.state()
        self._attempt(
            partial(self.at.call, "approve", id=proposal.id), crash, proposal.id, "conflict"
        )
        (ended,) = [p for p in self.at.proposals(*Status) if p.id == proposal.id]
        if ended.status is not Status.EXECUTED:
            self._nothing_moved(before, f"P5: {ended.status} and something moved")
            return
        after = self.at.state()
        self._kept_all(before, after)
        self._did(ended, before, after)
        self.moves.append((ended.id, _moved(before, after)))

    def _did(self, ended: Proposal, before: State, after: State) -> None:
        """What a yes made and what it left are ontologies."""
        fresh = after.live.keys() - before.live.keys()
        raw = _chosen(ended.payload)
        for key in fresh:
            least = LEAST if raw["action"] == "SPLIT_NEW" else 0
            owe(len(after.members(key)) >= least, "P8: what was made has too few concepts")
            seen = self.at.seen()
            owe(seen.clock - seen.ontologies[key].created <= 1, "P8: born old")
        if raw["action"].startswith("SPLIT"):
            key = raw["donor"].get("key", "")
            owe(key in before.live, "P8: a split of nothing")
            owe(key == PRIMORDIAL or after.members(key), "P8: a split emptied its donor")
            owe(before.homes != after.homes, "P8: a split moved nothing")
        if raw["action"] == "MERGE":
            gone = {one.get("key", "") for one in raw["donors"]}
            owe(not gone & after.live.keys(), "P8: a donor is still there")

    def _undo(self, id: str, closure: bool, crash: int) -> None:
        before = self.at.state()
        ended = self._attempt(partial(self.at.call, "undo", id=id, closure=closure), crash, id)
        if ended is not None:
            self._nothing_moved(before, "P9: an undo that failed moved something")
            return
        after = self.at.state()
        self._kept_all(before, after)
        at = max((n for n, (one, _) in enumerate(self.moves) if one == id), default=-1)
        if at >= 0 and not closure:
            later = {name for _, moved in self.moves[at + 1 :] for name in moved}
            for name, was in self.moves[at][1].items():
                owe(name in later or after.homes[name] == was, f"P9: {name} is not back in {was}")
        self.moves.append(("", _moved(before, after)))

    def _attempt(
        self, act: Callable[[], Any], crash: int, id: str, kept: str = ""
    ) -> Crash | PassdownError | None:
        """Do it to this proposal. What crashes is done wholly or not at all, what is refused leaves
        nothing, unless its refusal is kept as a decision."""
        before, stood = (digest(self.at.store), self.at.stands(id)) if crash >= 0 else ("", ())
        ended = self._ended(act, crash)
        if isinstance(ended, Crash):
            self._reopen()
            done = self.at.stands(id) != stood
            owe(done or digest(self.at.store) == before, "P5: a crash left something half done")
            owe(faults(self.at.store) == [], "P5: a crash left the store broken")
            return None if done else ended
        if ended is not None and before and ended.code != kept:
            owe(digest(self.at.store) == before, "P5: a refusal left something")
        return ended

    def _ended(self, act: Callable[[], Any], crash: int) -> Crash | PassdownError | None:
        self.fuse.light(crash)
        try:
            act()
        except (Crash, PassdownError) as ended:
            return ended
        finally:
            self.fuse.put_out()
        return None

    def _reopen(self) -> None:
        """As a new process would find it; memory lives as long as its process."""
        self.fuse.put_out()
        self.at.forget()
        if self.at.store.describe()["backend"] != "memory":
            self.at.close()
            self.at = self.open_bench(self.clock, self.fuse)

    def _nothing_moved(self, before: State, promise: str) -> None:
        owe(_shape(self.at.state()) == _shape(before), promise)

    def _kept_all(self, before: State, after: State) -> None:
        """A decision leaves concepts and ties alone."""
        owe(after.concepts == before.concepts, "P1: a decision changed a concept")
        owe(after.ties == before.ties, "P12: a decision changed a tie")


def _chosen(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a yes was to."""
    raw: dict[str, Any] = dict(payload)
    if raw["action"] == "ESCALATE":
        return dict(raw["choices"][raw.get("choice", 0)])
    return raw


def _shape(of: State) -> tuple[Any, ...]:
    return of.homes, of.live, of.gone, of.stored, of.ties, of.concepts


def _moved(before: State, after: State) -> dict[str, str]:
    """Of each concept that moved, its home before."""
    return {n: was for n, was in before.homes.items() if after.homes[n] != was}
