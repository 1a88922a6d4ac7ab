"""What an admin does to ontologies by hand: none of it is one of the seven actions, and none of it
moves a concept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from passdown.domain.change import Put
from passdown.loops.ontology.checks import PRIMORDIAL_PROTECTED, is_free, refuse, the
from passdown.loops.ontology.inherit import SAID
from passdown.loops.ontology.known import ACTIVE, FROZEN, PINNED, REVIEWERS, fresh, look
from passdown.loops.ontology.payload import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Line = Annotated[str, Meta(max_length=600)]
Path = Annotated[str, Meta(min_length=1, max_length=4096)]


def pin(corpus: Corpus, name: Name) -> Sequence[Change]:
    """Keep an ontology: it is never merged away, dissolved or renamed."""
    return _set(name, PINNED, corpus)


def freeze(corpus: Corpus, name: Name) -> Sequence[Change]:
    """Keep an ontology as it is: no concept comes to it or leaves it."""
    return _set(name, FROZEN, corpus)


def activate(corpus: Corpus, name: Name) -> Sequence[Change]:
    """Let an ontology change again that was pinned or frozen."""
    return _set(name, ACTIVE, corpus)


def assign(corpus: Corpus, name: Name, reviewers: tuple[Name, ...] = ()) -> Sequence[Change]:
    """Route questions about an ontology to these people, or to nobody: `pending --mine` lists what
    is routed to whoever asks. Who may decide is not changed by it."""
    one = the(Place(name=name), look(corpus))
    people = sorted(frozenset(reviewers))
    if people == sorted(one.reviewers):
        return []
    return [Put(replace(one.record, body={**one.record.body, REVIEWERS: people}))]


def add(
    corpus: Corpus, name: Name, said: int, clean: Callable[[str], str], description: Line = ""
) -> Sequence[Change]:
    """Make an ontology that has no concepts yet, and pin it: nothing asks for it to go."""
    known = look(corpus)
    is_free(name, known)
    more = {SAID: [said], "state": PINNED}  # it is empty, and somebody wants it
    called = clean(" ".join(name.split()))
    return [Put(fresh(called, known, clean(description), **more))]


def taken_in(
    corpus: Corpus, path: Path, said: int, clean: Callable[[str], str]
) -> Sequence[Change]:
    """Take a graph from a file: nodes, edges, homes and ontologies, beside what is known."""
    from passdown.loops.ontology.exchange import changes, read

    return list(changes(read(path, clean), corpus, said))


def _set(name: str, state: str, corpus: Corpus) -> Sequence[Change]:
    one = the(Place(name=name), look(corpus))
    if one.is_floor and state == FROZEN:
        refuse(PRIMORDIAL_PROTECTED, f"{one.name} is where all else is: it cannot stand still")
    if one.state == state:
        return []
    return [Put(replace(one.record, body={**one.record.body, "state": state}))]
