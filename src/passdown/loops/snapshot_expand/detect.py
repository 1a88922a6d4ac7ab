"""Finds values that are asked for again and again and that no field of the snapshot gives."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.loop import Dropped, Finding
from passdown.domain.record import Life
from passdown.loops.snapshot_expand.asked import by_subject, shape
from passdown.loops.snapshot_expand.payload import KIND, AddField, Payload
from passdown.text.safe import one_line
from passdown.text.stats import wilson
from passdown.text.template import leaves, placeholders, slotted, volatile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.snapshot_expand.asked import Pair, Subject

FEW, DIVERGE, TAKEN = "asked too seldom", "answers diverge", "a field of this name is proposed"
MOST_EVIDENCE, EXAMPLES, WIDTH = 200, 3, 60


class Value(NamedTuple):
    """A place in a reply that holds another value every time: its field's name, and the values."""

    field: str
    values: tuple[str, ...]


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload] | Dropped]:
    """One finding for each value, those asked for most first; what is none is counted."""
    dropped: Counter[str] = Counter()
    taken = {one.key for one in corpus.records(KIND, lives=tuple(Life))}
    groups = sorted(by_subject(corpus).items(), key=lambda group: (-len(group[1]), group[0]))
    for about, pairs in groups:
        if len(pairs) < settings.whole("snapshot_expand.min_asked"):
            dropped[FEW] += 1
            continue
        alike = alike_in(pairs)
        if len(alike) < settings.number("snapshot_expand.consistency") * len(pairs):
            dropped[DIVERGE] += 1
            continue
        for value in unanswered(alike, settings):
            if value.field in taken:
                dropped[TAKEN] += 1
                continue
            taken.add(value.field)
            yield _finding(about, value, pairs, alike)
    yield from (Dropped(why, n=n) for why, n in sorted(dropped.items()))


def alike_in(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs whose replies are the same but for their values: those of the commonest shape."""
    shapes = Counter(shape(pair.reply.text) for pair in pairs)
    most = min(shapes, key=lambda one: (-shapes[one], one))
    return [pair for pair in pairs if shape(pair.reply.text) == most]


def unanswered(alike: Sequence[Pair], settings: Settings) -> Iterator[Value]:
    """The places whose value is not always the same, and that the snapshot does not give."""
    names = placeholders(slotted(alike[0].reply.text))
    rows = [_values(pair.reply.text) for pair in alike]
    if any(len(row) != len(names) for row in rows):
        return
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        if len(set(values)) > 1 and not _explained(alike, values, settings):
            yield Value(name.rpartition(".")[2], values)


def _explained(alike: Sequence[Pair], values: Sequence[str], settings: Settings) -> bool:
    """Whether some field of the snapshot held it each time."""
    held = [leaves(settings.snapshot_at(pair.reply.at)) for pair in alike]
    names = set(held[0]).intersection(*held[1:])
    return any(
        all(row[name] == value for row, value in zip(held, values, strict=True)) for name in names
    )


def _values(text: str) -> list[str]:
    return [text[one.first : one.last] for one in volatile(text)]


def _finding(
    about: Subject, value: Value, pairs: Sequence[Pair], alike: Sequence[Pair]
) -> Finding[Payload]:
    asks = one_line(alike[0].question.text, WIDTH)
    seqs = sorted(one.seq for pair in alike for one in pair)[:MOST_EVIDENCE]
    payload = AddField(
        field=value.field,
        question=one_line(alike[0].question.text, 600),
        shape=shape(alike[0].reply.text),
        template=slotted(alike[0].reply.text),
        values=tuple(dict.fromkeys(one_line(v, 100) for v in value.values))[:EXAMPLES],
        asked=len(pairs),
    )
    return Finding(
        payload=payload,
        evidence=tuple(seqs),
        key=f"{value.field} {' '.join(about)}"[:300],
        title=f"Add the snapshot field “{value.field}”: “{asks}” is asked again and again",
        confidence=round(wilson(len(alike), len(pairs))[0], 4),
    )
