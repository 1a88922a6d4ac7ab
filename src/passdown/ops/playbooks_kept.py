"""Playbooks as they are kept up: what each was last verified against, when and by whom, and how it
stands with what is in use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.contract.loop import Loop
    from passdown.domain.record import Record
    from passdown.storage.port import Tx

Json = dict[str, Any]

STANDS = "audit.worn"
"""The registry's name for how playbooks stood when they were looked at last."""


@operation(
    "audit.playbooks",
    Effect.READ,
    cli=Shell(
        rows="playbooks",
        columns=("id", "title", "tools", "state", "why", "by", "at"),
        empty="nobody filed a playbook yet; `passdown audit playbook` asks for one",
    ),
    example="passdown audit playbooks",
)
def audit_playbooks(ctx: Ctx) -> Json:
    """Playbooks, what each was last verified against, when and by whom, and how it stands now.

    Whether what it tells to write is still to be written so is told as the last sweep found it.
    """
    from passdown.stages.audit.playbooks import KIND

    with ctx.store.read(ctx.sight) as tx:
        found, stand = tx.knowledge.all(KIND), stands(tx)
        rows = [_row(tx, one, stand) for one in found]
    return {"playbooks": sorted(rows, key=lambda row: (row["state"] != "stale", row["title"]))}


def stands(tx: Tx) -> Mapping[str, Json]:
    """How each playbook stood when it was looked at last, by its id."""
    try:
        found = json.loads(tx.registry.value(STANDS) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def stale(record: Record, stand: Mapping[str, Json]) -> str:
    """Why this playbook, as it is, may be out of date; '' where nothing is known against it."""
    rows = _looked_at(record, stand) or ()
    return next((str(row["line"]) for row in rows if row["stale"]), "")


def _looked_at(record: Record, stand: Mapping[str, Json]) -> list[Json] | None:
    """What was found of this playbook as it is; None where nobody looked at it since it is so."""
    known = stand.get(record.id, {})
    return list(known["rows"]) if known.get("version") == record.version else None


def _row(tx: Tx, record: Record, stand: Mapping[str, Json]) -> Json:
    looked, why = _looked_at(record, stand), stale(record, stand)
    rows = looked or []
    made = tx.queue.get(record.made_by) if record.made_by else None
    plain = str(rows[0]["status"]) if rows else "" if looked is None else "stands"
    return {
        "id": record.id, "title": str(record.body.get("title", "")),
        "applies_to": list(record.body.get("applies_to", ())),
        "tools": list(record.body.get("tools", ())), "state": "stale" if why else plain,
        "why": why or (str(rows[0]["line"]) if rows else ""),
        "by": made.decided_by if made else "", "at": record.updated_at, "rows": rows,
    }  # fmt: skip


def loop_of_playbooks(ctx: Ctx) -> Loop[Any]:
    """The loop that files playbooks; NotFound where there is none."""
    from passdown.stages.audit.playbooks import KIND

    found = next((one for one in ctx.loops.values() if KIND in one.kinds), None)
    if found is None:
        raise NotFound("no loop here files playbooks", next="Install the one that does.")
    return found
