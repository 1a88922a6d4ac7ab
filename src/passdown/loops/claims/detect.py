"""All detectors, merged: each question once, with all its evidence, unless it was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.scope import GLOBAL
from passdown.loops.claims.answer import Asked, still_open
from passdown.loops.claims.ask import ask
from passdown.loops.claims.changes import CORROBORATION, MOST_SURE
from passdown.loops.claims.check import of_missing, of_text
from passdown.loops.claims.command import Change
from passdown.loops.claims.cure import LOOSE, READY, common, cures
from passdown.loops.claims.dead_end import dead_ends
from passdown.loops.claims.draft import Draft, distinct, key, root, stated_key, sure
from passdown.loops.claims.habit import habits
from passdown.loops.claims.instead import instead
from passdown.loops.claims.payload import Cure, Quote
from passdown.loops.claims.relied import relied
from passdown.loops.claims.same import Bond, Kin
from passdown.loops.claims.stated import stated
from passdown.loops.claims.unanswered import questions
from passdown.loops.claims.uncured import uncured
from passdown.text.calls import GAP, SHELLS
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set as AbstractSet

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding
    from passdown.domain.scope import Scope
    from passdown.domain.settings import Settings
    from passdown.loops.claims.cure import Cured
    from passdown.loops.claims.payload import Category, Payload
    from passdown.loops.claims.stated import Stated

SAME = 0.85
"""From here two sentences are one statement, unless a number, version or negation differs."""
SAME_WORDS = 0.75
"""And from here, when they share so much of their meaningful words."""
LONGEST = 400
CHOSEN_BY: dict[Category, str] = {
    "fact": "claims.facts",
    "pitfall": "claims.pitfalls",
    "tool-quirk": "claims.quirks",
    "pattern": "claims.patterns",
    "question": "claims.questions",
}
"""The setting that says whether findings of a category are asked at all; what people state, be it
to warn of something, needs that of facts."""


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload]]:
    """Every question that no approved claim answers, the surest first."""
    chosen = {category for category, knob in CHOSEN_BY.items() if settings.flag(knob)}
    every = (draft for draft in _drafts(corpus, settings, chosen) if draft.category in chosen)
    drafts = [draft for draft in every if _sound(draft)]
    asked = Asked(corpus)
    found = [asked.by(one) for one in ask(still_open(drafts), corpus)]
    yield from sorted(found, key=lambda one: (-one.confidence, one.key))


def _drafts(corpus: Corpus, settings: Settings, chosen: AbstractSet[Category]) -> Iterator[Draft]:
    if "fact" in chosen:
        plain = settings.flag("claims.plain")
        yield from _statements(corpus, [one for one in stated(corpus) if plain or not one.plain])
        yield from instead(corpus)
    cured = list(_cures(corpus, list(cures(corpus, settings.whole("claims.cure_within")))))
    yield from cured
    yield from dead_ends(corpus, {one.seq for draft in cured for one in draft.seen})
    if "pattern" in chosen:
        yield from habits(corpus)
    if settings.flag("claims.outputs"):
        yield from relied(corpus)
    if "question" in chosen:
        yield from questions(corpus)
        known = {one.seq for draft in cured for one in draft.seen}
        yield from (d for d in uncured(corpus) if known.isdisjoint(o.seq for o in d.seen))


def _sound(draft: Draft) -> bool:
    return draft.text.isprintable() and len(draft.text) <= LONGEST


# ---- what people stated


def _statements(corpus: Corpus, every: Sequence[Stated]) -> Iterator[Draft]:
    for group in _groups(every):
        first = group[0]
        sessions = distinct(corpus, (one.observation.session for one in group))
        surest = max(one.confidence for one in group) + CORROBORATION * (sessions - 1)
        yield Draft(
            key=stated_key(first.text, first.observation.scope),
            text=first.text,
            category=first.category,
            scope=first.observation.scope,
            confidence=round(min(surest, MOST_SURE), 2),
            seen=tuple(one.observation for one in group),
            quotes=tuple(Quote(one.observation.seq, *one.span[:2]) for one in group),
            check=of_text(first.text),
        )


def _groups(every: Sequence[Stated]) -> list[list[Stated]]:
    """Wordings of one statement, in the scope it was made in; the first one leads."""
    groups: list[list[Stated]] = []
    indexes: dict[Scope, Kin[int]] = {}
    for one in every:
        index = indexes.setdefault(one.observation.scope, Kin())
        leader = next((n for n, what in index.of(one.text) if what is Bond.SAME), None)
        if leader is None:
            index.add(len(groups), one.text)
            groups.append([one])
        else:
            groups[leader].append(one)
    return groups


def alike(a: str, b: str, score: float) -> bool:
    """Whether two sentences that are this near are about the same thing."""
    ours, theirs = set(content_words(a)), set(content_words(b))
    return score >= SAME or len(ours & theirs) >= SAME_WORDS * max(1, len(ours | theirs))


# ---- what cured an error


def _cures(corpus: Corpus, every: Sequence[Cured]) -> Iterator[Draft]:
    groups: dict[tuple[str, Scope], list[Cured]] = {}
    sessions: dict[str, set[str]] = {}
    for one in every:
        sessions.setdefault(one.gist, set()).add(root(corpus, one.call.session))
        # A tool understands the same arguments in every repo; the rest holds where it was seen.
        scope = "" if one.kind == "usage" else one.call.scope
        groups.setdefault((one.gist, scope), []).append(one)
    for (gist, scope), group in groups.items():
        # Any change may have been a coincidence, but not twice the same.
        if group[0].kind == LOOSE and len(sessions[gist]) < 2:
            continue
        yield _of_cures(key("cure", scope, gist), group, len(sessions[gist]))


def _of_cures(which: str, group: Sequence[Cured], sessions: int) -> Draft:
    """What cured one error in one scope; sessions elsewhere that saw the same make it surer."""
    first = group[0]
    scopes = {one.call.scope for one in group}
    change = Change(
        _shared([one.change.failed for one in group]), _shared([one.change.worked for one in group])
    )
    return Draft(
        key=which,
        text=_sentence(first, change),
        category="tool-quirk" if first.of_tool and sessions > 1 else "pitfall",
        scope=scopes.pop() if len(scopes) == 1 else GLOBAL,
        confidence=sure(sessions),
        seen=tuple(o for one in group for o in (one.call, one.result, one.worked)),
        quotes=tuple(quote for one in group for quote in one.quotes()),
        cure=Cure(first.call.tool, change.failed, change.worked, first.result.signature),
        check=of_missing(change.failed.split()[0]) if first.kind == "command" else "",
    )


def _shared(every: Sequence[str]) -> str:
    """The command with a gap where it was not the same each time."""
    rows = [one.split() for one in every]
    head = common(rows)
    rests = [row[len(head) :] for row in rows]
    tail = common([rest[::-1] for rest in rests])[::-1]
    while head and tail and head[-1].startswith("-"):
        head = head[:-1]
    gap = [GAP] if tail and any(len(rest) > len(tail) for rest in rests) else []
    return " ".join([*head, *gap, *tail]) if head else every[0]


def _sentence(one: Cured, change: Change) -> str:
    (failed, worked), tool = change, one.call.tool
    error = one.error.replace('"', "'")
    if one.kind == READY:
        return f'`{failed}` fails here with "{error}"; run `{worked.partition(" && ")[0]}` first.'
    if tool.lower() in SHELLS:
        return f'`{failed}` fails here with "{error}"; `{worked}` works.'
    if one.kind == "missing":
        return f"There is no `{failed}`; the file is `{worked}`."
    return f'{tool} with `{failed}` fails here with "{error}"; with `{worked}` it works.'
