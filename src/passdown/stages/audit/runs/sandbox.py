"""A place where a stranger's code may run: no network, nothing of this machine but what programs
need, nothing that it writes outlives it, and an end to its time, memory and disk.

The host's folders are seen read-only, those of people not at all; the files it works on are a copy
in memory; its environment is empty. It keeps no capability, so it cannot change any of that.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from passdown.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BWRAP, UNSHARE, NONE = "bwrap", "unshare", "none"
KINDS = (BWRAP, UNSHARE)
WITHIN = "/change"
"""Where the files stand for those who are inside."""
MEMORY, FILE, DISK, OPEN, TASKS = 4 << 30, 256 << 20, 2 << 30, 1024, 4096
"""Bytes of memory, of one file, of all files; open files; processes and threads."""
SHARED = 64 << 20
"""Bytes that processes may share by `/dev/shm`."""
REPORT = 32 << 20
"""Bytes of one report that are read."""
SAID = 4000
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "passwd", "group", "hosts", "nsswitch.conf",
        "localtime", "alternatives", "mime.types", "ssl/certs", "ssl/openssl.cnf")  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

_WAIT = 'read -r go && exec "$@"'
"""It starts when its bounds are set."""
_INSIDE = r"""
given=$1 change=$2 reports=$3; shift 3
cp -a "$given/." "$change/" && cd "$change" || exit 125
code=0
"$@" >"$TMPDIR/.said" 2>&1 </dev/null || code=$?
tail -c 4000 "$TMPDIR/.said" >&2
printf '%s\n' "$code"
for name in $reports; do
  if [ -f "$name" ]; then
    head -c "$REPORT" "$name" >"$TMPDIR/.report"
    printf '%s %s\n' "$name" "$(wc -c <"$TMPDIR/.report")"
    cat "$TMPDIR/.report"
  fi
done
"""
_OUTSIDE = r"""
set -eu
root=$1 given=$2 disk=$3 shared=$4 path=$PATH; shift 4
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount --make-rprivate /
mount -t tmpfs -o "size=16m,mode=755,nosuid,nodev" none "$root"
see() {
  [ -e "$1" ] || return 0
  if [ -L "$1" ]; then mkdir -p "$root${1%/*}"; cp -P "$1" "$root$1"; return 0; fi
  if [ -d "$1" ]; then mkdir -p "$root$2"
  else mkdir -p "$root${2%/*}"; : >"$root$2"; fi
  mount --bind "$1" "$root$2"
  mount -o "remount,bind,ro$3" "$root$2" || mount -o "remount,bind,ro,nosuid,nodev$3" "$root$2"
}
mkdir -p "$root/dev/shm" "$root/proc" "$root/tmp" "$root/change"
mount -t tmpfs -o "size=$disk,nosuid,nodev" none "$root/change"
mount -t tmpfs -o "size=$disk,mode=1777,nosuid,nodev" none "$root/tmp"
mount -t tmpfs -o "size=$shared,mode=1777,nosuid,nodev" none "$root/dev/shm"
while [ "$1" != -- ]; do see "$1" "$1" ",nosuid"; shift; done
shift
see "$given" /given ",nosuid,nodev"
for one in null zero full random urandom tty; do
  : >"$root/dev/$one"; mount --bind "/dev/$one" "$root/dev/$one"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
ip link set lo up 2>/dev/null || :
cd "$root"
pivot_root . .
umount -l .
mount -o remount,ro /
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- env "PATH=$path" "$@"
"""


class Ran(NamedTuple):
    """How a program ended: its code, what it said last, the reports it left; whether its time was
    up."""

    code: int
    said: str
    reports: Mapping[str, bytes]
    late: bool = False


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One way of shutting a program in; `none` is no way, for those who ask for it by name."""

    kind: str

    @property
    def within(self) -> str:
        """Where the files stand for the program; '' where that differs from run to run."""
        return "" if self.kind == NONE else WITHIN

    def run(
        self,
        command: Sequence[str],
        given: Path,
        *,
        sees: Sequence[Path] = (),
        reports: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        seconds: float,
    ) -> Ran:
        """Run a program on a copy of the files that are given; `sees` are folders besides those of
        the system that it may read. `{change}` in a word or a variable is where its files are."""
        with TemporaryDirectory(prefix="passdown-run-") as folder:
            place = Path(folder)
            for name in ("root", "change", "tmp"):
                (place / name).mkdir()
            change = self.within or str(place / "change")
            words = [word.replace("{change}", change) for word in command]
            told = {name: value.replace("{change}", change)
                    for name, value in (environment or {}).items()}  # fmt: skip
            inside = ("sh", "-c", _INSIDE, "inside", *self._where(given, place), " ".join(reports))
            line = [*self._shut(place, given, sees), *inside, *words]
            known = {**_least(str(place / "tmp") if self.kind == NONE else "/tmp"), **told}
            return _ended(line, known, seconds)

    def _where(self, given: Path, place: Path) -> tuple[str, str]:
        return (str(given), str(place / "change")) if self.kind == NONE else ("/given", WITHIN)

    def _shut(self, place: Path, given: Path, sees: Sequence[Path]) -> list[str]:
        """What goes before a program to shut it in."""
        if self.kind == NONE:
            return []
        seen = [path for path in (*_SYSTEM, *(f"/etc/{name}" for name in _ETC), *map(str, sees))
                if os.path.lexists(path)]  # fmt: skip
        if self.kind == UNSHARE:
            return [
                "unshare", "--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc",
                "--uts", "--fork", "--kill-child=KILL", "--", "sh", "-c", _OUTSIDE, "outside",
                str(place / "root"), str(given), str(DISK), str(SHARED), *seen, "--",
            ]  # fmt: skip
        return ["bwrap", *_wrapped(seen, given), "--"]


def sandbox(kind: str = "") -> Sandbox:
    """One that works on this machine; `none` only where it is asked for by name.

    Raises:
        Unavailable: nothing here can shut a program in.
    """
    if not hasattr(resource, "prlimit"):
        raise Unavailable("tests are run within bounds on Linux only", where="audit.sandbox")
    if kind == NONE:
        return Sandbox(NONE)
    why = ""
    for name in (kind,) if kind else KINDS:
        if shutil.which(name) is None:
            why = why or f"{name} is not installed"
        elif reason := _leaks(Sandbox(name)):
            why = f"{name}: {reason}"
        else:
            return Sandbox(name)
    raise Unavailable(
        f"nothing here can shut tests in ({why})", where="audit.sandbox", next="Install bubblewrap."
    )


def _leaks(one: Sandbox) -> str:
    """What is wrong with it, by trying: it must run, see no home, write nothing, reach nobody."""
    tried = 'test ! -w /usr && test ! -e "$1" && ! grep -q : /proc/net/route && echo shut'
    with TemporaryDirectory(prefix="passdown-try-") as folder:
        (Path(folder) / "given").mkdir()
        (Path(folder) / "hidden").mkdir()
        ran = one.run(["sh", "-c", tried, "try", f"{folder}/hidden"], Path(folder) / "given",
                      seconds=20)  # fmt: skip
    if ran.code == 0 and ran.said.strip().endswith("shut"):
        return ""
    return (ran.said.strip().splitlines() or ["it does not start"])[-1][:120]


def _wrapped(seen: Sequence[str], given: Path) -> Iterator[str]:
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
    for path in (WITHIN, "/tmp"):
        yield from ("--size", str(DISK), "--tmpfs", path)
    for path in seen:
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind", path, path)
    yield from ("--ro-bind", str(given), "/given", "--proc", "/proc", "--dev", "/dev")
    # The devices lie in memory, too: what may be written there has a bound like all else.
    yield from ("--size", str(SHARED), "--tmpfs", "/dev/shm", "--remount-ro", "/dev")
    yield from ("--remount-ro", "/", "--chdir", "/")


def _least(tmp: str) -> dict[str, str]:
    """All that the program knows of where it is."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"PATH": path, "HOME": tmp, "TMPDIR": tmp, "LANG": "C.UTF-8", "CI": "1",
            "REPORT": str(REPORT)}  # fmt: skip


def _ended(line: Sequence[str], environment: Mapping[str, str], seconds: float) -> Ran:
    """Start it when its bounds are set, and end all of it when its time is up."""
    pipe = subprocess.PIPE
    started = subprocess.Popen(
        ["sh", "-c", _WAIT, "wait", *line], env=dict(environment), stdin=pipe, stdout=pipe,
        stderr=pipe, start_new_session=True, cwd="/",
    )  # fmt: skip
    late = False
    try:
        _bounded(started.pid, seconds)
        out, err = started.communicate(b"go\n", timeout=seconds)
    except subprocess.TimeoutExpired:
        late = True
        os.killpg(started.pid, signal.SIGKILL)
        out, err = started.communicate()
    except BaseException:
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        raise
    said = err[-SAID:].decode("utf-8", "replace")
    if late:
        return Ran(-1, said, {}, late=True)
    first, _, rest = out.partition(b"\n")
    code = int(first) if first.isdigit() else started.returncode or 125
    return Ran(code, said, dict(_reports(rest)))


def _bounded(pid: int, seconds: float) -> None:
    whole = int(seconds) + 1
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN), (resource.RLIMIT_NPROC, TASKS),
        (resource.RLIMIT_CPU, 4 * whole),
    ):  # fmt: skip
        _, hard = resource.prlimit(pid, what)
        known = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.prlimit(pid, what, (known, known))


def _reports(data: bytes) -> Iterator[tuple[str, bytes]]:
    """`NAME SIZE`, a line, then so many bytes, as often as there are reports."""
    while data:
        head, _, data = data.partition(b"\n")
        name, _, size = head.decode("utf-8", "replace").rpartition(" ")
        if not size.isdigit():
            return
        yield name, data[: int(size)]
        data = data[int(size) :]
