"""What a phrase would have answered in the past, and how one did that was approved."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from passdown.contract.loop import Outcome, Replay, over_time
from passdown.domain.clock import to_seconds
from passdown.loops.phrasebook.clusters import SAME_REPLY
from passdown.loops.phrasebook.pairs import history
from passdown.loops.phrasebook.payload import KIND, Add, Payload, Retire
from passdown.text.phrases import plain
from passdown.text.template import masked
from passdown.text.vectors import features, likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.contract.loop import Spell
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.settings import Settings
    from passdown.loops.phrasebook.pairs import History, Message

EXAMPLES = 5


class Fired(NamedTuple):
    """What a phrase fires on: answered as it says, answered otherwise, and nobody knows how."""

    right: Sequence[Message]
    wrong: Sequence[Message]
    unknown: Sequence[Message]

    def over_time(self) -> tuple[Spell, ...]:
        """When it fires."""
        right, wrong, unknown = ([one.seen for one in some] for some in self)
        return over_time(right, wrong, unknown)


def replay(payload: Payload, corpus: Corpus, settings: Settings) -> Replay:
    """Over all that was ever asked: how often it would have fired and said what was said, how
    often something else was said, what it would have missed, and what it would have saved."""
    if isinstance(payload, Retire):
        return _without(payload, corpus, settings)
    known = history(corpus, settings)
    answers = _Answers(payload, known)
    fired = _fired(payload, known, answers)
    missed = answers.asked - len(fired.right)
    return Replay(
        sentence=_sentence(fired, len(known.messages), missed),
        right=len(fired.right),
        wrong=len(fired.wrong),
        right_examples=tuple(one.seq for one in fired.right[:EXAMPLES]),
        wrong_examples=tuple(one.seq for one in fired.wrong[:EXAMPLES]),
        metrics={
            "messages": float(len(known.messages)),
            "missed": float(missed),
            "unanswered": float(len(fired.unknown)),
            **_saved(fired.right),
        },
        when=fired.over_time(),
    )


def outcome(proposal: Proposal, corpus: Corpus, settings: Settings, since: At) -> Outcome | None:
    """Whether what was asked since and fires it was still answered so, by whoever else answered;
    None while nothing was."""
    payload: Payload = msgspec.convert(proposal.payload, Payload)
    if isinstance(payload, Retire):
        return None
    known = history(corpus, settings)
    fired = _fired(payload, known, _Answers(payload, known), since)
    right, wrong = len(fired.right), len(fired.wrong)
    n = right + wrong
    if not n:
        return None
    return Outcome((right - wrong) / n, n, f"Since then {n} such answers: {right} said the same.")


class _Answers:
    """Which answers there were say what a phrase would."""

    def __init__(self, payload: Payload, known: History) -> None:
        said = getattr(payload, "verbatim", "") or getattr(payload, "reply", "")
        self._alike = known.answered_like(masked(plain(said)), SAME_REPLY)
        self.asked = sum(known.forms[form] for form in self._alike)

    def same(self, message: Message) -> bool:
        """Whether a message was answered so."""
        return message.answer in self._alike


def _fired(payload: Payload, known: History, answers: _Answers, since: At = "") -> Fired:
    assert not isinstance(payload, Retire)
    right: list[Message] = []
    wrong: list[Message] = []
    unknown: list[Message] = []
    likes = [features(text) for text in payload.prototypes]
    for one in known.firing(payload.pattern):
        if one.seen.at <= since if since else False:
            continue
        if payload.min_similarity > 0 and likes:
            own = features(one.text)
            if not any(likeness(own, like) >= payload.min_similarity for like in likes):
                continue
        if one.pair is None:
            unknown.append(one)
        else:
            (right if answers.same(one) else wrong).append(one)
    return Fired(right, wrong, unknown)


def _sentence(fired: Fired, messages: int, missed: int) -> str:
    right, wrong = len(fired.right), len(fired.wrong)
    answered = f"Would have answered {right} of {right + missed} such messages"
    others = max(messages - right - missed, 0)
    told = f"{answered}, {wrong} wrong fire{'' if wrong == 1 else 's'} in {others} others."
    if fired.unknown:
        told += f" {len(fired.unknown)} it fires on were never answered."
    return told + _money(fired.right)


def _money(right: Sequence[Message]) -> str:
    saved = _saved(right)
    if "usd_a_day" not in saved:
        return " What they cost is not known." if right else ""
    unpriced = int(saved["unpriced"])
    rest = f", {unpriced} of unknown cost aside" if unpriced else ""
    seconds = saved["seconds_a_day"]
    waited = f" and {seconds:.0f} s" if seconds >= 1 else ""
    return f" Saves ${saved['usd_a_day']:.4f}{waited} a day{rest}."


def _saved(right: Iterable[Message]) -> dict[str, float]:
    """What the answers cost a day, where that is known of any: what is not known is not 0."""
    pairs = [one.pair for one in right if one.pair]
    costs = [pair.usd for pair in pairs if pair.usd is not None]
    times = [to_seconds(pair.at) for pair in pairs if pair.at]
    days = max(1.0, (max(times) - min(times)) / 86_400) if times else 1.0
    found = {
        "unpriced": float(len(pairs) - len(costs)),
        "seconds_a_day": round(sum(pair.seconds for pair in pairs) / days, 3),
    }
    return found | ({"usd_a_day": round(sum(costs) / days, 6)} if costs else {})


def _without(payload: Retire, corpus: Corpus, settings: Settings) -> Replay:
    """What would have had no answer without the phrase."""
    record = corpus.record(KIND, payload.target)
    if record is None:
        return Replay("There is no such phrase.")
    body = record.body
    asked = Add(
        str(body["pattern"]),
        record.text,
        verbatim=str(body.get("verbatim", "")),
        min_similarity=float(body.get("min_similarity", 0)),
        prototypes=tuple(body.get("prototypes", ())),
    )
    known = history(corpus, settings)
    fired = _fired(asked, known, _Answers(asked, known))
    counts = Counter({"right": len(fired.right), "wrong": len(fired.wrong)})
    sentence = f"It fires on {counts.total()} messages that were answered: {counts['right']} as it"
    seqs = tuple(one.seq for one in fired.wrong[:EXAMPLES])
    sentence += f" says, {counts['wrong']} otherwise."
    told = Fired(fired.wrong, fired.right, ()).over_time()
    return Replay(sentence, counts["wrong"], counts["right"], seqs, when=told)
