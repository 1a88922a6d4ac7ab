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

_NO_PROGRAM = 127
"""What `env` ends with when there is no such program."""

_QUIET = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=true",
    "-c", "protocol.ext.allow=never", "-c", "diff.external=", "-c", "core.pager=cat",
    "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "-c", "core.attributesFile=",
    "-c", "log.showSignature=false", "-c", "grep.fullName=true", "-c", "safe.bareRepository=all",
    "-c", "diff.orderFile=/dev/null", "-c", "diff.suppressBlankEmpty=false",
)  # fmt: skip
_NOBODY = ("-c", "user.name=passdown", "-c", "user.email=passdown@localhost",
           "-c", "commit.gpgSign=false")  # fmt: skip
_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "-M", "-U3", "--src-prefix=a/",
         "--dst-prefix=b/", "--submodule=short", "--no-relative", "--diff-algorithm=default",
         "--ignore-submodules=none", "--inter-hunk-context=0")  # fmt: skip
_OWNED = re.compile(r"[:/]([^/:]+/[^/]+?)(?:\.git)?/?$")
_HOST = re.compile(r"(?:[a-z+]+://(?:[^@/]*@)?([^/:]+)|[^@/:]+@([^:/]+):)")
_ALONE = ("GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_ATTR_NOSYSTEM=1")
"""An object that is missing is not fetched: its config would say from where, and by which program.
Older versions of git know only the first of these two."""
WHOLE = "`git fetch --unshallow` brings the whole history; so does `fetch-depth: 0` of a workflow"
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
    apart = [f"GIT_INDEX_FILE={index}"] if index else []
    command = ["env", *_ALONE, *apart, "git", "-C", str(repo), "--no-pager", *_QUIET, *words]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE)
    except FileNotFoundError as error:
        raise _missing() from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"git {words[0]} took over {PATIENCE:.0f} s", where=str(repo)) from error
    if done.returncode == _NO_PROGRAM:
        raise _missing()
    if done.returncode and done.returncode not in fails:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unreadable(f"git {words[0]}: {said[-1] if said else 'failed'}", where=str(repo))
    return done.stdout


def bare(repo: Path, *words: str, fails: tuple[int, ...] = ()) -> bytes:
    """What git answers where no file of a work tree or an index is seen: what stands checked out
    may be the change itself, and its `.gitattributes` say that its lines are not to be shown."""
    own = Path(ask(repo, "rev-parse", "--absolute-git-dir").decode().strip())
    return ask(own, *words, fails=fails, index=own / "no-index-of-audits")


def _missing() -> Unavailable:
    return Unavailable("git is not installed", next="install git")


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
        _stands(repo)
        step = WHOLE if _is_cut(repo) else "fetch it, or name another"
        raise NotFound(f"no commit is called {name!r}", where=str(repo), next=step) from error
    return said.decode().strip()


def _stands(repo: Path) -> None:
    """NotFound where there is no folder, or none of a repository."""
    if not repo.is_dir():
        raise NotFound("there is no such folder", where=str(repo), next="name the repository's")
    if not ask(repo, "rev-parse", "--git-dir", fails=(128,)):
        raise NotFound(
            "this is no git repository", where=str(repo.resolve()), next="name the one it is in"
        )


def merge_base(repo: Path, base: str, head: str) -> str:
    """Where the two lines parted; the base itself where they never met.

    Raises:
        Unavailable: this clone's history does not go back to where that was.
    """
    found = ask(repo, "merge-base", base, head, fails=(1,)).decode().strip()
    if not found and _is_cut(repo):
        # Held against the base, what others did there since would seem to be taken back.
        what = "this clone's history is cut off before the two lines parted"
        raise Unavailable(what, where=str(repo), next=WHOLE)
    return found or base


def _is_cut(repo: Path) -> bool:
    return ask(repo, "rev-parse", "--is-shallow-repository").strip() == b"true"


def default_base(repo: Path) -> str:
    """What changes are made against here: the branch the origin shows, else `main` or `master`."""
    for name in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
        try:
            return sha(repo, name)
        except NotFound:
            continue
    _stands(repo)
    raise NotFound("there is no branch to compare with", where=str(repo), next="name BASE..HEAD")


def diff(repo: Path, base: str, head: str) -> bytes:
    """The change from one commit to another."""
    return bare(repo, "diff", *_DIFF, "--end-of-options", base, head, "--")


def patch_id(repo: Path, change: bytes) -> str:
    """What the change is, whatever it stands on: it survives a rebase."""
    said = ask(repo, "patch-id", "--stable", stdin=change).decode().split()
    return said[0] if said else ""


def commits(repo: Path, base: str, head: str) -> list[Commit]:
    """The commits that the change consists of, the oldest first."""
    said = ask(
        repo, "log", "--reverse", "--encoding=UTF-8", f"--format={_FIELDS}", "--end-of-options",
        f"{base}..{head}",
    )  # fmt: skip
    return [
        Commit(*row.lstrip("\n").split("\0")[:5])
        for row in said.decode("utf-8", "replace").split("\x01")
        if row.strip()
    ]


@contextmanager
def applied(repo: Path, base: str, patch: bytes, file: str = "") -> Iterator[tuple[Path, str]]:
    """A repository in which a patch stands on a commit, and that commit: it is made beside this
    one, borrows its objects, and goes with the block. Nothing is written to this one. `file` is
    where the patch stood, which errors name.

    Raises:
        Unreadable: the patch does not apply there.
    """
    with TemporaryDirectory(prefix="passdown-audit-") as folder:
        beside = Path(folder) / (repo.resolve().name or "repo")
        _borrow(repo, beside)
        index = Path(folder) / "index"
        ask(beside, "read-tree", base, index=index)
        _apply(beside, patch, index, file)
        tree = ask(beside, "write-tree", index=index).decode().strip()
        made = ask(beside, *_NOBODY, "commit-tree", tree, "-p", base, "-m", "patch", index=index)
        yield beside, made.decode().strip()


def _apply(beside: Path, patch: bytes, index: Path, file: str) -> None:
    try:
        ask(beside, "apply", "--cached", "--whitespace=nowarn", "-", stdin=patch, index=index)
    except Unreadable as error:
        raise Unreadable(error.what, where=file, next="Name the commit that it was made on.") from (
            error
        )


def _borrow(repo: Path, beside: Path) -> None:
    """An empty repository that reads the other's objects, is called like it, and is cut off where
    it is."""
    beside.mkdir()
    ask(beside, "init", "-q", "--bare", "--template=", ".")
    (beside / "objects" / "info").mkdir(parents=True, exist_ok=True)
    objects = _inside(repo, "objects")
    (beside / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    if (shallow := _inside(repo, "shallow")).is_file():
        (beside / "shallow").write_bytes(shallow.read_bytes())
    if origin := _origin(repo):
        ask(beside, "config", "remote.origin.url", origin)


def _inside(repo: Path, part: str) -> Path:
    """Where this part of the repository's own folder is, whatever work tree one stands in."""
    return (repo / ask(repo, "rev-parse", "--git-path", part).decode().strip()).resolve()


def name(repo: Path) -> str:
    """What the repository is called at its origin, else its folder's name."""
    found = _OWNED.search(_origin(repo))
    return found[1] if found else repo.resolve().name


def host(repo: Path) -> str:
    """Where its origin is; '' for none and for a folder."""
    found = _HOST.match(_origin(repo))
    return (found[1] or found[2] or "") if found else ""


def _origin(repo: Path) -> str:
    return ask(repo, "config", "--get", "remote.origin.url", fails=(1,)).decode().strip()
