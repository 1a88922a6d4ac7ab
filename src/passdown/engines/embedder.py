"""The one adapter to models that make vectors: OpenAI's protocol for embeddings, over HTTP."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unavailable, Unreadable
from passdown.engines.choice import embedding_choice
from passdown.engines.port import Embedded, Failure
from passdown.engines.price import MARGIN, Used, cost
from passdown.text.budget import estimate
from passdown.text.dense import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from httpx2 import Response

    from passdown.domain.errors import PassdownError
    from passdown.domain.settings import Settings
    from passdown.engines.choice import Choice

KNOB = "engine.embedder"
KEPT_WAITING = (408, 504, 524, 529)
"""Statuses of a request that may have been worked on all the same."""

_TOLD = {
    401: ("the embedder refuses the key", "Check the key in the environment."),
    403: ("the embedder refuses the key", "Check the key in the environment."),
    404: ("the embedder knows no such model", "Check its name, or fetch it to the server."),
    429: ("the embedder wants to be asked less often", "Try again later."),
}


@dataclass(frozen=True)
class Embeddings:
    """The model these settings name; nothing of it is loaded before it is asked."""

    settings: Settings
    keys: Mapping[str, str]

    @property
    def name(self) -> str:
        """As it was configured, with the number of parts where that was asked for."""
        size = self.settings.whole("engine.embedder_parts")
        return " ".join(self.settings.text(KNOB).split()) + (f"@{size}" if size else "")

    @cached_property
    def choice(self) -> Choice:
        """Which model of which server."""
        return embedding_choice(self.settings, self.keys)

    def check(self) -> None:
        """Unavailable when the extra or a key is missing; Invalid for a bad setting."""
        assert self.choice
        if find_spec("httpx2") is None or find_spec("genai_prices") is None:
            next_step = "pip install 'passdown[llm]'"
            raise Unavailable("what talks to models is not installed", where=KNOB, next=next_step)

    def most(self, texts: Sequence[str]) -> int | None:
        """What these may cost at the most, in micro-USD; None where nobody knows the price."""
        self.check()
        return cost(self.choice, Used(read=sum(map(estimate, texts)) + MARGIN))

    def ask(self, texts: Sequence[str], seconds: float) -> Embedded | Failure:
        """One vector a text, in order, asked once."""
        from httpx2 import HTTPError

        try:
            answer = self._answered(texts, seconds)
        except HTTPError as error:
            return _unanswered(error, self.name)
        if answer.status_code != 200:
            return _refused(answer.status_code, self.name)
        try:
            return self._read(answer.json(), len(texts))
        except (ValueError, TypeError, LookupError, AttributeError):
            what = "the embedder's answer is not one vector a text"
            wrong = Unreadable(what, where=self.name, next="See that it speaks OpenAI's protocol.")
            return Failure(wrong, None)

    def _answered(self, texts: Sequence[str], seconds: float) -> Response:
        from httpx2 import Client

        choice, size = self.choice, self.settings.whole("engine.embedder_parts")
        asked: dict[str, Any] = {"model": choice.model, "input": list(texts)}
        asked |= {"encoding_format": "base64"} | ({"dimensions": size} if size else {})
        headers = {"authorization": f"Bearer {choice.key}"} if choice.key else {}
        # A key goes to the address it is for, and nowhere that address points on to.
        with Client(timeout=seconds, follow_redirects=False) as client:
            return client.post(f"{choice.url.rstrip('/')}/embeddings", json=asked, headers=headers)

    def _read(self, answer: Any, many: int) -> Embedded:
        rows = sorted(answer["data"], key=_place)
        if list(map(_place, rows)) != list(range(many)):
            raise ValueError("not one vector a text")
        vectors = [packed(_vector(row["embedding"])) for row in rows]
        if len({len(vector) for vector in vectors}) > 1:
            raise ValueError("vectors of different lengths")
        read = int((answer.get("usage") or {}).get("prompt_tokens") or 0)
        return Embedded(tuple(vectors), cost(self.choice, Used(read=read)))


def _place(row: dict[str, Any]) -> int:
    return int(row["index"])


def _vector(said: Any) -> list[float]:
    """Numbers, or their float32 in base64, as a server likes it."""
    if isinstance(said, str):
        return unpacked(b64decode(said, validate=True)).tolist()
    return [float(part) for part in said]


def _unanswered(error: Exception, where: str) -> Failure:
    """What happened, without the texts that were sent."""
    from httpx2 import ConnectError, ConnectTimeout, TimeoutException

    if isinstance(error, TimeoutException):
        what, next_step = "the embedder did not answer in time", "Try again later."
    else:
        what = "the embedder cannot be reached"
        next_step = "See that it runs, and that its address is right."
    free = isinstance(error, ConnectError | ConnectTimeout)
    return Failure(Unavailable(what, where=where, next=next_step), 0 if free else None)


def _refused(status: int, where: str) -> Failure:
    told = (f"the embedder answers with status {status}", "Try again later.")
    what, next_step = _TOLD.get(status, told)
    error: PassdownError = Unavailable(what, where=where, next=next_step)
    return Failure(error, None if status in KEPT_WAITING else 0)
