"""What the terminal at the end of a stream can show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from passdown.text.draw import Look

if TYPE_CHECKING:
    from typing import TextIO

EDITORS = ("VISUAL", "EDITOR")


def look(stream: TextIO | None) -> Look:
    """How lines for this stream are drawn: plain and whole unless it is a terminal."""
    if not is_terminal(stream) or stream is None:
        return Look()
    dumb = os.environ.get("TERM", "dumb") == "dumb" or bool(os.environ.get("NO_COLOR"))
    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        width = 0
    return Look(width or Look().width, color=not dumb, fit=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person may sit at the end of this stream; a closed one is no terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def editor() -> str:
    """The command line of the user's editor, '' when none is named."""
    return next((os.environ[name] for name in EDITORS if os.environ.get(name)), "")
