"""How much is right of what is harvested in sessions of public repositories that nobody here wrote.

`./run eval harvest --public FOLDER`, where FOLDER holds the repositories of `labels/public.jsonl`
(`_public.py` brings them). Detectors were mended by what was found in one part of the repositories;
the figures are of the other part, which they saw once: what is told by default, and beside it what
each category tells once it is on. Each finding was judged in two readings (`_judged.py`), above the
threshold of a brief and below it. Beside them stands what the readings say of the findings as they
were when they were first seen (`first_`), which is all there is without a folder: what was mended
by them since counts as wrong there; and what they say of the part for development.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from evals import Measured, _judged
from evals._judged import Asked
from evals._labels import judged
from evals._public import DEVELOPMENT, TEST, unpacked
from evals.harvest import Harvest, bears_a_secret, category, harvest, is_false, sure, switch, text

READS_DATA = True


def measure(data: Path | None) -> Measured:
    """The findings of today's detectors, or of those that were judged, against the readings."""
    found = None if data is None else _harvested(data)
    every = _judged.as_read(TEST) if found is None else asked(found)
    figures, against = _judged.figures(every)
    for name, part in (("development", DEVELOPMENT), ("first", TEST)):
        usual, beside = _judged.figures(_judged.as_read(part))
        against |= {f"{name}_{key}": value for key, value in (usual | beside).items()}
    figures["judged"] = len(judged()) + len(_judged.read(_judged.A))
    if found is not None:
        false = [one for one in found.findings if is_false(one, found.seen)]
        figures["false_receipts"] = len(false)
        figures["secrets"] = sum(bears_a_secret(one) for one in found.findings)
        against |= {"sessions": len(found.sessions), "findings": len(found.findings)}
    return Measured(figures, len(every), against)


def asked(found: Harvest) -> list[Asked]:
    """Every finding that asks for a claim, as the readings judge it."""
    told, usual = ({one.key for one in sure(some)} for some in (found.findings, found.usual))
    return [
        Asked(
            category(one),
            _judged.named(category(one), one.scope, text(one)),
            switch(one, found.seen).removeprefix("claims."),
            told=one.key in told,
            usual=one.key in usual,
        )
        for one in found.findings
        if category(one)
    ]


def _harvested(folder: Path) -> Harvest:
    with TemporaryDirectory(prefix="passdown-public-") as into:
        return harvest(unpacked(folder, TEST, Path(into)))
