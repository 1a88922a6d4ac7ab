"""Templates, and how texts, times and numbers look in them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from passdown.surfaces.web.static import address
from passdown.text.draw import likelihood
from passdown.text.safe import mixed, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "templates"
CITED = re.compile(r"\[pd:([0-9a-f]{12})\]")
POINTS = re.compile(r"\[\[([^\[\]]{1,400})\]\]")
CODE = re.compile(r"`([^`\n]+)`")
MIXED = Markup('<mark class="mixed" title="letters of more than one alphabet">{}</mark>')


def drawn(template: str, values: Mapping[str, Any]) -> str:
    """The template filled with these values, every text of them escaped."""
    return _environment().get_template(template).render(values)


class _Environment(Environment):
    """Templates to which a name after a dot is first what a dictionary holds under it: what they
    draw are answers of operations, none of which may hide behind a method."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a dictionary holds under the name; else what jinja finds."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def _environment() -> Environment:
    made = _Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["file"] = address
    every = (prose, quoted, page, when, day, likelihood, count, brief, money, percent, words)
    made.filters |= {one.__name__: one for one in (*every, lasting, worth)}
    return made


def _visible(value: Any) -> Any:
    """A text without what nobody sees and what turns others around; anything else as it is."""
    if isinstance(value, Markup):
        return value
    return printable(value) if isinstance(value, str) else value


def prose(text: str) -> Markup:
    """A sentence, with what stands between backticks as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(quoted(text))))


def quoted(text: str) -> Markup:
    """A text word for word; a word that mixes alphabets, and so may not be what it looks like, is
    shown as such."""
    safe, done, parts = printable(text), 0, []
    for start, end in mixed(safe):
        parts += [escape(safe[done:start]), MIXED.format(safe[start:end])]
        done = end
    return Markup("").join([*parts, escape(safe[done:])])


def page(text: str) -> Markup:
    """A page of ours: headings, lists and paragraphs; what it cites and what it points to as
    links."""
    found: list[str] = []
    for block in text.split("\n\n"):
        first, *lines = block.strip().splitlines() or [""]
        if first.startswith("## "):
            found.append(f"<h2>{_linked(first[3:])}</h2>")
            found.append(f"<ul>{''.join(map(_item, lines))}</ul>" if lines else "")
        elif first:
            found.append(f"<p>{_linked(' '.join((first, *lines)))}</p>")
    return Markup("\n".join(found))


def _item(line: str) -> str:
    return f"<li>{_linked(line.removeprefix('- '))}</li>"


def _linked(line: str) -> str:
    cited = CITED.sub(r'<a href="/knowledge/\1">[\1]</a>', str(prose(line)))
    return POINTS.sub(lambda found: _found_by(found[1]), cited)


def _found_by(title: str) -> str:
    """A link to what is found by this title, which is escaped already."""
    words = Markup(title).striptags().replace("`", "")
    return f'<a href="/knowledge?q={quote(str(words))}">{title}</a>'


def when(at: str) -> Markup:
    """A moment as an element that says it to people and to programs."""
    if not at:
        return Markup("")
    shown = at[:16].replace("T", " ")
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(at, at, shown)


def day(at: str) -> str:
    """The day of a moment."""
    return at[:10]


def since(at: str, now: datetime | None = None) -> str:
    """How long ago, in the largest whole unit."""
    then = datetime.fromisoformat(at)
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def count(number: float) -> str:
    """A number with its thousands apart."""
    return f"{number:,.0f}".replace(",", "\u202f")


def brief(text: str, width: int = 120) -> str:
    """The first line of a text, cut where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def money(amount: float | None) -> str:
    """US dollars; unknown stays unknown."""
    return "unknown" if amount is None else f"${amount:,.2f}"


def percent(share: float) -> str:
    """A share of one as per cent."""
    return f"{share * 100:.0f} %"


def words(name: str) -> str:
    """A name made for programs as words."""
    return name.replace("_", " ").replace("-", " ").lower()


def lasting(seconds: float) -> str:
    """A length of time as one says it."""
    if seconds < 60:
        return "less than a minute"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"about {count(seconds / size)} {unit}"
    raise AssertionError("a minute is the last unit")


def worth(metrics: Mapping[str, float]) -> list[str]:
    """What a replay says a yes would have saved, in money and minutes; nothing it does not say."""
    said = []
    if lost := metrics.get("seconds_lost"):
        said.append(f"{lasting(lost)} lost where it was not known")
    if spent := metrics.get("seconds_a_day"):
        said.append(f"{lasting(spent)} of answering a day")
    if (cost := metrics.get("usd_a_day")) is not None:
        said.append(f"{money(cost)} a day")
    return said
