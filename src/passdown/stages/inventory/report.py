"""An inventory as a document: a table for each folder, what overlaps, and what to clean up."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from passdown.stages.inventory import classify as known
from passdown.stages.inventory.files import TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.stages.inventory.classify import Row
    from passdown.stages.inventory.needless import Weighed
    from passdown.stages.inventory.overlap import Overlap

WHERE = "docs/PYTHON_INVENTORY.md"
_FOUR = {known.TEST: known.DOCUMENTED, known.TEST_ONLY: known.DEAD}


CUT = (
    "This clone's history is cut off: nothing goes by when a file was last worked on. "
    "`git fetch --unshallow` brings the rest."
)
TESTED = "wire up, or delete with its tests"


def action(row: Row, overlaps: Sequence[Overlap], weighed: Weighed | None) -> str:
    """What is proposed for a file, given what its signs come to. Nothing is ever done."""
    if "package-marker" in row.flags and row.cls == known.DEAD:
        return "keep"
    if weighed is not None and weighed.goes:
        return _away(row, overlaps)
    if row.cls in (known.DEAD, known.TEST_ONLY):
        return "wire up"
    if row.cls == known.MANUAL:
        return "keep" if _placed(row.path) else "move to scripts/"
    if row.cls == known.PRODUCTION and row.chain[:1] == ("public API",):
        return "document"
    return "keep"


def _away(row: Row, overlaps: Sequence[Overlap]) -> str:
    """Where what nobody seems to need goes."""
    if row.cls == known.TEST_ONLY:
        return TESTED
    if row.cls != known.DEAD:
        return "archive"
    alike = (one.other for one in overlaps if one.path == row.path)
    twin = next((other for other in alike if other.endswith(".py")), "")
    if twin:
        return f"merge into {twin}"
    return "delete" if row.confidence >= 0.8 else "archive"


def goes(action: str) -> bool:
    """Whether what is proposed takes the file away from where it is used."""
    return action.startswith(("delete", "merge", "archive", TESTED))


def four(row: Row) -> str:
    """The class in the report of four: a test is documented, what only tests need is dead."""
    return _FOUR.get(row.cls, row.cls)


def markdown(
    rows: Sequence[Row], overlaps: Sequence[Overlap], name: str,
    weighed: Mapping[str, Weighed], is_cut: bool = False,
) -> str:  # fmt: skip
    """The whole document."""
    return "\n".join(_parts(rows, overlaps, name, weighed, is_cut)) + "\n"


def _parts(
    rows: Sequence[Row], overlaps: Sequence[Overlap], name: str,
    weighed: Mapping[str, Weighed], is_cut: bool,
) -> Iterator[str]:  # fmt: skip
    counts = Counter(four(row) for row in rows)
    yield f"{TITLE}{name}\n"
    yield "Nothing was deleted. The class says what starts a file, with the chain that shows it.\n"
    if is_cut:
        yield f"{CUT}\n"
    yield "| class | files |\n|---|---|"
    yield from (f"| {cls} | {counts[cls]} |" for cls in
                (known.PRODUCTION, known.DOCUMENTED, known.MANUAL, known.DEAD))  # fmt: skip
    for folder in sorted({row.path.rpartition("/")[0] for row in rows}):
        yield from _folder(folder, [row for row in rows if row.path.rpartition("/")[0] == folder])
    yield from _overlapping(overlaps)
    yield from _clean_up(rows, overlaps, weighed)


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


def _clean_up(
    rows: Sequence[Row], overlaps: Sequence[Overlap], weighed: Mapping[str, Weighed]
) -> Iterator[str]:
    """What is proposed, the surest of each sort first, with what speaks for it."""
    yield "\n## Clean-up\n"
    told = [(row, action(row, overlaps, weighed.get(row.path))) for row in rows]
    told.sort(key=lambda one: -weighed[one[0].path].points if one[0].path in weighed else 0)
    n = 0
    for head, begins in (("Delete", "delete"), ("Merge", "merge"),
                         ("Archive to `scripts/legacy/`, with a README", "archive"),
                         ("Keep in `scripts/`, named in `scripts/README.md`", "move"),
                         ("Promote or delete", "wire"), ("Document", "document")):  # fmt: skip
        for row, what in told:
            if what.startswith(begins):
                n += 1
                why = "; ".join(weighed[row.path].why) if goes(what) else ""
                said = f"{what} ({why})" if why else what
                yield f"{n}. {head}: `{_plain(row.path)}` ({row.cls}, {row.confidence:.2f}): {said}"
    if not n:
        yield "Nothing to do."


def _placed(path: str) -> bool:
    return path.startswith(("scripts/", "tools/", "bin/", "contrib/"))


def _plain(text: str) -> str:
    return text.replace("`", "'").replace("|", "\\|").replace("\n", " ")
