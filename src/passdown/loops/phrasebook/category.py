"""What a cluster is about: the category of the nearest known phrase, else the words in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from passdown.loops.phrasebook.payload import KIND
from passdown.text.tokens import content_words, stem
from passdown.text.vectors import cosine, embed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.loops.phrasebook.clusters import Cluster

DEFAULT = "operator_query"
NEAR = 0.5
ENOUGH = 2
"""Words of a category that must be there before it is that."""

_WORDS = {
    "cost_query": "cost costs spend spent spending burn budget price pricing usd bill billing"
    " expense invoice dollars",
    "status_query": "status state health healthy running progress alive online offline uptime"
    " outage incident",
    "schedule_query": "schedule scheduled calendar meeting deadline standup release tomorrow"
    " next week time",
    "access_query": "access permission permissions login password account credentials token"
    " role invite reset",
    "deploy_query": "deploy deployed deployment rollout rollback release version build pipeline"
    " staging production",
    "how_to_query": "install setup configure enable disable documentation docs guide steps"
    " tutorial",
}
CATEGORIES = {name: {stem(word) for word in words.split()} for name, words in _WORDS.items()}


def category(cluster: Cluster, corpus: Corpus) -> str:
    """The category of the nearest phrase that is known, if one is near; else what the words say."""
    own = embed(cluster.middle)
    known = corpus.records(KIND)
    likes = [(_likeness(own, record.body.get("prototypes", ())), record.key) for record in known]
    best = max(likes, default=(0.0, ""))
    if best[0] >= NEAR:
        record = next(record for record in known if record.key == best[1])
        return str(record.body.get("category") or DEFAULT)
    return _by_words(cluster)


def _likeness(own: dict[int, float], prototypes: Sequence[str]) -> float:
    return max((cosine(own, embed(text)) for text in prototypes), default=0.0)


def _by_words(cluster: Cluster) -> str:
    """The category of which most of the cluster says most words, at least two different ones."""
    said: Counter[str] = Counter()
    for pair in cluster.pairs:
        said.update(set(content_words(f"{pair.said} {pair.reply.text}")))
    common = {word for word, n in said.items() if n * 2 >= len(cluster.pairs)}
    scores = {name: len(words & common) for name, words in CATEGORIES.items()}
    best = max(sorted(scores), key=lambda name: scores[name])
    return best if scores[best] >= ENOUGH else DEFAULT
