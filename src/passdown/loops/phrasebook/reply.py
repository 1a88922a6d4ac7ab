"""The reply most of a cluster was given: what in it a snapshot explains, and what goes stale."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.phrasebook.clusters import SAME_REPLY
from passdown.text.template import (
    leaves,
    masked,
    numbers,
    placeholders,
    slotted,
    volatile,
)
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.domain.settings import Settings
    from passdown.loops.phrasebook.pairs import Pair

SHORTEST_VALUE = 3
"""Letters of a snapshot's text that may be told from a word which is there by chance."""


class Reply(NamedTuple):
    """A reply as it is proposed: `verbatim` is one as it was given, `stale` what in the template
    may be out of date tomorrow, `offered` the template with that taken from the snapshot, `share`
    how many of the cluster were answered so."""

    template: str
    verbatim: str
    stale: tuple[str, ...]
    offered: str
    share: float


def reply(pairs: Sequence[Pair], settings: Settings) -> Reply:
    """The dominant reply of these, by time, with what the snapshot explains as placeholders."""
    texts = [pair.reply.text.strip() for pair in pairs]
    filled = _explained(pairs, texts, settings)
    forms = [masked(text) for text in (filled if settings.has_history else texts)]
    group = _largest(forms)
    form = _most(forms[at] for at in group)
    alike = [at for at in group if forms[at] == form]
    template = _template(alike, texts, filled, settings)
    verbatim = texts[max(at for at in alike if template in (texts[at], filled[at]))]
    stale = _stale(template, [texts[at] for at in alike])
    offered = slotted(template) if stale else ""
    return Reply(template, verbatim, stale, offered, len(group) / len(pairs))


def _template(
    alike: Sequence[int], texts: Sequence[str], filled: Sequence[str], settings: Settings
) -> str:
    """What is said most often, or the last reply where the snapshot, which says how things are
    now, explains it."""
    if settings.has_history:
        return _most(filled[at] for at in alike)
    explained = placeholders(filled[alike[-1]]) and filled[alike[-1]]
    return explained or _most(texts[at] for at in alike)


def _largest(forms: Sequence[str]) -> list[int]:
    """The places of the largest group of replies that say the same; of equals the first."""
    from passdown.text.near import near

    leaders = near(forms, cohesion=SAME_REPLY)
    counts = Counter(leaders)
    leader = max(counts, key=lambda at: (counts[at], forms[at]))
    return [place for place, at in enumerate(leaders) if at == leader]


def _most(texts: Iterator[str]) -> str:
    """What is said most often; of equals what was said last."""
    every = list(texts)
    counts, last = Counter(every), {text: place for place, text in enumerate(every)}
    return max(counts, key=lambda text: (counts[text], last[text]))


def _stale(template: str, alike: Sequence[str]) -> tuple[str, ...]:
    """What may be out of date: sums, shares, dates and times, and whatever numbers vary."""
    found = [token.text for token in volatile(template)]
    rows = [numbers(text) for text in (template, *alike)]
    if len({len(row) for row in rows}) == 1:
        columns = zip(*rows, strict=True)
        found += [mine for mine, *every in columns if len(set(every)) > 1]
    named = list(dict.fromkeys(found))
    return tuple(one for one in named if not any(one != whole and one in whole for whole in named))


# ---- what the snapshot explains


def _explained(pairs: Sequence[Pair], texts: Sequence[str], settings: Settings) -> list[str]:
    """The replies with placeholders for the values that a snapshot field explains: its values then
    are the ones in the replies, they vary as those do or its name says what they are."""
    then: list[dict[str, str]] = [leaves(settings.snapshot_at(pair.at)) for pair in pairs]
    if not settings.has_history:  # it says how things are now, and so nothing of older replies
        then[:-1] = [{}] * (len(then) - 1)
    if not any(then):
        return list(texts)
    spoken = {word for pair in pairs for word in content_words(f"{pair.said} {pair.reply.text}")}
    values: dict[str, set[str]] = {}
    for text, known in zip(texts, then, strict=True):
        for name, value in known.items():
            if _places(text, value):
                values.setdefault(name, set()).add(value)
    named = {name: len(_words(name) & spoken) for name in values}
    fit = {name: named[name] for name, of in values.items() if len(of) > 1 or named[name]}
    order = sorted(fit, key=lambda name: (-fit[name], -len(values[name]), name))
    return [_filled(text, known, order) for text, known in zip(texts, then, strict=True)]


def _words(name: str) -> set[str]:
    return set(content_words(name.replace(".", " ").replace("_", " ").removeprefix("snapshot")))


def _filled(text: str, known: Mapping[str, str], order: Sequence[str]) -> str:
    for name in order:
        value = known.get(name, "")
        if name in placeholders(text) or not value:
            continue
        for start, end in _places(text, value)[:1]:
            text = f"{text[:start]}{{{name}}}{text[end:]}"
    return text


def _places(text: str, value: str) -> list[tuple[int, int]]:
    """Where the value stands in the text as a value: a volatile one, or the same words."""
    found = [(t.first, t.last) for t in volatile(text) if _same(text[t.first : t.last], value)]
    if found or len(value) < SHORTEST_VALUE:
        return found
    at = text.find(value)
    while at >= 0:
        end = at + len(value)
        inside = text[max(0, at - 1) : at].isalnum() or text[end : end + 1].isalnum()
        if not inside and not _in_a_placeholder(text, at):
            return [(at, end)]
        at = text.find(value, end)
    return []


def _in_a_placeholder(text: str, at: int) -> bool:
    return text.rfind("{snapshot.", 0, at) > text.rfind("}", 0, at)


def _same(one: str, other: str) -> bool:
    return one == other or one.replace(",", "") == other.replace(",", "")
