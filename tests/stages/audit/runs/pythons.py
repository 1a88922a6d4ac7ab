"""A Python for tests that are run by tests: without the plugins of this repository's own, which
take longer to load than such a test takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def bare(folder: Path) -> str:
    """Its path."""
    python = folder / "bare" / "bin" / "python"
    if not python.exists():
        python.parent.mkdir(parents=True)
        none = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"
        python.write_text(f'#!/bin/sh\n{none} exec {sys.executable} "$@"\n')
        python.chmod(0o755)
    return str(python)
