"""An inventory as a document: a table for each folder, what overlaps, and what to clean up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from passdown.stages.inventory import classify as known
from passdown.stages.inventory.ages import Ages
from passdown.stages.inventory.files import TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.stages.inventory.classify import Row
    from passdown.stages.inventory.overlap import Overlap

WHERE = "docs/PYTHON_INVENTORY.md"
UNKNOWN = Ages()
_FOUR = {known.TEST: known.DOCUMENTED, known.TEST_ONLY: known.DEAD}


CUT = (
    "This clone's history is cut off: nothing goes by when a file was last worked on. "
    "`git fetch --unshallow` brings the rest."
)
FEW = 10
"""Lines, up to which a file says too little for it to be sure that nobody means it."""
TESTED = "wire up, or delete with its tests"


def action(row: Row, overlaps: Sequence[Overlap], seen: Ages = UNKNOWN) -> str:
    """What is proposed for a file, given what its history says. Nothing is ever done."""
    if row.cls in (known.DEAD, known.TEST_ONLY) and row.path in seen.busy:
        return "wire up"
    if row.cls == known.DEAD:
        if "package-marker" in row.flags:
            return "keep"
        alike = (one.other for one in overlaps if one.path == row.path)
        twin = next((other for other in alike if other.endswith(".py")), "")
        if twin:
            return f"merge into {twin}"
        return "wire up" if _is_unsure(row) else "delete" if row.confidence >= 0.8 else "archive"
    if row.cls == known.TEST_ONLY:
        return "wire up" if _is_unsure(row) else TESTED
    if row.cls == known.MANUAL and seen.forgotten.issuperset((*row.chain, row.path)):
        return "archive"
    if row.cls == known.MANUAL:
        return "keep" if _placed(row.path) else "move to scripts/"
    if row.cls == known.PRODUCTION and row.chain[:1] == ("public API",):
        return "document"
    return "keep"


def _is_unsure(row: Row) -> bool:
    """Whether too little speaks for its going: it hardly says anything, or several tests need it,
    so that it may be what tests have in common."""
    several = row.cls == known.TEST_ONLY and len(row.importers) > 1
    return several or row.loc < FEW


def goes(action: str) -> bool:
    """Whether what is proposed takes the file away from where it is used."""
    return action.startswith(("delete", "merge", "archive", TESTED))


def four(row: Row) -> str:
    """The class in the report of four: a test is documented, what only tests need is dead."""
    return _FOUR.get(row.cls, row.cls)


def markdown(
    rows: Sequence[Row], overlaps: Sequence[Overlap], name: str, seen: Ages = UNKNOWN
) -> str:
    """The whole document."""
    return "\n".join(_parts(rows, overlaps, name, seen)) + "\n"


def _parts(
    rows: Sequence[Row], overlaps: Sequence[Overlap], name: str, seen: Ages
) -> Iterator[str]:
    counts = Counter(four(row) for row in rows)
    yield f"{TITLE}{name}\n"
    yield "Nothing was deleted. The class says what starts a file, with the chain that shows it.\n"
    if seen.cut:
        yield f"{CUT}\n"
    yield "| class | files |\n|---|---|"
    yield from (f"| {cls} | {counts[cls]} |" for cls in
                (known.PRODUCTION, known.DOCUMENTED, known.MANUAL, known.DEAD))  # fmt: skip
    for folder in sorted({row.path.rpartition("/")[0] for row in rows}):
        yield from _folder(folder, [row for row in rows if row.path.rpartition("/")[0] == folder])
    yield from _overlapping(overlaps)
    yield from _clean_up([(row, action(row, overlaps, seen)) for row in rows])


def _folder(folder: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"\n## `{_plain(folder) or '.'}/` ({len(rows)})\n"
    yield "| file | class | sure | what shows it | imported by | lines |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        flags = f" ({', '.join(row.flags)})" if row.flags else ""
        name = _plain(row.path.rpartition("/")[2])
        yield (
            f"| `{name}` | {row.cls}{flags} | {row.confidence:.2f} | "
            f"{_shown(row)} | {len(row.importers)} | {row.loc} |"
        )


def _shown(row: Row) -> str:
    """The way from what starts to the file, in a line."""
    if row.chain:
        steps = row.chain if len(row.chain) <= 4 else (*row.chain[:2], "…", *row.chain[-2:])
        return " → ".join(f"`{_plain(step)}`" for step in steps)
    if row.mentioned:
        return f"only named in `{_plain(row.mentioned[0])}`"
    return "nothing names it"


def _overlapping(overlaps: Sequence[Overlap]) -> Iterator[str]:
    yield "\n## Overlap\n"
    if not overlaps:
        yield "None."
        return
    yield "| file | could give way to | alike | by |\n|---|---|---|---|"
    for one in overlaps:
        yield f"| `{_plain(one.path)}` | `{_plain(one.other)}` | {one.share:.2f} | {one.why} |"


def _clean_up(told: Sequence[tuple[Row, str]]) -> Iterator[str]:
    yield "\n## Clean-up\n"
    n = 0
    for head, begins in (("Delete", "delete"), ("Merge", "merge"),
                         ("Archive to `scripts/legacy/`, with a README", "archive"),
                         ("Keep in `scripts/`, named in `scripts/README.md`", "move"),
                         ("Promote or delete", "wire"), ("Document", "document")):  # fmt: skip
        for row, what in told:
            if what.startswith(begins):
                n += 1
                yield f"{n}. {head}: `{_plain(row.path)}` ({row.cls}, {row.confidence:.2f}): {what}"
    if not n:
        yield "Nothing to do."


def _placed(path: str) -> bool:
    return path.startswith(("scripts/", "tools/", "bin/", "contrib/"))


def _plain(text: str) -> str:
    return text.replace("`", "'").replace("|", "\\|").replace("\n", " ")
