"""Claims about the whole of a change: only documents, no new interface, nothing that breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.stages.audit import code, hold_interface
from passdown.stages.audit.change import Proof
from passdown.text import sorts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Touched
    from passdown.stages.audit.said import Said

Answer = tuple[str, str, "Sequence[Proof]"]


def only_docs(claim: Said, change: Change) -> Answer:
    """Nothing that runs is another."""
    return _only(change, "documents", lambda file: sorts.shown(file.path))


def only_tests(claim: Said, change: Change) -> Answer:
    """Nothing but tests is another."""
    return _only(change, "tests", lambda file: sorts.test(file.path))


def typed(claim: Said, change: Change) -> Answer:
    """The type that the title gives is what the change is."""
    if claim.object == "docs":
        return only_docs(claim, change)
    if claim.object == "test":
        return only_tests(claim, change)
    if claim.object == "style":
        return _only(change, "layout", lambda file: False)
    return _only(change, "checks", lambda file: sorts.ci(file.path))


def no_behaviour_change(claim: Said, change: Change) -> Answer:
    """The code is the same as before; that it is another does not say it behaves otherwise."""
    if not change.code:
        return "verified", "no code changed", ()
    if all(change.same(file) for file in change.code):
        return "verified", "the code is the same but for layout and documentation", ()
    return "unverifiable", "the code is another; whether it behaves so, tests tell", ()


def no_api_change(claim: Said, change: Change) -> Answer:
    """What others may call is what it was."""
    return hold_interface.held(change, additions=True)


def back_compat(claim: Said, change: Change) -> Answer:
    """Whoever calls it as before still can."""
    return hold_interface.held(change, additions=False)


def changelog(claim: Said, change: Change) -> Answer:
    """A list of changes was touched."""
    for file in change.facts.files:
        if sorts.news(file.path):
            return "verified", f"{file.path} was touched", [Proof(file.path, 0, "", file.how)]
    return "refuted", "no list of changes was touched", ()


def docs_updated(claim: Said, change: Change) -> Answer:
    """A document was touched, or the words in code."""
    for file in change.facts.files:
        if sorts.docs(file.path) or sorts.news(file.path):
            return "verified", f"{file.path} was touched", [Proof(file.path, 0, "", file.how)]
    for file in change.code:
        if _words_changed(change, file):
            return "verified", f"words in {file.path} changed", [Proof(file.path, 0, "", file.how)]
    return "refuted", "no document was touched", ()


def n_files(claim: Said, change: Change) -> Answer:
    """As many files were touched as were told."""
    told, got = int(claim.args["n"]), len(change.facts.files)
    return ("verified" if told == got else "refuted"), f"{told} files told, {got} touched", ()


def _only(change: Change, sort: str, fits: Callable[[Touched], bool]) -> Answer:
    others = [file for file in change.code if not fits(file) and not sorts.docs(file.path)]
    changed = [file for file in others if change.same(file) is False]
    unknown = [file for file in others if change.same(file) is None]
    if changed:
        return "refuted", f"code changed that is no {sort}", [_first(file) for file in changed[:4]]
    if unknown and not change.whole:
        return "refuted", f"code changed that is no {sort}", [_first(file) for file in unknown[:4]]
    if unknown:
        return "unverifiable", "whether this code does the same is not known", [_first(unknown[0])]
    return "verified", f"nothing but {sort} changed", ()


def _first(file: Touched) -> Proof:
    line = (file.added or file.removed or (None,))[0]
    return Proof(file.path, line.n if line else 0, line.text.strip() if line else "", file.how)


def _words_changed(change: Change, file: Touched) -> bool:
    before, after = change.texts(file)
    if before is None or after is None:
        lines = [line.text.strip() for line in (*file.added, *file.removed)]
        return any(line.startswith(("#", '"""', "//", "*", "/*")) for line in lines)
    documented = code.documented(after)
    return any(
        line.text.strip().startswith(("#", "//", "*", "/*")) or line.n in documented
        for line in file.added
    )
