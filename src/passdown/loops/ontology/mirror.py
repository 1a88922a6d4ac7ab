"""Ontologies as files that people read: what each is about, its names, and the claims and pages
that belong to it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from passdown.contract.mirror import Misread
from passdown.loops.ontology.facet import of
from passdown.loops.ontology.homes import Homes
from passdown.loops.ontology.known import look
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.loops.ontology.known import Domain

FOLDER = "ontologies"
BELONG = ("claim", "theme", "concept", "decision", "system", "person", "phrase")
"""Kinds of records that belong to the ontology of most of their names."""
WIDTH = 200
_PART = re.compile(r"[^a-z0-9]+")


def files(corpus: Corpus) -> dict[str, str]:
    """A file for each ontology; none where nothing has left the floor."""
    known = look(corpus)
    if len(known.live) < 2:
        return {}
    homes = Homes(corpus)
    belongs, home = of(homes), homes.of
    records: dict[str, list[Record]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for record in (one for kind in BELONG for one in corpus.records(kind)):
        if key := belongs(record):
            records[key].append(record)
        for name in record.body.get("entities", ()):
            called = known.names.called(str(name))
            names[home(called)].add(called)
    return {_name(one): _whole(one, sorted(names[one.key]), records[one.key]) for one in known.live}


def edits(before: Mapping[str, str], after: Mapping[str, str], corpus: Corpus) -> Iterator[Misread]:
    """What was changed by hand here can be no question: it is all computed."""
    for name, text in sorted(after.items()):
        if name.startswith(f"{FOLDER}/") and text != before.get(name):
            step = "Use `passdown ontology move` or `passdown ontology rename`."
            yield Misread(name, 1, "where names are at home is decided at the gate", step)


def _name(one: Domain) -> str:
    words = _PART.sub("-", one.name.casefold())[:60].strip("-")
    return f"{FOLDER}/{'-'.join(filter(None, (words, one.id)))}.md"


def _whole(one: Domain, names: Sequence[str], records: Sequence[Record]) -> str:
    lines = [f"# {one_line(one.name, WIDTH)} [pd:{one.id}]", ""]
    lines += [one_line(one.description, 600), ""] if one.description else []
    lines += [f"{len(names)} names, {one.state}", ""]
    lines += [f"- `{one_line(name, WIDTH)}`" for name in names]
    told = [(r.kind, str(r.body.get("title") or r.text), r.id) for r in records]
    if told:
        lines += ["", "## What belongs to it", ""]
        lines += [f"- {one_line(text, WIDTH)} [pd:{id}]" for _, text, id in sorted(told)]
    return "\n".join(lines) + "\n"
