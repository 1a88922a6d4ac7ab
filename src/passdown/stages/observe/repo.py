"""Which repo a folder belongs to: the name its sessions are filed under."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from passdown.domain import scope
from passdown.domain.errors import Invalid

_DEEPEST = 40
_WORKTREES = re.compile(r"[/\\](?:\.worktrees|\.claude[/\\]worktrees)[/\\]")
_WINDOWS = re.compile(r"[A-Za-z]:[/\\]|\\\\")
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")


@lru_cache(4096)
def repo_of(folder: str) -> str:
    """The name of the repo whose work tree or worktree this folder is in, by the disk if it is
    still there, else by the path alone; '' for none."""
    if not folder or _UNFIT.search(folder):
        return ""
    windows = bool(_WINDOWS.match(folder))
    root = "" if windows or not os.path.isabs(folder) else _root(folder)
    path = _WORKTREES.split(root or folder, maxsplit=1)[0]
    return _last(path.replace("\\", "/") if windows else path)


def fit(name: str) -> str:
    """A repo's name in the form a scope has; '' when it has none."""
    try:
        return scope.clean(name) if name else ""
    except Invalid:
        return ""


def _root(folder: str) -> str:
    """The main work tree above; '' when there is none on this disk."""
    for _ in range(_DEEPEST):
        git = os.path.join(folder, ".git")
        if os.path.isdir(git):
            return folder
        if os.path.isfile(git):
            return _main(git) or folder
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    return ""


def _main(git: str) -> str:
    """The main work tree of a linked one, from its `.git` file; '' for a submodule."""
    try:
        with open(git, encoding="utf-8", errors="replace") as file:
            said = file.read(4096)
    except OSError:
        return ""
    place = said.removeprefix("gitdir:").strip()
    main, found, _ = place.partition("/.git/worktrees/")
    return main if found else ""


def _last(path: str) -> str:
    name = path.rstrip("/").rpartition("/")[2].strip()
    return "" if name in ("", ".", "..", "~") or name.endswith(":") else name[:200]
