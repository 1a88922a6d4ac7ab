"""A model behind a real socket: OpenAI's chat completions and Anthropic's messages, as a script
says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

from tests.engines.serving import serving


class Status(NamedTuple):
    """An error, at once to be tried again."""

    code: int


class Prose(NamedTuple):
    """A text where a call was asked for."""

    text: str


class Broken(NamedTuple):
    """A call whose arguments are these bytes, which need not be JSON."""

    arguments: str


class Refusal(NamedTuple):
    """The model will not."""

    why: str = "No."


class Silence(NamedTuple):
    """Nothing, until the test is over."""


Step = dict[str, Any] | Status | Prose | Broken | Refusal | Silence
Answering = Callable[[str], Step]
"""What is answered to a question that was asked in these words."""


@dataclass
class Fake:
    """What it says next, the last step for ever, and what it was asked."""

    steps: list[Step | Answering]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    tokens: tuple[int, int] = (1000, 100)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def prompts(self) -> list[str]:
        """The questions, as they arrived."""
        return [_said(request) for request in self.requests]

    def next(self, request: dict[str, Any]) -> Step:
        """The step this request is answered by."""
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        return step(_said(request)) if callable(step) else step


@contextmanager
def fake(*steps: Step | Answering) -> Iterator[Fake]:
    """Serve these answers on a free port of this machine."""
    made = Fake(list(steps))
    with serving(_turn(made), made.over) as made.port:
        yield made


def _turn(made: Fake) -> type[BaseHTTPRequestHandler]:
    class Turn(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers["content-length"])
            request = json.loads(self.rfile.read(size))
            made.requests.append(request)
            made.headers.append({k.lower(): v for k, v in self.headers.items()})
            step = made.next(request)
            if isinstance(step, Silence):
                made.over.wait(30)
                self.close_connection = True
                return
            answer = _openai if self.path.endswith("/chat/completions") else _anthropic
            code = step.code if isinstance(step, Status) else 200
            self._send(code, answer(request, step, made.tokens))

        def _send(self, code: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            return None

    return Turn


def _said(request: dict[str, Any]) -> str:
    first = next(m for m in request["messages"] if m["role"] == "user")["content"]
    return first if isinstance(first, str) else "".join(part["text"] for part in first)


def _openai(request: dict[str, Any], step: Step, tokens: tuple[int, int]) -> dict[str, Any]:
    if isinstance(step, Status):
        return {"error": {"message": "no", "type": "server_error", "code": None, "param": None}}
    message: dict[str, Any] = {"role": "assistant", "content": None}
    reason = "stop"
    if isinstance(step, Prose):
        message["content"] = step.text
    elif isinstance(step, Refusal):
        message["refusal"] = step.why
    else:
        reason = "tool_calls"
        text = step.arguments if isinstance(step, Broken) else json.dumps(step)
        function = {"name": request["tools"][0]["function"]["name"], "arguments": text}
        message["tool_calls"] = [{"id": "c1", "type": "function", "function": function}]
    read, written = tokens
    return {
        "id": "r1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": request["model"],
        "choices": [{"index": 0, "finish_reason": reason, "message": message}],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        },
    }


def _anthropic(request: dict[str, Any], step: Step, tokens: tuple[int, int]) -> dict[str, Any]:
    if isinstance(step, Status):
        return {"type": "error", "error": {"type": "api_error", "message": "no"}}
    reason = "end_turn"
    content: list[dict[str, Any]] = []
    if isinstance(step, Prose):
        content = [{"type": "text", "text": step.text}]
    elif isinstance(step, Refusal):
        reason = "refusal"
    elif isinstance(step, dict):
        reason, name = "tool_use", request["tools"][0]["name"]
        content = [{"type": "tool_use", "id": "t1", "name": name, "input": step}]
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": tokens[0], "output_tokens": tokens[1]},
    }
