"""A page in words: nothing but what its claims say, each with its citation, and counts of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.domain.record import record_id
from passdown.loops.themes.payload import CLAIM
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.loops.themes.payload import Page, Statement

TITLED = 3
WIDEST = 600
_MARK = re.compile(r"\[pd:[^\]]*\]?", re.IGNORECASE)


def title_of(names: Sequence[str]) -> str:
    """The names that most of its claims hold."""
    shown = [f"`{one_line(name, 80).replace('`', '')}`" for name in names[:TITLED]]
    more = len(names) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def citation(claim: str) -> str:
    """How a page cites the claim of this key."""
    return f"[pd:{record_id(CLAIM, claim)}]"


def text_of(page: Page) -> str:
    """The whole page; the same question, the same bytes."""
    parts = [(" ".join(_lead(page)),), *_sections(page)]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def told(page: Page) -> str:
    """The page in one line: its names, and the strongest thing that is said of them."""
    return one_line(f"{page.title}: {page.statements[0].text}", WIDEST)


def count(n: int, thing: str) -> str:
    """So many things, in words."""
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _lead(page: Page) -> Iterator[str]:
    support = page.support
    names = ", ".join(f"`{one_line(name, 80).replace('`', '')}`" for name in page.entities)
    seen = f"{count(support.sessions, 'session')}, {count(support.claims, 'approved claim')}"
    since = f", since {support.since[:10]}" if support.since else ""
    last = f", last {support.until[:10]}" if support.until else ""
    yield f"{names}: together in {seen}{since}{last}."
    if support.significance is not None:
        yield f"By chance alone so much would be seen with a probability of {_p(page)}."


def _p(page: Page) -> str:
    p = page.support.significance or 0.0
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"


def _sections(page: Page) -> Iterator[tuple[str, ...]]:
    for name, value in sorted(page.fields.items()):
        yield (f"{name.replace('_', ' ').capitalize()}: {_plain(value)}",)
    holds = [one for one in page.statements if not one.asks]
    if holds:
        yield ("## What holds", *map(_line, holds))
    if asked := [one for one in page.statements if one.asks]:
        yield ("## Open questions", *map(_line, asked))
    if page.against or page.contested:
        yield ("## Contradictions", *_against(page))
    if len(page.support.months) > 1:
        yield ("## Timeline", *_months(page))
    if page.links:
        yield ("## See also", *(f"- [[{one.title or one.key}]]" for one in page.links))


def _line(one: Statement) -> str:
    seen = count(one.sessions, "session") + (f", since {one.since[:10]}" if one.since else "")
    return f"- {_plain(one.text)} {citation(one.claim)} ({seen})"


def _plain(text: str) -> str:
    """A statement on one line, without anything in it that would pass for a citation of ours."""
    return _MARK.sub("", one_line(text, WIDEST)).strip()


def _against(page: Page) -> Iterator[str]:
    for pair in page.against:
        yield f"- {citation(pair.one)} does not say what {citation(pair.other)} says."
    for key in page.contested:
        yield f"- {citation(key)} is contested at the moment and told to nobody."


def _months(page: Page) -> Iterator[str]:
    for one in page.support.months:
        yield f"- {one.month}: {count(one.claims, 'claim')}, {count(one.sessions, 'session')}"
