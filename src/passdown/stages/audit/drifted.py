"""All that drifted under a change: what it imports and runs, what it asks of interfaces, what its
documents hold; each with what the changelog says of it, which is shown and decides nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.stages.audit import news, opened
from passdown.stages.audit.drift import MOST_ROWS, TOLD, UNKNOWN, VERSION, drifts
from passdown.stages.audit.drift_commands import commands
from passdown.stages.audit.drift_described import described
from passdown.stages.audit.drift_elsewhere import elsewhere
from passdown.stages.audit.drift_schemas import schemas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.drift import Drift, Playbook
    from passdown.stages.audit.shelf import Shelf

_PARAM = re.compile(r"\((\w+)=\)|needs `(\w+)`")


def drifted(change: Change, shelf: Shelf, playbooks: Sequence[Playbook] = ()) -> list[Drift]:
    """What drifted under the change, with evidence."""
    found = drifts(change, shelf, playbooks)
    more = [*commands(change, shelf, playbooks), *described(change, playbooks), *schemas(change),
            *elsewhere(change)]  # fmt: skip
    told = {one.tool for one in more if one.status in TOLD}
    dark = {one.tool for one in found if one.status == UNKNOWN}
    rows = [one for one in found if not (one.status == VERSION and one.tool in told)]
    rows += [one for one in more if not (one.status == UNKNOWN and one.tool in dark)]
    return [_noted(one, shelf) for one in rows[:MOST_ROWS]]


def _noted(one: Drift, shelf: Shelf) -> Drift:
    """With what the new version's changelog says of it, if it does."""
    place = shelf.place(one.tool, one.new) if one.status in TOLD and one.old else None
    if place is None:
        return one
    said = news.note(opened.told(place), one.old, one.new, _words(one))
    return replace(one, noted=str(said)) if said is not None else one


def _words(one: Drift) -> list[str]:
    """What is looked for: the name, and the parameter of it that it is about."""
    name = re.split(r"[.\s]", one.symbol)[-1]
    param = _PARAM.search(one.why)
    return [name, param[1] or param[2]] if param else [name]
