"""Who is asked next: the whole table of chains and answers, as one function of values."""

from __future__ import annotations

from enum import StrEnum


class Chain(StrEnum):
    """The tiers after the classifier, in their order."""

    NONE = "none"
    ARBITER = "arbiter"
    HUMAN = "human"
    BOTH = "arbiter,human"


class Ruling(StrEnum):
    """What an arbiter says. UNUSABLE: nothing that could be used, though it was asked twice."""

    APPROVE = "APPROVE"
    MODIFY = "MODIFY"
    REJECT = "REJECT"
    ESCALATE_HUMAN = "ESCALATE_HUMAN"
    ADJUST_CONTROL = "ADJUST_CONTROL"
    UNUSABLE = "UNUSABLE"


class Next(StrEnum):
    """What becomes of the question."""

    EXECUTE = "execute"
    ARBITER = "arbiter"
    HUMAN = "human"
    REJECT = "reject"


def next_step(
    chain: Chain,
    *,
    may: bool,
    confident: bool,
    ruling: Ruling | None = None,
    sure: bool = True,
    budget: bool = True,
) -> Next:
    """Where the question goes. `may` is whether a human granted this decision: without it all that
    a tier would decide is a recommendation to a person. `ruling` is None before the arbiter said
    something; `sure` is whether it was as sure as it has to be; `budget` whether it can be paid."""
    found = _tabled(chain, confident, ruling, sure, budget)
    return Next.HUMAN if found in (Next.EXECUTE, Next.REJECT) and not may else found


def without_arbiter(chain: Chain) -> Chain:
    """The chain of an installation that has no engine."""
    return {Chain.ARBITER: Chain.NONE, Chain.BOTH: Chain.HUMAN}.get(chain, chain)


def _tabled(chain: Chain, confident: bool, ruling: Ruling | None, sure: bool, budget: bool) -> Next:
    if chain is Chain.NONE:
        return Next.HUMAN
    if ruling is None and confident:
        return Next.EXECUTE
    if chain is Chain.HUMAN:
        return Next.HUMAN
    if ruling is None:
        return Next.ARBITER if budget else _after_arbiter(chain)
    if ruling in (Ruling.APPROVE, Ruling.MODIFY):
        return Next.EXECUTE if sure or chain is Chain.ARBITER else Next.HUMAN
    if ruling in (Ruling.REJECT, Ruling.ADJUST_CONTROL):
        return Next.REJECT
    return _after_arbiter(chain)


def _after_arbiter(chain: Chain) -> Next:
    """The tier after the arbiter; without one nothing is approved."""
    return Next.HUMAN if chain is Chain.BOTH else Next.REJECT
