"""How many of the questions asked so far the field would have helped to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import EXAMPLES, Replay, over_time
from passdown.loops.snapshot_expand.asked import by_subject, shape, subject
from passdown.loops.snapshot_expand.payload import Payload, Retire

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """Right are the replies of this shape to such questions; wrong those that said other things."""
    if isinstance(payload, Retire):
        return Replay("Nothing that was asked before is answered otherwise.")
    pairs = by_subject(corpus).get(subject(payload.question), [])
    right = [pair for pair in pairs if shape(pair.reply.text) == payload.shape]
    wrong = [pair for pair in pairs if shape(pair.reply.text) != payload.shape]
    sentence = (
        f"Asked {len(pairs)} times: {len(right)} replies needed this value,"
        f" {len(wrong)} said something else."
    )
    return Replay(
        sentence,
        right=len(right),
        wrong=len(wrong),
        right_examples=tuple(pair.question.seq for pair in right[:EXAMPLES]),
        wrong_examples=tuple(pair.question.seq for pair in wrong[:EXAMPLES]),
        when=over_time((pair.question for pair in right), (pair.question for pair in wrong)),
    )
