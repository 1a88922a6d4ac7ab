"""How a rule would have done at its new weight: as often right as people found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.contract.loop import EXAMPLES, Replay
from passdown.loops.audit.payload import FilePlaybook
from passdown.loops.audit.rules import said
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus
    from passdown.domain.settings import Settings
    from passdown.loops.audit.payload import Payload


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """How often people found the rule right, which is how often its new weight would have been."""
    if isinstance(payload, FilePlaybook):
        return Replay("A playbook is served; it decides nothing.")
    record = said(corpus).get(payload.rule)
    if record is None:
        return Replay("Nobody said anything of this rule's findings yet.")
    right, n = len(record.right), record.n
    low = wilson(right, n)[0]
    return Replay(
        sentence=f"{right} of {n} findings were right (at least {low:.0%}, as 95 % have it).",
        right=right,
        wrong=n - right,
        right_examples=tuple(sorted(record.right)[:EXAMPLES]),
        wrong_examples=tuple(sorted(record.wrong)[:EXAMPLES]),
        metrics={"low": round(low, 4)},
    )
