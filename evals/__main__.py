"""Run one evaluation and print one JSON line; 0 when its goals are met, 1 when not.

python -m evals NAME [--data DIR | --history DIR | --public DIR | --generated] [--size MB] [--write]

--data names a folder laid out as the evaluation expects, else PASSDOWN_DATA does; --history
and --public name one of clones, and run NAME_history or NAME_public on it; --generated takes the
set the evaluation makes itself; --size says how large, where that can be chosen. --write keeps the
line in evals/results/NAME.json.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import Any

from evals import goals_of, line, missed

RESULTS = Path(__file__).with_name("results")


def main(argv: list[str]) -> int:
    """Measure, print, and keep what was asked to be kept."""
    asked = _asked(argv)
    module = import_module(f"evals.{asked.name}")
    began = time.perf_counter()
    data = _data(asked, reads=module.READS_DATA)
    measured = module.measure(data, asked.size) if asked.size else module.measure(data)
    answer = line(asked.name, measured, time.perf_counter() - began)
    print(json.dumps(answer))
    for goal in missed(measured.figures, goals_of(asked.name)):
        print(f"missed: {goal}", file=sys.stderr)
    if asked.write:
        _keep(answer)
    return 0 if answer["ok"] else 1


def names() -> list[str]:
    """The evaluations there are."""
    return sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))


def _asked(argv: list[str]) -> Namespace:
    parser = ArgumentParser("./run eval", allow_abbrev=False)
    parser.add_argument("name", choices=names())
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--data", type=Path, metavar="DIR")
    source.add_argument("--history", type=Path, metavar="DIR")
    source.add_argument("--public", type=Path, metavar="DIR")
    source.add_argument("--generated", action="store_true")
    parser.add_argument("--size", type=float, metavar="MB")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(argv)
    for kind in ("history", "public"):
        if (folder := getattr(asked, kind)) is not None:
            asked.name, asked.data = f"{asked.name}_{kind}", folder
            if asked.name not in names():
                parser.error(f"there is no evaluation {asked.name}")
    if asked.size is not None and not _is_sized(asked):
        parser.error(f"{asked.name} takes no --size, or it is not positive")
    return asked


def _is_sized(asked: Namespace) -> bool:
    return asked.size > 0 and hasattr(import_module(f"evals.{asked.name}"), "SIZE")


def _data(asked: Namespace, *, reads: bool) -> Path | None:
    """The folder to measure on; None for the generated set."""
    if asked.generated or not reads:
        return None
    named = asked.data or os.environ.get("PASSDOWN_DATA")
    if not named:
        raise SystemExit(
            f"eval {asked.name}: needs data. Name it with --data DIR or PASSDOWN_DATA, or take"
            " --generated."
        )
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise SystemExit(f"eval {asked.name}: no folder {folder}")
    return folder


def _keep(answer: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    kept = {**answer, "at": time.strftime("%Y-%m-%d", time.gmtime()), "on": _machine()}
    (RESULTS / f"{answer['name']}.json").write_text(json.dumps(kept, indent=2) + "\n")


def _machine() -> str:
    """Where it was measured, and how much that machine had to do just then."""
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"Python {python}, {system}, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
