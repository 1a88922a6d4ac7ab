"""Prompts: files beside this one; the first line says what for, `{words}` are its arguments."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import mcp_types as types

from passdown.domain.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = re.compile(r"{(\w+)}")


@cache
def texts() -> dict[str, str]:
    """Every prompt by name."""
    folder = files(__package__) / "prompts"
    found = {f.name.removesuffix(".md"): f.read_text() for f in folder.iterdir()}
    return dict(sorted(found.items()))


@cache
def instructions() -> str:
    """What every client is told about this server."""
    return (files(__package__) / "instructions.md").read_text().strip()


def listed() -> list[types.Prompt]:
    """What a client may offer its user."""
    return [
        types.Prompt(
            name=name,
            description=text.partition("\n")[0],
            arguments=[types.PromptArgument(name=n, required=True) for n in _arguments(text)],
        )
        for name, text in texts().items()
    ]


def filled(name: str, given: Mapping[str, str]) -> types.GetPromptResult:
    """One prompt with its arguments in their places."""
    text = texts().get(name)
    if text is None:
        raise NotFound(f"no prompt {name[:80]!r}", next=f"There are: {', '.join(texts())}.")
    if missing := [n for n in _arguments(text) if n not in given]:
        raise Invalid(f"{missing[0]} is missing", where=name)
    purpose, _, body = text.partition("\n")
    said = PLACE.sub(lambda found: given[found[1]], body).strip()
    content = types.TextContent(text=said)
    message = types.PromptMessage(role="user", content=content)
    return types.GetPromptResult(description=purpose, messages=[message])


def _arguments(text: str) -> list[str]:
    return list(dict.fromkeys(PLACE.findall(text)))
