"""Where the usual clients keep their transcripts on a person's disk, and how much is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST = 200_000
"""Files counted in one place; a place with more is reported as having that many."""


class Place(NamedTuple):
    """A folder that a client writes to. `config` names the variable that moves `root`; only files
    below a folder named `below` count, where the client keeps other things beside them."""

    client: str
    format: str
    root: str
    config: str
    inside: str
    endings: tuple[str, ...] = (".jsonl",)
    below: str = ""


_PACKED = (".jsonl", ".jsonl.gz", ".jsonl.zst")
_SHARE = ".local/share"
PLACES = (
    Place("Claude Code", "claude_code", ".claude", "CLAUDE_CONFIG_DIR", "projects"),
    Place("Codex", "codex_rollout", ".codex", "CODEX_HOME", "sessions", _PACKED),
    Place("Codex, archived", "codex_rollout", ".codex", "CODEX_HOME", "archived_sessions", _PACKED),
    Place("Copilot CLI", "copilot_cli", ".copilot", "COPILOT_HOME", "session-state"),
    Place(
        "Gemini CLI",
        "gemini_cli",
        "",
        "GEMINI_CLI_HOME",
        ".gemini/tmp",
        (".json", ".jsonl"),
        "chats",
    ),
    Place("OpenCode", "opencode", _SHARE, "XDG_DATA_HOME", "opencode/storage/session", (".json",)),
    Place("pi", "pi_session", ".pi/agent", "PI_CODING_AGENT_DIR", "sessions"),
)
"""One row a folder of a client."""


def discover(user: Path, moved: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The places that hold transcripts, under this home folder or where `moved` (by variable)
    says they were moved to; nothing is read but names and sizes."""
    found = []
    for place in PLACES:
        root = (moved or {}).get(place.config)
        folder = user.joinpath(root or place.root, place.inside)
        sizes = list(_sizes(str(folder), place))
        if sizes:
            found.append(
                {
                    "client": place.client,
                    "format": place.format,
                    "path": str(folder),
                    "files": len(sizes),
                    "bytes": sum(sizes),
                }
            )
    return found


def _sizes(folder: str, place: Place) -> Iterator[int]:
    left = MOST
    for parent, _, names in os.walk(folder):
        if place.below and place.below not in parent[len(folder) :].split(os.sep):
            continue
        for name in names:
            if name.endswith(place.endings) and left:
                left -= 1
                yield _size(os.path.join(parent, name))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
