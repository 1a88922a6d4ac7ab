"""The one list of readers, lazy; third parties add theirs by entry point `passdown.readers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from passdown.contract.reader import Tuned
from passdown.domain.errors import PassdownError, Unavailable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from passdown.contract.reader import Reader
    from passdown.domain.settings import Settings

BUILT_IN = (
    "claude_code",
    "aider_chat_history",
    "cline",
    "codex_rollout",
    "copilot_cli",
    "cursor",
    "gemini_cli",
    "generic_jsonl",
    "hermes_sharegpt",
    "openai_messages",
    "opencode",
    "openhands_events",
    "openhands_output",
    "pi_session",
    "reply_log",
    "slack_export",
    "specstory_md",
    "swe_agent_traj",
    "who_when",
)
"""Modules beside this one, each with a READER."""

GROUP = "passdown.readers"
SURE = 0.2
"""Below this a reader does not know what it sees."""
AS_GOOD_AS_SURE = 0.9
"""From here on nobody else is asked: a look at a file would take longer than to read it."""


class Readers(NamedTuple):
    """Those that can be used, and the third-party ones that could not be loaded."""

    known: tuple[Reader, ...]
    broken: tuple[PassdownError, ...] = ()

    def named(self, name: str) -> Reader | None:
        """The reader of this format, if there is one."""
        return next((r for r in self.known if r.name == name), None)


def load(settings: Settings | None = None) -> Readers:
    """Built-in readers first; a third party can neither replace one nor keep others from work."""
    from importlib import import_module
    from importlib.metadata import entry_points

    known: dict[str, Reader] = {
        name: _tuned(import_module(f"{__name__}.{name}").READER, settings) for name in BUILT_IN
    }
    broken: list[PassdownError] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        try:
            reader = _tuned(entry.load(), settings)
            known.setdefault(reader.name, reader)
        except Exception as e:
            broken.append(_broken(f"{entry.name} = {entry.value}", e))
    return Readers(tuple(known.values()), tuple(broken))


def sniff(head: bytes, known: Iterable[Reader], where: str) -> Reader:
    """The first reader that is as good as sure of this content, else the surest; Unreadable when
    none is."""
    readers = tuple(known)
    best, surest = 0.0, None
    for reader in readers:
        sure = _sureness(reader, head)
        if sure > best:
            best, surest = sure, reader
        if best >= AS_GOOD_AS_SURE:
            break
    if surest is None or best < SURE:
        names = ", ".join(sorted(r.name for r in readers))
        raise Unreadable(
            "no reader knows this format", where=where, next=f"There are readers for: {names}."
        )
    return surest


def _tuned(reader: Reader, settings: Settings | None) -> Reader:
    return reader.tuned(settings) if settings and isinstance(reader, Tuned) else reader


def _sureness(reader: Reader, head: bytes) -> float:
    try:
        sure = float(reader.sniff(head))
        return sure if 0.0 < sure <= 1.0 else 0.0
    except Exception:
        # A reader that fails on bytes it was shown does not know them.
        return 0.0


def _broken(entry: str, cause: Exception) -> PassdownError:
    return Unavailable(
        f"a reader cannot be loaded: {type(cause).__name__}: {cause}",
        where=entry,
        next="Update or uninstall the package that brings it.",
    )
