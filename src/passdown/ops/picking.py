"""A model as the classifier: it picks freely from the loop's actions, its answer is held to what
any payload is held to, and what the rules say is kept beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import (
    Conflict,
    Invalid,
    Limit,
    NotFound,
    NotPending,
    Unavailable,
    Unreadable,
)
from passdown.stages.gate import classifier, model
from passdown.stages.gate.advice import Advice
from passdown.stages.gate.arbiter import Verdict
from passdown.stages.gate.chain import Ruling

if TYPE_CHECKING:
    from passdown.domain.proposal import Proposal
    from passdown.ops.arbitration import Heard
    from passdown.ops.tiers import Bench
    from passdown.stages.gate.model import Pick

NO_ENGINE = "no engine is configured"


def picked(bench: Bench, asked: Proposal, rules: Advice) -> Advice:
    """What the model says of the question, with the rules' answer beside it; the rules' answer,
    and why, where it says nothing that can be used."""
    from passdown.ops.arbitration import Heard
    from passdown.ops.tiers import NONE

    heard = Heard()
    if bench.ctx.writer().name == NONE:
        return _by_rules(rules, NO_ENGINE, heard)
    try:
        return _advice(bench, asked, _asked(bench, asked, heard), rules, heard)
    except Unavailable as error:
        bench.away = error
        return _by_rules(rules, error.what, heard)
    except (Limit, Unreadable, Invalid, Conflict, NotFound, NotPending) as error:
        return _by_rules(rules, error.what, heard)


def _asked(bench: Bench, asked: Proposal, heard: Heard) -> Pick:
    """Ask, and once more where the answer cannot be used."""
    from passdown.ops.arbitration import bundle_of

    if bench.away:
        raise bench.away
    bundle, boundary = bundle_of(bench, asked)
    actions, fault = bench.loop.actions, ""
    for _ in range(model.ATTEMPTS):
        try:
            return _one(bench, model.prompt(bundle, boundary, actions, fault), asked, heard)
        except (Unreadable, Invalid, Conflict) as error:
            fault = f"{error.code}: {error.what}"
    raise Unreadable(f"its answer could not be used: {fault}", where=classifier.TIER)


def _one(bench: Bench, text: str, asked: Proposal, heard: Heard) -> Pick:
    """One answer, paid for before it is asked for, that could be applied."""
    from passdown.ops.arbitration import ASKED, fits

    if bench.tally[ASKED] >= bench.ctx.settings.whole("gate.arbiter_calls"):
        raise Limit("all calls of this cycle are made", where="gate.arbiter_calls")
    bench.tally[ASKED] += 1
    writer = bench.ctx.writer().within(cycle=bench.cycle)
    schema = model.schema(bench.loop.actions)
    answer = writer.write(text, schema=schema, max_tokens=model.TOKENS)
    heard.add(answer)
    bench.tally["micro_usd"] += answer.micro_usd or 0
    found = model.read(answer.value, bench.loop.actions)
    if found.action not in (asked.action, model.ESCALATE) and found.payload is None:
        raise Unreadable("another action takes a payload", where=classifier.TIER)
    fits(bench, asked, Verdict(Ruling.MODIFY, found.confidence, found.defense, found.payload))
    return found


def _advice(bench: Bench, asked: Proposal, pick: Pick, rules: Advice, heard: Heard) -> Advice:
    golden = bench.ctx.settings.number(f"{bench.loop.name}.golden_path_confidence")
    stands = pick.payload is None or pick.payload == asked.payload
    verdict = classifier.APPROVE if stands else classifier.MODIFY
    if pick.action == model.ESCALATE or pick.confidence < golden:
        verdict = classifier.ESCALATE
    detail = {"by": "model", "action": pick.action, "rules": _kept(rules), **_spent(heard)}
    if not stands:
        detail["payload"] = pick.payload
    return Advice(classifier.TIER, verdict, pick.confidence, pick.defense, detail)


def _by_rules(rules: Advice, why: str, heard: Heard) -> Advice:
    detail = {**rules.detail, "by": "rules", "model_said": why, **_spent(heard)}
    return rules._replace(text=f"{rules.text}; the model gave no answer: {why}", detail=detail)


def _kept(rules: Advice) -> dict[str, object]:
    return {"text": rules.text, **rules.facts}


def _spent(heard: Heard) -> dict[str, object]:
    return {"micro_usd": heard.micro_usd, "model": heard.model, "calls": heard.calls}
