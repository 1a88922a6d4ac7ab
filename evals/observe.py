"""Whether transcripts are read right and fast: counts against an independent reader's, formats told
by content alone, megabytes a CPU second, and what reading again costs.

--data names a folder with `sessions/ingest_oracle.jsonl`: a row a file with its path below
`sessions/`, its format and the counts of records, bad lines, prompts, texts, calls, results,
errors and thoughts. Formats that have no reader are named, not judged.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals import Measured
from passdown.domain.clock import SystemClock, from_seconds
from passdown.domain.errors import PassdownError
from passdown.domain.settings import defaults
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import Readers, load, sniff
from passdown.stages.observe.tally import Ingested
from passdown.stages.observe.unpack import HEAD
from passdown.storage.memory import open_memory
from passdown.storage.port import Store
from passdown.storage.sqlite import open_sqlite
from passdown.text.redact import Redactor

READS_DATA = True
COUNTS = (
    "records",
    "bad_lines",
    "user_prompts",
    "assistant_texts",
    "tool_calls",
    "tool_results",
    "tool_errors",
    "thinking",
)
PROMPTS = ("prompt", "prompt:plan", "note:hook", "note:client", "note:task")
UNJUDGED = {
    "codex_rollout": ("tool_errors",),
    "copilot_cli": ("tool_errors",),
    "gemini_cli": ("records", "tool_errors"),
    "openhands_output": ("events",),
}
"""What the independent reader counts as something else: it takes a command of these clients that
exited with 1 for a good one, and the messages of a document for records; what a whole task took
is no event of its own."""
SAME = {"aider_chat_examples": "aider_chat_history"}
"""Formats that are one to us: a chat as it is published is read like a chat of the history."""
GENERATED = 40
TURNS = 120
KEY = b"an evaluation's key, of 32 bytes"


def measure(data: Path | None) -> Measured:
    """Read every file alone, then all of them at once, then all of them again."""
    with TemporaryDirectory(prefix="passdown-observe-") as folder:
        root = data / "sessions" if data else Path(folder, "sessions")
        rows = list(_rows(root) if data else _generated(root))
        readers = load()
        known = [row for row in rows if readers.named(row["format"])]
        if not known:
            raise SystemExit(f"eval observe: no file in {root} has a reader")
        equal = [_agree(_alone(root / row["path"], readers), row) for row in known]
        told = [_told(root / row["path"], readers) == row["format"] for row in known]
        spent = _all_at_once(Path(folder, "home"), [root / row["path"] for row in known], readers)
    figures = {
        "counts_equal": round(sum(equal) / len(known), 4),
        "recognised": round(sum(told) / len(known), 4),
        "reread_share": round(spent["again"] / spent["first"], 4),
        "mb_per_cpu_s": round(spent["mb"] / spent["first"], 1),
    }
    unread = Counter(row["format"] for row in rows if row not in known)
    against: dict[str, float | str] = {
        "json_loads_mb_per_cpu_s": round(spent["mb"] / spent["json"], 1),
        "mb": round(spent["mb"], 1),
        "no_reader": ", ".join(f"{name} {n}" for name, n in sorted(unread.items())),
    }
    return Measured(figures, len(known), against)


def _rows(root: Path) -> Iterable[dict[str, Any]]:
    for line in (root / "ingest_oracle.jsonl").read_text().splitlines():
        row = json.loads(line)
        yield {**row, "format": SAME.get(row["format"], row["format"])}


def _agree(done: Ingested, row: dict[str, Any]) -> bool:
    """Whether all was counted alike that the independent reader counted at all."""
    found, unjudged = _counts(done), UNJUDGED.get(row["format"], ())
    counted = [name for name in row if name in found and name not in unjudged]
    return all(found[name] == int(row[name]) for name in counted)


def _counts(done: Ingested) -> dict[str, int]:
    """What was read, in the words of the independent reader: it counts what stands beside a tool's
    answer with the line it is in, and what a hook, the client or an agent says in a person's place
    as a prompt."""
    kinds = _kinds(done)

    def every(seen: str) -> int:
        return sum(n for kind, n in kinds.items() if kind.split(":")[0] == seen)

    unkept = Counter(done.unkept)
    said = kinds["prompt"] + kinds["reply"] + every("call")
    acted = said + unkept["client"] + unkept["thinking"]
    observed = every("result") + unkept["state"]
    return {
        "records": done.records,
        "bad_lines": done.skips,
        "user_prompts": sum(kinds[kind] for kind in PROMPTS),
        "assistant_texts": every("reply") + done.unkept.get("blank", 0),
        # It takes the marks of a tool's use for one wherever a text quotes them.
        "tool_calls": every("call") + unkept["quoted"],
        "tool_results": every("result"),
        "tool_errors": kinds["result:error"] + kinds["result:refused"],
        "thinking": done.unkept.get("thinking", 0),
        # Of frameworks and benchmarks: commands that were run, messages of all kinds, sessions.
        "steps": every("call"),
        "history": every("call")
        + every("result")
        + kinds["prompt"]
        + done.unkept.get("context", 0),
        "traces": done.sessions,
        "chats": unkept["chat"],
        "user_messages": kinds["prompt"] + kinds["note:command"],
        "agent_blocks": done.records - sum(kinds[kind] for kind in PROMPTS) - 1,
        "actions": acted,
        "observations": observed,
        "events": acted + observed + every("event"),
        "conversations": done.sessions,
    }


def _kinds(done: Ingested) -> Counter[str]:
    """What was read by kind, sub-agents' with the rest; but those that Claude Code reports within
    its own lines are counted with these."""
    kinds: Counter[str] = Counter()
    for kind, n in done.kinds.items():
        parts = kind.split(":")
        if "agent" not in parts or "claude_code" not in done.formats:
            kinds[":".join(part for part in parts if part != "agent")] += n
    return kinds


def _alone(path: Path, readers: Readers) -> Ingested:
    return _read(open_memory(SystemClock()), [path], readers)


def _read(store: Store, paths: list[Path], readers: Readers) -> Ingested:
    return ingest(
        store,
        paths,
        readers=readers,
        redactor=Redactor(KEY),
        settings=defaults(),
        clock=SystemClock(),
    )


def _told(path: Path, readers: Readers) -> str:
    """The format, from the first bytes and nothing else."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    try:
        return sniff(head, readers.known, "a file without a name").name
    except PassdownError:
        return ""


def _all_at_once(home: Path, paths: list[Path], readers: Readers) -> dict[str, float]:
    """CPU seconds of reading all into a store, of reading again, and of json.loads alone."""
    store = open_sqlite(home / "store.db", SystemClock())
    try:
        first = _cpu(lambda: _read(store, paths, readers))
        again = _cpu(lambda: _read(store, paths, readers))
    finally:
        store.close()
    mb = sum(path.stat().st_size for path in paths) / 1e6
    return {"first": first, "again": again, "json": _cpu(lambda: _loads(paths)), "mb": mb}


def _loads(paths: list[Path]) -> None:
    for path in paths:
        with path.open("rb") as file:
            for line in file:
                try:
                    json.loads(line)
                except ValueError:
                    continue


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _generated(root: Path) -> Iterable[dict[str, Any]]:
    """Sessions made here, each with the counts it was made with."""
    root.mkdir(parents=True)
    for n in range(GENERATED):
        chance, name = random.Random(n), f"{n}"
        lines, counts = _session(f"session-{n}", chance)
        (root / name).write_bytes(b"".join(lines))
        yield {"path": name, "format": "claude_code", **{k: counts[k] for k in COUNTS}}


def _session(id: str, chance: random.Random) -> tuple[list[bytes], Counter[str]]:
    counts: Counter[str] = Counter()
    lines: list[bytes] = []
    for turn in range(TURNS):
        kind = chance.choice(("prompt", "text", "tool", "tool", "thought", "progress", "bad"))
        if kind == "bad":
            counts["bad_lines"] += 1
            lines.append(b'{"type": "user", "message": \n')
            continue
        for row in _turn(kind, turn, chance, counts):
            shared = {
                "sessionId": id,
                "timestamp": from_seconds(1.7e9 + len(lines)),
                "cwd": "/shop",
            }
            whole = {**row, **shared, "uuid": f"{id}-{len(lines)}"}
            lines.append(json.dumps(whole).encode() + b"\n")
            counts["records"] += 1
    return lines, counts


def _turn(
    kind: str, n: int, chance: random.Random, counts: Counter[str]
) -> Iterable[dict[str, Any]]:
    if kind == "prompt":
        counts["user_prompts"] += 1
        yield {"type": "user", "message": {"content": f"Please look at part {n}."}}
    elif kind == "text":
        counts["assistant_texts"] += 1
        yield _said({"type": "text", "text": f"Part {n} is done. " * chance.randint(1, 40)})
    elif kind == "tool":
        yield from _tool(n, chance, counts)
    elif kind == "thought":
        counts["thinking"] += 1
        yield _said({"type": "thinking", "thinking": "So. " * chance.randint(1, 400)})
    else:
        yield {"type": "progress", "data": {"type": "bash_progress", "output": "." * 200}}


def _tool(n: int, chance: random.Random, counts: Counter[str]) -> Iterable[dict[str, Any]]:
    call, failed = f"toolu_{n:020}", chance.random() < 0.2
    output = f"line {n} of the output\n" * chance.randint(1, 400)
    counts.update(tool_calls=1, tool_results=1, tool_errors=int(failed))
    yield _said({"type": "tool_use", "id": call, "name": "Bash", "input": {"command": "make"}})
    answer = {"type": "tool_result", "tool_use_id": call, "content": output, "is_error": failed}
    yield {"type": "user", "message": {"content": [answer]}, "toolUseResult": {"stdout": output}}


def _said(block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "assistant", "message": {"model": "m", "content": [block]}}
