"""Settings from their five origins. A malformed value falls back, with a warning that names it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from passdown.config.aliases import said
from passdown.config.places import config_files
from passdown.domain import names
from passdown.domain.settings import KNOBS, Knob, Setting, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

PREFIX = "PASSDOWN_"


def load(
    home: Path,
    user: Path,
    *,
    knobs: Iterable[Knob] = (),
    controls: Mapping[str, Any] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Settings:
    """Every knob of the platform and these, each with its origin."""
    every = {**KNOBS, **{k.name: k for k in knobs}}
    values = {name: Setting(k.default) for name, k in every.items()}
    warnings: list[str] = []
    for origin, found in _layers(home, user, every, controls or {}, flags or {}, warnings):
        for name, raw in found.items():
            _take(every, values, warnings, name, raw, origin)
    return Settings(values, tuple(warnings), every)


def _layers(
    home: Path,
    user: Path,
    every: Mapping[str, Knob],
    controls: Mapping[str, Any],
    flags: Mapping[str, str],
    warnings: list[str],
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "control", controls
    for path in config_files(home, user):
        yield f"file {path}", _file(path, warnings)
    for one in said(every):
        yield f"env {one.variable}", {one.knob: one.value}
    yield "env", _environment(every)
    yield "flag", flags


def _take(
    every: Mapping[str, Knob],
    values: dict[str, Setting],
    warnings: list[str],
    name: str,
    raw: Any,
    origin: str,
) -> None:
    raw, name = names.value(name, raw), names.knob(name)
    knob = every.get(name)
    if knob is None:
        warnings.append(f"{name} ({origin}): no such setting")
        return
    try:
        values[name] = Setting(knob.accept(raw), origin)
    except ValueError as error:
        kept = values[name]
        warnings.append(f"{name} ({origin}): {error}; using {kept.value} ({kept.origin})")


def _file(path: Path, warnings: list[str]) -> dict[str, Any]:
    """A file's values by dotted name; an unreadable file is a warning, not an end."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        warnings.append(f"{path}: {error.strerror}; ignored")
        return {}
    import tomllib

    try:
        return dict(_flat("", tomllib.loads(raw.decode())))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        warnings.append(f"{path}: {error}; ignored")
        return {}


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(f"{name}.", value)
        else:
            yield name, value


def _environment(every: Mapping[str, Knob]) -> dict[str, str]:
    """`PASSDOWN_BRIEF_BUDGET` for `brief.budget`."""
    named = {PREFIX + name.upper().replace(".", "_"): name for name in (*names.BARE, *every)}
    return {named[k]: v for k, v in os.environ.items() if k in named}
