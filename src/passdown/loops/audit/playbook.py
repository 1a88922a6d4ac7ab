"""A playbook as it is asked for: what audits should know about changes to some paths; and what is
asked of one that the world may have left behind."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from passdown.domain.change import Put, Retire
from passdown.domain.errors import Conflict, Invalid, NotFound
from passdown.domain.record import Life, Record
from passdown.loops.audit.payload import FilePlaybook
from passdown.loops.audit.rules import PLAYBOOK
from passdown.text.hazard import hazards

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.change import Change

LONGEST, TITLE, MOST = 8000, 200, 20
CHOICES = ("still_accurate", "edit", "retire")
_PART = re.compile(r"[-_.]+")


def playbook(
    corpus: Corpus, title: str, text: str, applies_to: str = "", tools: str = ""
) -> FilePlaybook:
    """Ask that audits know this. `applies_to` are globs of paths and `tools` names, by commas."""
    if not title.strip() or not text.strip():
        raise Invalid("a playbook needs a title and a text", where="audit.playbook")
    if len(title) > TITLE or len(text) > LONGEST or "\n" in title:
        what = f"a title is a line of {TITLE} characters at most, a text has {LONGEST}"
        raise Invalid(what, where="audit.playbook")
    asked = FilePlaybook(title.strip(), text.strip(), _listed(applies_to), _listed(tools))
    without_orders(asked)
    return asked


def restamp(corpus: Corpus, id: str, choice: str, text: str = "", tools: str = "") -> FilePlaybook:
    """Ask that a playbook is `still_accurate`, to be given another text (`edit`), or to `retire`.
    `tools` are the versions that it was verified against, by commas: `httpx==0.28.1`."""
    if choice not in CHOICES:
        raise Invalid(f"{choice[:40]!r} is no choice", next=f"One of: {', '.join(CHOICES)}.")
    found = [one for one in corpus.records(PLAYBOOK) if id and one.id.startswith(id)]
    if len(found) != 1:
        what = f"{len(found)} playbooks have" if found else "no playbook has"
        raise NotFound(f"{what} the id {id[:40]!r}", next="`passdown audit playbooks` shows them.")
    old, fresh = found[0], _listed(tools)
    if bare := [one for one in fresh if not one.partition("==")[2].strip()]:
        raise Invalid(f"{bare[0]!r} names no version", next="Say NAME==VERSION, by commas.")
    title = str(old.body.get("title", ""))
    said = old.text.removeprefix(f"{title}\n\n")
    return FilePlaybook(
        title,
        _reworded(choice, text.strip(), said),
        tuple(old.body.get("applies_to", ())),
        _stamped(tuple(old.body.get("tools", ())), fresh),
        "edit" if choice == "edit" else "retire" if choice == "retire" else "still_accurate",
        old.key,
        state(old),
    )


def _reworded(choice: str, text: str, said: str) -> str:
    """What it is to say. What could not be approved is not asked."""
    if choice != "edit":
        if text:
            raise Invalid(f"“{choice}” takes no text", next="Only `edit` does.")
        return said
    if text in ("", said):
        raise Invalid("it says the same: that is no “edit”", next="Say --text, or the other.")
    if len(text) > LONGEST:
        raise Invalid(f"a text has {LONGEST} characters at most", where="audit.restamp")
    _without_orders(text)
    return text


def without_orders(payload: FilePlaybook) -> None:
    """Invalid where it gives orders to whoever reads it with a model, or hides something."""
    _without_orders("\n".join((payload.title, payload.text, *payload.applies_to, *payload.tools)))


def _without_orders(text: str) -> None:
    if found := hazards(text):
        raise Invalid(
            f"this playbook is no advice but {', '.join(found)}",
            where="audit.playbook",
            next="Say it without orders to agents or hidden characters.",
        )


def state(record: Record) -> str:
    """A name for what a playbook says, for whom and of which versions."""
    told = (record.text, *record.body.get("applies_to", ()), *record.body.get("tools", ()))
    return hashlib.sha256("\0".join(map(str, told)).encode("utf-8", "replace")).hexdigest()[:16]


def restamped(payload: FilePlaybook, corpus: Corpus) -> Change:
    """What a person chose of one that is there: it is still accurate, it is edited, or it goes.

    Raises:
        Conflict: it is another one by now.
        Invalid: it says something else than the choice.
    """
    old = corpus.record(PLAYBOOK, payload.target)
    if old is None or old.life is not Life.ACTIVE or state(old) != payload.was:
        what = f"“{payload.title[:80]}” is not what it was when this was asked"
        raise Conflict(what, where=payload.target, next="Reject this; look at it as it is.")
    if payload.choice == "retire":
        return Retire(PLAYBOOK, old.key, old.version)
    text = f"{payload.title}\n\n{payload.text}"
    same = text == old.text and list(payload.applies_to) == list(old.body.get("applies_to", ()))
    if same is not (payload.choice == "still_accurate"):
        how = "says something else" if payload.choice == "still_accurate" else "says the same"
        raise Invalid(f"it {how}: that is no “{payload.choice}”", next="Choose the other.")
    without_orders(payload)
    body = {"title": payload.title, "applies_to": list(payload.applies_to),
            "tools": list(payload.tools)}  # fmt: skip
    return Put(Record(PLAYBOOK, old.key, text, body, scope=old.scope, version=old.version))


def _stamped(tools: tuple[str, ...], fresh: tuple[str, ...]) -> tuple[str, ...]:
    """The tools, those of `fresh` at the versions that are named there."""
    named = {_tool(one) for one in fresh}
    return (*(one for one in tools if _tool(one) not in named), *fresh)[:MOST]


def _tool(said: str) -> str:
    return _PART.sub("-", said.partition("==")[0].partition("[")[0].strip().casefold())


def _listed(words: str) -> tuple[str, ...]:
    return tuple(part.strip()[:200] for part in words.split(",") if part.strip())[:MOST]
