"""The one comment on a request: written once, then edited in place. One that somebody else wrote to
look like it is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Forbidden, NotFound
from passdown.stages.audit.forge import ours
from passdown.stages.audit.told import markdown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.stages.audit.remote.line import Line
    from passdown.stages.audit.remote.place import Place

Json: TypeAlias = dict[str, Any]


def say(line: Line, place: Place, verdict: Mapping[str, Any]) -> Json:
    """Say the verdict there; its id, and whether it is new, changed or was there."""
    body = markdown(verdict)
    known = _known(line, place)
    if known is not None and _same(known.get("body"), body):
        return {"id": known["id"], "was": "there"}
    if known is not None:
        try:
            line.ask("PATCH", f"{place.path}/issues/comments/{int(known['id'])}", {"body": body})
            return {"id": known["id"], "was": "changed"}
        except (Forbidden, NotFound):
            # It was deleted meanwhile, or it is not ours to edit where we are told no name.
            pass
    made = line.ask("POST", f"{place.path}/issues/{place.number}/comments", {"body": body})
    return {"id": made["id"], "was": "new"}


def _known(line: Line, place: Place) -> Json | None:
    every = list(line.pages(f"{place.path}/issues/{place.number}/comments"))
    if ours(every) is None:
        return None
    return ours(every, line.me())


def _same(one: Any, other: str) -> bool:
    """Forges end lines as they like."""
    return str(one).replace("\r\n", "\n").strip() == other.strip()
