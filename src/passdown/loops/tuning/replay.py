"""What a threshold would have done at its new value, and what it did after it was moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from passdown.contract.loop import Outcome, Replay
from passdown.loops.tuning.detect import evidence
from passdown.loops.tuning.effect import step, threshold_of
from passdown.loops.tuning.payload import AdjustControl
from passdown.loops.tuning.words import count, examples, latest, predicted
from passdown.text.calibrate import TARGET
from passdown.text.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.loops.tuning.effect import Case, Step
    from passdown.loops.tuning.payload import Payload

UNTOLD = "Past decisions do not tell what this would change."


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """Counts over all past decisions. Down: what more would have been let through, right and
    wrong. Up: what was wrong and would have been kept back; what was right and would have been is
    told, and is nothing wrong."""
    found = threshold_of(payload.knob, corpus)
    if found is None:
        return Replay(UNTOLD)
    taken = step(found, payload.was, payload.value)
    down = taken.lets_more_through
    right, wrong = (taken.right, taken.wrong) if down else (taken.wrong, taken.right)
    sign = 1.0 if down else -1.0
    return Replay(
        sentence=f"{predicted(taken)} {examples(taken)}".strip(),
        right=len(right),
        wrong=len(wrong) if down else 0,
        right_examples=_seqs(right, corpus),
        wrong_examples=_seqs(wrong, corpus),
        metrics={
            "decisions": float(len(found.cases)),
            "more_right": sign * len(taken.right),
            "more_wrong": sign * len(taken.wrong),
        },
    )


def outcome(proposal: Proposal, corpus: Corpus, settings: Settings, since: At) -> Outcome | None:
    """Whether the prediction held for what is known since, of all that is now on the other side;
    None while there is none. Below 0 only where its number shows that it did not."""
    payload = msgspec.convert(proposal.payload, AdjustControl)
    found = threshold_of(payload.knob, corpus)
    if found is None:
        return None
    taken = step(found.since(since), payload.was, payload.value)
    n = len(taken.between)
    return Outcome(_score(taken), n, _told(taken)) if n else None


def _score(taken: Step) -> float:
    """How far the share that was right is on the good side of the target."""
    right, n = len(taken.right), len(taken.between)
    low, high = wilson(right, n)
    gap = right / n - TARGET
    if taken.lets_more_through:
        return gap if high < TARGET else max(0.0, gap)
    return -gap if low >= TARGET else max(0.0, -gap)


def _told(taken: Step) -> str:
    right, n = len(taken.right), len(taken.between)
    kept = "" if taken.lets_more_through else "no longer "
    return f"Since then {count(n, 'decision')} more {kept}{taken.threshold.does}: {right} right."


def _seqs(cases: Sequence[Case], corpus: Corpus) -> tuple[int, ...]:
    return evidence(latest(cases), corpus)
