"""Bare mirrors of repositories that requests are made to: commits come in, nothing of them is run.

Git is asked with an environment of our own: no configuration of anybody, no hooks, no helpers, no
submodules, no redirections, and only the protocol that the forge was configured with.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
from base64 import b64encode
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from passdown.domain.errors import Conflict, Forbidden, Limit, NotFound, Unavailable, Unreadable
from passdown.stages.audit import git
from passdown.storage.spool import make

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from passdown.domain.errors import PassdownError
    from passdown.stages.audit.remote.place import Place
    from passdown.stages.audit.remote.request import Request

PATIENCE = 900.0
"""Seconds that one fetch may take."""
MEGA = 1_048_576
PASSED_ON = (
    "PATH", "TMPDIR", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY",
    "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
)  # fmt: skip
"""What of the environment git is told: how to get out, and whom to trust."""
_QUIET = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "credential.helper=",
    "-c", "core.askPass=", "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false",
    "-c", "http.followRedirects=false", "-c", "http.lowSpeedLimit=1000",
    "-c", "http.lowSpeedTime=60", "-c", "protocol.allow=never", "-c", "gc.auto=0",
    "-c", "maintenance.auto=false", "-c", "fetch.unpackLimit=1",
    "-c", "fetch.writeCommitGraph=false",
    "-c", "fetch.bundleURI=", "-c", "transfer.bundleURI=false", "-c", "safe.bareRepository=all",
    "-c", "uploadpack.packObjectsHook=",
)  # fmt: skip
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
          "--no-auto-gc", "--force", "--end-of-options")  # fmt: skip
_BOUNDED = 'umask 077; ulimit -f "$1" || exit 125; shift; exec "$@"'
_TOO_LARGE = (b"File too large", b"signal 25", b"SIGXFSZ", b"file size limit")
_NOT_THERE = (b"not found", b"does not exist", b"couldn't find remote ref", b"not our ref")
_REFUSED = (b"Authentication failed", b"could not read Username",
            b"error: 403", b"error: 401", b"HTTP 403", b"HTTP 401")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mirrors:
    """The folder of all mirrors, how large each may get, and the environment that git may have."""

    folder: Path
    megabytes: int
    environment: Mapping[str, str] = field(repr=False)

    def at(self, place: Place) -> Path:
        """The mirror of one repository; forges know names in any case."""
        return self.folder / place.forge.folder / f"{place.repo.lower()}.git"

    @contextmanager
    def alone(self, place: Place) -> Iterator[None]:
        """One at a time works on one request, whichever process it is."""
        mirror = self.at(place)
        with _locked(mirror.with_name(f"{mirror.name}.{place.number}.lock")):
            yield

    def fetched(self, place: Place, request: Request) -> Path:
        """The mirror, with both ends of this request in it.

        Raises:
            Limit: the repository is larger than a mirror may be.
            Conflict: the ends are not there any more: the request was moved meanwhile.
            Unavailable, Unreadable, NotFound, Forbidden: git says no.
        """
        mirror = self.at(place)
        with _locked(mirror.with_name(f"{mirror.name}.lock")):
            if not (mirror / "HEAD").is_file():
                self._made(mirror)
            _swept(mirror)
            if not self._has(mirror, request):
                self._fetch(mirror, place, request)
        return mirror

    def _made(self, mirror: Path) -> None:
        make(mirror)
        self._run(mirror, ["init", "-q", "--bare", "--template=", "."])

    def _has(self, mirror: Path, request: Request) -> bool:
        return not _missing(mirror, (request.base, request.head))

    def _fetch(self, mirror: Path, place: Place, request: Request) -> None:
        self._refuse_large(mirror)
        base = f"refs/base/{hashlib.sha256(request.branch.encode()).hexdigest()[:16]}"
        head = f"refs/pull/{place.number}/head"
        refs = [f"+{head}:{head}", f"+refs/heads/{request.branch}:{base}"]
        lost: PassdownError | None = None
        try:
            self._run(mirror, [*_FETCH, place.clone, *refs], place)
        except NotFound as error:
            lost = error
        for sha in _missing(mirror, (request.base, request.head)):
            # A branch that was rewritten or deleted: forges still give out the commit by its name.
            with suppress(NotFound, Unreadable):
                self._run(mirror, [*_FETCH, place.clone, f"+{sha}:refs/sha/{sha}"], place)
        if gone := _missing(mirror, (request.base, request.head)):
            what = f"the forge does not give out {gone[0][:12]} of {place}"
            raise lost or Conflict(what, next="It was moved meanwhile: audit it again.")

    def _refuse_large(self, mirror: Path) -> None:
        size = sum(file.stat().st_size for file in (mirror / "objects").rglob("*.pack"))
        if size > self.megabytes * MEGA:
            raise _large(self.megabytes, mirror)

    def _run(self, mirror: Path, words: Sequence[str], place: Place | None = None) -> None:
        """Ask git, and everything it starts, to be done within bounds."""
        blocks = str(self.megabytes * MEGA // 512)
        allowed = ["-c", f"protocol.{place.forge.scheme}.allow=always"] if place else []
        command = ["sh", "-c", _BOUNDED, "sh", blocks, "git", *_QUIET, *allowed, *words]
        env = self._environment(place)
        try:
            code, said = _ended(command, mirror, env)
        except FileNotFoundError as error:
            raise Unavailable("git is not installed", next="install git") from error
        if code == 127:
            raise Unavailable("git is not installed", next="install git")
        if code:
            full = self._is_full(mirror) or any(word in said for word in _TOO_LARGE)
            _swept(mirror)
            raise _large(self.megabytes, mirror) if full else _refused(words[0], said, mirror)

    def _is_full(self, mirror: Path) -> bool:
        """Whether what was coming in was cut off where it was as large as it may be."""
        parts = mirror.glob("objects/pack/tmp_*")
        most = max((part.stat().st_size for part in parts), default=0)
        return most >= self.megabytes * MEGA * 0.9

    def _environment(self, place: Place | None) -> dict[str, str]:
        """Nobody's configuration; the token is handed over here, where no list of processes shows
        it."""
        env = {name: self.environment[name] for name in PASSED_ON if name in self.environment}
        env |= {
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C",
            "HOME": "/nonexistent", "GIT_ALLOW_PROTOCOL": place.forge.scheme if place else "none",
        }  # fmt: skip
        if place is not None and place.forge.token:
            pair = b64encode(f"x-access-token:{place.forge.token}".encode()).decode()
            env |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"http.{place.forge.url}/.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Basic {pair}",
            }
        return env


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    make(file.parent)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _swept(mirror: Path) -> None:
    """Throw away what a fetch left that was killed; nobody fetches now."""
    for part in (*mirror.glob("objects/pack/tmp_*"), *mirror.glob("refs/**/*.lock")):
        part.unlink(missing_ok=True)
    for part in (mirror / "shallow.lock", mirror / "packed-refs.lock", mirror / "config.lock"):
        part.unlink(missing_ok=True)


def _missing(mirror: Path, shas: Sequence[str]) -> list[str]:
    """Those of these commits that are not there with all that they stand on."""
    gone = []
    for sha in shas:
        try:
            git.ask(mirror, "rev-list", "--objects", "-n", "1", "--quiet", sha, "--")
        except Unreadable:
            gone.append(sha)
    return gone


def _ended(command: Sequence[str], where: Path, env: Mapping[str, str]) -> tuple[int, bytes]:
    """How a command ended and what it said; in time, or it and all it started are killed."""
    started = subprocess.Popen(
        command, cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        return _waited(started)
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        raise


def _waited(started: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    try:
        said = started.communicate(timeout=PATIENCE)[1]
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"git took over {PATIENCE:.0f} s", next="Try it again.") from error
    return started.returncode, said


def _large(megabytes: int, mirror: Path) -> Limit:
    what = f"the repository is larger than {megabytes} MB"
    return Limit(what, where=str(mirror), next="Raise audit.mirror_mb, or delete the mirror.")


def _refused(verb: str, said: bytes, mirror: Path) -> PassdownError:
    """What git says, as an error of ours."""
    lines = said.decode(errors="replace").strip().splitlines() or ["failed"]
    told = next((line for line in lines if line.startswith("fatal:")), lines[-1])
    what = f"git {verb}: {told[:300]}"
    if any(word in said for word in _REFUSED):
        return Forbidden(what, where=str(mirror), next="See that the token may read it.")
    if any(word in said for word in _NOT_THERE):
        return NotFound(what, where=str(mirror), next="See that it is named right.")
    if "unable to access" in what or b"Could not resolve" in said:
        return Unavailable(what, where=str(mirror), next="Try it again.")
    return Unreadable(what, where=str(mirror))
