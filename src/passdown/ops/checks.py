"""Further checks of an audit, as they are asked for: each is put together here from what the caller
named, what is configured and what is known, and judged beside the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from passdown.domain.errors import NotFound, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passdown.stages.audit.change import Change
    from passdown.stages.audit.judge import Outcome, Part, Work


def linters(
    place: Path, change: Change, head: Sequence[str], base: Sequence[str]
) -> tuple[Part, ...]:
    """What reports of linters say of the change. They were asked for: without them an audit is not
    complete."""
    from passdown.stages.audit.judge import Outcome, Part
    from passdown.stages.audit.linted import linted, results

    def find(work: Work) -> Outcome:
        new, old = ([one for file in files for one in results(read(file))]
                    for files in (head, base))  # fmt: skip
        return Outcome(tuple(linted(change, new, old, str(place.resolve()))))

    return (Part("sarif", find, required=True),) if head else ()


def read(file: str) -> bytes:
    """What stands in a file that the caller named; not one that could not be a report."""
    from passdown.stages.audit.linted import LARGEST

    path = Path(file).expanduser()
    try:
        with path.open("rb") as source:
            return source.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFound("there is no such file", where=str(path)) from error
    except OSError as error:
        raise Unreadable(str(error.strerror), where=str(path)) from error
