"""A store with the built-in loops, and people and sessions around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passdown.app import memory_app
from passdown.domain.scope import ALL
from passdown.testing import VirtualClock
from tests.desk import ALICE, Desk

if TYPE_CHECKING:
    from passdown.domain.record import Record

WEB = "repo:web"


def claims_desk() -> Desk:
    """A desk whose store mines claims, after the bundled sessions were held."""
    clock = VirtualClock()
    clock.advance(seconds=200 * 86_400)
    return Desk(memory_app(clock), clock)


def hears(at: Desk, *said: str, scope: str = WEB) -> None:
    """Each of these is said in a session of its own, a day apart; then the loop looks."""
    for text in said:
        at.clock.advance(seconds=86_400)
        at.say(text, f"s{at.clock.now()}", scope=scope)
    mines(at)


def mines(at: Desk) -> dict[str, int]:
    """One cycle of the claims loop; what became of its findings."""
    at.clock.advance(seconds=60)
    (cycle,) = at.call("mine", loop="claims")["cycles"]
    assert cycle["failure"] == ""
    fates: dict[str, int] = cycle["fates"]
    return fates


def waiting(at: Desk) -> list[dict[str, Any]]:
    """The open questions."""
    found: list[dict[str, Any]] = at.call("pending", loop="claims")["proposals"]
    return found


def says_yes(at: Desk, **how: Any) -> dict[str, Any]:
    """Approve the only open question."""
    (one,) = waiting(at)
    at.clock.advance(seconds=60)
    done: dict[str, Any] = at.call("approve", ALICE, id=one["id"], reason="so it is", **how)
    return done


def brief(at: Desk, repo: str = "web") -> str:
    """What the next session in this repo is told."""
    text: str = at.call("brief", repo=repo)["text"]
    return text


def claims(at: Desk) -> list[Record]:
    """Every claim there is, whatever its life."""
    from passdown.domain.record import Life

    with at.store.read(ALL) as tx:
        return tx.knowledge.all("claim", lives=tuple(Life))
