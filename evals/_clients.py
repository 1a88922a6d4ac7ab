"""Written sessions as Claude Code, Codex and aider keep them, with the noise that is in theirs."""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from evals._planted import SCRIPTS, Script, Turn, scripts
from passdown.domain.clock import from_seconds, to_seconds

Json = dict[str, Any]
_CODE = """def load(path, *, strict=False):
    # Older files have no header.
    with open(path) as file:
        rows = [row.split(";") for row in file]
    return rows if not strict else [row for row in rows if len(row) == 4]
class Window:
    limit = 200
    def push(self, item):
        self.items.append(item)
        return self.items[-self.limit:]
export const clamp = (n: number, low: number, high: number) => Math.min(Math.max(n, low), high);
func (s *Store) Get(key string) ([]byte, error) {
    if err := s.open(); err != nil { return nil, err }
    return s.db.Get(key)
}
fn merge(left: &[Row], right: &[Row]) -> Vec<Row> {
    let mut rows = Vec::with_capacity(left.len() + right.len());
    rows.extend_from_slice(left);
    rows
}""".splitlines()


_NARRATION = """Let me look at how this is wired up before I change anything.
Good, that's the place.
Now I'll run it again.
I'll check the callers as well.
Interesting. The function is only used in two places.
Perfect! That did the trick.
Hmm, that's odd. Let me see what it returns.
I need to understand the flow here first.
That looks right to me.
The diff is small, so I'll go on.
Let me double-check that nothing else depends on it.
OK. Next step: the tests.
I think this could also be solved with a cache, but I'm not sure it is worth it.
Now let me update the imports.
There might be an off-by-one here; I'll verify.
Great, everything is green so far.
I'll keep the change minimal.
Let me view the rest of the file.
This should be enough context.
Wait, I should read the existing test first.""".splitlines()
_LOOKED_AT = ("src/main/load.py", "lib/window.ts", "store.go", "src/merge.rs", "README.md")


class Kept(NamedTuple):
    """A transcript, and what is planted at which byte of it."""

    path: Path
    script: Script
    marks: tuple[tuple[int, frozenset[str]], ...]


class _Said(NamedTuple):
    """Some bytes of a transcript, and what is planted in them."""

    raw: bytes
    marks: frozenset[str] = frozenset()


def plant(folder: Path, source: Path = SCRIPTS) -> list[Kept]:
    """Every written session in a file of its own, as its client would have kept it."""
    return [_kept(folder, script) for script in scripts(source)]


def _kept(folder: Path, script: Script) -> Kept:
    if script.client != "aider":
        script = script._replace(turns=tuple(_among_noise(script)))
    said, marks, offset = list(_CLIENTS[script.client](script)), [], 0
    for one in said:
        if one.marks:
            marks.append((offset, one.marks))
        offset += len(one.raw)
    suffix = ".md" if script.client == "aider" else ".jsonl"
    path = folder / f"{script.id}{suffix}"
    path.write_bytes(b"".join(one.raw for one in said))
    return Kept(path, script, tuple(marks))


def _among_noise(script: Script) -> Iterator[Turn]:
    """The turns, with what an assistant says and looks at on the way; nothing after the last, and
    no look at a file between two commands that belong together."""
    chance, turns = random.Random(f"noise {script.id}"), script.turns
    for turn, after in pairwise(turns):
        yield turn
        if chance.random() < 0.3:
            yield Turn("R", chance.choice(_NARRATION), frozenset())
        if not turn.marks & after.marks and chance.random() < 0.25:
            yield Turn("@", f"Read {chance.choice(_LOOKED_AT)}", frozenset())
    yield turns[-1]


class _Pen:
    """Writes lines one after the other, each later than the one before, ids made from a seed."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.chance = random.Random(script.id)
        self.session = self.id()
        self._seconds = to_seconds(script.at)

    def id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def at(self) -> str:
        self._seconds += self.chance.randint(2, 40)
        return from_seconds(self._seconds)

    def code(self) -> str:
        """Lines of some file, numbered as a tool shows them."""
        lines = self.chance.choices(_CODE, k=self.chance.randint(5, 30))
        return "\n".join(f"{n:6}\t{line}" for n, line in enumerate(lines, 1))

    @property
    def cwd(self) -> str:
        return f"/home/dev/src/{self.script.repo}"


def _line(row: Json, marks: frozenset[str] = frozenset()) -> _Said:
    return _Said(json.dumps(row, ensure_ascii=False).encode() + b"\n", marks)


# ---- Claude Code


def _claude(script: Script) -> Iterator[_Said]:
    pen = _Pen(script)
    snapshot = {"messageId": pen.id(), "trackedFileBackups": {}, "timestamp": pen.at()}
    yield _line({"type": "file-history-snapshot", "messageId": pen.id(), "snapshot": snapshot})
    for turn in script.turns:
        if turn.kind == "P":
            yield _claude_line(pen, "user", {"role": "user", "content": turn.text}, turn.marks)
        elif turn.kind == "R":
            yield _claude_says(pen, {"type": "text", "text": turn.text}, turn.marks)
        else:
            yield from _claude_tool(pen, turn)
        if pen.chance.random() < 0.2:
            told = {"type": "hook_progress", "hookEvent": "PostToolUse", "command": "true"}
            yield _line(
                {"type": "progress", "data": told, "timestamp": pen.at(), **_claude_of(pen)}
            )


def _claude_of(pen: _Pen) -> Json:
    return {
        "isSidechain": False,
        "userType": "external",
        "cwd": pen.cwd,
        "sessionId": pen.session,
        "version": "2.1.47",
        "gitBranch": "main",
        "uuid": pen.id(),
    }


def _claude_line(pen: _Pen, type: str, message: Json, marks: frozenset[str], **more: Any) -> _Said:
    row = {"type": type, "message": message, "timestamp": pen.at(), **_claude_of(pen), **more}
    return _line(row, marks)


def _claude_says(pen: _Pen, block: Json, marks: frozenset[str]) -> _Said:
    usage = {"input_tokens": 4, "output_tokens": pen.chance.randint(20, 600)}
    message = {"model": "claude-sonnet-4-5", "id": f"msg_{pen.id()}", "type": "message"}
    content = {"role": "assistant", "content": [block], "usage": usage}
    return _claude_line(pen, "assistant", {**message, **content}, marks)


def _claude_tool(pen: _Pen, turn: Turn) -> Iterator[_Said]:
    id = f"toolu_{hashlib.sha256(pen.id().encode()).hexdigest()[:24]}"
    name, given = _asked(turn)
    yield _claude_says(
        pen, {"type": "tool_use", "id": id, "name": name, "input": given}, turn.marks
    )
    answer = turn.output or (pen.code() if name in ("Read", "Grep") else "(no output)")
    shown = f"Exit code 1\n{answer}" if turn.failed else answer
    content = {"type": "tool_result", "tool_use_id": id, "content": shown, "is_error": turn.failed}
    message = {"role": "user", "content": [content]}
    yield _claude_line(pen, "user", message, turn.marks, toolUseResult={"stdout": answer})


def _asked(turn: Turn) -> tuple[str, Json]:
    """The tool that was called, and with what."""
    if turn.kind == "$":
        return "Bash", {"command": turn.text, "description": "Run a command"}
    name, _, rest = turn.text.partition(" ")
    given: dict[str, Json] = {
        "Read": {"file_path": rest},
        "Edit": {"file_path": rest, "old_string": "rows = []", "new_string": "rows = list()"},
        "Grep": {"pattern": rest, "output_mode": "content"},
        "WebFetch": {"url": rest, "prompt": "Summarise"},
    }
    return name, given[name]


# ---- Codex


def _codex(script: Script) -> Iterator[_Said]:
    pen = _Pen(script)
    meta = {"id": pen.session, "timestamp": pen.at(), "cwd": pen.cwd, "originator": "codex-tui"}
    yield _codex_line(pen, "session_meta", {**meta, "cli_version": "0.142.4", "source": "cli"})
    for turn in script.turns:
        if turn.kind == "P":
            yield _codex_says(pen, "user", "input_text", turn)
            told = {"type": "user_message", "message": turn.text, "images": []}
            yield _codex_line(pen, "event_msg", told, turn.marks)
        elif turn.kind == "R":
            told = {"type": "agent_message", "message": turn.text}
            yield _codex_line(pen, "event_msg", told, turn.marks)
            yield _codex_says(pen, "assistant", "output_text", turn)
        else:
            yield from _codex_tool(pen, turn)


def _codex_line(pen: _Pen, type: str, payload: Json, marks: frozenset[str] = frozenset()) -> _Said:
    return _line({"timestamp": pen.at(), "type": type, "payload": payload}, marks)


def _codex_says(pen: _Pen, role: str, kind: str, turn: Turn) -> _Said:
    content = [{"type": kind, "text": turn.text}]
    message = {"type": "message", "role": role, "content": content}
    return _codex_line(pen, "response_item", message, turn.marks)


def _codex_tool(pen: _Pen, turn: Turn) -> Iterator[_Said]:
    id, name, given = f"call_{pen.id()}", *_asked(turn)
    command = given.get("command") or f"sed -n '1,40p' {given.get('file_path', '.')}"
    asked = {"cmd": command, "workdir": pen.cwd}
    call = {"type": "function_call", "name": "exec_command", "arguments": json.dumps(asked)}
    yield _codex_line(pen, "response_item", {**call, "call_id": id}, turn.marks)
    answer = turn.output or (pen.code() if name != "Bash" else "")
    shown = (
        f"Wall time: 0.2 seconds\nProcess exited with code {int(turn.failed)}\nOutput:\n{answer}"
    )
    output = {"type": "function_call_output", "call_id": id, "output": shown}
    yield _codex_line(pen, "response_item", output, turn.marks)


# ---- aider


def _aider(script: Script) -> Iterator[_Said]:
    began = script.at.replace("T", " ")[:19]
    yield _Said(f"\n# aider chat started at {began}\n\n> aider --model sonnet  \n".encode())
    for turn in script.turns:
        if turn.kind == "P":
            said = "".join(f"#### {line}  \n" for line in turn.text.splitlines())
        else:
            said = f"{turn.text}\n\n> Tokens: 4.1k sent, 210 received.  \n"
        yield _Said(b"\n")
        yield _Said(said.encode(), turn.marks)


_CLIENTS: dict[str, Callable[[Script], Iterator[_Said]]] = {
    "claude": _claude,
    "codex": _codex,
    "aider": _aider,
}
