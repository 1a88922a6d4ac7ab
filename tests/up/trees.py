"""What stands in folders, to see what changed there."""

from __future__ import annotations

from pathlib import Path


def tree(*folders: Path) -> dict[str, bytes]:
    """Every file below these folders, but for what is kept beside the store."""
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "before-install" not in path.parts
    }
