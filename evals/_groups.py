"""How well groups fit labels, and the two plain ways of grouping that ours stands beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix
from threadpoolctl import threadpool_limits

from passdown.text.arrays import np
from passdown.text.embed import embed
from passdown.text.near import near
from passdown.text.neighbours import above
from passdown.text.tokens import normalise

Groups = Sequence[Hashable]


def quality(labels: Groups, groups: Groups) -> dict[str, float]:
    """ARI, NMI, purity, accuracy of the best assignment; precision, recall and F1 of pairs."""
    numbered = _numbered(labels), _numbered(groups)
    table = contingency_matrix(*numbered)
    precision, recall, f1 = pairs(labels, groups)
    return {
        "f1": f1,
        "precision": precision,
        "recall": recall,
        "ari": round(float(adjusted_rand_score(*numbered)), 4),
        "nmi": round(float(normalized_mutual_info_score(*numbered)), 4),
        "purity": round(float(table.max(axis=0).sum() / table.sum()), 4),
        "acc": round(_assigned(table), 4),
        "groups": len(set(groups)),
    }


def pairs(labels: Groups, groups: Groups) -> tuple[float, float, float]:
    """Of two messages in one group, how often they have one label; the reverse; and F1."""
    both = _together(list(zip(labels, groups, strict=True)))
    precision, recall = both / max(_together(groups), 1), both / max(_together(labels), 1)
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    return round(precision, 4), round(recall, 4), round(f1, 4)


def by_kmeans(texts: Sequence[str], many: int) -> list[int]:
    """TF-IDF and k-means, told how many groups there are."""
    vectors = TfidfVectorizer().fit_transform(texts)
    # One thread: the same sums in the same order, and no two threads waiting for each other.
    with threadpool_limits(1):
        found: list[int] = KMeans(many, n_init=1, random_state=1).fit_predict(vectors).tolist()
    return found


def by_threshold(texts: Sequence[str]) -> list[int]:
    """The naive way: whatever is near to a leader at .85."""
    return near(texts)


def by_star(texts: Sequence[str], threshold: float) -> list[str]:
    """All compared with all; who has most near ones comes first and takes those yet free."""
    folded = [normalise(text) for text in texts]
    unique = sorted(set(folded))
    around = [rows for rows, _ in above(embed(unique), threshold)]
    center = np.full(len(unique), -1)
    for row in sorted(range(len(unique)), key=lambda at: (-len(around[at]), at)):
        if center[row] < 0:
            near_ones = np.append(around[row], row)
            center[near_ones[center[near_ones] < 0]] = row
    of = {text: unique[at] for text, at in zip(unique, center.tolist(), strict=True)}
    return [of[text] for text in folded]


def _together(groups: Groups) -> int:
    return sum(many * (many - 1) // 2 for many in Counter(groups).values())


def _numbered(groups: Groups) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(one, len(numbers)) for one in groups]


def _assigned(table: Any) -> float:
    """The share that is right when each group stands for one label and each label for one group."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum() / table.sum())
