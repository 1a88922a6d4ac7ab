"""How fast transcripts are read, what it takes, and whether that stays so however much there is.

--data names a folder with `sessions/claude_code/`: real transcripts, which are repeated until there
is enough, every copy in words of its own; without it sessions are made from nothing. --size says
how many megabytes (256 when it does not); they stand in a temporary folder, whose disk must hold
four times as many, and are gone afterwards. All figures of one run are taken on the same bytes, one
after the other: CPU seconds of one process, and the time on the wall only where two share the work.
Parsing gives typed lines in which a tool's answer stands as it came, which is how its goal was set;
`answered_mb_s` is with all answers made text.
What two could gain at most, if neither they nor who stores ever waited, stands beside it: on a
machine that does other things too it is the better figure. Parsing by two has no third who stores.
Memory is that of reading many files, and of reading one file that holds them all.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
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
TURNS, LARGE = 3, 1000.0
"""Times that what is compared is run, by turns; the best of each counts. Of so many megabytes one
turn takes minutes, and is the only one."""
ROOM = 4
"""Times the transcripts that the disk must hold: those, all of them in one file, and stores."""
TASK = 4_000_000
"""Bytes that one of two who parse is given at once, about."""
LINE = 1 << 26
KEY = b"an evaluation's key, of 32 bytes"


def measure(data: Path | None, size: float = SIZE) -> Measured:
    """Make the transcripts, parse them, read them, read them by two."""
    source = data / "sessions" / "claude_code" if data else None
    turns = range(TURNS if size < LARGE else 1)
    with TemporaryDirectory(prefix="passdown-ingest-") as folder:
        home = _roomy(Path(folder), size)
        files = corpus(home / "all", size, source)
        mb = sum(file.stat().st_size for file in files) / 1e6
        parsed = {name: mb / seconds for name, seconds in _best(_parsers(files), turns).items()}
        alone, both = _less([[_parsed_by(n, files) for n in (1, 2)] for _ in turns])
        one, two = _less([[_read(home / "store", files, jobs=n) for n in (1, 2)] for _ in turns])
        grown = _grown(home, files, corpus(home / "little", LITTLE, source))
    figures = {
        "parse_mb_per_cpu_s": round(parsed["typed"], 0),
        "parse_of_lines": round(parsed["typed"] / parsed["lines"], 3),
        "parse_of_json": round(parsed["typed"] / parsed["json_loads"], 2),
        "parse_two_of_one": round(alone.wall / both.wall, 2),
        "mb_per_cpu_s": round(mb / one.cpu, 1),
        "cpu_s_a_billion_tokens": round(BILLION * one.cpu / mb, 0),
        "two_of_one": round(one.wall / two.wall, 2),
        "mb_grown": round(max(grown.values()), 1),
    }
    against: dict[str, float | str] = {f"{name}_mb_s": round(v) for name, v in parsed.items()}
    against |= {"mb": round(mb, 1), "wall_one_s": round(one.wall, 2)}
    against |= {"wall_two_s": round(two.wall, 2), "two_at_most": round(2 * one.cpu / two.cpu, 2)}
    against["parse_two_at_most"] = round(2 * alone.cpu / both.cpu, 2)
    against |= {f"mb_grown_{name}": round(more, 1) for name, more in grown.items()}
    return Measured(figures, len(files), against)


def _roomy(home: Path, size: float) -> Path:
    """The folder, where its disk has room for all that is made there."""
    free, needed = shutil.disk_usage(home).free / 1e6, ROOM * size
    if free < needed:
        raise SystemExit(f"eval ingest: {home} has room for {free:.0f} MB, {needed:.0f} are needed")
    return home


class Spent(NamedTuple):
    """Seconds on the wall, and of CPUs, those of other processes too."""

    wall: float
    cpu: float


def _less(turns: Sequence[Sequence[Spent]]) -> list[Spent]:
    """The best of each way over all turns, by the wall and by CPUs."""
    return [Spent(*map(min, zip(*way, strict=True))) for way in zip(*turns, strict=True)]


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


def _parsed_by(many: int, files: Iterable[Path]) -> Spent:
    """What so many processes take to parse them, each a few files at a time, once they are up."""
    tasks: list[list[Path]] = [[]]
    size = 0
    for path in files:
        tasks[-1].append(path)
        size += path.stat().st_size
        if size > TASK:
            size = 0
            tasks.append([])
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        list(pool.map(_timed, [[]] * 8 * many))
        began = time.perf_counter()
        cpu = sum(pool.map(_timed, tasks))
        return Spent(time.perf_counter() - began, cpu)


def _timed(files: list[Path]) -> float:
    """CPU seconds that parsing these took this process."""
    began = time.process_time()
    _typed(files, decode)
    return time.process_time() - began


def _best(ways: dict[str, Callable[[], object]], turns: Iterable[int]) -> dict[str, float]:
    """CPU seconds of the best of some turns, children's too."""
    spent = dict.fromkeys(ways, float("inf"))
    for _ in turns:
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


def _grown(home: Path, files: list[Path], few: list[Path]) -> dict[str, float]:
    """How many megabytes more it takes to read these than to read those few: as many files, and as
    one file that holds them all."""
    many = _peak(home, files[0].parent) - _peak(home, few[0].parent)
    whole, part = (_joined(some, home / name) for some, name in ((files, "whole"), (few, "part")))
    return {"files": many, "one_file": _peak(home, whole) - _peak(home, part)}


def _joined(files: Iterable[Path], folder: Path) -> Path:
    """A folder with one file that holds all of these, which are gone."""
    folder.mkdir()
    with (folder / "all.jsonl").open("wb") as whole:
        for path in files:
            whole.write(path.read_bytes().rstrip(b"\n") + b"\n")
            path.unlink()
    return folder


def _peak(home: Path, folder: Path) -> float:
    """The most megabytes that a process of its own held while it read what is in there."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from evals.ingest import _read, held\n"
        "_read(Path(sys.argv[1]), map(Path, sys.argv[2:]), jobs=1)\n"
        "print(held())\n"
    )
    command = [sys.executable, "-c", script, str(home / "peak"), str(folder)]
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
