"""Measure: what the store learns, what is used of it, and how sure the detectors were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.surfaces.web.plot import dots, stacks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

KINDS = ("approved", "rejected", "undone")
TILES = (
    ("velocity", "Learned"),
    ("hit_rate", "Of use"),
    ("error_reduction", "Errors saved"),
    ("task_completion", "Ended well"),
)


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of this page."""
    return (
        site.page("/measure", measure),
        site.page("/measure/figures", figures),
        site.page("/measure/storage", storage),
        site.page("/measure/calibration", calibration),
    )


def measure(visit: Visit) -> Response:
    """The page; its figures come when they are counted."""
    days = min(visit.whole("days", 30), 366)
    return visit.show("measure.html", days=days)


def storage(visit: Visit) -> Response:
    """What the store takes, which is asked of its file."""
    return visit.show("part/storage.html", storage=visit.call("storage", whole=True))


def figures(visit: Visit) -> Response:
    """The four figures, the decisions a day, and the queue."""
    loop = visit.asked("loop")
    found = visit.call("figures", days=visit.whole("days", 30), loop=loop)
    return visit.show(
        "part/figures.html",
        found=found,
        tiles=TILES,
        bars=stacks(found["days"], KINDS),
        pace=visit.call("pace", loop=loop),
        saved=visit.call("phrases.used"),
    )


def calibration(visit: Visit) -> Response:
    """How sure each loop was, against what people decided."""
    groups = visit.call("ledger.calibrate")["groups"]
    drawn = [{**group, "dots": dots(group["reliability"])} for group in groups]
    return visit.show("part/calibration.html", groups=drawn)
