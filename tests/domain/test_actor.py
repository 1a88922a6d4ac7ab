"""Who may do what: the roles of a person, of an agent and of passdown itself, word for word."""

from __future__ import annotations

import pytest

from passdown.domain.actor import Actor, Kind, Proof, Role, agent, human, system

EVERY = {Role.OBSERVE, Role.PROPOSE, Role.REVIEW, Role.ADMIN}
FEWEST = {Role.OBSERVE, Role.PROPOSE}


def test_a_person_who_is_an_admin_holds_every_role() -> None:
    assert human("alice") == Actor("alice", Kind.HUMAN, frozenset(EVERY), Proof.TERMINAL)


def test_a_person_who_is_no_admin_holds_every_role_but_that() -> None:
    rita = human("rita", Proof.TOKEN, admin=False)
    assert rita == Actor("rita", Kind.HUMAN, frozenset(EVERY - {Role.ADMIN}), Proof.TOKEN)


def test_an_agent_sees_and_proposes_and_has_proved_nothing() -> None:
    assert agent() == Actor("agent", Kind.AGENT, frozenset(FEWEST), Proof.NONE)
    assert agent("agent:robot").name == "agent:robot"


def test_passdown_itself_sees_and_proposes() -> None:
    assert system("gate") == Actor("system:gate", Kind.SYSTEM, frozenset(FEWEST), Proof.NONE)


@pytest.mark.parametrize("role", Role)
def test_an_actor_may_do_what_it_holds_the_role_of(role: Role) -> None:
    assert Actor("x", Kind.HUMAN, frozenset({role})).may(role) is True
    assert Actor("x", Kind.HUMAN, frozenset(EVERY - {role})).may(role) is False


def test_roles_kinds_and_proofs_are_told_by_these_words() -> None:
    assert [kind.value for kind in Kind] == ["human", "agent", "system"]
    assert [role.value for role in Role] == ["observe", "propose", "review", "admin"]
    assert [proof.value for proof in Proof] == ["terminal", "token", "local", "none"]
