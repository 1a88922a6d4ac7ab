"""What stands beside a card, once it is shown: what like it was kept, what is known already, what
was said where it would have been right or wrong, what is alike, and what happened lately."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from passdown.surfaces.web.site import Site, Visit

LATELY = 8
SHOWN = 5


def routes(site: Site) -> Sequence[BaseRoute]:
    """The addresses of these parts, and of the page of clusters."""
    return (
        site.page("/cards/{id}/beside", beside),
        site.page("/clusters", clusters),
    )


def beside(visit: Visit) -> Response:
    """The part of a card that takes longer than the card."""
    id = visit.asked("id")
    shown = visit.call("show", id=id)
    is_open = shown["status"] == "pending"
    examples = list(_examples(visit, shown["replay"] or {}))
    return visit.show(
        "part/beside.html",
        shown=shown,
        odds=visit.call("odds", id=id),
        nearest=visit.call("nearest", id=id) if is_open else {"id": ""},
        alike=visit.call("alike.list", id=id, limit=SHOWN) if is_open else None,
        similar=visit.call("ledger.similar", id=id, limit=SHOWN)["similar"],
        lately=visit.call("decisions", loop=shown["loop"], event="all", limit=LATELY)["decisions"],
        examples=examples,
    )


def clusters(visit: Visit) -> Response:
    """Open questions that differ only in what they name, a line for each group."""
    found = visit.call("alike.groups", loop=visit.asked("loop"))
    return visit.show("clusters.html", **found)


def _examples(visit: Visit, replay: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What was said where a yes would have been right, and where wrong; what was forgotten since
    is left out."""
    for right, name in ((True, "right_examples"), (False, "wrong_examples")):
        for seq in replay.get(name, ()):
            try:
                said = visit.call("seen", seq=seq)
            except NotFound:
                continue
            yield {"seq": seq, "right": right, "at": said["at"], "text": said["text"]}
