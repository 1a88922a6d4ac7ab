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

from tests.stages.audit.repo import commit, init, run

Json = dict[str, Any]

TOKEN = "t0ken-of-the-robot"
ROBOT = "passdown-robot"
API = {"github": "/api/v3", "gitea": "/api/v1"}
CONCLUSIONS = {"success", "failure", "action_required", "cancelled", "timed_out", "skipped"}
"""Without `neutral`: no audit may end so."""


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
    work, base = seeded(forge)
    head = pushed(work, "topic", {"cart.py": "def total(): ...\n"})
    forge.pull(7, head, base, "Tidy the cart", "Removes `legacy_total`.")
    return forge


class RefusedError(Exception):
    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.message = status, message


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


@dataclass
class Call:
    """One request: what its path names, what it asks, what it brings."""

    at: dict[str, str]
    asked: Json
    said: Json

    def page(self, rows: list[Json], forge: Forge, *, parted: bool = True) -> list[Json]:
        """The part of a list that is asked for."""
        most = int(self.asked.get("per_page" if forge.kind == "github" else "limit", 30))
        first = (int(self.asked.get("page", 1)) - 1) * most
        return rows[first : first + most] if parted else rows


def _need(ok: bool, message: str, status: int = 422) -> None:
    if not ok:
        raise RefusedError(status, message)


def _id(rows: list[Json]) -> int:
    return max((one["id"] for one in rows), default=0) + 1


def _one(rows: list[Json], id: str) -> Json:
    found = next((one for one in rows if one["id"] == int(id)), None)
    if found is None:
        raise RefusedError(404, "Not Found")
    return found


def _pull(forge: Forge, call: Call) -> tuple[int, Any]:
    found = forge.pulls.get((call.at["repo"], int(call.at["n"])))
    if found is None:
        raise RefusedError(404, "Not Found")
    return 200, found


def _comments(forge: Forge, call: Call) -> tuple[int, Any]:
    mine = [one for one in forge.comments if one["number"] == int(call.at["n"])]
    # Gitea gives all comments of a request at once, whatever is asked for.
    return 200, call.page(mine, forge, parted=forge.kind == "github")


def _comment(forge: Forge, call: Call) -> tuple[int, Any]:
    _pull(forge, call)
    _need(bool(call.said["body"]) and len(call.said["body"]) <= 65_536, "body is too long")
    made = {"id": _id(forge.comments), "number": int(call.at["n"]), "body": call.said["body"],
            "user": {"login": ROBOT}}  # fmt: skip
    forge.comments.append(made)
    return 201, made


def _edit_comment(forge: Forge, call: Call) -> tuple[int, Any]:
    found = _one(forge.comments, call.at["id"])
    _need(found["user"]["login"] == ROBOT, "Must have admin rights", 403)
    found["body"] = call.said["body"]
    return 200, found


def _runs(forge: Forge, call: Call) -> tuple[int, Any]:
    name = call.asked.get("check_name", "").replace("%20", " ")
    mine = [one for one in forge.runs
            if one["head_sha"] == call.at["sha"] and name in ("", one["name"])]  # fmt: skip
    return 200, {"total_count": len(mine), "check_runs": call.page([_run(x) for x in mine], forge)}


def _run(one: Json) -> Json:
    output = {**one["output"], "annotations_count": len(one["notes"])}
    return {**{name: one[name] for name in one if name != "notes"}, "output": output}


def _valid_run(said: Json) -> None:
    output = said.get("output", {})
    _need(said.get("conclusion") in CONCLUSIONS, "conclusion is not allowed")
    _need(len(output.get("annotations", [])) <= 50, "No more than 50 annotations")
    _need(len(output.get("text") or "") <= 65_535, "text is too long")
    _need(len(output.get("summary") or "") <= 65_535, "summary is too long")
    for note in output.get("annotations", []):
        _need(note["annotation_level"] in ("notice", "warning", "failure"), "no such level")
        _need(note["start_line"] > 0 and note["message"] != "", "an empty annotation")


def _make_run(forge: Forge, call: Call) -> tuple[int, Any]:
    _need(forge.app, "You must authenticate via a GitHub App.", 403)
    _valid_run(call.said)
    notes = call.said["output"].pop("annotations", [])
    made = {"id": _id(forge.runs), **call.said, "notes": list(notes)}
    forge.runs.append(made)
    return 201, _run(made)


def _edit_run(forge: Forge, call: Call) -> tuple[int, Any]:
    found = _one(forge.runs, call.at["id"])
    _valid_run(call.said)
    # What is sent is added to what was sent: annotations are never taken back.
    found["notes"] += call.said["output"].pop("annotations", [])
    found.update(call.said)
    return 200, _run(found)


def _notes(forge: Forge, call: Call) -> tuple[int, Any]:
    return 200, call.page(_one(forge.runs, call.at["id"])["notes"], forge)


def _statuses(forge: Forge, call: Call) -> tuple[int, Any]:
    mine = [one for one in forge.statuses if one["sha"] == call.at["sha"]]
    return 200, call.page(mine[::-1], forge)


def _make_status(forge: Forge, call: Call) -> tuple[int, Any]:
    _need(call.said["state"] in ("pending", "success", "failure", "error"), "no such state")
    _need(len(call.said["description"]) <= 140, "description is too long")
    made = {"id": _id(forge.statuses), "sha": call.at["sha"], **call.said}
    if forge.kind == "gitea":
        made["status"] = made.pop("state")
    forge.statuses.append(made)
    return 201, made


def _reviews(forge: Forge, call: Call) -> tuple[int, Any]:
    return 200, call.page(
        [one for one in forge.reviews if one["number"] == int(call.at["n"])], forge
    )


def _make_review(forge: Forge, call: Call) -> tuple[int, Any]:
    event = call.said["event"]
    author = _pull(forge, call)[1]["user"]["login"]
    _need(event in ("COMMENT", "REQUEST_CHANGES"), "an audit never approves")
    _need(event == "COMMENT" or author != ROBOT, "reject your own pull is not allowed")
    made = {"id": _id(forge.reviews), "number": int(call.at["n"]), "user": {"login": ROBOT},
            "body": call.said["body"], "commit_id": call.said["commit_id"], "state": event,
            "comments": call.said["comments"], "dismissed": False}  # fmt: skip
    forge.reviews.append(made)
    return 200, made


def _dismiss(forge: Forge, call: Call) -> tuple[int, Any]:
    found = _one(forge.reviews, call.at["id"])
    _need(bool(call.said["message"]), "a dismissal says why")
    found["dismissed"] = True
    return 200, found


def _me(forge: Forge, call: Call) -> tuple[int, Any]:
    return 200, {"login": ROBOT}


REPO = r"/repos/(?P<repo>[\w.-]+/[\w.-]+)"
WAYS: list[tuple[str, str, Callable[[Forge, Call], tuple[int, Any]]]] = [
    ("GET", rf"{REPO}/pulls/(?P<n>\d+)", _pull),
    ("GET", rf"{REPO}/issues/(?P<n>\d+)/comments", _comments),
    ("POST", rf"{REPO}/issues/(?P<n>\d+)/comments", _comment),
    ("PATCH", rf"{REPO}/issues/comments/(?P<id>\d+)", _edit_comment),
    ("GET", rf"{REPO}/commits/(?P<sha>\w+)/check-runs", _runs),
    ("POST", rf"{REPO}/check-runs", _make_run),
    ("PATCH", rf"{REPO}/check-runs/(?P<id>\d+)", _edit_run),
    ("GET", rf"{REPO}/check-runs/(?P<id>\d+)/annotations", _notes),
    ("GET", rf"{REPO}/commits/(?P<sha>\w+)/statuses", _statuses),
    ("POST", rf"{REPO}/statuses/(?P<sha>\w+)", _make_status),
    ("GET", rf"{REPO}/pulls/(?P<n>\d+)/reviews", _reviews),
    ("POST", rf"{REPO}/pulls/(?P<n>\d+)/reviews", _make_review),
    ("POST", rf"{REPO}/pulls/\d+/reviews/(?P<id>\d+)/dismissals", _dismiss),
    ("GET", "/user", _me),
]
