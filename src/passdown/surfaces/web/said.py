"""What a page's script sends: one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from anyio.from_thread import run

from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from passdown.surfaces.web.site import Visit


def said(visit: Visit) -> dict[str, Any]:
    """The object that came with this request; Invalid when it is none."""
    try:
        found = msgspec.json.decode(run(visit.request.body) or b"{}")
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Invalid(f"not JSON: {error}", next="Send one JSON object.") from error
    if not isinstance(found, dict):
        raise Invalid("not a JSON object", next='Send {"name": value, ...}.')
    return found
