"""What is proposed, in the reviewer's hands: in their editor, or its one text in a prompt."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from passdown.domain.errors import Invalid, Unavailable

Json = dict[str, Any]
PROMPTED = "text"
AGAIN = "`e` goes on from where you were."


def draft(payload: Json, editor: str) -> str:
    """What is edited: all of it in an editor, else the one text that fits a prompt."""
    if editor:
        return json.dumps(payload, indent=2, ensure_ascii=False) + "\n"
    if isinstance(payload.get(PROMPTED), str):
        return str(payload[PROMPTED])
    raise Unavailable(
        "no editor is named, and this has no single text",
        where="edit",
        next="Set EDITOR, for example: export EDITOR=nano",
    )


def ask(text: str, editor: str) -> str:
    """The draft as the reviewer left it."""
    return in_editor(text, editor) if editor else in_prompt(text)


def payload_of(text: str, payload: Json, editor: str) -> Json:
    """The payload that a draft says."""
    if not editor:
        return {**payload, PROMPTED: text}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"that is no JSON: {error}", where="edit", next=AGAIN) from None
    if not isinstance(found, dict):
        raise Invalid("that is no JSON object", where="edit", next=AGAIN)
    return found


def in_editor(text: str, editor: str) -> str:
    """The text after the editor was closed, from a file that only its owner could read."""
    with TemporaryDirectory(prefix="passdown-") as folder:
        path = Path(folder, "proposal.json")
        path.write_text(text)
        try:
            done = subprocess.run([*shlex.split(editor), str(path)], check=False)
            left = path.read_text()
        except (OSError, ValueError) as error:
            raise Unavailable(f"the editor did not work: {error}", where=editor) from error
        if done.returncode:
            raise Invalid(f"the editor ended with {done.returncode}", where=editor)
        return left


def in_prompt(text: str) -> str:
    """The text after the reviewer changed it on one line; an empty one means as it was."""
    print("Change the text. Enter shows the card with it,\nCtrl-C leaves it as it was.\n")
    try:
        import readline
    except ImportError:
        print(f"Now: {text}")
        return input("New (empty keeps it): ").strip() or text
    readline.set_startup_hook(lambda: readline.insert_text(text))
    try:
        return input("Edit: ").strip() or text
    finally:
        readline.set_startup_hook(None)
