"""Whether themes are found where they are, nowhere else, and what that costs.

Planted: one theme of each size from 3 to 12, six claims for each of its entities, each naming two
to four of them, beside noise, entities that are everywhere and uneven sessions; of each level of
noise the mean over its worlds, of the levels the worst. Then the same claims with who is named
where drawn anew (a find is false), without a tenth of the claims, in any order and with any number
of threads. The union of pairs stands beside ours throughout. --data names a folder with `themes/`
(documents with labels, graphs with known communities); a million claims are made here.
What it costs once a hundredth of the claims is new stands as a share of what it costs from nothing:
they are counted anew, and all is judged anew.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean

from evals import Measured, _corpora as corpora
from evals._recurring import (
    World,
    dropped,
    entities,
    fit,
    glued,
    jaccard,
    large,
    matched,
    planted,
    shuffled,
)
from evals._themes_rival import compared
from evals._union import union_of_pairs
from passdown.text.clusters import DENSITY
from passdown.text.counts import changed, counted
from passdown.text.recurrence import Cluster, Mention, detect, judged

READS_DATA = True
SIZE = 1.0
"""Million claims, when nobody says; of the claims in vouch it is ten thousands."""
NOISE = (0.01, 0.05, 0.1, 0.2, 0.4)
WORLDS = 20
DROPPED = 0.1
GLUED = 20
THREADS = ("1", "2", "4")
ALL = 1_000_000
SMALLER = 100_000
NEW = 0.01


def measure(data: Path | None, size: float = SIZE) -> Measured:
    """Planted, then glued, then ordered, then real, then large."""
    figures, against = _planted()
    for found, beside in (_glued(), compared(size)):
        figures |= found
        against |= beside
    figures["identical"] = float(len(_answers()) == 1)
    if data is not None:
        figures |= _documents(data, against) | _graphs(data, against)
    figures |= _scaled(_alone, int(size * 1_000_000))
    figures |= _scaled(_again, int(size * 1_000_000))
    against |= {f"{key}_smaller": v for key, v in _scaled(_again, SMALLER).items()}
    return Measured(figures, WORLDS * len(NOISE), against)


def _found(mentions: list[Mention]) -> list[frozenset[str]]:
    return list(entities(detect(mentions, top_k=ALL)))


def _planted() -> tuple[dict[str, float], dict[str, float | str]]:
    levels = [_level(noise) for noise in NOISE]
    worst = {name: min(level[name] for level in levels) for name in levels[0]}
    false = fmean(level["false_runs"] for level in levels)
    beside: dict[str, float | str] = {
        f"union_{name}": round(worst.pop(f"union_{name}"), 4) for name in ("precision", "recall")
    }
    for noise, level in zip(NOISE, levels, strict=True):
        beside[f"recall_at_noise_{noise}"] = round(level["recall"], 4)
    figures = {name: round(value, 4) for name, value in worst.items()}
    return figures | {"false_runs": round(false, 4)}, beside


def _level(noise: float) -> dict[str, float]:
    """At one level of noise, the means over its worlds."""
    told = [_world(planted(seed, noise), seed) for seed in range(WORLDS)]
    return {name: fmean(one[name] for one in told) for name in told[0]}


def _world(world: World, seed: int) -> dict[str, float]:
    found = _found(world.mentions)
    again = _found(dropped(world.mentions, seed, DROPPED))
    precision, recall = fit(world.themes, found)
    themes_right, themes_found = matched(world.themes, found)
    blob = fit(world.themes, union_of_pairs(world.mentions))
    return {
        "precision": precision,
        "recall": recall,
        "themes_right": themes_right,
        "themes_found": themes_found,
        "stability": jaccard(found, again),
        "false_runs": float(bool(_found(shuffled(world.mentions, seed)))),
        "union_precision": blob[0],
        "union_recall": blob[1],
    }


def _glued() -> tuple[dict[str, float], dict[str, float | str]]:
    """In how many worlds two planted themes are merged by one entity that is in every claim."""
    worlds = [glued(seed) for seed in range(GLUED)]
    ours = [_merged(one, _found(one.mentions)) for one in worlds]
    kept = [fit(one.themes, _found(one.mentions))[1] == 1 for one in worlds]
    union = [_merged(one, union_of_pairs(one.mentions)) for one in worlds]
    figures = {"glued_merged": fmean(ours), "glued_both_found": fmean(kept)}
    return figures, {"union_glued_merged": fmean(union)}


def _merged(world: World, found: list[frozenset[str]]) -> bool:
    return any(all(one & group for one in world.themes) for group in found)


def _answers() -> set[str]:
    """What is found in one world by processes with other threads, hash seeds and orders."""
    command = (sys.executable, "-m", "evals.themes")
    root = str(Path(__file__).parents[1])
    found = set()
    for number in THREADS:
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "PYTHONHASHSEED")
        env = {**os.environ, **dict.fromkeys(names, number)}
        run = subprocess.run(
            (*command, number), env=env, cwd=root, check=True, capture_output=True, text=True
        )
        found.add(run.stdout)
    return found


def _answer(seed: int) -> list[Cluster]:
    mentions = planted(1, 0.2).mentions
    random.Random(seed).shuffle(mentions)
    return detect(mentions, top_k=ALL)


def _documents(data: Path, against: dict[str, float | str]) -> dict[str, float]:
    figures = dict[str, float]()
    for one in corpora.corpora(data):
        told = corpora.compared(one)
        figures |= {f"{one.name}_{key}": value for key, value in told.pop("themes").items()}
        for way, of in told.items():
            against |= {f"{one.name}_{way}_{key}": value for key, value in of.items()}
    return figures


def _graphs(data: Path, against: dict[str, float | str]) -> dict[str, float]:
    told = {one.name: corpora.communities(one, DENSITY) for one in corpora.graphs(data)}
    for name, of in told.items():
        said = (f"{way} {found['nmi']:.3f}" for way, found in of.items())
        against[f"graph_{name}"] = ", ".join(said)
    if not told:
        return {}
    against["graphs_louvain_nmi"] = round(fmean(of["louvain"]["nmi"] for of in told.values()), 4)
    return {"graphs_nmi": round(fmean(of["ours"]["nmi"] for of in told.values()), 4)}


def _scaled(what: Callable[[int], dict[str, float]], many: int) -> dict[str, float]:
    """What so many claims take, in a process of their own so that its memory is theirs."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(what, many).result()


def _alone(many: int) -> dict[str, float]:
    world = large(many)
    before = _memory()
    began, wall = time.process_time(), time.perf_counter()
    found = detect(world.mentions, top_k=ALL)
    spent, lasted = time.process_time() - began, time.perf_counter() - wall
    right, recalled = matched(world.themes, entities(found))
    return {
        "claims": len(world.mentions),
        "cpu_s": round(spent, 2),
        "wall_s": round(lasted, 2),
        "memory_gb": round(_memory(), 3),
        "claims_memory_gb": round(before, 3),
        "scale_themes": len(world.themes),
        "scale_themes_right": round(right, 4),
        "scale_themes_found": round(recalled, 4),
    }


def _again(many: int) -> dict[str, float]:
    """What it takes once a hundredth of the claims is new, of what it takes from nothing."""
    mentions = large(many).mentions
    chance = random.Random(1)
    fresh = [chance.random() < NEW for _ in mentions]
    told = [one for one, new in zip(mentions, fresh, strict=True) if new]
    before = counted(one for one, new in zip(mentions, fresh, strict=True) if not new)
    judged(before)  # what is loaded once is loaded
    began = time.process_time()
    whole = judged(counted(mentions), top_k=ALL)
    halfway = time.process_time()
    counts = changed(before, told)
    counting = time.process_time() - halfway
    if judged(counts, top_k=ALL) != whole:
        raise SystemExit("eval themes: what is counted by what changed is not what there is")
    again, first = time.process_time() - halfway, halfway - began
    return {
        "again_of_whole": round(again / first, 3),
        "counting_again_of_whole": round(counting / first, 3),
    }


def _memory() -> float:
    """The most memory this process ever had, in gigabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


if __name__ == "__main__":
    print(_answer(int(sys.argv[1])))
