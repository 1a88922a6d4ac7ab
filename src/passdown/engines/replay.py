"""Recorded answers: the engine tests use, and the proof that a run can be repeated."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.engines.port import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping


def question_key(prompt: str, schema: dict[str, Any]) -> str:
    """The name a recorded answer is kept under."""
    text = json.dumps([prompt, schema], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class ReplayWriter:
    """Gives back the answer recorded for exactly this prompt and shape."""

    name = "replay"

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers

    def check(self) -> None:
        """It can always be asked."""

    def within(
        self, *, session: str = "", run: str = "", cycle: str = "", loop: str = ""
    ) -> ReplayWriter:
        """Recorded answers cost nothing."""
        return self

    def write(self, prompt: str, *, schema: dict[str, Any], max_tokens: int) -> Answer:
        """The recorded answer; NotFound when this was never asked."""
        key = question_key(prompt, schema)
        if key not in self._answers:
            raise NotFound(f"no recorded answer {key[:12]}", next="Record it, then run again.")
        return self._answers[key]
