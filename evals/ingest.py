"""How fast transcripts are read, what it takes, and whether that stays so however much there is.

--data names a folder with `sessions/claude_code/`: real transcripts, which are repeated until there
is enough, every copy in words of its own; without it sessions are made from nothing. --size says
how many megabytes (256 when it does not). All figures of one run are taken on the same bytes, one
after the other: CPU seconds of one process, and the time on the wall only where two share the work.
Parsing gives typed lines in which a tool's answer stands as it came, which is how its goal was set;
`answered_mb_s` is with all answers made text.
What two could gain at most, if neither they nor who stores ever waited, stands beside it: on a
machine that does other things too it is the better figure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from evals import Measured
from evals._transcripts import corpus
from passdown.domain.clock import SystemClock
from passdown.domain.settings import Setting, Settings
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.lines import chunks, open_file
from passdown.stages.observe.readers import load
from passdown.stages.observe.readers.claude_record import decode, read
from passdown.storage.sqlite import open_sqlite
from passdown.text.redact import Redactor

READS_DATA = True
SIZE = 256.0
"""Megabytes when nobody says how many."""
LITTLE = 10.0
"""Megabytes for the memory that much more is compared with."""
BILLION = 4000.0
"""Megabytes of a billion tokens, about."""
TURNS = 3
"""Times that what is compared is run, by turns; the best of each counts."""
LINE = 1 << 26
KEY = b"an evaluation's key, of 32 bytes"


def measure(data: Path | None, size: float = SIZE) -> Measured:
    """Make the transcripts, parse them, read them, read them by two."""
    source = data / "sessions" / "claude_code" if data else None
    with TemporaryDirectory(prefix="passdown-ingest-") as folder:
        home = Path(folder)
        files = corpus(home / "all", size, source)
        mb = sum(file.stat().st_size for file in files) / 1e6
        parsed = {name: mb / seconds for name, seconds in _best(_parsers(files)).items()}
        turns = [[_read(home / "store", files, jobs=n) for n in (1, 2)] for _ in range(TURNS)]
        one, two = (Spent(*map(min, zip(*turn, strict=True))) for turn in zip(*turns, strict=True))
        grown = _peak(home, files) - _peak(home, corpus(home / "little", LITTLE, source))
    figures = {
        "parse_mb_per_cpu_s": round(parsed["typed"], 0),
        "parse_of_lines": round(parsed["typed"] / parsed["lines"], 3),
        "parse_of_json": round(parsed["typed"] / parsed["json_loads"], 2),
        "mb_per_cpu_s": round(mb / one.cpu, 1),
        "cpu_s_a_billion_tokens": round(BILLION * one.cpu / mb, 0),
        "two_of_one": round(one.wall / two.wall, 2),
        "mb_grown": round(grown, 1),
    }
    against: dict[str, float | str] = {f"{name}_mb_s": round(v) for name, v in parsed.items()}
    against |= {"mb": round(mb, 1), "wall_one_s": round(one.wall, 2)}
    against |= {"wall_two_s": round(two.wall, 2), "two_at_most": round(2 * one.cpu / two.cpu, 2)}
    return Measured(figures, len(files), against)


# ---- parsing alone


class _Nothing(msgspec.Struct):
    """A line of which nothing is kept: as fast as this parser can be."""


def _parsers(files: list[Path]) -> dict[str, Callable[[], object]]:
    """Ways from bytes to lines or values, from the least that can be done."""
    untyped, nothing = msgspec.json.Decoder(), msgspec.json.Decoder(_Nothing)
    return {
        "wc": lambda: subprocess.run(["wc", "-l", *files], check=True, capture_output=True),
        "lines": lambda: _each(files, lambda line: None),
        "skipped": lambda: _each(files, nothing.decode),
        "typed": lambda: _typed(files, decode),
        "answered": lambda: _typed(files, read),
        "untyped": lambda: _each(files, untyped.decode),
        "json_loads": lambda: _each(files, json.loads),
    }


def _each(files: Iterable[Path], take: Callable[[bytes], object]) -> None:
    for path in files:
        with path.open("rb") as file:
            for line in file:
                try:
                    take(line)
                except ValueError:
                    continue


def _typed(files: Iterable[Path], take: Callable[[bytes], object]) -> None:
    """As the reader is given them: in chunks of whole lines with their places."""
    for path in files:
        with open_file(str(path)) as opened:
            for chunk in chunks(opened, 0, number=1, max_line=LINE):
                for _, raw in chunk.lines:
                    try:
                        take(raw)
                    except ValueError:
                        continue


def _best(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """CPU seconds of the best of some turns, children's too."""
    spent = dict.fromkeys(ways, float("inf"))
    for _ in range(TURNS):
        for name, way in ways.items():
            began = _cpu()
            way()
            spent[name] = min(spent[name], _cpu() - began)
    return spent


def _cpu() -> float:
    import resource

    every = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in every)


# ---- reading


class Spent(NamedTuple):
    """Seconds on the wall, and of CPUs, those of other processes too."""

    wall: float
    cpu: float


def _read(home: Path, files: Iterable[Path], *, jobs: int) -> Spent:
    """What it takes to read them into a store that was not there before."""
    shutil.rmtree(home, ignore_errors=True)
    began, spent = time.perf_counter(), _cpu()
    store = open_sqlite(home / "store.db", SystemClock())
    try:
        ingest(
            store,
            files,
            readers=load(),
            redactor=Redactor(KEY),
            settings=Settings({"observe.jobs": Setting(jobs)}),
            clock=SystemClock(),
        )
    finally:
        store.close()
    return Spent(time.perf_counter() - began, _cpu() - spent)


def _peak(home: Path, files: list[Path]) -> float:
    """The most megabytes that a process of its own held while it read them."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from evals.ingest import _read, held\n"
        "_read(Path(sys.argv[1]), map(Path, sys.argv[2:]), jobs=1)\n"
        "print(held())\n"
    )
    command = [sys.executable, "-c", script, str(home / "peak"), str(files[0].parent)]
    ran = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]
    )
    return float(ran.stdout)


def held() -> float:
    """The most megabytes this process held. Linux tells `getrusage` of a child what its parent had
    held when it began, and only /proc the truth."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (row for row in status.read_text().splitlines() if row.startswith("VmHWM:"))
        return int(line.split()[1]) / 1e3
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
