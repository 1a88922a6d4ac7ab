"""`init`: a store for one project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from passdown.app import open_app
from passdown.config.arguments import Arguments
from passdown.config.places import FOLDER, make_home
from passdown.ops.upkeep import settle

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Make a `.passdown` store for the project in this folder."""
    parser = Arguments("init", str(main.__doc__), "~/src/web", store=False)
    parser.add_argument("folder", nargs="?", default=".", help="the project's folder")
    home = Path(parser.parse_args(argv).folder).absolute() / FOLDER
    make_home(home)
    with open_app(store=str(home)) as app:
        for loop in app.loops.values():
            settle(app.store, loop, app.settings)
    _keep_out_of_git(home)
    print(f"Store: {home}. What is read in this project is kept there, for you alone.")
    print('Next: passdown up PATH, or passdown add "Always ..."')
    return 0


def _keep_out_of_git(home: Path) -> None:
    path = home / ".gitignore"
    path.write_text("*\n")
    path.chmod(0o600)
