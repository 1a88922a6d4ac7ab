"""Proposals, messages and marks as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.proposal import Mark, Message, Proposal, Status, Verdict
from passdown.storage.coding import finite, named, packed, plain, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProposalRow(NamedTuple):
    """`proposals`, in the order their queries select."""

    id: str
    loop: str
    action: str
    payload: str
    evidence: str
    proposed_by: str
    created_at: str
    deadline: str
    scope: str
    title: str
    replay: str
    confidence: float
    fingerprint: str
    digest: str
    status: str
    flags: str
    original: str | None
    decided_by: str
    decided_at: str
    reason: str
    failure_code: str
    version: int
    value: float
    shape: str = ""


class MessageRow(NamedTuple):
    """`messages`, in the order their queries select."""

    proposal: str
    n: int
    at: str
    actor: str
    tier: str
    verdict: str
    text: str
    detail: str


class MarkRow(NamedTuple):
    """`marks`, in the order their queries select."""

    proposal: str
    n: int
    name: str
    at: str
    actor: str
    detail: str


def proposal_row(proposal: Proposal) -> ProposalRow:
    """The row of a proposal; its shape is kept with it, and never read back."""
    from passdown.text.shape import shape

    return ProposalRow(
        *(named(proposal.id), named(proposal.loop), plain(proposal.action)),
        packed(proposal.payload),
        packed(proposal.evidence),
        plain(proposal.proposed_by),
        plain(proposal.created_at),
        plain(proposal.deadline),
        plain(proposal.scope),
        plain(proposal.title),
        packed(proposal.replay),
        finite(proposal.confidence),
        named(proposal.fingerprint),
        plain(proposal.digest),
        proposal.status.value,
        packed(proposal.flags),
        None if proposal.original is None else packed(proposal.original),
        *(plain(proposal.decided_by), plain(proposal.decided_at), plain(proposal.reason)),
        plain(proposal.failure_code),
        *(proposal.version, finite(proposal.value)),
        shape(plain(proposal.action), plain(proposal.scope), plain(proposal.title)),
    )


def proposal_of(values: Sequence[Any]) -> Proposal:
    """The proposal of a row."""
    row = ProposalRow(*values)
    return Proposal(
        row.id,
        row.loop,
        row.action,
        unpacked(row.payload),
        tuple(unpacked(row.evidence)),
        row.proposed_by,
        row.created_at,
        row.deadline,
        row.scope,
        row.title,
        unpacked(row.replay),
        float(row.confidence),
        row.fingerprint,
        row.digest,
        Status(row.status),
        tuple(unpacked(row.flags)),
        None if row.original is None else unpacked(row.original),
        *row[17:23],
    )


def message_row(message: Message) -> MessageRow:
    """The row of a message."""
    who = plain(message.at), plain(message.actor), plain(message.tier), message.verdict.value
    words = plain(message.text), packed(message.detail)
    return MessageRow(named(message.proposal), message.n, *who, *words)


def message_of(values: Sequence[Any]) -> Message:
    """The message of a row."""
    row = MessageRow(*values)
    return Message(*row[:5], Verdict(row.verdict), row.text, unpacked(row.detail))


def mark_row(mark: Mark, n: int) -> MarkRow:
    """The row of a mark, the n-th of its proposal."""
    what = plain(mark.name), plain(mark.at), plain(mark.actor), packed(mark.detail)
    return MarkRow(named(mark.proposal), n, *what)


def mark_of(values: Sequence[Any]) -> Mark:
    """The mark of a row."""
    row = MarkRow(*values)
    return Mark(row.proposal, row.name, row.at, row.actor, unpacked(row.detail))
