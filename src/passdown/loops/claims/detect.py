"""Both detectors, merged: what people stated and what cured an error, each question once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.scope import GLOBAL
from passdown.loops.claims.ask import ask
from passdown.loops.claims.changes import CORROBORATION, MOST_SURE
from passdown.loops.claims.cure import cures
from passdown.loops.claims.draft import Draft, key, sure
from passdown.loops.claims.payload import Cure, Quote
from passdown.loops.claims.same import Bond, Kin
from passdown.loops.claims.stated import stated
from passdown.text.calls import SHELLS
from passdown.text.tokens import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Finding
    from passdown.domain.scope import Scope
    from passdown.domain.settings import Settings
    from passdown.loops.claims.cure import Cured
    from passdown.loops.claims.payload import Payload
    from passdown.loops.claims.stated import Stated

SAME = 0.85
"""From here two sentences are one statement, unless a number, version or negation differs."""
SAME_WORDS = 0.75
"""And from here, when they share so much of their meaningful words."""
LONGEST = 400


def detect(corpus: Corpus, settings: Settings) -> Iterator[Finding[Payload]]:
    """Every question that no approved claim answers, the surest first."""
    within = settings.whole("claims.cure_within")
    drafts = [*_statements(list(stated(corpus))), *_cures(list(cures(corpus, within)))]
    sound = (draft for draft in drafts if draft.text.isprintable() and len(draft.text) <= LONGEST)
    yield from sorted(ask(sound, corpus), key=lambda one: (-one.confidence, one.key))


def stated_key(text: str, scope: Scope) -> str:
    """Which question a statement is, whatever its small words and their order."""
    return key("stated", scope, *(sorted(set(content_words(text))) or [text]))


# ---- what people stated


def _statements(every: Sequence[Stated]) -> Iterator[Draft]:
    for group in _groups(every):
        first = group[0]
        sessions = {one.observation.session for one in group}
        surest = max(one.confidence for one in group) + CORROBORATION * (len(sessions) - 1)
        yield Draft(
            key=stated_key(first.text, first.observation.scope),
            text=first.text,
            category=first.category,
            scope=first.observation.scope,
            confidence=round(min(surest, MOST_SURE), 2),
            seen=tuple(one.observation for one in group),
            quotes=tuple(Quote(one.observation.seq, *one.span[:2]) for one in group),
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


def _cures(every: Sequence[Cured]) -> Iterator[Draft]:
    groups: dict[tuple[str, Scope], list[Cured]] = {}
    for one in every:
        # A tool understands the same arguments in every repo; the rest holds where it was seen.
        scope = "" if one.kind == "usage" else one.call.scope
        groups.setdefault((one.shape, scope), []).append(one)
    for (shape, scope), group in groups.items():
        yield _of_cures(key("cure", scope, shape), group)


def _of_cures(which: str, group: Sequence[Cured]) -> Draft:
    first = group[0]
    sessions = {one.call.session for one in group}
    scopes = {one.call.scope for one in group}
    change = first.change
    return Draft(
        key=which,
        text=_sentence(first),
        category="tool-quirk" if first.kind == "usage" and len(sessions) > 1 else "pitfall",
        scope=scopes.pop() if len(scopes) == 1 else GLOBAL,
        confidence=sure(len(sessions)),
        seen=tuple(o for one in group for o in (one.call, one.result, one.worked)),
        quotes=tuple(quote for one in group for quote in one.quotes()),
        cure=Cure(first.call.tool, change.failed, change.worked, first.result.signature),
    )


def _sentence(one: Cured) -> str:
    (failed, worked), tool = one.change, one.call.tool
    error = one.error.replace('"', "'")
    if tool.lower() in SHELLS:
        return f'`{failed}` fails here with "{error}"; `{worked}` works.'
    if one.kind == "missing":
        return f"There is no `{failed}`; the file is `{worked}`."
    return f'{tool} with `{failed}` fails here with "{error}"; with `{worked}` it works.'
