"""Whatever is edited in a mirror, pulled and approved: the files then say what was edited."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple, TypeAlias

from hypothesis import given, settings, strategies as st

from passdown.app import App, memory_app
from passdown.domain.actor import human
from passdown.testing import VirtualClock

ALICE = human("alice")
LINE = re.compile(r"- (.+?)(?: \[pd:([0-9a-f]{12})\])?")
SCOPES = ("global", "repo:web", "repo:acme/api", "agent:robot")
PAGES = (
    *("global/facts.md", "global/pitfalls.md", "global/questions.md"),
    *("repos/web.md", "repos/acme%2Fapi.md", "agents/robot.md"),
)

Said: TypeAlias = dict[str, list[tuple[str, str]]]
"""By file, the text and the id of each line."""


class Change(NamedTuple):
    """What somebody does to a mirror: to which line, and with which words in which file."""

    what: str
    at: int
    text: str
    file: str


texts = st.builds(
    "{} the {} {} {}".format,
    st.sampled_from(("Restart", "Check", "restart", "Open")),
    st.sampled_from(("cache", "Cache", "queue", "log_file")),
    st.sampled_from(("before", "after")),
    st.sampled_from(("lunch.", "a deploy", "[pd:0123456789ab] ok", "a  wide   gap", "caf\xe9.")),
)
changes = st.builds(
    Change,
    st.sampled_from(("change", "remove", "add", "move", "copy", "swap", "upper")),
    st.integers(0, 30),
    texts,
    st.sampled_from(PAGES),
)


def said(root: Path) -> Said:
    """What the pages say, as a person reads them."""
    found: Said = {}
    for page in sorted(root.rglob("*.md")):
        lines = [LINE.fullmatch(line) for line in page.read_text().splitlines()]
        name = str(page.relative_to(root))
        found[name] = [(line[1], line[2] or "") for line in lines if line]
    return found


def edit(pages: Said, what: Change) -> None:
    """Do one change to what the pages say."""
    every = [(file, n) for file, lines in sorted(pages.items()) for n in range(len(lines))]
    if what.what == "add" or not every:
        pages.setdefault(what.file, []).append((what.text, ""))
        return
    file, n = every[what.at % len(every)]
    text, id = pages[file][n]
    if what.what == "change":
        pages[file][n] = (what.text, id)
    elif what.what == "upper":
        pages[file][n] = (text.upper(), id)
    elif what.what == "swap":
        other, m = every[(what.at + 1) % len(every)]
        words = pages[other][m][0]
        pages[other][m] = (text, pages[other][m][1])
        pages[file][n] = (words, id)
    elif what.what in ("move", "copy"):
        pages.setdefault(what.file, []).append((text, id))
    if what.what in ("remove", "move"):
        del pages[file][n]


def write(root: Path, pages: Said) -> None:
    """Put the changed lines where those of each file stood."""
    for name, lines in pages.items():
        page = root / name
        page.parent.mkdir(exist_ok=True)
        old = page.read_text() if page.exists() else ""
        heads = [line for line in old.splitlines() if not line.startswith("- ")]
        marked = [f"- {text} [pd:{id}]" if id else f"- {text}" for text, id in lines]
        page.write_text("\n".join([*heads, *marked]) + "\n")


def folder(name: str) -> str:
    """What stands for the scope of a page: all of `global/` is one."""
    return "global" if name.startswith("global/") else name


def spoken(pages: Said) -> set[tuple[str, str]]:
    """Which statement is made in which scope, whatever its case and white space."""
    lines = ((name, text) for name, lines in pages.items() for text, _ in lines)
    return {(folder(name), " ".join(text.casefold().split())) for name, text in lines}


def approve_all(app: App) -> None:
    while waiting := app.call("pending", {"status": "open", "limit": 1000}, ALICE)["proposals"]:
        for one in waiting:
            assert app.call("approve", {"id": one["id"]}, ALICE)["state"] == "executed"


@settings(max_examples=100)
@given(
    st.lists(st.tuples(texts, st.sampled_from(SCOPES)), max_size=6),
    st.lists(st.lists(changes, max_size=6), min_size=1, max_size=2),
)
def test_what_was_edited_pulled_and_approved_is_what_the_files_say(
    known: list[tuple[str, str]], rounds: list[list[Change]]
) -> None:
    clock = VirtualClock()
    with memory_app(clock) as app:
        root = app.places.root / "knowledge"
        for text, scope in known:
            clock.advance(seconds=1)
            app.call("add", {"text": text, "scope": scope, "confirm": True}, ALICE)
        for steps in rounds:
            clock.advance(seconds=1)
            app.call("mirror", {}, ALICE)
            before, wanted = said(root), said(root)
            for step in steps:
                edit(wanted, step)
            write(root, wanted)
            done = app.call("mirror.pull", {}, ALICE)
            assert done["refused"] == 0
            assert bool(done["proposals"]) <= (wanted != before)
            approve_all(app)
            assert app.call("mirror.pull", {}, ALICE)["edits"] == []
            app.call("mirror", {}, ALICE)
            check(root, before, wanted)


def check(root: Path, before: Said, wanted: Said) -> None:
    """The files say what was wanted, in those words; who was left alone has the old id."""
    now = said(root)
    assert spoken(now) == spoken(wanted)
    words = {text for lines in wanted.values() for text, _ in lines}
    assert {text for lines in now.values() for text, _ in lines} <= {
        " ".join(text.split()) for text in words
    }
    left = {(n, *line) for n, ls in wanted.items() for line in ls} & {
        (n, *line) for n, ls in before.items() for line in ls
    }
    twice = [one for one in words if sum(o.casefold() == one.casefold() for o in words) > 1]
    kept = {(n, *line) for n, lines in now.items() for line in lines}
    assert {one for one in left - kept if one[1] not in twice and _once(one, wanted)} == set()
    index = json.loads((root / "index.json").read_text())
    assert {f["id"] for f in index["facts"]} == {id for _, _, id in kept}


def _once(one: tuple[str, str, str], wanted: Said) -> bool:
    """Whether this is said in one place of its scope only."""
    places = [
        text
        for name, lines in wanted.items()
        for text, _ in lines
        if folder(name) == folder(one[0]) and " ".join(text.split()) == " ".join(one[1].split())
    ]
    return len(places) == 1
