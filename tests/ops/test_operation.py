"""Who may call what: every effect with every kind of caller, and what a caller may see."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from passdown.domain.actor import Actor, Kind, Proof, Role, agent, human, system
from passdown.domain.errors import Forbidden
from passdown.domain.scope import Sight
from passdown.ops.operation import (
    PLAIN,
    Ctx,
    Effect,
    Operation,
    Progress,
    Route,
    operation as declared,
)

EVERY = frozenset(Role)
PERSON = human("ann")
CALLERS: dict[str, tuple[Actor, set[Effect]]] = {
    "an admin": (PERSON, set(Effect)),
    "a reviewer": (human("ann", admin=False), {Effect.READ, Effect.WRITE, Effect.DECIDE}),
    "an admin who does not review": (
        replace(PERSON, roles=EVERY - {Role.REVIEW}),
        {Effect.READ, Effect.WRITE, Effect.ADMIN},
    ),
    "who only proposes": (
        replace(PERSON, roles=frozenset({Role.OBSERVE, Role.PROPOSE})),
        {Effect.READ, Effect.WRITE},
    ),
    "who only proposes and does not observe": (
        replace(PERSON, roles=frozenset({Role.PROPOSE})),
        {Effect.READ, Effect.WRITE},
    ),
    "who only observes": (
        replace(PERSON, roles=frozenset({Role.OBSERVE})),
        {Effect.READ, Effect.WRITE},
    ),
    "who may nothing": (replace(PERSON, roles=frozenset()), {Effect.READ}),
    "who only reviews": (
        replace(PERSON, roles=frozenset({Role.REVIEW})),
        {Effect.READ, Effect.DECIDE},
    ),
    "a person nothing proves": (
        replace(PERSON, proof=Proof.NONE),
        {Effect.READ, Effect.WRITE},
    ),
    "an agent": (agent("agent:robot"), {Effect.READ, Effect.WRITE}),
    "an agent with every role and proof": (
        Actor("ann", Kind.AGENT, EVERY, Proof.TOKEN),
        {Effect.READ, Effect.WRITE},
    ),
    "passdown itself": (system("gate"), {Effect.READ, Effect.WRITE}),
    "passdown itself with every role and proof": (
        Actor("system:gate", Kind.SYSTEM, EVERY, Proof.LOCAL),
        {Effect.READ, Effect.WRITE},
    ),
}


def operation(effect: Effect) -> Operation:
    return Operation("odd", effect, "", lambda ctx, **_: None)


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("who", CALLERS)
def test_who_may_call_what(who: str, effect: Effect) -> None:
    actor, may = CALLERS[who]
    if effect in may:
        operation(effect).allow(actor)
        return
    with pytest.raises(Forbidden) as refused:
        operation(effect).allow(actor)
    assert refused.value.where == "odd"
    assert refused.value.next
    assert actor.name in refused.value.what


@pytest.mark.parametrize("effect", [Effect.DECIDE, Effect.ADMIN])
def test_what_is_refused_is_not_run(effect: Effect) -> None:
    ran: list[Any] = []
    op = Operation("odd", effect, "", lambda ctx, **_: ran.append(ctx))
    ctx: Any = type("Ctx", (), {"actor": agent("agent:robot")})
    with pytest.raises(Forbidden):
        op.run(ctx, {})
    assert ran == []


def test_a_reserved_name_is_handed_over_with_its_underscore() -> None:
    seen: dict[str, Any] = {}
    op = Operation("odd", Effect.READ, "", lambda ctx, **how: seen.update(how))
    ctx: Any = type("Ctx", (), {"actor": agent("agent:robot")})
    op.run(ctx, {"in": 1, "other": 2})
    assert seen == {"in_": 1, "other": 2}


@pytest.mark.parametrize(
    ("actor", "what"),
    [
        (replace(PERSON, proof=Proof.NONE), "ann is not proved to be one"),
        (agent("agent:robot"), "agent:robot is an agent"),
        (system("gate"), "system:gate is passdown itself"),
    ],
)
def test_a_refusal_says_what_the_caller_is(actor: Actor, what: str) -> None:
    with pytest.raises(Forbidden, match=what):
        operation(Effect.DECIDE).allow(actor)


def test_the_first_line_of_what_a_function_says_is_the_summary() -> None:
    def told(ctx: Any) -> None:
        """One line.

        And more.
        """

    def below(ctx: Any) -> None:
        """
        One line.

        And more.
        """

    def untold(ctx: Any) -> None:
        pass

    assert declared("odd", Effect.READ)(told).summary == "One line."
    assert declared("odd", Effect.READ)(below).summary == "One line."
    assert declared("odd", Effect.READ)(untold).summary == ""


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("agents", [False, True])
@pytest.mark.parametrize("effect", Effect)
def test_which_tool_lists_of_agents_an_operation_is_in(
    effect: Effect, agents: bool, asks: bool
) -> None:
    """Short ones hold what is named for agents, full ones what reads or asks too; none what
    decides or what an admin does, whatever is said of it."""
    op = replace(operation(effect), agents=agents, asks=asks)
    decides = effect in {Effect.DECIDE, Effect.ADMIN}
    assert op.for_agents() is (agents and not decides)
    reads = asks or effect is Effect.READ
    assert op.for_agents(full=True) is ((agents or reads) and not decides)


# ---- what is so where nobody says anything


def test_effects_are_told_by_these_names() -> None:
    assert [effect.value for effect in Effect] == ["read", "write", "decide", "admin"]


def test_what_is_not_said_of_an_operation_is_not_so() -> None:
    def told(ctx: Any) -> None:
        pass

    bare = Operation("odd", Effect.READ, "", told)
    assert declared("odd", Effect.READ)(told) == bare
    rest = {f.name: getattr(bare, f.name) for f in fields(bare)[4:]}
    assert {name for name, value in rest.items() if value} == {"cli"}
    assert rest["cli"] is PLAIN
    assert not any(PLAIN)
    assert Route("GET", "/x") == ("GET", "/x", "", "")
    assert Progress(1, 2, "files").note == ""


def test_a_session_of_which_nothing_is_said_sees_what_is_everybodys() -> None:
    known: dict[str, Any] = {f.name: None for f in fields(Ctx) if f.name != "facts"}
    one, other = (Ctx(**{**known, "sight": Sight(None)}) for _ in range(2))
    assert one.narrow() == Sight.at("", "")
    assert one.facts == {}
    assert one.facts is not other.facts
