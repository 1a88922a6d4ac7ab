"""`install`: tell a client to run our hooks and to offer our tools; `--uninstall` takes it back."""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from passdown.config import environment, places
from passdown.config.arguments import Arguments
from passdown.config.argv import split
from passdown.domain.errors import Invalid
from passdown.text.safe import printable
from passdown.up.install import files
from passdown.up.install.clients import CLIENTS, File, Place, Program
from passdown.up.install.edits import (
    installed,
    is_back,
    is_bare,
    removed,
    with_block,
    without_block,
)
from passdown.up.install.files import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from passdown.config import Places


def main(argv: Sequence[str]) -> int:
    """Connect a client: its hooks and its tools; `--uninstall` takes that back."""
    asked = _arguments(argv)
    here = places(asked.store)
    place = _place(here, is_global=asked.everywhere)
    changes = [(file, plan) for file, plan in _plans(place, here, asked) if plan.changes]
    for _, plan in changes:
        _show(plan)
    if not asked.dry_run:
        for file, plan in changes:
            _carry_out(file, plan, place, here)
    _tell(asked, [plan for _, plan in changes])
    return 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = Arguments("install", str(main.__doc__), "claude-code --dry-run")
    parser.add_argument("client", choices=sorted(CLIENTS), help="whom to connect")
    everywhere = "in the user's own files, for every project, not in this project's"
    parser.add_argument("--global", dest="everywhere", action="store_true", help=everywhere)
    parser.add_argument("--dry-run", action="store_true", help="show what would change, no more")
    parser.add_argument("--uninstall", action="store_true", help="take out what is ours")
    block = "say in CLAUDE.md, AGENTS.md or GEMINI.md, too, how to ask for the brief"
    parser.add_argument("--block", action="store_true", help=block)
    options, words = split(list(argv))
    if options.flags:
        raise Invalid("a client's hooks take no settings", next="Put them into config.toml.")
    return parser.parse_args(words, argparse.Namespace(store=options.store))


def _place(here: Places, *, is_global: bool) -> Place:
    """The user's home, or the repository this stands in."""
    project = next((f for f in (here.cwd, *here.cwd.parents) if (f / ".git").exists()), here.cwd)
    config = Path(environment().get("XDG_CONFIG_HOME") or here.user / ".config")
    return Place(here.user if is_global else project, is_global, here.moved, config)


def _files(place: Place, asked: argparse.Namespace) -> list[File]:
    store = asked.store
    if store and "://" not in store:
        store = str(Path(store).expanduser().absolute())
    return CLIENTS[asked.client].files(place, Program(_program(), store))


def _program() -> str:
    """How to start us: by name where that leads here, else by the whole path."""
    own = Path(sys.argv[0]).absolute()
    if own.name != "passdown":
        own = Path(sys.executable).with_name("passdown")
    found = shutil.which("passdown")
    same = found and os.path.realpath(found) == os.path.realpath(own)
    return "passdown" if same else str(own)


def _plans(
    place: Place, here: Places, asked: argparse.Namespace
) -> Iterator[tuple[File | None, Written]]:
    """What becomes of every file; the one of instructions is none of the client's own."""
    for file in _files(place, asked):
        yield file, _plan(file, place, here, asked)
    if block := _block(place, here, asked):
        yield None, block


def _plan(file: File, place: Place, here: Places, asked: argparse.Namespace) -> Written:
    """What becomes of a file; refused before anything is written anywhere."""
    before = files.read(file.path, _root(file, place))
    if not asked.uninstall:
        return Written(file.path, before, installed(file, before or ""))
    if before is None:
        return Written(file.path, None, None)
    after = removed(file, before)
    kept = files.kept(file.path, here.user)
    if after == before:
        return Written(file.path, before, before)
    if kept is not None and is_back(file, kept, after):
        return Written(file.path, before, kept)
    gone = kept is None and is_bare(file, after)
    return Written(file.path, before, None if gone else after)


def _block(place: Place, here: Places, asked: argparse.Namespace) -> Written | None:
    """What becomes of the file of instructions; None where it is left alone."""
    path = place.root / CLIENTS[asked.client].instructions
    if place.is_global or not (asked.block or asked.uninstall):
        if asked.block:
            raise Invalid("a block belongs to a project", next="Leave out --global or --block.")
        return None
    before = files.read(path, place.root)
    if not asked.uninstall:
        return Written(path, before, with_block(before or ""))
    after, kept = without_block(before or ""), files.kept(path, here.user)
    if before is None or after == before:
        return Written(path, before, before)
    if kept is not None and kept.rstrip() == after.rstrip():
        return Written(path, before, kept)
    return Written(path, before, after or None)


def _root(file: File, place: Place) -> Path:
    """The folder that a client's file must not lead out of."""
    within = file.path.is_relative_to(place.root)
    return place.root if within else file.path.parent


def _carry_out(file: File | None, plan: Written, place: Place, here: Places) -> None:
    root = _root(file, place) if file else place.root
    before = plan.before
    if before is not None and before == (removed(file, before) if file else without_block(before)):
        kept = files.keep(plan.path, before, here.user)
        print(f"Kept as it was: {kept}")
    files.write(plan, root)
    if plan.after is not None and plan.after == files.kept(plan.path, here.user):
        files.drop(plan.path, here.user)


def _show(plan: Written) -> None:
    """The change as a diff, without whatever secrets stand beside it."""
    from secrets import token_bytes

    from passdown.text.redact import Redactor

    text = "\n".join(_diff(plan))
    print(printable(Redactor(token_bytes(32)).clean(text)))


def _diff(plan: Written) -> Iterator[str]:
    before, after = ((text or "").splitlines() for text in (plan.before, plan.after))
    was, is_now = (str(plan.path) if text is not None else "/dev/null" for text in plan[1:])
    yield from difflib.unified_diff(before, after, was, is_now, lineterm="", n=2)


def _tell(asked: argparse.Namespace, changes: Sequence[Written]) -> None:
    done = "would change" if asked.dry_run else "changed"
    if not changes:
        print(f"Nothing to do: {asked.client} has {'none' if asked.uninstall else 'all'} of ours.")
        return
    many = f"{len(changes)} file{'' if len(changes) == 1 else 's'}"
    print(f"{many} {done}." + (" Nothing was written." if asked.dry_run else ""))
    if asked.uninstall or asked.dry_run:
        return
    for note in CLIENTS[asked.client].notes:
        print(note)
    print(f"It holds from the next session on. Taken back: passdown install {_again(asked)}")


def _again(asked: argparse.Namespace) -> str:
    where = " --global" if asked.everywhere else ""
    return f"{asked.client}{where} --uninstall"
