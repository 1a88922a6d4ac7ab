"""A toy app behind the real command line, and what one command line gave."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from passdown import app as composition
from passdown.__main__ import main
from passdown.domain.actor import Actor, human
from passdown.ops.kinds import Text
from passdown.ops.operation import Effect, Operation, Shell, operation
from tests.surfaces.toys import OPERATIONS, ToyApp

SLY = "\x1b[31mred\x1b]0;title\x07 \x9b2J\u202etxt.exe\u200b"


@operation("say", Effect.WRITE, cli=Shell(stdin="text"), example='passdown say "good morning"')
def say(ctx: Any, text: Text) -> str:
    """Say it, or what is piped in."""
    return text


@operation("sly", Effect.READ, cli=Shell(rows="rows", columns=("id", "text"), facts=("from",)))
def sly(ctx: Any) -> dict[str, Any]:
    """What a store may hold when somebody meant harm."""
    return {"from": SLY, "rows": [{"id": SLY, "text": SLY}]}


@operation(
    "seek", Effect.READ, cli=Shell(rows="rows", facts=("mode", "left"), empty="none is there")
)
def seek(ctx: Any) -> dict[str, Any]:
    """A search that found nothing, and has something to say of how it looked."""
    return {"mode": "words", "left": 0, "rows": []}


@operation("check", Effect.READ, cli=Shell(check=True))
def check(ctx: Any, sound: bool = True) -> dict[str, Any]:
    """A check that may find something."""
    return {"ok": sound}


@operation("told", Effect.READ)
def told(ctx: Any) -> dict[str, Any]:
    """Something that did not go well, told well."""
    return {"ok": False}


@operation("stop", Effect.READ)
def stop(ctx: Any) -> None:
    """Be interrupted."""
    raise KeyboardInterrupt


OWN = {value.name: value for value in list(globals().values()) if isinstance(value, Operation)}


class ShellApp(ToyApp):
    """The toy app as a command line opens it, remembering what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = {**OPERATIONS, **OWN}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.opened: list[dict[str, Any]] = []
        self.actor: Actor = human("ann")
        self.looked = 0
        self.places = SimpleNamespace(look_at=self._look)

    def identify(self) -> Actor:
        return self.actor

    def call(self, name: str, params: Any, actor: Actor, **more: Any) -> Any:
        self.calls.append((name, dict(params)))
        return super().call(name, params, actor, **more)

    def _look(self) -> None:
        self.looked += 1

    def __enter__(self) -> ShellApp:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Ran(NamedTuple):
    """What one command line gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> ShellApp:
    """The app that every command line in this test opens."""
    made = ShellApp()

    def open_app(**options: Any) -> ShellApp:
        made.opened.append(options)
        return made

    monkeypatch.setattr(composition, "open_app", open_app)
    return made


@pytest.fixture
def run(toy: ShellApp, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command line, with this on standard input."""

    def _run(*words: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        code = main(list(words))
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return _run
