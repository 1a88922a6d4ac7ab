"""The four figures of a store as a page that people read: `metrics/dashboard.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Figure = Mapping[str, Any]

NAMES = {
    "velocity": "Velocity",
    "hit_rate": "Hit rate",
    "error_reduction": "Error reduction",
    "task_completion": "Task completion",
}
HEAD = "| figure | value | n | status | what it is |\n|---|---|---|---|---|"
WRITTEN = "<!-- Written by passdown metrics --dashboard. -->"
DESCRIBES = "This describes, and compares nothing: only sessions that were held out could."


def page(figures: Mapping[str, Any]) -> str:
    """The page that shows these figures, each with its n and its status; no value where there is
    not enough to tell."""
    rows = [_row(title, figures[name]) for name, title in NAMES.items()]
    head = f"# How this store does\n{WRITTEN}\n\nAs of {figures['at']}.\n\n{HEAD}"
    said = "\n".join(_beside(figures["error_reduction"]))
    return "\n".join([head, *rows]) + f"\n\n{said}\n"


def _row(title: str, figure: Figure) -> str:
    cells = (title, _value(figure), figure["n"], figure["status"], figure["unit"])
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _value(figure: Figure) -> str:
    """A share in percent, with its interval where it has one; a rate as it is; else a dash."""
    value = figure["value"]
    if value is None:
        return "-"
    if "a day" in figure["unit"]:
        return f"{value:.2f}"
    between = f" ({figure['low']:.0%} to {figure['high']:.0%})" if "low" in figure else ""
    return f"{value:.0%}{between}"


def _beside(figure: Figure) -> Iterator[str]:
    """How many sessions each arm has, and the plain rate of errors that came again."""
    arms, plain = figure["arms"], figure["descriptive"]
    yield f"Sessions that were given something: {arms['served']}; held out: {arms['withheld']}."
    rate = plain["repeat_error_rate"]
    if rate is None:
        yield "No session met an error."
    else:
        yield f"Of {plain['n']} errors {rate:.0%} had been met in an earlier session. {DESCRIBES}"
