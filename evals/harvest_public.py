"""How much is right of what is harvested in sessions of public repositories that nobody here wrote.

`./run eval harvest --public FOLDER`, where FOLDER holds the repositories of `labels/public.jsonl`
(`_public.py` brings them). Detectors were mended by what was found in one part of the files; the
figures are of the other part, what was told by default. Each finding was judged in two readings
(`_judged.py`), above the threshold of a brief and below it. Without a folder: what the readings say
of the findings as they were when they were read; those of the part for development are shown beside
them either way.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from evals import Measured, _judged
from evals._judged import Asked
from evals._labels import judged
from evals._public import DEVELOPMENT, TEST, unpacked
from evals.harvest import Harvest, category, harvest, is_false, sure, text

READS_DATA = True


def measure(data: Path | None) -> Measured:
    """The findings of today's detectors, or of those that were judged, against the readings."""
    found = None if data is None else _harvested(data)
    every = _judged.as_read(TEST) if found is None else asked(found)
    figures, against = _judged.figures(every)
    usual, beside = _judged.figures(_judged.as_read(DEVELOPMENT))
    against |= {f"development_{name}": value for name, value in (usual | beside).items()}
    figures["judged"] = len(judged()) + len(_judged.read(_judged.A))
    if found is not None:
        false = [one for one in found.findings if is_false(one, found.seen)]
        figures["false_receipts"] = len(false)
        against |= {"sessions": len(found.sessions), "findings": len(found.findings)}
    return Measured(figures, len(every), against)


def asked(found: Harvest) -> list[Asked]:
    """Every finding that asks for a claim, as the readings judge it."""
    told, usual = ({one.key for one in sure(some)} for some in (found.findings, found.by_default))
    return [
        Asked(
            category(one),
            _judged.named(category(one), one.scope, text(one)),
            told=one.key in told,
            by_default=one.key in usual,
        )
        for one in found.findings
        if category(one)
    ]


def _harvested(folder: Path) -> Harvest:
    with TemporaryDirectory(prefix="passdown-public-") as into:
        return harvest(unpacked(folder, TEST, Path(into)))
