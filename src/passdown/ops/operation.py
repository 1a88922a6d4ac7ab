"""An operation: a typed function and a few facts. Every surface is generated from it.

Declaring one imports nothing heavy: the signature is read, and the parameters' types are built,
on first use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.actor import Kind, Proof, Role
from passdown.domain.errors import Forbidden
from passdown.domain.scope import Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from passdown.contract.loop import Loop
    from passdown.domain.actor import Actor
    from passdown.domain.clock import Clock
    from passdown.domain.settings import Settings
    from passdown.engines.port import Meaning, Writer
    from passdown.storage.port import Store
    from passdown.text.fold import Fold
    from passdown.text.redact import Redactor


RESERVED = frozenset({"in"})
"""Names of parameters that Python keeps for itself: a function says `in_`."""


class Effect(StrEnum):
    """What an operation does to the store, and so who may call it."""

    READ = "read"
    WRITE = "write"
    DECIDE = "decide"
    ADMIN = "admin"


class Progress(NamedTuple):
    """How far a long operation is; `total` 0 means unknown."""

    done: int
    total: int
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ctx:
    """What an operation works with. The actor comes from how the caller was authenticated,
    never from a parameter."""

    store: Store
    loops: Mapping[str, Loop[Any]]
    settings: Settings
    actor: Actor
    clock: Clock
    home: Path
    sight: Sight
    redactor: Callable[[], Redactor]
    writer: Callable[[], Writer]
    embedder: Callable[[], Meaning]
    report: Callable[[Progress], None]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def narrow(self, repo: str = "", agent: str = "") -> Sight:
        """What a session of this agent in this repo may see, never more than the caller may."""
        asked = Sight.at(repo, agent)
        if self.sight.scopes is None or asked.scopes is None:
            return asked
        return Sight(tuple(s for s in asked.scopes if self.sight.sees(s)))


class Route(NamedTuple):
    """A declared HTTP route beside the generated one; `{name}` is a parameter, and the whole body
    is the one that `body` names. Where `headers` names one, too, the headers are it, and the body
    is handed on as it came: whoever posts proves it by a seal, and by nothing else."""

    method: str
    path: str
    body: str = ""
    headers: str = ""


class Shell(NamedTuple):
    """Hints for the command line: what to show as a table and as facts above it, with further
    tables below; which value is a card or a text to read, what may come from standard input, which
    list takes the bare words though it may be left out; whether it is a check, whose `ok` decides
    the exit code; which flags make it another operation `instead`; what is said, with what to do
    next, where the answer is `empty`; which rows are only counted; whether no store is needed."""

    columns: tuple[str, ...] = ()
    rows: str = ""
    card: str = ""
    stdin: str = ""
    facts: tuple[str, ...] = ()
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    bare: str = ""
    check: bool = False
    instead: tuple[tuple[str, str], ...] = ()
    empty: str = ""
    fold: Fold | None = None
    storeless: bool = False


PLAIN = Shell()


@dataclass(frozen=True, slots=True)
class Operation:
    """One use case. `example` is a whole command line; `agents` puts it in agents' tool lists;
    `resource` is where agents read its answer by address: `records/{id}` one, `records` all;
    `asks` that it puts questions to the gate and does nothing else."""

    name: str
    effect: Effect
    summary: str
    fn: Callable[..., Any]
    agents: bool = False
    http: tuple[Route, ...] = ()
    cli: Shell = PLAIN
    aliases: tuple[str, ...] = ()
    example: str = ""
    long: bool = False
    resource: str = ""
    asks: bool = False

    def for_agents(self, *, full: bool = False) -> bool:
        """Whether agents' tool lists have it; full ones have whatever reads or asks. None has what
        decides."""
        if self.effect in (Effect.DECIDE, Effect.ADMIN):
            return False
        return self.agents or (full and (self.asks or self.effect is Effect.READ))

    def allow(self, actor: Actor) -> None:
        """Forbidden, with what to do, unless this actor may call this at all."""
        if self.effect in (Effect.DECIDE, Effect.ADMIN):
            _only_people(self, actor)
            role = Role.ADMIN if self.effect is Effect.ADMIN else Role.REVIEW
            _only_with(role, self, actor)
        elif self.effect is Effect.WRITE and not actor.may(Role.PROPOSE):
            _only_with(Role.OBSERVE, self, actor)

    def run(self, ctx: Ctx, params: Mapping[str, Any]) -> Any:
        """Call it with parameters that are already of their types."""
        self.allow(ctx.actor)
        return self.fn(ctx, **{f"{n}_" if n in RESERVED else n: v for n, v in params.items()})


def _only_people(op: Operation, actor: Actor) -> None:
    if actor.kind is not Kind.HUMAN or actor.proof is Proof.NONE:
        raise Forbidden(
            f"{op.name} is for people; {actor.name} is {_a(actor.kind)}",
            where=op.name,
            next="Run it in a terminal of your own, or with a review token.",
        )


def _only_with(role: Role, op: Operation, actor: Actor) -> None:
    if not actor.may(role):
        raise Forbidden(
            f"{actor.name} does not hold the role {role.value}",
            where=op.name,
            next="Ask an admin for a token with this role.",
        )


def _a(kind: Kind) -> str:
    return {"human": "not proved to be one", "agent": "an agent", "system": "passdown itself"}[kind]


def operation(
    name: str,
    effect: Effect,
    *,
    agents: bool = False,
    http: tuple[Route, ...] = (),
    cli: Shell = PLAIN,
    aliases: tuple[str, ...] = (),
    example: str = "",
    long: bool = False,
    resource: str = "",
) -> Callable[[Callable[..., Any]], Operation]:
    """Declare a typed function as an operation; its first docstring line is the help text."""

    def declare(fn: Callable[..., Any]) -> Operation:
        summary = (fn.__doc__ or "").strip().partition("\n")[0]
        return Operation(
            name, effect, summary, fn, agents, http, cli, aliases, example, long, resource
        )

    return declare
