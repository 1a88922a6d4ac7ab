"""What the reviewer sees: one card, its keys, and what came of the last one. Pure lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.text.draw import card, cell, facts, likelihood, paint, wrap
from passdown.text.safe import columns, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.surfaces.review.desk import Desk
    from passdown.text.draw import Look

KEYS = (
    ("a", "accept"),
    ("x", "reject"),
    ("e", "edit"),
    ("space", "skip"),
    ("u", "undo"),
    ("?", "help"),
    ("q", "quit"),
)
LONGEST = 300
"""Characters of a message that are shown."""

REASONS = ("wrong", "stale", "duplicate", "out of scope", "unsafe")
HELP = (
    ("a", "accept: a yes, applied when it is sent"),
    ("x", "reject, then the number of a reason; `o` for one in your own words"),
    ("e", "edit what is proposed, look at it again, then accept it with `a`"),
    ("space", "skip: leave it in the queue for another time"),
    ("u", "undo: take the latest unsent decision back"),
    ("j k", "next and previous card, deciding nothing"),
    ("↑ ↓", "scroll a card that is longer than the screen; also PgUp and PgDn"),
    ("^S", "send all that is unsent now"),
    ("q", "send all that is unsent, and leave"),
    ("^C", "leave, and be asked what becomes of what is unsent"),
)
ABOUT_HELP = (
    "Your last ten decisions wait here unsent, so that you can take them back. They are sent when"
    " an eleventh pushes them out, after half a minute without a key, and when you leave."
    " `passdown undo ID` takes back what was sent."
)


class View(NamedTuple):
    """One frame: the card on top (None for none), and what is said below it."""

    desk: Desk
    shown: dict[str, Any] | None = None
    message: str = ""
    edit: dict[str, Any] | None = None
    scroll: int = 0
    asking: tuple[str, ...] = ()
    left: int = 0


def frame(view: View, look: Look, height: int) -> list[str]:
    """At most `height` lines that fit: a head, the body from where it is scrolled to, a foot."""
    body = list(_body(view, look))
    foot = _foot(view, look)
    room = max(1, height - 2 - len(foot))
    start = max(0, min(view.scroll, len(body) - room))
    part = body[start : start + room]
    if rest := len(body) - start - len(part):
        part[-1] = paint(f"↓ {rest + 1} more lines", "dim", look)
    blank = [""] * (room - len(part))
    return [_head(view, look), "", *part, *blank, *foot][:height]


def help_lines(look: Look) -> list[str]:
    """The page behind `?`."""
    return [paint("Keys", "bold", look), "", *facts(HELP, look), "", *wrap(ABOUT_HELP, look)]


def furthest(view: View, look: Look, height: int) -> int:
    """How far the body can be scrolled."""
    room = max(1, height - 2 - len(_foot(view, look)))
    return max(0, len(list(_body(view, look))) - room)


def _head(view: View, look: Look) -> str:
    desk = view.desk
    where = f"{desk.place + 1} of {len(desk.queue)}" if desk.id else f"{len(desk.queue)} seen"
    time = f" · about {view.left} min left" if view.left else ""
    right = f"{where} · {len(desk.unsent)} unsent{time}"
    left = one_line("passdown review", look.width - columns(right) - 2)
    space = " " * max(1, look.width - columns(left) - columns(right))
    return paint(f"{left}{space}{right}", "dim", look)


def _body(view: View, look: Look) -> list[str]:
    shown = view.shown
    if shown is None:
        return _end(view.desk, look)
    lines = list(card(shown["card"], look))
    return [*lines, "", *facts(_about(shown), look)]


def _about(shown: dict[str, Any]) -> list[tuple[str, str]]:
    """What stands below a card, so far as the card itself does not say it."""
    what = f"{shown['loop']} {shown['action']} · {shown['scope']}"
    about = [("proposes", what), ("noted", cell(shown.get("flags"))), ("id", shown["id"])]
    if not _says(shown["card"], "confidence"):
        about.insert(0, ("confidence", likelihood(shown["confidence"])))
    return [(name, value) for name, value in about if value]


def _says(shown: dict[str, Any], name: str) -> bool:
    known = [block["facts"] for block in shown["blocks"] if block["type"] == "facts"]
    return any(fact[0].casefold() == name for pairs in known for fact in pairs)


def _standing(view: View) -> str:
    """What was decided or changed on this card."""
    desk, decision = view.desk, view.desk.unsent_of(view.desk.id)
    if desk.id in desk.sent:
        return "decided and sent"
    if decision is None:
        return "edited: `a` accepts it like this, `u` drops the edit" if view.edit else ""
    verdict = "accepted" if decision.yes else f"rejected: {decision.reason}"
    return f"{verdict}{', edited' if decision.edit is not None else ''} (unsent; `u` undoes)"


def _end(desk: Desk, look: Look) -> list[str]:
    if not desk.queue:
        return wrap("Nothing waits for a decision.", look)
    left = f"{desk.open} skipped and still open" if desk.open else "all of them decided"
    text = f"That was the last of {len(desk.queue)}: {left}. `k` goes back, `q` sends and leaves."
    return wrap(text, look)


def _foot(view: View, look: Look) -> list[str]:
    said = view.message or _standing(view)
    message = [paint(line, "yellow", look) for line in wrap(one_line(said, LONGEST), look)]
    if view.asking:
        return [*message, *(part for line in view.asking for part in wrap(line, look))]
    return [*message, _keys(KEYS, look)]


def _keys(pairs: Sequence[tuple[str, str]], look: Look) -> str:
    parts, used = [], 0
    for key, word in pairs:
        used += len(key) + len(word) + 3
        if used <= look.width + 2:
            parts.append(f"{paint(key, 'bold', look)} {paint(word, 'dim', look)}")
    return "  ".join(parts)
