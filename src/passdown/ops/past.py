"""Operations that learn from what was decided: similar questions, calibration, the whole ledger."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.domain.entry import canonical
from passdown.domain.errors import Invalid, NotFound
from passdown.domain.scope import ALL
from passdown.ops.kinds import FilePath, Id, Name
from passdown.ops.operation import Ctx, Effect, Shell, operation
from passdown.ops.params import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract.query import Changed
    from passdown.domain.entry import Entry
    from passdown.stages.measure.calibration import Answers
    from passdown.storage.port import Tx

PAGE = 5000
DECIDES = frozenset(f"promotion.{name}" for name in ("approved", "rejected", "undone"))
"""Entries of questions that count otherwise from then on."""
SCORED = ("loop", "action", "n", "right", "brier", "ece", "null_high", "recalibration", "note")


@operation(
    "ledger.similar",
    Effect.READ,
    cli=Shell(rows="similar", columns=("id", "near", "status", "worked", "title", "reason")),
    example="passdown ledger similar 0193ab",
)
def similar(ctx: Ctx, id: Id, limit: int = 6) -> dict[str, Any]:
    """Earlier decisions on questions like this one, for and against, and how each worked out."""
    from passdown.stages.measure.precedents import precedents

    with ctx.store.read(ctx.sight) as tx:
        asked = tx.queue.get(id)
        if asked is None:
            raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
        found = precedents(tx, asked, limit=max(1, min(limit, 100)), soon=True)
    return {"id": asked.id, "title": asked.title, "similar": [p._asdict() for p in found]}


@operation(
    "ledger.calibrate",
    Effect.READ,
    cli=Shell(rows="groups", columns=SCORED),
    example="passdown ledger calibrate",
)
def calibrate(ctx: Ctx, loop: Name = "", target: float = 0.9) -> dict[str, Any]:
    """How sure the detectors were, beside what people decided; from where on they could be
    believed, where enough was decided to say so."""
    from passdown.ops.views import kept
    from passdown.stages.measure.calibration import Answers

    if not 0.5 <= target < 1:
        raise Invalid(f"a target of {target:g}", next="A share from 0.5 to below 1, such as 0.9.")
    with kept(ctx, Answers, Answers, _follow, _decides) as (answers, _):
        groups = answers.groups(target, loop)
    return {"target": target, "groups": [plain(group._asdict()) for group in groups]}


def _decides(entry: Entry) -> bool:
    return entry.name in DECIDES


def _follow(answers: Answers, changed: Changed, tx: Tx) -> None:
    answers.follow(changed.asked, tx)


@operation("ledger.export", Effect.ADMIN, example="passdown ledger export ~/ledger.jsonl")
def export(ctx: Ctx, to: FilePath) -> dict[str, Any]:
    """Write every entry with its body to a new file, a line each: it can be verified by itself."""
    path = Path(to).expanduser().absolute()
    if path.exists():
        raise Invalid(f"{path} exists", next="Name a file that does not exist yet.")
    if not path.parent.is_dir():
        raise Invalid(f"no folder {path.parent}", next="Name a file in a folder that is there.")
    with ctx.store.read(ALL) as tx:
        _, head = tx.ledger.head()
        return {"file": str(path), "entries": _written(path, _entries(tx)), "head": head}


def _entries(tx: Tx) -> Iterator[Entry]:
    last = 0
    while page := tx.ledger.entries(after=last, limit=PAGE):
        yield from page
        last = page[-1].seq


def _written(path: Path, entries: Iterable[Entry]) -> int:
    """A line for each, all of them or no file at all."""
    from passdown.storage.files import replaced

    with replaced(str(path)) as made, open(made, "w", encoding="utf-8") as file:
        return sum(bool(file.write(f"{canonical(asdict(entry))}\n")) for entry in entries)
