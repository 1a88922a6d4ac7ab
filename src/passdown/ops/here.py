"""Where this process works: the repo whose knowledge concerns it."""

from __future__ import annotations

from pathlib import Path


def repo() -> str:
    """The name that sessions in this folder are filed under; '' outside of any repository."""
    from passdown.stages.observe.repo import repo_of

    return repo_of(str(Path.cwd()))
