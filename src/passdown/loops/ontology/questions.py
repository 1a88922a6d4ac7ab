"""Questions about ontologies and what became of them, kept while they are asked and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.proposal import Status
from passdown.loops.ontology import payload as form
from passdown.loops.ontology.asking import moved, question
from passdown.loops.ontology.known import LOOP
from passdown.loops.ontology.past import done, places, read
from passdown.loops.ontology.places import placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.loops.ontology.known import Domains
    from passdown.loops.ontology.payload import Payload


class Asked(NamedTuple):
    """A question as it stands, in the words it was asked in."""

    id: str
    at: At
    decided_at: At
    action: str
    status: Status
    title: str
    by: str
    code: str
    payload: Payload


class Step(NamedTuple):
    """A decision that moved concepts: of each where it came from, and where it went."""

    at: At
    title: str
    origin: Mapping[str, str]
    goal: Mapping[str, str]


class Questions:
    """Every question by id; what they say is drawn once while they and the ontologies are the
    same."""

    def __init__(self, every: Iterable[Proposal] = ()) -> None:
        self._every: dict[str, Asked] = {}
        self._rows: list[dict[str, Any]] | None = None
        self._steps: list[Step] | None = None
        for one in every:
            self.put(one)

    def put(self, one: Proposal) -> None:
        """A question as it stands now; of another loop it is none."""
        if one.loop != LOOP:
            return
        self.renamed()
        payload = read(one.payload)
        if payload is None:
            self._every.pop(one.id, None)
        else:
            self._every[one.id] = _asked(one, payload)

    def renamed(self) -> None:
        """The ontologies are others now."""
        self._rows = self._steps = None

    def rows(self, known: Domains) -> list[dict[str, Any]]:
        """Each as it is told, by when it was asked."""
        if self._rows is None:
            ordered = sorted(self._every.values(), key=lambda one: (one.at, one.id))
            self._rows = [_row(one, placed(one.payload, known)) for one in ordered]
        return self._rows

    def steps(self, known: Domains) -> list[Step]:
        """The decisions that moved concepts, the first one first."""
        if self._steps is None:
            made = {one.record.made_by: key for key, one in known.every.items()}
            every = [one for one in self._every.values() if one.status is Status.EXECUTED]
            every.sort(key=lambda one: (one.decided_at, one.id))
            found = (_step(one, done(placed(one.payload, known)), made) for one in every)
            self._steps = [one for one in found if one is not None]
        return self._steps


def _asked(one: Proposal, payload: Payload) -> Asked:
    return Asked(
        one.id, one.created_at, one.decided_at, one.action, one.status, one.title,
        one.decided_by, one.failure_code, payload,
    )  # fmt: skip


def _row(one: Asked, payload: Payload) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": one.decided_at or one.at,
        "action": one.action,
        "state": one.status.value,
        "title": one.title or question(payload),
        "by": one.by,
        "code": one.code,
        "about": _about(payload),
        "moved": list(moved(payload)),
    }


def _about(payload: Payload) -> list[str]:
    keys = [place.key for place in places(done(payload))] or [form.subject(payload).key]
    return sorted(set(keys))


def _step(one: Asked, payload: Payload, made: Mapping[str, str]) -> Step | None:
    goes = moved(payload)
    goal = {name: key or made.get(one.id, "") for name, key in goes.items()}
    return Step(one.decided_at, one.title, _origin(payload), goal) if goes else None


def _origin(payload: Payload) -> dict[str, str]:
    """Where each concept was that it moves, as far as it names them."""
    match payload:
        case form.SplitNew() | form.SplitInto():
            return dict.fromkeys(payload.concepts, payload.donor.key)
        case form.Merge():
            return {name: one.into.key for one in payload.held for name in one.concepts}
        case form.Decompose():
            return {n: payload.ontology.key for one in payload.routes for n in one.concepts}
        case _:
            return {}
