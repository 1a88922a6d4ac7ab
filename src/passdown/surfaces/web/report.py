"""The figures and plots of the Measure page as one file that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from passdown.surfaces.web.draw import drawn
from passdown.surfaces.web.measure import KINDS, TILES
from passdown.surfaces.web.plot import dots, stacks
from passdown.surfaces.web.static import text

if TYPE_CHECKING:
    from passdown.app import App
    from passdown.domain.actor import Actor


def report(app: App, actor: Actor, *, days: int = 30, loop: str = "") -> str:
    """The page as HTML: no script, nothing fetched, styled as the cockpit is."""
    found = app.call("figures", {"days": days, "loop": loop}, actor)
    groups = app.call("ledger.calibrate", {"loop": loop}, actor)["groups"]
    return drawn(
        "report.html",
        {
            "style": Markup(text("cockpit.css")),
            "found": found,
            "tiles": TILES,
            "bars": stacks(found["days"], KINDS),
            "groups": [{**group, "dots": dots(group["reliability"])} for group in groups],
            "pace": app.call("pace", {"loop": loop}, actor),
            "saved": app.call("phrases.used", {}, actor),
            "days": days,
            "loop": loop,
            "at": app.clock.now(),
            "where": app.home.name,
        },
    )
