"""A forge on a free port of this machine: what audits speak of GitHub's and Gitea's protocols, as
strict as theirs, and git over HTTP. Tests look at what it was asked and at what stands in it."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

from tests.forge_ways import ROBOT, WAYS, Call, RefusedError
from tests.stages.audit.repo import commit, init, run

Json = dict[str, Any]

TOKEN = "t0ken-of-the-robot"
API = {"github": "/api/v3", "gitea": "/api/v1"}


@dataclass
class Fault:
    """An answer that comes instead of the right one, so many times; `done` after it was done."""

    method: str
    path: str
    status: int = 500
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False


@dataclass
class Forge:
    """What stands in it, and what it was asked."""

    kind: str
    folder: Path
    url: str = ""
    pulls: dict[tuple[str, int], Json] = field(default_factory=dict)
    comments: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    reviews: list[Json] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    before: Callable[[str, str], None] = lambda *_: None
    elsewhere: str = ""
    hanging: threading.Event | None = None
    private: bool = False
    app: bool = True
    known: bool = True
    lock: Any = field(default_factory=threading.Lock)

    def wrote(self) -> list[tuple[str, str]]:
        """What it was asked to change."""
        return [(method, path) for method, path in self.asked if method != "GET"]

    def repo(self, name: str = "acme/shop") -> Path:
        """Where one writes what is pushed to it."""
        return self.folder / f"{name}.git"

    def pull(
        self, number: int, head: str, base: str, title: str, body: str | None = "", **more: Any
    ) -> Json:
        """Open a request, or move one."""
        name = more.pop("repo", "acme/shop")
        run(self.repo(name), "update-ref", f"refs/pull/{number}/head", head)
        made: Json = {
            "number": number, "title": title, "body": body, "state": "open", "draft": False,
            "merged": False, "merge_commit_sha": None, "user": {"login": "ada", "type": "User"},
            "labels": [], "base": {"ref": "main", "sha": base, "repo": {"full_name": name}},
            "head": {"ref": "topic", "sha": head, "repo": {"full_name": name}}, **more,
        }  # fmt: skip
        self.pulls[name, number] = made
        return made


def seeded(forge: Forge, name: str = "acme/shop") -> tuple[Path, str]:
    """A repository in it with one commit; the folder in which one works, and the commit."""
    bare = forge.repo(name)
    bare.mkdir(parents=True)
    run(bare, "init", "-q", "--bare", "-b", "main")
    run(bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    work = init(forge.folder / "work" / name)
    base = commit(work, {"cart.py": "def legacy_total(): ...\ndef total(): ...\n"}, "first")
    run(work, "remote", "add", "origin", str(bare))
    run(work, "push", "-q", "origin", "main")
    return work, base


def pushed(work: Path, branch: str, files: Any, message: str = "a change") -> str:
    """A commit on a branch of its own that starts at main; its name."""
    run(work, "checkout", "-q", "-B", branch, "main")
    head = commit(work, files, message)
    run(work, "push", "-q", "-f", "origin", branch)
    return head


def requested(forge: Forge, files: Any, body: str, number: int = 7, **more: Any) -> str:
    """A request in a new repository; its head."""
    work, base = seeded(forge)
    head = pushed(work, f"topic{number}", files, "Tidy the cart")
    forge.pull(number, head, base, "Tidy the cart", body, **more)
    return head


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Forge]:
    """One forge, until the block ends."""
    forge = Forge(kind, folder)
    server = serve(forge)
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()


def serve(forge: Forge) -> ThreadingHTTPServer:
    """Let it listen; whoever asked for it stops it."""
    bound = type("Bound", (_Desk,), {"forge": forge})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    forge.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


@cache
def standing() -> Forge:
    """One Gitea with one request, for as long as the tests run."""
    folder = Path(mkdtemp(prefix="passdown-forge-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    forge = Forge("gitea", folder)
    serve(forge)
    requested(forge, {"cart.py": "def total(): ...\n"}, "Removes `legacy_total`.")
    return forge


class _Desk(BaseHTTPRequestHandler):
    forge: ClassVar[Forge]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if ".git/" in self.path:
            self._git(body)
            return
        path, _, query = self.path.partition("?")
        asked = dict(one.partition("=")[::2] for one in query.split("&") if one)
        self.forge.before(self.command, path)
        with self.forge.lock:
            self.forge.asked.append((self.command, path))
            self.forge.seen.append(dict(self.headers))
            status, said, headers = self._said(path, asked, body)
        self._send(status, json.dumps(said).encode(), headers)

    def _said(self, path: str, asked: Json, body: bytes) -> tuple[int, Any, dict[str, str]]:
        fault = next((one for one in self.forge.faults if self._is_at(one, path)), None)
        if fault is not None:
            fault.times -= 1
            if fault.done:
                self._do(path, asked, body)
            return fault.status, {"message": "a fault"}, fault.headers
        try:
            return *self._do(path, asked, body), {}
        except RefusedError as error:
            return error.status, {"message": error.message}, {}

    def _is_at(self, fault: Fault, path: str) -> bool:
        return (
            fault.times > 0 and fault.method == self.command and bool(re.search(fault.path, path))
        )

    def _do(self, path: str, asked: Json, body: bytes) -> tuple[int, Any]:
        api = API[self.forge.kind]
        if path == "/api/graphql":
            return 200, {"data": {"viewer": {"login": ROBOT}}}
        if not path.startswith(f"{api}/"):
            raise RefusedError(404, "Not Found")
        for method, pattern, does in WAYS:
            found = re.fullmatch(pattern, path[len(api) :])
            if found and method == self.command:
                self._authorize(method, path)
                said = json.loads(body) if body else {}
                return does(self.forge, Call(found.groupdict(), asked, said))
        raise RefusedError(404, "Not Found")

    def _authorize(self, method: str, path: str) -> None:
        sent = self.headers.get("Authorization", "")
        word = "Bearer" if self.forge.kind == "github" else "token"
        if sent and sent != f"{word} {TOKEN}":
            raise RefusedError(401, "Bad credentials")
        if not sent and (method != "GET" or self.forge.private):
            raise RefusedError(401, "Requires authentication")
        if path.endswith("/user") and not self.forge.known:
            raise RefusedError(403, "Resource not accessible by integration")

    def _git(self, body: bytes) -> None:
        """Git's own server behind CGI."""
        basic = b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        if self.forge.private and self.headers.get("Authorization") != f"Basic {basic}":
            self._send(401, b"", {"WWW-Authenticate": 'Basic realm="forge"'})
            return
        if self.forge.hanging is not None:
            self.forge.hanging.wait(30)
        if self.forge.elsewhere:
            self._send(302, b"", {"Location": f"{self.forge.elsewhere}{self.path}"})
            return
        path, _, query = self.path.partition("?")
        env = {
            "GIT_PROJECT_ROOT": str(self.forge.folder), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "PATH": "/usr/bin:/bin",
            "CONTENT_LENGTH": str(len(body)), "GIT_CONFIG_GLOBAL": "/dev/null",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env)
        head, _, data = done.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(b": ")[::2] for line in head.split(b"\r\n") if line]
        headers = {name.decode(): value.decode() for name, value in lines}
        self._send(int(headers.pop("Status", "200").split()[0]), data, headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(data)
