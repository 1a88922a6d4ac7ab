"""What must hold before an action is carried out, in one order: the first check that fails says why
nothing is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from passdown.domain.errors import Conflict
from passdown.loops.ontology import payload as asked
from passdown.loops.ontology.known import ACTIVE, FROZEN, PINNED, concept_id, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.domain.settings import Settings
    from passdown.loops.ontology.known import Domain, Known
    from passdown.loops.ontology.payload import Payload, Place

SUBJECT_MISSING = "SUBJECT_MISSING"
PRIMORDIAL_PROTECTED = "PRIMORDIAL_PROTECTED"
LIFECYCLE = "LIFECYCLE"
TARGET_MISSING = "TARGET_MISSING"
NAME_TAKEN = "NAME_TAKEN"
NAME_EMPTY = "NAME_EMPTY"
TARGET_IS_SUBJECT = "TARGET_IS_SUBJECT"
TARGET_FROZEN = "TARGET_FROZEN"
IN_FLIGHT = "INFLIGHT"
CLUSTER_EMPTY = "CLUSTER_EMPTY"
CLUSTER_BELOW_MIN = "CLUSTER_BELOW_MIN"
DONOR_EMPTIED = "DONOR_EMPTIED"
STALE_GRAPH = "STALE_GRAPH"
CODES = (
    SUBJECT_MISSING,
    PRIMORDIAL_PROTECTED,
    LIFECYCLE,
    TARGET_MISSING,
    NAME_EMPTY,
    NAME_TAKEN,
    TARGET_IS_SUBJECT,
    TARGET_FROZEN,
    IN_FLIGHT,
    CLUSTER_EMPTY,
    CLUSTER_BELOW_MIN,
    DONOR_EMPTIED,
    STALE_GRAPH,
)
"""In the order in which they are looked at."""
LEAST = "ontology.min_ontology_concept_count"


def check(payload: Payload, known: Known, settings: Settings, waiting: Iterable[str] = ()) -> None:
    """Conflict, with the code of the first check that fails. `waiting` are the keys of ontologies
    into which something is being read at the moment."""
    match payload:
        case asked.SplitNew() | asked.SplitInto():
            _split(payload, known, settings)
        case asked.Merge():
            _merge(payload, known, frozenset(waiting))
        case asked.Decompose():
            _decompose(payload, known, frozenset(waiting))
        case asked.Rename():
            _rename(payload, known)
        case asked.NoAction():
            the(payload.ontology, known)
        case asked.Escalate():
            check(chosen(payload), known, settings, waiting)


def chosen(payload: asked.Escalate) -> asked.Choice:
    """The answer that a yes is to; Conflict when there is none at that place."""
    if payload.choice >= len(payload.choices):
        step = "Choose one of those there."
        refuse(TARGET_MISSING, f"there is no choice {payload.choice}", "", step)
    return payload.choices[payload.choice]


def the(place: Place, known: Known) -> Domain:
    """The ontology that is meant; Conflict when there is none any more."""
    found = known.find(place)
    if found is None:
        refuse(SUBJECT_MISSING, f"there is no ontology {_told(place)}", place.key, "Reject this.")
    return found


def _split(payload: asked.SplitNew | asked.SplitInto, known: Known, settings: Settings) -> None:
    donor = the(payload.donor, known)
    _is_not_frozen(donor, LIFECYCLE)
    if isinstance(payload, asked.SplitNew):
        # What once went into it may leave it again under its own name.
        own = () if normal(payload.name) == normal(donor.name) else (donor,)
        is_free(payload.name, known, own)
    else:
        _is_goal(payload.into, (donor,), known)
    if not payload.concepts:
        refuse(CLUSTER_EMPTY, "no concept is named that is to leave", donor.key)
    if isinstance(payload, asked.SplitNew):
        _is_large(len(set(payload.concepts)), settings)
    _are_at_home(payload.concepts, donor, known)


def _merge(payload: asked.Merge, known: Known, waiting: frozenset[str]) -> None:
    donors = [the(one, known) for one in payload.donors]
    _go(donors)
    if payload.into is None:
        if len(donors) < 2:
            refuse(TARGET_MISSING, "one ontology alone is merged with nothing", donors[0].key)
        is_free(payload.name, known, donors)
    else:
        _is_goal(payload.into, donors, known)
    if len({one.key for one in donors}) < len(donors):
        refuse(TARGET_IS_SUBJECT, "an ontology is named twice", donors[0].key)
    _is_still(donors, waiting)


def _decompose(payload: asked.Decompose, known: Known, waiting: frozenset[str]) -> None:
    subject = the(payload.ontology, known)
    _go([subject])
    for route in payload.routes:
        _is_goal(route.into, (subject,), known)
    _is_still([subject], waiting)
    routed = [name for route in payload.routes for name in route.concepts]
    if len(set(routed)) < len(routed):
        refuse(STALE_GRAPH, "a concept is sent to two places", subject.key)
    _are_members(routed, subject, known)
    if payload.routing == "affinity":
        _are_all_routed(routed, subject, known)


def _rename(payload: asked.Rename, known: Known) -> None:
    subject = the(payload.ontology, known)
    if subject.is_floor:
        refuse(PRIMORDIAL_PROTECTED, f"{subject.name} keeps its name", subject.key)
    if subject.state != ACTIVE:
        refuse(LIFECYCLE, f"{subject.name} is {subject.state}", subject.key)
    if payload.name == subject.name and not payload.description:
        refuse(NAME_TAKEN, f"it is called {subject.name} already", subject.key, "Reject this.")
    is_free(payload.name, known, (subject,))


# ---- one check each


def _go(those: Sequence[Domain]) -> None:
    """Whether each of these may cease to be."""
    for one in those:
        if one.is_floor:
            refuse(PRIMORDIAL_PROTECTED, f"{one.name} is the floor, and stays", one.key)
    for one in those:
        if one.state in (PINNED, FROZEN):
            refuse(LIFECYCLE, f"{one.name} is {one.state}, and stays", one.key)


def _is_not_frozen(one: Domain, code: str) -> None:
    if one.state == FROZEN:
        refuse(code, f"{one.name} is frozen: nothing of it changes", one.key)


def is_free(name: str, known: Known, those: Sequence[Domain] = ()) -> None:
    """Conflict where somebody but these has the name, or had it."""
    if not normal(name):
        refuse(NAME_EMPTY, "that is no name", name, "Give one that has letters.")
    mine, ids = {one.key for one in those}, {one.id for one in those}
    holders = (one for one in known.holders(name) if one.key not in mine)
    holder = next((one for one in holders if one.is_live or one.into not in ids), None)
    if holder is not None:
        step = "Split into it instead, or choose another name."
        gone = "" if holder.is_live else ", which is no more"
        refuse(NAME_TAKEN, f"ontology `{holder.name}` has that name{gone}", holder.key, step)


def _is_goal(place: Place, subjects: Sequence[Domain], known: Known) -> None:
    found = known.find(place)
    if found is None:
        refuse(TARGET_MISSING, f"there is no ontology {_told(place)}", place.key)
    if found.key in {one.key for one in subjects}:
        refuse(TARGET_IS_SUBJECT, f"{found.name} would go into itself", found.key)
    _is_not_frozen(found, TARGET_FROZEN)


def _is_still(those: Sequence[Domain], waiting: frozenset[str]) -> None:
    for one in those:
        if one.key in waiting:
            step = "Decide what waits of it first; then this can be done."
            refuse(IN_FLIGHT, f"something is being read into {one.name}", one.key, step)


def _is_large(n: int, settings: Settings) -> None:
    least = settings.whole(LEAST)
    if n < least:
        refuse(CLUSTER_BELOW_MIN, f"{n} concepts are no ontology: {least} are", LEAST)


def _are_at_home(concepts: Sequence[str], donor: Domain, known: Known) -> None:
    """Whether all of these are the donor's, and are not all that it has."""
    _are_members(concepts, donor, known)
    leaving = {concept_id(name) for name in concepts}
    if not donor.is_floor and not set(known.housed(donor)) - leaving:
        what = f"nothing would be left of {donor.name}"
        refuse(DONOR_EMPTIED, what, donor.key, "Merge it instead.")


def _are_members(concepts: Iterable[str], subject: Domain, known: Known) -> None:
    wanted = set(concepts)
    gone = sorted(
        name for name in wanted if not known.names.has(name) or known.home(name).key != subject.key
    )
    if gone:
        shown = ", ".join(gone[:3])
        what = f"{len(gone)} of {len(wanted)} are not of {subject.name} any more: {shown}"
        refuse(STALE_GRAPH, what[:300], subject.key, "Mine again.")


def _are_all_routed(routed: Sequence[str], subject: Domain, known: Known) -> None:
    """Whether what came to it since is routed too; a name that nothing holds any more goes to the
    floor."""
    there = set(known.housed(subject)) - {concept_id(name) for name in routed}
    late = sorted(name for name in known.names.every if concept_id(name) in there)
    if late:
        what = f"{len(late)} came to {subject.name} since: {', '.join(late[:3])}"
        refuse(STALE_GRAPH, what[:300], subject.key, "Mine again.")


def _told(place: Place) -> str:
    return f"`{(place.name or place.key)[:80]}`"


def refuse(
    code: str, what: str, where: str = "", next: str = "Reject this; it is out of date."
) -> NoReturn:
    """Conflict, with the code of the check that failed."""
    raise Conflict(f"{code}: {what}", where=where, next=next, check=code)
