"""The chain is a table: every cell of it, and no input without a cell."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, strategies as st

from passdown.domain.settings import CHAINS, NO_CHAINS
from passdown.stages.gate.chain import Chain, Next, Ruling, next_step, without_arbiter

H, E, A, R = Next.HUMAN, Next.EXECUTE, Next.ARBITER, Next.REJECT
YES = (Ruling.APPROVE, Ruling.MODIFY)
CHAIN = st.sampled_from(Chain)
RULING = st.sampled_from([None, *Ruling])

TABLE = [
    # chain, confident, unsure, arbiter says yes (sure), yes (unsure), ESCALATE_HUMAN, no budget
    (Chain.NONE, H, H, H, H, H, H),
    (Chain.HUMAN, E, H, H, H, H, H),
    (Chain.ARBITER, E, A, E, E, R, R),
    (Chain.BOTH, E, A, E, H, H, H),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0].value)
def test_every_cell_of_the_table(row: tuple[Chain, Next, Next, Next, Next, Next, Next]) -> None:
    chain, confident, unsure, yes, unsure_yes, escalated, unpaid = row
    assert next_step(chain, may=True, confident=True) is confident
    assert next_step(chain, may=True, confident=False) is unsure
    for ruling in YES:
        assert next_step(chain, may=True, confident=False, ruling=ruling) is yes
        unsure_step = next_step(chain, may=True, confident=False, ruling=ruling, sure=False)
        assert unsure_step is unsure_yes
    for ruling in (Ruling.ESCALATE_HUMAN, Ruling.UNUSABLE):
        assert next_step(chain, may=True, confident=False, ruling=ruling) is escalated
    assert next_step(chain, may=True, confident=False, budget=False) is unpaid


@pytest.mark.parametrize("chain", [Chain.ARBITER, Chain.BOTH])
@pytest.mark.parametrize("ruling", [Ruling.REJECT, Ruling.ADJUST_CONTROL])
def test_an_arbiter_that_is_in_the_chain_rejects(chain: Chain, ruling: Ruling) -> None:
    assert next_step(chain, may=True, confident=False, ruling=ruling) is Next.REJECT


@given(CHAIN, st.booleans(), st.booleans(), RULING, st.booleans(), st.booleans())
def test_every_input_has_a_next_step(
    chain: Chain, may: bool, confident: bool, ruling: Ruling | None, sure: bool, budget: bool
) -> None:
    to = next_step(chain, may=may, confident=confident, ruling=ruling, sure=sure, budget=budget)
    assert to in Next
    if not may or chain is Chain.NONE:
        assert to in (Next.HUMAN, Next.ARBITER)
    if to is Next.ARBITER:
        assert chain in (Chain.ARBITER, Chain.BOTH)
        assert ruling is None
        assert budget
    if to is Next.EXECUTE:
        assert (confident and ruling is None) or ruling in YES
    if ruling is None and not confident:
        assert to is not Next.EXECUTE  # a budget that is used up never becomes a yes


@pytest.mark.parametrize("chain", Chain)
def test_without_an_engine_nobody_waits_for_an_arbiter(chain: Chain) -> None:
    left = without_arbiter(chain)
    for may, confident in product((True, False), repeat=2):
        assert next_step(left, may=may, confident=confident) is not Next.ARBITER
    assert without_arbiter(left) is left


def test_the_chains_that_can_be_configured_are_those_of_the_table() -> None:
    assert set(CHAINS) == {chain.value for chain in Chain}
    assert dict(NO_CHAINS).keys() & set(CHAINS) == set()


@pytest.mark.parametrize("chain", [Chain.ARBITER, Chain.BOTH])
def test_without_a_grant_an_arbiter_is_still_asked_what_it_would_do(chain: Chain) -> None:
    assert next_step(chain, may=False, confident=False) is Next.ARBITER


@pytest.mark.parametrize("chain", [Chain.ARBITER, Chain.BOTH])
@pytest.mark.parametrize("ruling", Ruling)
def test_without_a_grant_whatever_an_arbiter_says_a_person_decides(
    chain: Chain, ruling: Ruling
) -> None:
    assert next_step(chain, may=False, confident=False, ruling=ruling) is Next.HUMAN


def test_an_arbiter_that_was_asked_is_believed_though_the_classifier_was_sure() -> None:
    ruled = next_step(Chain.BOTH, may=True, confident=True, ruling=Ruling.REJECT)
    assert ruled is Next.REJECT


def test_tiers_rulings_and_steps_are_told_by_these_words() -> None:
    assert [chain.value for chain in Chain] == ["none", "arbiter", "human", "arbiter,human"]
    assert [step.value for step in Next] == ["execute", "arbiter", "human", "reject"]
    rulings = "APPROVE MODIFY REJECT ESCALATE_HUMAN ADJUST_CONTROL UNUSABLE"
    assert [ruling.value for ruling in Ruling] == rulings.split()


@pytest.mark.parametrize(
    ("chain", "left"),
    [
        (Chain.NONE, Chain.NONE),
        (Chain.ARBITER, Chain.NONE),
        (Chain.HUMAN, Chain.HUMAN),
        (Chain.BOTH, Chain.HUMAN),
    ],
)
def test_the_chain_that_is_left_without_an_engine(chain: Chain, left: Chain) -> None:
    assert without_arbiter(chain) is left
