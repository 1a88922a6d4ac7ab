"""What is left of a proposal whose evidence is forgotten: decision, hash and state, no text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from passdown.domain.entry import canonical
from passdown.domain.proposal import FORGOTTEN, Message, Status, Verdict
from passdown.stages.gate.arbiter import PAYLOADS, TIER
from passdown.storage.retelling import ANEW, bodies_about, retell
from passdown.text.leaves import without

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from passdown.domain.actor import Actor
    from passdown.domain.proposal import Proposal
    from passdown.storage.port import Tx
    from passdown.storage.texts import Texts

REASON = "what it rested on was forgotten"

KEPT = frozenset(
    {
        "loop",
        "action",
        "scope",
        "confidence",
        "fingerprint",
        "deadline",
        "flags",
        "failure_code",
        "proof",
        "synth_cost_usd",
        "tier",
        "to",
        "micro_usd",
    }
)
"""What the ledger still says of a proposal that was forgotten; all else is a placeholder."""


def forget_proposals(
    tx: Tx, lost: Iterable[Proposal], actor: Actor, say: Callable[[str], str]
) -> None:
    """Leave of each who decided what and when, and no text; close those that are open."""
    for proposal in lost:
        for row in tx.erasure.of_proposal(proposal.id):
            if values := _hidden_row(row, proposal, say):
                tx.erasure.rewrite(row._replace(values={**row.values, **values}))
        for body in bodies_about(tx, proposal.id):
            retell(tx, body, _hidden(body.values["text"], say), actor.name, FORGOTTEN)
        bare = tx.queue.get(proposal.id)
        if bare is not None and bare.open:
            _close(tx, bare, actor)


def rest_on_less(
    tx: Tx,
    kept: Iterable[Proposal],
    seqs: Collection[int],
    session: str,
    actor: Actor,
    say: Callable[[str], str],
) -> None:
    """Let these proposals rest on what is left; what a model said of them may have been made of
    what is not, and goes too."""
    for proposal in kept:
        _unsay(tx, proposal, actor, say)
        for row in tx.erasure.of_proposal(proposal.id):
            values = without(row.values, seqs, session)
            if values != row.values:
                tx.erasure.rewrite(row._replace(values=values))


def _close(tx: Tx, p: Proposal, by: Actor) -> None:
    closed = replace(p, status=Status.EXPIRED, decided_by=by.name, decided_at=tx.now, reason=REASON)
    tx.queue.move(closed, expect=p.status)
    tx.queue.say(Message(p.id, 0, tx.now, by.name, by.kind.value, Verdict.EXPIRE, REASON))
    tx.ledger.append("promotion.expired", by.name, p.id, {"loop": p.loop, "failure_code": ""})


def _unsay(tx: Tx, p: Proposal, actor: Actor, say: Callable[[str], str]) -> None:
    """Leave of each of its turns the verdict, the model and the cost."""
    turns = {turn.n for turn in tx.queue.messages(p.id) if turn.tier == TIER}
    if not turns:
        return
    for row in tx.erasure.of_proposal(p.id):
        if row.table == "messages" and row.key[1] in turns:
            left = {n: v for n, v in row.values["detail"].items() if n not in PAYLOADS}
            values = {**row.values, "text": say(row.values["text"]), "detail": left}
            tx.erasure.rewrite(row._replace(values=values))
    for body in bodies_about(tx, p.id):
        said = body.values["text"]
        if TIER in (said.get("tier"), (said.get("detail") or {}).get("tier")):
            retell(tx, body, _hidden(said, say), actor.name, FORGOTTEN)


def _hidden_row(row: Texts, p: Proposal, say: Callable[[str], str]) -> dict[str, Any]:
    """What a row about it says instead; nothing where it may say what it says."""
    values = row.values
    if row.table == "proposals":
        return {
            "title": say(values["title"]),
            "reason": say(values["reason"]) if values["reason"] else "",
            "payload": {"action": p.action, FORGOTTEN: say(canonical(values["payload"]))},
            "original": _placeheld(values["original"], say),
            "evidence": [],
            "replay": {},
            "flags": [*values["flags"], FORGOTTEN],
        }
    if row.table == "messages":
        return {"text": say(values["text"]) if values["text"] else "", "detail": {}}
    return {"detail": {}} if row.table == "marks" else {}


def _hidden(said: dict[str, Any], say: Callable[[str], str]) -> dict[str, Any]:
    """What the ledger may still say of it."""
    if said.keys() == ANEW:
        return {**said, "detail": _hidden(said["detail"] or {}, say)}
    return {
        name: value if name in KEPT or not value else say(canonical({name: value}))
        for name, value in said.items()
    }


def _placeheld(value: dict[str, Any] | None, say: Callable[[str], str]) -> dict[str, Any] | None:
    return None if value is None else {FORGOTTEN: say(canonical(value))}
