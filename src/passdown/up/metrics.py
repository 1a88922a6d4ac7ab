"""`metrics`: how a store does, in four figures, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from passdown.app import open_app
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.errors import NotFound
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Print velocity, hit rate, error reduction and task completion, each with its n and status."""
    from passdown.stages.measure.metrics import metrics

    parser = Arguments("metrics", str(main.__doc__), "~/src/web/.passdown")
    parser.add_argument(
        "path", nargs="?", default="", help="the store's folder, if not the nearest"
    )
    options, words = split(list(argv))
    store = parser.parse_args(words).path or options.store
    store = str(Path(store).parent) if store.endswith(".db") else store
    _is_there(store)
    with open_app(store=store, flags=options.flags) as app, app.store.read(ALL) as tx:
        print(json.dumps(metrics(tx), indent=2))
    return 0


def _is_there(store: str) -> None:
    """NotFound where a named folder holds no store: to look at it makes none."""
    if not store or "://" in store or (Path(store).expanduser() / "store.db").exists():
        return
    raise NotFound(f"no store at {store}", next="passdown doctor says where yours is.")
