"""Answers that are others only once something was decided, seen or turned: drawn once till then."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.ops.operation import Ctx
    from passdown.storage.port import Store

    Answers: TypeAlias = OrderedDict[tuple[object, ...], Any]

MOST = 16
"""Answers that are kept of one store."""

_kept: WeakKeyDictionary[Store, Answers] = WeakKeyDictionary()
_lock = Lock()
_drawing: defaultdict[str, Lock] = defaultdict(Lock)


def answered(ctx: Ctx, name: str, params: Mapping[str, Any], draw: Callable[[], Any]) -> Any:
    """What was drawn of this store as it stands, or what is drawn now; nobody may change it. Who
    asks for the like meanwhile waits for the one drawing."""
    key = (name, json.dumps(params, sort_keys=True, default=str), ctx.sight, *_state(ctx))
    with _drawing[name]:
        with _lock:
            known = _kept.setdefault(ctx.store, OrderedDict())
            if key in known:
                known.move_to_end(key)
                return known[key]
        drawn = draw()
        with _lock:
            known[key] = drawn
            while len(known) > MOST:
                known.popitem(last=False)
        return drawn


def _state(ctx: Ctx) -> tuple[object, ...]:
    """What changes whenever an answer could: the ledger, what was seen, the settings, the day."""
    with ctx.store.read(ctx.sight) as tx:
        seen = tx.observations.scan(newest=True, limit=1)
        head, day = tx.ledger.head(), tx.now[:10]
    values = tuple((name, one.value) for name, one in sorted(ctx.settings.values.items()))
    return head, seen[0].seq if seen else 0, day, hash(values)
