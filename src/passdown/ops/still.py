"""Answers that are others only once something was decided, seen or turned: drawn once till then."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from passdown.domain.clock import At
    from passdown.ops.operation import Ctx
    from passdown.storage.port import Store

    Answers: TypeAlias = "OrderedDict[tuple[object, ...], Drawn]"

MOST = 16
"""Answers that are kept of one store."""


class Drawn(NamedTuple):
    """An answer, and until when it is one; '' is for as long as nothing changes."""

    answer: Any
    until: At


_kept: WeakKeyDictionary[Store, Answers] = WeakKeyDictionary()
_lock = Lock()
_drawing: defaultdict[str, Lock] = defaultdict(Lock)


def answered(
    ctx: Ctx,
    name: str,
    params: Mapping[str, Any],
    draw: Callable[[], Any],
    ends: Callable[[At], At] = lambda now: "",
) -> Any:
    """What was drawn of this store as it stands, or what is drawn now; nobody may change it. Who
    asks for the like meanwhile waits for the one drawing. `ends` tells when, after now, the answer
    is another by the time alone; '' where it never is."""
    now, state = _state(ctx)
    key = (name, json.dumps(params, sort_keys=True, default=str), ctx.sight, *state)
    with _drawing[name]:
        with _lock:
            known = _kept.setdefault(ctx.store, OrderedDict())
            kept = known.get(key)
            if kept and (not kept.until or now < kept.until):
                known.move_to_end(key)
                return kept.answer
        drawn = Drawn(draw(), ends(now))
        with _lock:
            known[key] = drawn
            while len(known) > MOST:
                known.popitem(last=False)
        return drawn.answer


def _state(ctx: Ctx) -> tuple[At, tuple[object, ...]]:
    """The time, and what changes whenever an answer could: the ledger, what was seen, the settings,
    the day."""
    from passdown.stages.mine.since import newest

    with ctx.store.read(ctx.sight) as tx:
        head, seen, now = tx.ledger.head(), newest(tx), tx.now
    values = tuple((name, one.value) for name, one in sorted(ctx.settings.values.items()))
    return now, (head, seen, now[:10], hash(values))
