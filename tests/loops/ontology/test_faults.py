"""The promises are kept because they are looked at: each fault that a system like this was found to
have is planted here, and the machine notices it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from passdown.domain.errors import Conflict
from passdown.loops.ontology import checks, payload as asked, world
from passdown.loops.ontology.checks import LIFECYCLE, NAME_TAKEN, refuse
from passdown.loops.ontology.known import Domain, Known
from passdown.storage.memory import MemoryStore
from tests.loops.ontology.machine import Actions, run
from tests.loops.ontology.test_machine import in_memory

changes = import_module("passdown.loops.ontology.changes")
"""The module: the package has a function of this name."""
Plant = Callable[[pytest.MonkeyPatch], None]
EXAMPLES, STEPS = 200, 15
"""At the most; it ends at the first promise that is broken."""


def the_floor_is_like_any_other(patch: pytest.MonkeyPatch) -> None:
    """Dissolving and merging take the floor too."""

    def go(those: Sequence[Domain]) -> None:
        for one in those:
            if one.state != "active":
                refuse(LIFECYCLE, f"{one.name} stays", one.key)

    patch.setattr(checks, "_go", go)


def an_empty_one_cannot_go(patch: pytest.MonkeyPatch) -> None:
    """Nothing to route is taken for a routing that failed."""
    before = changes._decompose

    def decompose(payload: asked.Decompose, known: Known) -> Iterator[Any]:
        if not known.housed(checks.the(payload.ontology, known)):
            raise Conflict("no routing")
        yield from before(payload, known)

    patch.setattr(changes, "_decompose", decompose)


def a_merge_ends_at_an_empty_donor(patch: pytest.MonkeyPatch) -> None:
    """The donors before it are gone, it and those after it are not."""
    before = changes._merge

    def merge(payload: asked.Merge, known: Known) -> Iterator[Any]:
        full: list[asked.Place] = []
        for one in payload.donors:
            if not known.housed(checks.the(one, known)):
                break
            full.append(one)
        yield from before(
            asked.Merge(donors=tuple(full), into=payload.into, name=payload.name), known
        )

    patch.setattr(changes, "_merge", merge)


def newborns_are_born_old(patch: pytest.MonkeyPatch) -> None:
    """An ontology is made without the time when that was."""
    before = world._ontology

    def ontology(one: Domain, *rest: Any) -> Any:
        return replace(before(one, *rest), created=0)

    patch.setattr(world, "_ontology", ontology)


def a_split_may_move_nothing(patch: pytest.MonkeyPatch) -> None:
    """Whether there is such a donor, and anything of it that moves, is not looked at."""

    def split(payload: Any, known: Known, *rest: Any) -> None:
        if isinstance(payload, asked.SplitNew):
            checks.is_free(payload.name, known)

    patch.setattr(checks, "_split", split)


def a_split_may_empty_its_donor(patch: pytest.MonkeyPatch) -> None:
    """Whether anything is left is not looked at."""

    def at_home(concepts: Sequence[str], donor: Domain, known: Known) -> None:
        checks._are_members(concepts, donor, known)

    patch.setattr(checks, "_are_at_home", at_home)


def what_is_frozen_receives(patch: pytest.MonkeyPatch) -> None:
    """Only what leaves a frozen one is looked at, not what comes to it."""

    def goal(place: asked.Place, subjects: Sequence[Domain], known: Known) -> None:
        found = checks.the(place, known)
        if found.key in {one.key for one in subjects}:
            refuse("TARGET_IS_SUBJECT", "it would go into itself", found.key)

    patch.setattr(checks, "_is_goal", goal)


def names_are_told_apart_by_case(patch: pytest.MonkeyPatch) -> None:
    """`Cloud` beside `cloud ` is let through."""

    def free(name: str, known: Known, those: Sequence[Domain] = ()) -> None:
        if any(one.name == name for one in known.live if one not in those):
            refuse(NAME_TAKEN, "it is taken", name)

    for module in (checks, changes):
        patch.setattr(module, "is_free", free, raising=False)


def nothing_is_one_transaction(patch: pytest.MonkeyPatch) -> None:
    """What was written before a crash stays."""

    @contextmanager
    def write(self: Any, sight: Any) -> Iterator[Any]:
        with self._turn.taken():
            bound = self._bound(sight, writes=True)
            self._hook("BEGIN IMMEDIATE")
            from passdown.storage.memory.tx import MemoryTx

            try:
                yield MemoryTx(bound)
                self._hook("COMMIT")
            finally:
                bound.end()
                self._tables = bound.tables

    patch.setattr(MemoryStore, "write", write)


# Of what a crash leaves half done it depends on where it died what is seen first.
PLANTED: Iterable[tuple[Plant, str]] = (
    (the_floor_is_like_any_other, "P3"),
    (an_empty_one_cannot_go, "P8"),
    (a_merge_ends_at_an_empty_donor, "P8"),
    (newborns_are_born_old, "P8"),
    (a_split_may_move_nothing, "P8"),
    (a_split_may_empty_its_donor, "P8"),
    (what_is_frozen_receives, "P4"),
    (names_are_told_apart_by_case, "P7"),
    (nothing_is_one_transaction, "P"),
)


@pytest.mark.parametrize(
    ("plant", "promise"), PLANTED, ids=lambda one: getattr(one, "__name__", one)
)
def test_a_planted_fault_is_noticed(
    plant: Plant, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError) as noticed:
        run(in_memory, EXAMPLES, STEPS, machine=Actions, shrink=False)
    assert re.match(r"P\d+", str(noticed.value)), noticed.value
    assert str(noticed.value).startswith(promise)
