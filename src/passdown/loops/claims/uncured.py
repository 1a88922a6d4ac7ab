"""Detector: an error with which a repo's check ended, and that no later session got rid of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.observation import Seen, Trust
from passdown.loops.claims.cure import INVOCATION, NO_LESSON, command, error_line
from passdown.loops.claims.draft import Draft, distinct, key, receipt
from passdown.loops.claims.verb import deeds, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.observation import Observation, Session
    from passdown.loops.claims.verb import Deed

LONGEST_ERROR = 160
LONGEST_LINE = 90
_NOT_OWN = re.compile(r"[`\n|&;\"]|(?:^|[\s=])[/~]")
LONGEST_REPLY = 2000
_LEFT = re.compile(
    r"\b(?:leave (?:it|that|this)|stop (?:here|there)|park (?:it|that|this)|give up|later|tomorrow|"
    r"another (?:day|time)|(?:still|keeps?) fail\w*|(?:can(?:not|'t)|could(?: not|n't)) (?:get|"
    r"make|"
    r"fix|run|solve|resolve)|no luck|blocked|stuck|not (?:solved|resolved|fixed)|unresolved|"
    r"(?:both|all) (?:\w+ )?(?:attempts?|tries|variants?)|ask \w+ (?:about|before|first))\b",
    re.IGNORECASE,
)
NEAR_THE_END = 5
"""Deeds from the end of a session within which the error is what it ended with."""
ONCE, TWICE, OFTEN = 0.5, 0.75, 0.8


class Left(NamedTuple):
    """One error that a session ended with, in its own words."""

    session: Session
    deed: Deed
    error: str
    tries: int
    admitted: bool


def uncured(corpus: Corpus) -> Iterator[Draft]:
    """Every error that is still there when the last session that could tell was over."""
    left: dict[tuple[str, str], list[Left]] = {}
    for session in corpus.sessions():
        items = corpus.in_session(session.id) if session.repo else ()
        did = deeds(items)
        passed = {deed.verb for deed in did if deed.worked}
        for named in [named for named in left if named[0] == session.scope and named[1] in passed]:
            del left[named]
        for one in _ended_with(session, did, items):
            left.setdefault((session.scope, one.deed.verb), []).append(one)
    for (scope, verb), every in sorted(left.items()):
        sessions = distinct(corpus, (one.session.id for one in every))
        yield _draft(scope, verb, every, sessions)


def _ended_with(
    session: Session, did: Sequence[Deed], items: Sequence[Observation]
) -> Iterator[Left]:
    last = {deed.verb: deed for deed in did}
    for deed in did[-NEAR_THE_END:]:
        if deed.worked or last[deed.verb] is not deed or deed.verb.startswith("git "):
            continue
        error = _error(deed)
        if error:
            tries = sum(other.verb == deed.verb and not other.worked for other in did)
            yield Left(session, deed, error, tries, _admitted(deed, items))


def _admitted(deed: Deed, items: Sequence[Observation]) -> bool:
    """Whether a person or the assistant says after it that it was left as it is."""
    after = (o for o in items if o.seq > deed.done.result.seq)
    said = (o.text[:LONGEST_REPLY] for o in after if o.seen in (Seen.PROMPT, Seen.REPLY))
    return any(_LEFT.search(text) for text in said)


def _error(deed: Deed) -> str:
    """The line that tells the error; '' when it says nothing, or is about the call itself."""
    result = deed.done.result
    if min(deed.done.call.trust, result.trust) <= Trust.AGENT:
        return ""
    if NO_LESSON.search(result.text[:2000]) or INVOCATION.search(result.text):
        return ""
    line = error_line(result)
    return line if len(line) <= LONGEST_ERROR else ""


def _told(one: Left) -> str:
    """The command as it was made, where it is one short line of this repo; else what it does."""
    line = command(one.deed.done.call)
    own = len(line) <= LONGEST_LINE and verbs(line) == (one.deed.verb,)
    return one.deed.verb if not own or _NOT_OWN.search(line) else line


def _draft(scope: str, verb: str, every: Sequence[Left], sessions: int) -> Draft:
    newest = every[-1]
    error = newest.error.replace('"', "'")
    seen = tuple(o for one in every for o in (one.deed.done.call, one.deed.done.result))
    again = sessions > 1 or any(one.tries > 1 or one.admitted for one in every)
    return Draft(
        key=key("uncured", scope, verb),
        text=f'Why does `{_told(newest)}` fail with "{error}"?',
        category="question",
        scope=scope,
        confidence=OFTEN if sessions > 2 else TWICE if again else ONCE,
        seen=seen,
        quotes=tuple(
            quote
            for one in every
            for quote in (
                receipt(one.deed.done.call, verb.split()[0]),
                receipt(one.deed.done.result, one.error),
            )
        ),
    )
