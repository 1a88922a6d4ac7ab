"""A toy app: a handful of operations over nothing, to test a surface apart from the product."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any, Literal

from passdown.domain.actor import Actor, Kind, Proof, human
from passdown.domain.errors import ERRORS, Internal, PassdownError
from passdown.domain.scope import ALL, Sight
from passdown.domain.settings import defaults
from passdown.ops.kinds import FilePath, Id, Name, Payload, Text
from passdown.ops.operation import Effect, Operation, Progress, Route, Shell, operation
from passdown.ops.params import accept, plain

TOKENS = {
    "ann-token": human("ann", Proof.TOKEN),
    "bot-token": Actor("bot", Kind.AGENT, proof=Proof.TOKEN),
}

THINGS = {
    "aa11": {"id": "aa11", "kind": "claim", "scope": "global", "text": "Tea is at four."},
    "bb22": {"id": "bb22", "kind": "claim", "scope": "repo:web", "text": "Deploy on Mondays."},
    "cc33": {"id": "cc33", "kind": "claim", "scope": "repo:other", "text": "Not for web."},
}


@operation(
    "echo", Effect.READ, agents=True, http=(Route("GET", "/api/echo"),), aliases=("kb.echo",)
)
def echo(
    ctx: Any,
    text: Text = "",
    count: int = 0,
    share: float = 0.0,
    really: bool = False,
    tags: list[Name] = [],  # noqa: B006 - what a declaration looks like
    payload: Payload = {},  # noqa: B006
    shade: Literal["light", "dark"] = "light",
) -> dict[str, Any]:
    """Say what was said."""
    said = {"text": text, "count": count, "share": share, "really": really}
    return {**said, "tags": tags, "payload": payload, "shade": shade, "by": ctx.actor.name}


@operation("things", Effect.READ, cli=Shell(rows="things"), resource="things")
def things(ctx: Any) -> dict[str, Any]:
    """All that may be seen."""
    return {"things": [t for t in THINGS.values() if ctx.sight.sees(t["scope"])]}


@operation("thing.show", Effect.READ, agents=True, resource="things/{id}")
def show(ctx: Any, id: Id, repo: Name = "") -> dict[str, Any]:
    """One thing."""
    found = THINGS.get(id)
    if found is None or not ctx.sight.sees(found["scope"]):
        raise ERRORS[1](f"no thing {id}", where="things", next="List them.")
    return {**found, "asked_from": repo}


@operation("note", Effect.WRITE, agents=True, http=(Route("POST", "/api/notes/{kind}"),))
def note(ctx: Any, kind: Name, text: Text, sure: bool = False) -> list[str]:
    """Propose a note."""
    return [kind, text, str(sure), ctx.actor.name]


@operation("settle", Effect.DECIDE, http=(Route("POST", "/api/things/{id}/settle"),))
def settle(ctx: Any, id: Id) -> str:
    """Decide something."""
    return f"{id} settled by {ctx.actor.name}"


@operation("wipe", Effect.ADMIN)
def wipe(ctx: Any) -> None:
    """Take everything away."""


@operation("read.file", Effect.WRITE)
def read_file(ctx: Any, paths: list[FilePath], note: Text = "") -> int:
    """Read files of this machine."""
    return len(paths)


@operation("count", Effect.WRITE, agents=True, long=True)
def count(ctx: Any, to: int, fail: bool = False) -> int:
    """Count, telling how far it is."""
    for n in range(1, to + 1):
        ctx.report(Progress(n, to, "steps", f"step {n}"))
    if fail:
        raise ERRORS[4]("lost count", next="Begin again.")
    return to


@operation("wait", Effect.READ)
def wait(ctx: Any, seconds: float) -> str:
    """Hold a thread for a while."""
    time.sleep(seconds)
    return "done"


@operation("fail", Effect.READ, agents=True)
def fail(ctx: Any, code: Name) -> None:
    """Fail with this code; anything else is a fault of ours."""
    for error in ERRORS:
        if error.code == code:
            raise error(f"this is {code}", where="here", next="do that")
    raise KeyError("a secret")


OPERATIONS = {
    value.name: value for value in list(globals().values()) if isinstance(value, Operation)
}


class ToyApp:
    """What a surface needs of `passdown.app.App`, and nothing behind it."""

    def __init__(self) -> None:
        self.operations = OPERATIONS
        self.settings = defaults()
        self.places = SimpleNamespace(look_at=lambda: None)
        self.threads: set[int] = set()

    def operation(self, name: str) -> Operation:
        for op in self.operations.values():
            if name == op.name or name in op.aliases:
                return op
        raise ERRORS[0](f"no operation {name!r}", next="Did you mean echo?")

    def call(
        self, name: str, params: Any, actor: Actor, *, report: Any = None, sight: Sight = ALL
    ) -> Any:
        self.threads.add(threading.get_ident())
        try:
            op = self.operation(name)
            op.allow(actor)
            typed = accept(op, params, lambda text: text.replace("s3cret", "<secret>"))
            ctx = SimpleNamespace(actor=actor, sight=sight, report=report or (lambda _: None))
            return plain(op.fn(ctx, **typed))
        except PassdownError:
            raise
        except Exception as error:
            raise Internal(f"{name} failed: {type(error).__name__}") from error

    def authenticate(self, token: str) -> Actor | None:
        return TOKENS.get(token)


def toy() -> Any:
    """A fresh toy app, typed as nothing in particular."""
    return ToyApp()
