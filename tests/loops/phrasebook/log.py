"""Reply logs as a chat agent writes them, and a store that has read some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from passdown.loops.phrasebook import LOOP
from passdown.testing import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.domain.clock import At

BURN = "Burn is $42 today; 75% of budget used."
START = "2026-03-02T09:00:00.000Z"


def row(
    text: str, session: str, at: At = START, question: str = "", **facts: Any
) -> dict[str, Any]:
    """One reply as it is logged."""
    known = {
        "text": text,
        "sent_at": at,
        "model_used": "claude-haiku-4-5",
        "send_status": "sent",
        "caller_session_id": session,
        "input_tokens": 1000,
        "output_tokens": 100,
    }
    return {**known, **({"question": question} if question else {}), **facts}


def burns(n: int = 6) -> list[dict[str, Any]]:
    """The same reply, in so many sessions."""
    return [row(BURN, f"sess-{i}") for i in range(1, n + 1)]


def read(world: World, rows: Iterable[dict[str, Any]], folder: Path, name: str = "replies") -> None:
    """Read a log of these."""
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in rows))
    world.call("ingest", paths=[str(path)])


__all__ = ["BURN", "LOOP", "START", "World", "burns", "read", "row"]
