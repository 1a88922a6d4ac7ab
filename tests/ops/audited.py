"""A repository whose topic is audited, and desks that audit it with settings of their own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from passdown.app import App
from passdown.testing import VirtualClock
from tests.desk import Desk, places
from tests.stages.audit.repo import commit, init, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


@contextmanager
def desks(folder: Path, **usual: str) -> Iterator[Callable[..., Desk]]:
    """Makes desks that work alone, with these settings besides, `audit.sandbox` said as
    `audit_sandbox`."""
    made: list[Desk] = []

    def make(**more: str) -> Desk:
        home = folder / f"desk{len(made)}"
        told = {"audit_observer": "", "audit_sandbox": "none"} | usual | more
        flags = {name.replace("_", ".", 1): value for name, value in told.items()}
        clock = VirtualClock()
        made.append(Desk(App(places(str(home / "s.db"), home), clock=clock, flags=flags), clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


def seeded(root: Path, files: Mapping[str, str]) -> Path:
    """A clone of a repository that holds these."""
    place = init(root / "repo")
    commit(place, files)
    run(place, "remote", "add", "origin", "https://git.example.com/acme/shop.git")
    return place


def audited(desk: Desk, repo: Path, files: Mapping[str, str | None], message: str) -> Any:
    """The verdict on a topic that changes these."""
    run(repo, "checkout", "-q", "-B", "topic", "main")
    commit(repo, files, message)
    return desk.call("audit.range", range="main..HEAD", repo=str(repo), pr=7)["verdict"]
