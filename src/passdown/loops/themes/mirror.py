"""Pages as files that people read. They say what claims say: whoever wants to change one changes
those."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.contract.mirror import Misread
from passdown.loops.themes.known import Pages
from passdown.text.safe import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record

FOLDER = "themes"
_PART = re.compile(r"[^a-z0-9]+")


def files(corpus: Corpus) -> dict[str, str]:
    """Every page by the name of its file."""
    every = sorted(Pages(corpus).every, key=lambda one: one.record.id)
    return {_name(one.record): _whole(one.record) for one in every}


def edits(before: Mapping[str, str], after: Mapping[str, str], corpus: Corpus) -> Iterator[Misread]:
    """What was changed by hand in a page can be no question: nothing in it is free text."""
    for name, text in sorted(after.items()):
        if name.startswith(f"{FOLDER}/") and text != before.get(name):
            step = "Change the claims it cites, or `passdown themes propose` a page."
            yield Misread(name, 1, "a page says what its claims say", step)


def _name(record: Record) -> str:
    words = _PART.sub("-", record.key.casefold())[:60].strip("-")
    return f"{FOLDER}/{'-'.join(filter(None, (words, record.id)))}.md"


def _whole(record: Record) -> str:
    title = printable(str(record.body.get("title", record.key)))
    return f"# {title} [pd:{record.id}]\n\n{record.kind}, {record.scope}\n\n{record.body['page']}"
