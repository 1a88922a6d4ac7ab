"""The promises of a loop that can be read off its declaration, before it sees anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from passdown.domain.settings import KNOBS, Knob
from passdown.testing.broken import owe

if TYPE_CHECKING:
    from passdown.contract.loop import Loop
    from passdown.domain.settings import Value
    from passdown.ops.operation import Operation

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
VERB = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
TAG_FIELD = "action"

Promise: TypeAlias = Callable[["Loop[Any]"], None]


def named(loop: Loop[Any]) -> None:
    """Its name, kinds and summary can be shown and used as words everywhere."""
    owe(NAME.fullmatch(loop.name), loop, f"the name {loop.name!r} is not a lower-case word")
    words = loop.summary.strip()
    owe(words and "\n" not in words, loop, "the summary is not one sentence")
    owe(loop.kinds, loop, "it names no kind of record")
    for kind in loop.kinds:
        owe(NAME.fullmatch(kind), loop, f"the kind {kind!r} is not a lower-case word")


def closed(loop: Loop[Any]) -> None:
    """Its actions are exactly the tags of its payload, and its policy some of them."""
    tags = payload_tags(loop)
    owe(all(VERB.fullmatch(t) for t in tags), loop, f"not every tag is an upper-case verb: {tags}")
    same = sorted(tags) == sorted(loop.actions)
    owe(same, loop, f"the payload's tags are {tags}, its actions {loop.actions}")
    owe(loop.policy <= set(loop.actions), loop, "the policy names an action it does not have")


def payload_tags(loop: Loop[Any]) -> tuple[str, ...]:
    """The tags of the payload's members; Broken when one is no struct tagged by `action`."""
    info = msgspec.inspect.type_info(loop.payload)
    members = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    tags = []
    for member in members:
        ours = isinstance(member, msgspec.inspect.StructType) and member.tag_field == TAG_FIELD
        owe(ours, loop, "the payload is not a union of structs tagged by `action`")
        tags.append(str(getattr(member, "tag", "")))
    return tuple(tags)


def tunable(loop: Loop[Any]) -> None:
    """Its knobs carry its name, accept their own defaults and shadow no other knob."""
    from passdown.ops.knobs import common

    shared = {knob.name.partition(".")[2]: knob for knob in common(loop.name)}
    for name, value in loop.defaults.items():
        owe(name in shared, loop, f"no knob of every loop is {name}")
        owe(_takes(shared[name], value), loop, f"the knob {name} refuses its default {value!r}")
    taken = {*KNOBS, *(knob.name for knob in common(loop.name))}
    for knob in loop.settings:
        own = knob.name.startswith(f"{loop.name}.")
        owe(own, loop, f"the knob {knob.name} is not named {loop.name}.…")
        owe(knob.name not in taken, loop, f"the knob {knob.name} is declared twice")
        owe(_takes_its_default(knob), loop, f"the knob {knob.name} refuses its own default")
        taken.add(knob.name)


def _takes_its_default(knob: Knob) -> bool:
    return _takes(knob, knob.default)


def _takes(knob: Knob, value: Value) -> bool:
    try:
        return knob.accept(value) == value
    except ValueError:
        return False


def readable(loop: Loop[Any]) -> None:
    """Its prompt is a text file, and its queries can be offered on every surface."""
    from passdown.ops.queries import of_loops

    if loop.prompt is not None:
        owe(loop.prompt.is_file(), loop, f"its prompt {loop.prompt.name} is no file")
        owe(loop.prompt.read_text(encoding="utf-8").strip(), loop, "its prompt is empty")
    names = [query.name for query in loop.queries]
    owe(len(set(names)) == len(names), loop, "two queries have one name")
    for name, op in of_loops({loop.name: loop}).items():
        owe(op.summary, loop, f"the query {name} has no docstring")
        owe(_is_typed(op), loop, f"a parameter of the query {name} has no type JSON knows")


def _is_typed(op: Operation) -> bool:
    from passdown.ops.params import schema

    try:
        return bool(schema(op))
    except (KeyError, NameError, TypeError):
        return False


DECLARED: tuple[Promise, ...] = (named, closed, tunable, readable)
