"""Transcripts to measure on: many sessions, no two alike, from real ones or made from nothing.

A text read twice flatters whoever caches, so every copy has ids, words and numbers of its own: a
word in the text is another word of the same length, the same one throughout the copy. What stands
in the JSON around the text, and how long it is, stays as it was.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from passdown.domain.clock import from_seconds

SEEN = ("text", "thinking", "content", "stdout", "stderr", "command", "prompt", "output", "summary")
"""Fields whose texts a copy says in words of its own; others may be names that readers know."""
START = 1.7e9
KNOWN = frozenset(
    """
    error errors failed failure fatal warning exception traceback passed test tests file line user
    system exit code with status command found such directory import from return class function
    always never please instead
    """.split()  # noqa: SIM905 - a list of forty words in quotes is no easier to read
)
"""Words that mean something to who reads errors; they stay."""
_ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:toolu|msg|req)_[0-9A-Za-z]{20,40}"
)
_WORD = re.compile(r"[a-z]{4,14}|\d{3,}")
_TAGS = re.compile(r"(<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|[A-Z][^.\n]{0,80}:)")


def corpus(folder: Path, megabytes: float, source: Path | None) -> list[Path]:
    """Files of about that many megabytes together; `source` holds the real ones they are like."""
    folder.mkdir(parents=True, exist_ok=True)
    made, size, copy = list[Path](), 0.0, 0
    while size < megabytes:
        for name, content in _copies(source, copy):
            path = folder / f"{copy:04}-{name}"
            path.write_bytes(content)
            made.append(path)
            size += len(content) / 1e6
            if size >= megabytes:
                break
        copy += 1
    return made


def _copies(source: Path | None, copy: int) -> Iterator[tuple[str, bytes]]:
    if source is None:
        for n in range(20):
            yield f"{n}.jsonl", session(f"{copy}-{n}")
        return
    for path in sorted(source.iterdir()):
        yield path.name, perturbed(path.read_bytes(), f"{copy}")


# ---- like a real one


def perturbed(content: bytes, seed: str) -> bytes:
    """The transcript with other ids and other words; a line that is no JSON stays as it is."""
    change = _Change(seed)
    return b"\n".join(_line(raw, change) for raw in content.split(b"\n"))


def _line(raw: bytes, change: _Change) -> bytes:
    try:
        row = json.loads(raw)
    except ValueError:
        return raw
    return _encoded(change.value(row, ""))


def _encoded(row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


class _Change:
    """What every id and word of one copy becomes."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._ids: dict[str, str] = {}
        self._words: dict[str, str] = {}

    def value(self, value: Any, name: str) -> Any:
        """The value, changed all the way down."""
        if isinstance(value, dict):
            return {k: self.value(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(v, name) for v in value]
        if isinstance(value, str):
            value = _ID.sub(self._id, value)
            return self._text(value) if name in SEEN and len(value) > 40 else value
        return value

    def _text(self, text: str) -> str:
        # What stands in tags, brackets or before a colon is how clients talk to readers.
        parts = _TAGS.split(text)
        parts[::2] = [_WORD.sub(self._word, part) for part in parts[::2]]
        return "".join(parts)

    def _word(self, found: re.Match[str]) -> str:
        word = found.group()
        if word not in self._words:
            self._words[word] = word if word in KNOWN else self._other(word)
        return self._words[word]

    def _other(self, word: str) -> str:
        digits = hashlib.blake2b(f"{self._seed}{word}".encode(), digest_size=16).digest()
        letters = string.digits if word.isdigit() else "etaoinshrdlucmfwypvbgk"
        return "".join(letters[digits[n % 16] % len(letters)] for n in range(len(word)))

    def _id(self, found: re.Match[str]) -> str:
        id = found.group()
        if id not in self._ids:
            made = hashlib.blake2b(f"{self._seed}{id}".encode(), digest_size=32).hexdigest()
            start = id.index("_") + 1 if "_" in id else 0
            tail = iter(made * 2)
            self._ids[id] = id[:start] + "".join(c if c == "-" else next(tail) for c in id[start:])
        return self._ids[id]


# ---- made from nothing


def session(seed: str, turns: int = 60) -> bytes:
    """One session as Claude Code writes it: about four tenths of it is what tools answered."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = []
    id = _uuid(chance)
    for _ in range(turns):
        kind = chance.choices(list(_TURNS), weights=(1, 2, 8, 4, 4))[0]
        for row in _TURNS[kind](chance):
            shared = {
                "parentUuid": rows[-1]["uuid"] if rows else None,
                "isSidechain": False,
                "userType": "external",
                "cwd": "/home/ada/shop",
                "sessionId": id,
                "version": "2.1.0",
                "gitBranch": "main",
            }
            made = {"uuid": _uuid(chance), "timestamp": from_seconds(START + len(rows))}
            rows.append({**shared, **row, **made})
    return b"".join(_encoded(row) + b"\n" for row in rows)


def _uuid(chance: random.Random) -> str:
    made = f"{chance.getrandbits(128):032x}"
    return "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:]))


def _words(chance: random.Random, many: int) -> str:
    """Prose and code, a line at a time."""
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(many // 4)]
    kept = chance.choices(words or ["so"], k=many)
    marks = chance.choices((" ", " ", " ", " ", ".", ": ", "(", "\n", "\n    ", " = "), k=many)
    return "".join(word + mark for word, mark in zip(kept, marks, strict=True))


def _prompt(chance: random.Random) -> Iterator[dict[str, Any]]:
    yield {"type": "user", "message": {"role": "user", "content": _words(chance, 30)}}


def _reply(chance: random.Random) -> Iterator[dict[str, Any]]:
    yield _said(chance, {"type": "text", "text": _words(chance, chance.randint(10, 150))})


def _thought(chance: random.Random) -> Iterator[dict[str, Any]]:
    thinking = _words(chance, chance.randint(10, 200))
    signed = _words(chance, 60).replace("\n", "")
    yield _said(chance, {"type": "thinking", "thinking": thinking, "signature": signed})


def _tool(chance: random.Random) -> Iterator[dict[str, Any]]:
    id = f"toolu_{chance.getrandbits(120):030x}"
    command = {"command": f"make {_words(chance, 8)}", "description": _words(chance, 6)}
    yield _said(chance, {"type": "tool_use", "id": id, "name": "Bash", "input": command})
    output = _words(chance, min(int(chance.lognormvariate(5, 1.2)), 12_000))
    answer = {"tool_use_id": id, "type": "tool_result", "content": output, "is_error": False}
    yield {
        "type": "user",
        "message": {"role": "user", "content": [answer]},
        "toolUseResult": {"stdout": output, "stderr": "", "interrupted": False},
    }


def _progress(chance: random.Random) -> Iterator[dict[str, Any]]:
    told = {"type": "bash_progress", "output": _words(chance, 80), "elapsedTimeSeconds": 3}
    yield {"type": "progress", "data": told, "toolUseID": f"toolu_{chance.getrandbits(120):030x}"}


_TURNS: dict[str, Callable[[random.Random], Iterator[dict[str, Any]]]] = {
    "prompt": _prompt,
    "reply": _reply,
    "tool": _tool,
    "thought": _thought,
    "progress": _progress,
}


def _said(chance: random.Random, block: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": chance.randint(1, 50), "output_tokens": chance.randint(1, 900)}
    message = {
        "model": "claude-opus-4-6",
        "id": f"msg_{chance.getrandbits(100):025x}",
        "role": "assistant",
        "content": [block],
        "usage": usage,
    }
    return {"type": "assistant", "message": message}
