"""`metrics`: how a store does, in four figures, as JSON and as a page."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.app import open_app
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.errors import Invalid, NotFound
from passdown.domain.scope import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence


PAGE = "metrics/dashboard.md"


def main(argv: Sequence[str]) -> int:
    """Print velocity, hit rate, error reduction and task completion, each with its n and status."""
    from passdown.stages.measure.metrics import metrics

    options, words = split(list(argv))
    given = _parser().parse_args(words)
    store = given.path or options.store
    store = str(Path(store).parent) if store.endswith(".db") else store
    _is_there(store)
    with open_app(store=store, flags=options.flags) as app, app.store.read(ALL) as tx:
        figures = metrics(tx)
    print(json.dumps(figures, indent=2))
    if given.dashboard:
        _write(Path(given.output), figures)
    return 0


def _parser() -> Arguments:
    parser = Arguments("metrics", str(main.__doc__), "~/src/web/.passdown")
    parser.add_argument(
        "path", nargs="?", default="", help="the store's folder, if not the nearest"
    )
    parser.add_argument("--dashboard", action="store_true", help="write them as a page, too")
    parser.add_argument("--output", "-o", default=PAGE, help=f"of the page; default: {PAGE}")
    return parser


def _write(file: Path, figures: dict[str, Any]) -> None:
    """The page in its file, whose folder is made; Invalid where it cannot be written."""
    from passdown.stages.measure.dashboard import page

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(figures), encoding="utf-8")
    except OSError as error:
        what = f"cannot write the page: {(error.strerror or str(error)).lower()}"
        raise Invalid(what, where=str(file), next="Name another file with --output.") from error
    print(f"written: {file}", file=sys.stderr)


def _is_there(store: str) -> None:
    """NotFound where a named folder holds no store: to look at it makes none."""
    if not store or "://" in store or (Path(store).expanduser() / "store.db").exists():
        return
    raise NotFound(f"no store at {store}", next="passdown doctor says where yours is.")
