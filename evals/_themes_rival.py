"""The same claims in vouch, which is installed into an environment of its own for it: what one
detection takes there, and what the union of pairs makes of them.

The claims are of Zipf's popularity and hold no theme, as in the study of vouch that the 263 of 500
merged entities are from: a session to ten claims, one to three entities a claim, an entity to
twenty claims. vouch reads its files anew at each detection; ours is given the claims as lines of
JSON, and reads those.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals._gate_rival import PINNED
from evals._union import union_of_pairs
from passdown.text.recurrence import Mention, detect

SCRIPT = Path(__file__).with_name("_vouch_themes.py")
PATIENCE = 1800
CLAIMS, FEWEST = 10_000, 200
ROUNDS = 3


def popular(many: int, seed: int = 1) -> list[Mention]:
    """That many claims of which no two entities have to do with each other."""
    chance = random.Random(seed)
    names = [f"entity{n:05}" for n in range(many // 20)]
    weights = list(accumulate(1 / (n + 1) for n in range(len(names))))
    return [
        Mention(
            f"claim{n:06}",
            tuple(sorted({*chance.choices(names, cum_weights=weights, k=chance.randint(1, 3))})),
            (f"session{n // 10:05}",),
            "2026-11-21T00:00:00.000Z",
        )
        for n in range(many)
    ]


def compared(size: float) -> tuple[dict[str, float], dict[str, Any]]:
    """How large the largest theme is in both ways, and how many times faster ours is."""
    mentions = popular(max(int(size * CLAIMS), FEWEST))
    lines = [json.dumps([one.claim_id, one.entities, one.sessions[0]]) for one in mentions]
    ours = min(_spent(lines) for _ in range(ROUNDS))
    blob, found = union_of_pairs(mentions), detect(mentions, top_k=len(mentions))
    figures = {
        "popular_largest": max((len(one.entity_ids) for one in found), default=0),
        "popular_found": len(found),
        "popular_cpu_s": round(ours, 3),
    }
    names = len({name for one in mentions for name in one.entities})
    told: dict[str, Any] = {"popular": f"{len(mentions)} claims, {names} entities, no theme"}
    told["union_popular_largest"] = len(blob[0]) if blob else 0
    try:
        theirs = _theirs(lines)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        why = f"not compared: {(getattr(error, 'stderr', '') or str(error)).strip()[-200:]}"
        print(f"vouch: {why}", file=sys.stderr)
        told["vouch"] = f"{why}; on another machine 10,000 claims took it 32.6 s of CPU"
        return dict(figures), told
    told |= {"vouch": PINNED, "vouch_cpu_s": round(theirs["seconds"], 2)}
    told["vouch_popular_largest"] = theirs["largest"]
    return figures | {"times_faster_than_vouch": round(theirs["seconds"] / ours, 1)}, told


def _spent(lines: list[str]) -> float:
    began = time.process_time()
    read = (json.loads(line) for line in lines)
    detect(Mention(id, tuple(names), (session,), "") for id, names, session in read)
    return time.process_time() - began


def _theirs(lines: list[str]) -> dict[str, float]:
    with TemporaryDirectory(prefix="passdown-themes-") as folder:
        home = Path(folder)
        python = home / "environment" / "bin" / "python"
        _run(sys.executable, "-m", "venv", str(home / "environment"))
        _run(str(python), "-m", "pip", "install", "--quiet", PINNED)
        answer = _run(str(python), str(SCRIPT), str(home / "theirs"), said="\n".join(lines))
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def _run(*command: str, said: str = "") -> str:
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=PATIENCE, input=said
    ).stdout
