"""Detector: a call that several sessions made in vain, because nothing here understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.claims.command import blamed, shown
from passdown.loops.claims.cure import INVOCATION, LONGEST_ERROR, NO_LESSON, command, done, is_own
from passdown.loops.claims.draft import Draft, distinct, key, receipt, sure
from passdown.text.calls import SHELLS
from passdown.text.signature import masked

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterator

    from passdown.contract.corpus import Corpus
    from passdown.domain.scope import Scope
    from passdown.loops.claims.cure import Done

FEWEST = 2
"""Sessions that tried it; one may have mistyped it."""
_KINDS = frozenset({"usage", "command"})
"""Errors about a call that cannot work as long as nobody installs anything."""


class Vain(NamedTuple):
    """One call that cannot work, and the words that say so."""

    made: Done
    what: str
    error: str


def dead_ends(corpus: Corpus, cured: Collection[int]) -> Iterator[Draft]:
    """Every such call that no session cured and none made with success; `cured` are the
    observations of failures whose cure is known."""
    groups: dict[tuple[Scope, str, str, str], list[Vain]] = {}
    worked: set[tuple[Scope, str, str]] = set()
    solved: set[tuple[Scope, str, str, str]] = set()
    for session in corpus.sessions():
        for one in done(corpus.in_session(session.id)):
            what = _what(one, "")
            if one.result.ok:
                worked.add((session.scope, one.call.tool, what))
            elif vain := _vain(one):
                named = (session.scope, one.call.tool, vain.what, masked(vain.error))
                groups.setdefault(named, []).append(vain)
                solved |= {named} if one.result.seq in cured else set()
    for (scope, tool, what, error), every in groups.items():
        sessions = distinct(corpus, (vain.made.call.session for vain in every))
        known = (scope, tool, what) in worked or (scope, tool, what, error) in solved
        if sessions >= FEWEST and not known:
            yield _draft(scope, (tool, what, error), every, sessions)


def _vain(one: Done) -> Vain | None:
    if one.result.ok is not False or not is_own(one) or NO_LESSON.search(one.result.text[:2000]):
        return None
    found = INVOCATION.search(one.result.text)
    if found is None or found.lastgroup not in _KINDS:
        return None
    error = found.group().rstrip(" .,;:│┃|")[:LONGEST_ERROR]
    what = _what(one, error)
    if found.lastgroup == "command" and what.partition(" ")[0] not in _line(one, found):
        # What a script of the repo lacks is there once it is installed.
        return None
    return Vain(one, what, error) if what else None


def _line(one: Done, found: re.Match[str]) -> str:
    """The whole line of what was printed that says so."""
    before, after = one.result.text[: found.start()], one.result.text[found.start() :]
    return before.rpartition("\n")[2] + after.partition("\n")[0]


def _what(one: Done, error: str) -> str:
    """The call without what belongs to one task; '' where that cannot be told."""
    if one.call.tool.lower() in SHELLS:
        step = blamed(command(one.call), error)
        return shown(step) if step else ""
    first = one.call.text.partition("\n")[0]
    name, colon, value = first.partition(": ")
    return value[:LONGEST_ERROR] if colon and name.isidentifier() else ""


def _draft(scope: Scope, named: tuple[str, ...], every: list[Vain], sessions: int) -> Draft:
    first = every[0]
    tool, error = first.made.call.tool, first.error.replace('"', "'")
    with_tool = "" if tool.lower() in SHELLS else f"{tool} with "
    return Draft(
        key=key("dead end", scope, *named),
        text=f'{with_tool}`{first.what}` does not work here: "{error}".',
        category="tool-quirk",
        scope=scope,
        confidence=sure(sessions),
        seen=tuple(o for vain in every for o in vain.made),
        quotes=tuple(
            quote
            for vain in every
            for quote in (
                receipt(vain.made.call, vain.what.partition(" ")[0]),
                receipt(vain.made.result, vain.error),
            )
        ),
    )
