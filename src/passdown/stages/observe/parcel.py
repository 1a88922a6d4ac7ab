"""A batch on its way from one process to another: its observations as columns, which take a third
of the time that they take one by one."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from passdown.domain.observation import Observation, Pointer
from passdown.stages.observe.stamp import Stamped

if TYPE_CHECKING:
    from passdown.stages.observe.draw import Batch

_NAMES = tuple(field.name for field in fields(Observation))
_PLACE = _NAMES.index("pointer")
_parts = attrgetter(*_NAMES)
_pointed = attrgetter(*(field.name for field in fields(Pointer)))


def packed(batch: Batch) -> bytes:
    """The batch as bytes, for a process that runs the same code."""
    items, found = zip(*batch.items, strict=True) if batch.items else ((), ())
    columns: list[Any] = list(zip(*map(_parts, items), strict=True))
    if columns:
        columns[_PLACE] = [at and _pointed(at) for at in columns[_PLACE]]
    bare = replace(batch, items=[])
    return pickle.dumps((bare, columns, found), pickle.HIGHEST_PROTOCOL)


def unpacked(raw: bytes | memoryview) -> Batch:
    """The batch as it was."""
    batch: Batch
    batch, columns, found = pickle.loads(raw)
    if columns:
        columns[_PLACE] = [at and Pointer(*at) for at in columns[_PLACE]]
        batch.items = list(map(Stamped, map(Observation, *columns), found))
    return batch
