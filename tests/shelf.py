"""A store with the claims loop, a person who approves, and the mirror of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passdown.app import App
from passdown.config import Places
from passdown.domain.actor import human
from passdown.testing import VirtualClock

ALICE = human("alice")


class Shelf:
    """A store with the claims loop, and its mirror."""

    def __init__(self, home: Path) -> None:
        self.clock = VirtualClock()
        self.home = home
        places = Places(home / ".passdown", "test", str(home / ".passdown/store.db"), home, home)
        self.app = App(places, clock=self.clock)
        self.root = home / "knowledge"

    def call(self, name: str, who: Any = ALICE, /, **params: Any) -> Any:
        return self.app.call(name, params, who)

    def know(self, text: str, scope: str = "global") -> str:
        """Add a claim and approve it; its id."""
        self.clock.advance(seconds=1)
        done = self.call("add", text=text, scope=scope, confirm=True)
        return str(next(r["id"] for r in done["records"] if r["life"] == "active"))

    def mirror(self, **params: Any) -> Any:
        return self.call("mirror", **params)

    def pull(self, **params: Any) -> Any:
        return self.call("mirror.pull", **params)

    def approve_all(self) -> None:
        self.clock.advance(seconds=1)
        for one in self.call("pending", status="open", limit=1000)["proposals"]:
            self.call("approve", id=one["id"])

    def text(self, name: str) -> str:
        return (self.root / name).read_text()

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.text(name)
        assert old in text
        (self.root / name).write_text(text.replace(old, new))

    def files(self) -> dict[str, bytes]:
        every = (p for p in self.root.rglob("*") if p.is_file())
        return {str(p.relative_to(self.root)): p.read_bytes() for p in every}

    def lines(self) -> set[str]:
        """Every claim in the files, without ids."""
        pages = (text.decode() for name, text in self.files().items() if name.endswith(".md"))
        said = (line for page in pages for line in page.splitlines() if line.startswith("- "))
        return {line[2:].rpartition(" [pd:")[0] for line in said}
