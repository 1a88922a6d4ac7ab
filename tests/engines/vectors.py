"""A model that makes vectors, behind a real socket: OpenAI's protocol for embeddings.

Words of one meaning have one vector; a text has the sum of those of its words.
"""

from __future__ import annotations

import json
import random
import re
import struct
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.engines.serving import serving

SAME = {"bounce": "restart", "daemon": "service", "automobile": "car", "vehicle": "car"}


@dataclass
class FakeVectors:
    """How long its vectors are, how it writes them, what it says instead, what it was asked."""

    parts: int = 512
    base64: bool = True
    status: int = 200
    body: Any = None
    counts: bool = True
    salt: str = ""
    slow: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self) -> list[str]:
        """All it was sent."""
        return [text for request in self.requests for text in request["input"]]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the protocol says to this request."""
        parts = request.get("dimensions", self.parts)
        vectors = [vector(text, parts, self.salt) for text in request["input"]]
        rows = [
            {"object": "embedding", "index": n, "embedding": self._written(one)}
            for n, one in enumerate(vectors)
        ]
        tokens = sum(len(text.split()) for text in request["input"])
        usage = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if self.counts else {}
        return {"object": "list", "data": rows[::-1], "model": request["model"], **usage}

    def _written(self, one: list[float]) -> Any:
        return b64encode(struct.pack(f"<{len(one)}f", *one)).decode() if self.base64 else one


@cache
def _word(word: str, parts: int, salt: str) -> list[float]:
    chance = random.Random(f"{SAME.get(word, word)} {salt}")
    return [chance.gauss(0, 1) for _ in range(parts)]


def vector(text: str, parts: int, salt: str = "") -> list[float]:
    """The sum of its words'; never without a direction."""
    words = re.findall(r"\w+", text.casefold()) or ["nothing"]
    every = [_word(word, parts, salt) for word in words]
    return [sum(column) for column in zip(*every, strict=True)]


@contextmanager
def fake_vectors(**how: Any) -> Iterator[FakeVectors]:
    """Serve vectors on a free port of this machine."""
    made = FakeVectors(**how)
    with serving(_turn(made), made.over) as made.port:
        yield made


def _turn(made: FakeVectors) -> type[BaseHTTPRequestHandler]:
    class Turn(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            made.requests.append(request)
            made.paths.append(self.path)
            made.headers.append({k.lower(): v for k, v in self.headers.items()})
            made.over.wait(made.slow)
            said = made.answer(request) if made.body is None else made.body
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(made.status)
            self.send_header("content-type", "application/json")
            self.send_header("location", "http://127.0.0.1:1/v1/embeddings")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            return None

    return Turn
