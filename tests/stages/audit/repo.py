"""A repository made for one test: files before, files after, and the change between them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from passdown.stages.audit import facts, git, hold, said
from passdown.stages.audit.change import Change
from passdown.stages.audit.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


def run(repo: Path, *words: str, date: str = "") -> str:
    command = ["git", "-C", str(repo), *_WHO, *words]
    dated = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, **dated})
    return done.stdout.decode()


def init(repo: Path) -> Path:
    repo.mkdir(parents=True, exist_ok=True)
    run(repo, "init", "-q", "-b", "main")
    return repo


def commit(
    repo: Path, files: Mapping[str, str | bytes | None], message: str = "a change", day: str = ""
) -> str:
    """Write these files (None: delete it) and commit them, on that day where one is given."""
    for path, text in files.items():
        place = repo / path
        if text is None:
            place.unlink()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    run(repo, "add", "-A")
    date = f"{day}T12:00:00Z" if day else ""
    run(repo, "commit", "-q", "--allow-empty", "-m", message, date=date)
    return run(repo, "rev-parse", "HEAD").strip()


def change(repo: Path, base: str, head: str) -> Change:
    return Change(facts.read(git.diff(repo, base, head)), Tree(repo, base), Tree(repo, head))


def held(
    root: Path,
    before: Mapping[str, str],
    after: Mapping[str, str | None],
    body: str,
    title: str = "",
) -> dict[tuple[str, str], hold.Held]:
    """What becomes of each claim of a pull request that turns one tree into another."""
    repo = init(root / "repo")
    base = commit(repo, before)
    head = commit(repo, after)
    claims = said.claims([said.Text("title", title), said.Text("body", body)])
    return {
        (one.claim.kind, one.claim.object): one
        for one in hold.hold(claims, change(repo, base, head))
    }


def bare(before: str, after: str, body: str, path: str = "app/x.py") -> dict[str, str]:
    """The results by kind for one file's change that is known as a patch only."""
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}"
    )
    claims = said.claims([said.Text("body", body)])
    known = Change(facts.read("".join(lines).encode()))
    return {one.claim.kind: one.result for one in hold.hold(claims, known)}
