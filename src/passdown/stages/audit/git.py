"""Git, read only: two trees and the messages between them. Nothing that a change brings is run:
no hooks, no filters, no drivers for diffs or texts, no helpers that a config names."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid, NotFound, Unavailable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 120.0
"""Seconds that one call of git may take."""

_QUIET = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=true",
    "-c", "protocol.ext.allow=never", "-c", "diff.external=", "-c", "core.pager=cat",
    "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "-c", "core.attributesFile=",
    "-c", "log.showSignature=false", "-c", "grep.fullName=true",
)  # fmt: skip
_NOBODY = ("-c", "user.name=passdown", "-c", "user.email=passdown@localhost",
           "-c", "commit.gpgSign=false")  # fmt: skip
_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "-M", "-U3", "--src-prefix=a/",
         "--dst-prefix=b/", "--submodule=short")  # fmt: skip
_OWNED = re.compile(r"[:/]([^/:]+/[^/]+?)(?:\.git)?/?$")
_HOST = re.compile(r"(?:[a-z+]+://(?:[^@/]*@)?([^/:]+)|[^@/:]+@([^:/]+):)")
_FIELDS = "%H%x00%an%x00%ae%x00%s%x00%b%x00%x01"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: who made it and what they said."""

    sha: str
    author: str
    email: str
    subject: str
    body: str


def ask(
    repo: Path,
    *words: str,
    stdin: bytes = b"",
    fails: tuple[int, ...] = (),
    index: Path | None = None,
) -> bytes:
    """What git answers; `index` is another index than the repository's own.

    Raises:
        Unavailable: there is no git, or it takes too long.
        Unreadable: it says no.
    """
    apart = ["env", f"GIT_INDEX_FILE={index}"] if index else []
    command = [*apart, "git", "-C", str(repo), "--no-pager", *_QUIET, *words]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE)
    except FileNotFoundError as error:
        raise Unavailable("git is not installed", next="install git") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"git {words[0]} took over {PATIENCE:.0f} s", where=str(repo)) from error
    if done.returncode and done.returncode not in fails:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unreadable(f"git {words[0]}: {said[-1] if said else 'failed'}", where=str(repo))
    return done.stdout


def sha(repo: Path, name: str) -> str:
    """The commit that a name stands for.

    Raises:
        Invalid: it looks like an option.
        NotFound: no commit has this name.
    """
    if name.startswith("-"):
        raise Invalid(f"{name!r} is not the name of a commit")
    try:
        said = ask(
            repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
        )
    except Unreadable as error:
        raise NotFound(
            f"no commit is called {name!r}", where=str(repo), next="fetch it, or name another"
        ) from error
    return said.decode().strip()


def merge_base(repo: Path, base: str, head: str) -> str:
    """Where the two lines parted; the base itself where they never met."""
    return ask(repo, "merge-base", base, head, fails=(1,)).decode().strip() or base


def default_base(repo: Path) -> str:
    """What changes are made against here: the branch the origin shows, else `main` or `master`."""
    for name in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        try:
            return sha(repo, name)
        except NotFound:
            continue
    raise NotFound("there is no branch to compare with", where=str(repo), next="name BASE..HEAD")


def diff(repo: Path, base: str, head: str) -> bytes:
    """The change from one commit to another."""
    return ask(repo, "diff", *_DIFF, "--end-of-options", base, head, "--")


def patch_id(repo: Path, change: bytes) -> str:
    """What the change is, whatever it stands on: it survives a rebase."""
    said = ask(repo, "patch-id", "--stable", stdin=change).decode().split()
    return said[0] if said else ""


def commits(repo: Path, base: str, head: str) -> list[Commit]:
    """The commits that the change consists of, the oldest first."""
    said = ask(
        repo, "log", "--reverse", f"--format={_FIELDS}", "--end-of-options", f"{base}..{head}"
    )
    return [
        Commit(*row.lstrip("\n").split("\0")[:5])
        for row in said.decode("utf-8", "replace").split("\x01")
        if row.strip()
    ]


@contextmanager
def applied(repo: Path, base: str, patch: bytes) -> Iterator[str]:
    """A commit in which a patch stands on another, made beside the work tree and its index.

    Raises:
        Unreadable: the patch does not apply there.
    """
    with TemporaryDirectory(prefix="passdown-audit-") as folder:
        index = Path(folder) / "index"
        ask(repo, "read-tree", base, index=index)
        ask(repo, "apply", "--cached", "--whitespace=nowarn", "-", stdin=patch, index=index)
        tree = ask(repo, "write-tree", index=index).decode().strip()
        made = ask(repo, *_NOBODY, "commit-tree", tree, "-p", base, "-m", "patch", index=index)
        yield made.decode().strip()


def name(repo: Path) -> str:
    """What the repository is called at its origin, else its folder's name."""
    said = ask(repo, "config", "--get", "remote.origin.url", fails=(1,)).decode().strip()
    found = _OWNED.search(said)
    return found[1] if found else repo.resolve().name


def host(repo: Path) -> str:
    """Where its origin is; '' for none and for a folder."""
    said = ask(repo, "config", "--get", "remote.origin.url", fails=(1,)).decode().strip()
    found = _HOST.match(said)
    return (found[1] or found[2] or "") if found else ""
