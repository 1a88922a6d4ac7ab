"""An operation's parameters as a msgspec type: validation, JSON Schema, and redaction of free
text. The only validation there is, on every surface."""

from __future__ import annotations

import inspect
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from passdown.domain.errors import Invalid
from passdown.ops.kinds import Bound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from passdown.ops.operation import Operation

COUNTED = frozenset(("limit", "pr"))
"""What every parameter is called that says how many rows at most, or which request, whoever
declares it: no loop and no operation has to refuse itself what is less than none."""
COUNT = Annotated[int, msgspec.Meta(ge=0)]


class Param(msgspec.Struct, frozen=True):
    """One parameter as a surface needs to know it."""

    name: str
    type: Any
    required: bool
    default: Any
    kind: str
    choices: tuple[str, ...] = ()
    many: bool = False


@cache
def parameters(op: Operation) -> tuple[Param, ...]:
    """The parameters of an operation, in order."""
    every = list(inspect.signature(op.fn).parameters.values())[1:]
    hints = _hints(op.fn, [p.name for p in every])
    return tuple(_param(p, hints[p.name]) for p in every)


def outer(name: str) -> str:
    """A parameter's name as it is said everywhere but in Python: `in_` is `in`."""
    return name.removesuffix("_")


def _hints(fn: Callable[..., Any], names: Sequence[str]) -> dict[str, Any]:
    """The types of these parameters alone: those of the first one and of the result may be known
    to type checkers only."""
    kept = SimpleNamespace(__annotations__={name: fn.__annotations__[name] for name in names})
    known = getattr(inspect.unwrap(fn), "__globals__", {})
    return get_type_hints(kept, globalns=known, include_extras=True)


@cache
def struct(op: Operation) -> type[msgspec.Struct]:
    """The type the parameters are validated against; unknown names are errors."""
    fields: list[Any] = []
    for p in parameters(op):
        typed = COUNT if p.name in COUNTED and p.type is int else _bounded(p.type)
        fields.append((p.name, typed) if p.required else (p.name, typed, _default(p.default)))
    return msgspec.defstruct(
        op.name.replace(".", "_"), fields, forbid_unknown_fields=True, kw_only=True
    )


def schema(op: Operation) -> dict[str, Any]:
    """The parameters as one self-contained JSON Schema."""
    (found,), parts = msgspec.json.schema_components([struct(op)], ref_template="#/$defs/{name}")
    name = found["$ref"].rpartition("/")[2]
    own = dict(parts.pop(name))
    return {**own, "$defs": parts} if parts else own


def accept(op: Operation, raw: Mapping[str, Any], clean: Callable[[str], str]) -> dict[str, Any]:
    """The parameters in their types, free text redacted when the operation writes."""
    try:
        valid = msgspec.convert(dict(raw), struct(op))
        values = {p.name: getattr(valid, p.name) for p in parameters(op)}
        _fits(op, values)
    except (msgspec.ValidationError, RecursionError, UnicodeError) as error:
        raise Invalid(_wrong(op, error), where=op.name, next=_usage(op)) from error
    if op.effect.value == "read":
        return values
    free = _free(op)
    return {name: _clean(v, clean) if name in free else v for name, v in values.items()}


def _wrong(op: Operation, error: Exception) -> str:
    """What does not fit; of a pattern, which only ids have, what it means."""
    if isinstance(error, UnicodeEncodeError):
        half = error.object[error.start].encode("unicode-escape").decode()
        return f"a text holds {half}, which is half a character"
    said, _, where = str(error).partition(" - at ")
    name = where.strip("`$.")
    if "matching regex" in said:
        return f"{name} holds what no id does: letters, digits, ':', '_', '-' only"
    if said == "Expected `int` >= 0":
        return f"{name} is less than 0"
    if said.startswith("Invalid enum value") and (known := _known(op, name)):
        return f"{name} is none of {', '.join(known)}"
    return str(error)


def _known(op: Operation, name: str) -> list[str]:
    """The values that a parameter may have, where they are few; '' is to leave it out."""
    found = next((p for p in parameters(op) if p.name == name), None)
    if found is None:
        return []
    return [str(one) for one in found.choices or get_args(_base(found.type)) if one]


def _fits(op: Operation, values: Mapping[str, Any]) -> None:
    """Invalid when a payload is larger, as JSON, than its bound; a text's own type says so."""
    for name, bound in _bounds(op):
        if not isinstance(values[name], dict):
            continue
        size = len(msgspec.json.encode(values[name]))
        if size > bound.longest:
            what = f"{name} has {size} bytes"
            raise Invalid(what, where=op.name, next=f"At most {bound.longest}.")


@cache
def _bounds(op: Operation) -> tuple[tuple[str, Bound], ...]:
    """The parameters of an operation that have a bound, with it."""
    every = ((p.name, _bound(p.type)) for p in parameters(op))
    return tuple((name, bound) for name, bound in every if bound is not None)


@cache
def _free(op: Operation) -> frozenset[str]:
    """Those that hold free text: it is redacted before it is written."""
    return frozenset(p.name for p in parameters(op) if _is_free(p.type))


def plain(value: Any) -> Any:
    """A result as it comes out of JSON, on every surface: an Enum is its value, a tuple a list,
    half a character its name."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_clean(msgspec.to_builtins(value, str_keys=True), _whole))
    return msgspec.json.decode(data)


def _whole(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _param(p: inspect.Parameter, hint: Any) -> Param:
    required = p.default is p.empty
    base = _base(hint)
    many = get_origin(base) in (list, tuple)
    inner = _base(get_args(base)[0]) if many else base
    choices = tuple(str(m.value) for m in inner) if hasattr(inner, "__members__") else ()
    kind = _word(inner, hint if not many else get_args(base)[0])
    return Param(
        outer(p.name), hint, required, None if required else p.default, kind, choices, many
    )


def _base(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _word(base: Any, hint: Any) -> str:
    if bound := _bound(hint):
        return bound.what
    return {str: "text", int: "whole", float: "number", bool: "flag"}.get(base, "choice")


def _bound(hint: Any) -> Bound | None:
    if get_origin(hint) is Annotated:
        return next((a for a in get_args(hint)[1:] if isinstance(a, Bound)), None)
    if type(None) in get_args(hint):
        return next(filter(None, map(_bound, get_args(hint))), None)
    return None


def _is_free(hint: Any) -> bool:
    if bound := _bound(hint):
        return bound.free
    return any(_is_free(a) for a in get_args(hint))


def _bounded(hint: Any) -> Any:
    """The hint with our bounds written as msgspec's."""
    bound = _bound(hint)
    if bound is not None and _base(hint) is str:
        pattern = bound.pattern or None
        return Annotated[str, msgspec.Meta(max_length=bound.longest, pattern=pattern)]
    if bound is not None:
        return _base(hint)
    if get_origin(hint) in (list, tuple):
        inner = _bounded(get_args(hint)[0])
        return Annotated[list[inner], msgspec.Meta(max_length=10_000)]  # type: ignore[valid-type]
    return hint


def _default(value: Any) -> Any:
    if isinstance(value, list | dict):
        return msgspec.field(default_factory=type(value))
    return list(value) if isinstance(value, tuple) else value


def _clean(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value) if value else value
    if isinstance(value, dict):
        return {_clean(k, clean): _clean(v, clean) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v, clean) for v in value]
    return value


def _usage(op: Operation) -> str:
    need = ", ".join(p.name if p.required else f"[{p.name}]" for p in parameters(op))
    return f"{op.name} takes: {need or 'nothing'}."
