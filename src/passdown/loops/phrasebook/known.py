"""Whether a phrase that was approved answers a cluster already, and whether it answers the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from passdown.loops.phrasebook.changes import was
from passdown.loops.phrasebook.clusters import SAME_REPLY
from passdown.loops.phrasebook.payload import KIND, Add, Payload, Update
from passdown.text.phrases import Phrase, PhraseSet
from passdown.text.similar import near
from passdown.text.template import masked

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.record import Record
    from passdown.domain.settings import Settings
    from passdown.loops.phrasebook.clusters import Cluster
    from passdown.loops.phrasebook.reply import Reply

HALF = 0.5
MOST_TRIED = 200


class Before(NamedTuple):
    """The phrase that answers a cluster, and whether people are told otherwise by now."""

    record: Record
    otherwise: bool

    def update(self, found: Add) -> Update:
        """The question whether it should give the reply that is given now."""
        body = self.record.body
        return Update(
            target=self.record.key,
            version=self.record.version,
            pattern=str(body.get("pattern", found.pattern)),
            reply=found.reply,
            category=str(body.get("category", found.category)),
            min_similarity=float(body.get("min_similarity", 0.0)),
            prototypes=tuple(body.get("prototypes", found.prototypes)),
            stale=found.stale,
            slotted=found.slotted,
            verbatim=found.verbatim,
            was=was(self.record),
            reason="Other replies are given to the same question by now.",
            seen=found.seen,
        )


class Approved:
    """The phrases that were approved, read once for all clusters."""

    def __init__(self, corpus: Corpus) -> None:
        self._records = {record.key: record for record in corpus.records(KIND)}
        patterns = ((key, str(one.body["pattern"])) for key, one in self._records.items())
        self._set = PhraseSet(Phrase(key, pattern) for key, pattern in patterns)

    def answering(self, cluster: Cluster, said: Reply) -> Before | None:
        """The first that fires on most of what a cluster asks; None when there is none."""
        texts = [pair.said for pair in cluster.pairs[-MOST_TRIED:]]
        fired = Counter(hit.id for text in texts for hit in self._set.match(text))
        often = (record for key, record in self._records.items() if fired[key] >= HALF * len(texts))
        found = next(often, None)
        return Before(found, not _same_reply(found, said)) if found is not None else None


def _same_reply(record: Record, said: Reply) -> bool:
    """Whether the phrase gives what is given now, whatever the numbers are."""
    if record.body.get("reply") == said.template or "{snapshot." in record.text:
        return True
    return near(masked(record.text), masked(said.verbatim)) >= SAME_REPLY


def same(one: Payload, other: Payload) -> bool:
    """Whether two questions are one in other words: the same pattern, or the same asked, and
    answered alike."""
    if not (isinstance(one, Add) and isinstance(other, Add)):
        return False
    if near(masked(one.reply), masked(other.reply)) < SAME_REPLY:
        return False
    asked = (near(a, b) for a in one.prototypes[:1] for b in other.prototypes[:1])
    return one.pattern == other.pattern or max(asked, default=0.0) >= SAME_REPLY


def hesitates(payload: Payload, corpus: Corpus, settings: Settings) -> str:
    """Why a person decides this, whatever was granted; '' when nobody has to."""
    if isinstance(payload, Add | Update):
        if payload.stale:
            return f"the reply may be out of date tomorrow: {', '.join(payload.stale)}"
        if payload.synthesized:
            return "a model wrote the reply"
    return ""
