"""Whether messages that ask for the same thing are found together, and what that costs.

For each labelled set, without a model and with one setting: ARI, NMI, purity, accuracy (the
DSTC11 protocol) and pairwise F1, beside TF-IDF with k-means that is told the true number, and
beside the naive lexical threshold of .85. Then the speed of the embedding beside scikit-learn's,
near-duplicates beside the exact graph with star linking, and a million messages in one process:
grouped, then read, mined and replayed by the loop as in a cycle.
The one setting was first chosen on CLINC150 and thinned parts of it, but the figures of every set
there is for development were seen before it was settled: on those sets they say how well it fits,
not how well it carries over: only a set that nobody looked at can tell that. --data names a folder
with `intents/*.jsonl` (text, intent), of which every set is measured.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from evals import Measured
from evals._cycled import cycled
from evals._groups import by_kmeans, by_star, by_threshold, pairs, quality
from evals._messages import Labelled, copies, sets
from passdown.text.communities import intents
from passdown.text.embed import embed
from passdown.text.near import COHESION, near

READS_DATA = True
NEEDS_DEV = True
SIZE = 1.0
"""Million messages grouped, when nobody says."""
ASKED = {"banking77": 0.50, "clinc150": 0.70, "made": 0.40}
"""The pairwise F1 that is asked of a set; of the others it is shown."""
EMBEDDED, PEER_EMBEDDED = 100_000, 10_000
COMPARED = 20_000
ROUNDS = 3


def measure(data: Path | None, size: float = SIZE) -> Measured:
    """Quality by set, then speed, then scale."""
    found = sets(data)
    figures, against = dict[str, float](), dict[str, float | str]()
    for one in found:
        _grouped(one, figures, against)
    shares = [figures[f"{name}_f1"] / f1 for name, f1 in ASKED.items() if f"{name}_f1" in figures]
    if shares:
        figures["f1_share_of_goal"] = round(min(shares), 4)
    figures["least_over_kmeans"] = _least_over(found, figures, against, "kmeans")
    figures["least_over_threshold"] = _least_over(found, figures, against, "threshold")
    texts = [text for one in found for text in one.texts]
    many = int(size * 1_000_000)
    figures |= _embedding(texts) | _near(texts, against) | _scaled(texts, many)
    figures |= cycled(found, many)
    return Measured(figures, len(texts), against)


def _grouped(one: Labelled, figures: dict[str, float], against: dict[str, float | str]) -> None:
    """Ours into the figures, the two others into what stands beside them."""
    many = len(set(one.intents))
    ours = quality(one.intents, intents(one.texts))
    figures |= {f"{one.name}_{name}": value for name, value in ours.items()}
    others = {"kmeans": by_kmeans(one.texts, many), "threshold": by_threshold(one.texts)}
    for way, groups in others.items():
        told = quality(one.intents, groups)
        against |= {f"{one.name}_{way}_{name}": value for name, value in told.items()}
    against[f"{one.name}_of"] = f"{len(one.texts)} messages, {many} intents"


def _least_over(
    found: Sequence[Labelled], figures: dict[str, float], against: dict[str, float | str], way: str
) -> float:
    """By how much the F1 is better than that of another way, on the set where it is least."""
    names = [one.name for one in found]
    better = [figures[f"{n}_f1"] - float(against[f"{n}_{way}_f1"]) for n in names]
    return round(min(better), 4)


def _embedding(texts: Sequence[str]) -> dict[str, float]:
    """Messages a CPU second, the best of a few, beside words and trigrams hashed by the peer."""
    ours, peers = _repeated(texts, EMBEDDED), _repeated(texts, PEER_EMBEDDED)
    hashed = _peer()
    mine = max(EMBEDDED / _spent(lambda: embed(ours)) for _ in range(ROUNDS))
    peer = max(PEER_EMBEDDED / _spent(lambda: hashed(peers)) for _ in range(ROUNDS))
    return {"embedded_a_second": round(mine), "embedding_times_the_peer": round(mine / peer, 2)}


def _peer() -> Callable[[Sequence[str]], object]:
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.pipeline import make_union

    words = HashingVectorizer(n_features=1 << 18, alternate_sign=False)
    grams = HashingVectorizer(
        n_features=1 << 18, alternate_sign=False, analyzer="char_wb", ngram_range=(3, 3)
    )
    union = make_union(words, grams)
    return lambda texts: union.transform(texts)


def _near(texts: Sequence[str], against: dict[str, float | str]) -> dict[str, float]:
    """Near-duplicates against who is a copy of whom, beside the exact ways on the same messages."""
    made = copies(texts, COMPARED)
    fast, slow = near(made.texts), near(made.texts, exact=True)
    ours, exact = pairs(made.origins, fast)[2], pairs(made.origins, slow)[2]
    star = pairs(made.origins, by_star(made.texts, COHESION))[2]
    equal = sum(a == b for a, b in zip(fast, slow, strict=True)) / len(fast)
    against |= {"near_star_f1": star, "near_exact_f1": exact}
    return {
        "near_f1": ours,
        "near_f1_over_star": round(ours - star, 4),
        "near_as_exact": round(equal, 4),
    }


def _scaled(texts: Sequence[str], many: int) -> dict[str, float]:
    """What so many messages take, in a process of their own so that its memory is theirs."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(_alone, list(texts), many).result()


def _alone(texts: list[str], many: int) -> dict[str, float]:
    made = copies(texts, many)
    before = _memory()
    began, leaders = time.process_time(), near(made.texts)
    near_spent, near_memory = time.process_time() - began, _memory()
    leading = [made.texts[leader] for leader in sorted(set(leaders))]
    began, wall = time.process_time(), time.perf_counter()
    groups = intents(leading)
    return {
        "near_cpu_s": round(near_spent, 2),
        "near_memory_gb": round(near_memory, 3),
        "near_scale_f1": pairs(made.origins, leaders)[2],
        "leaders": len(leading),
        "messages_memory_gb": round(before, 3),
        "intents_cpu_s": round(time.process_time() - began, 2),
        "intents_s": round(time.perf_counter() - wall, 2),
        "intents_groups": len(set(groups)),
        "memory_gb": round(_memory(), 3),
    }


def _memory() -> float:
    """The most memory this process ever had, in gigabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def _repeated(texts: Sequence[str], many: int) -> list[str]:
    return [texts[at % len(texts)] for at in range(many)]


def _spent(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began
