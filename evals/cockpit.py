"""How soon a page of the cockpit is there, where very much waits and very much is known.

A store on the disk with 100,000 open questions (half of them in groups that are alike), as many
decided ones, the claims that those left, and what the ledger tells of them. The real server answers
on a socket; a browser's client asks for every page and for one card after the other, as somebody
does who decides. Milliseconds of CPU time of server and client together, one process, each page
asked for once before and the server settled, as it is half a minute after its start: what else a
machine does slows wall time, which stands beside it. What a page fetches once it stands counts as a
page; the walk over the whole chain, which somebody asks for, is shown apart.

Whoever decides changes what every page rests on, so each page is also asked for right after a
decision, another one before each look: yes, no, yes, and that yes taken back.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from evals import Measured, _cockpit_store
from passdown.app import App, open_app
from passdown.domain.actor import Proof, human
from passdown.serve import settle
from passdown.surfaces import http, web

READS_DATA = False
SIZE = 100
"""Thousands of open questions, of decided ones, and of claims."""
TURNS, CARDS = 21, 100
PERSON = human("mira", Proof.TERMINAL)
STATIC = Path(web.__file__).with_name("static")
OF_THE_GRAPH = ("cytoscape.min.js", "graph.js", "regions.js")

PAGES = {
    "inbox": "/",
    "inbox_of_a_loop": "/?loop=claims",
    "inbox_of_a_scope": "/?scope=repo:web",
    "inbox_sure": "/?least=0.95",
    "inbox_flagged": "/?flag=replay_changed",
    "inbox_old": "/?older=7d",
    "inbox_of_nothing": "/?scope=repo:none&least=0.99",
    "inbox_of_an_ontology": "/?ontology=domain-3",
    "inbox_of_mine": "/?mine=1",
    "clusters": "/clusters",
    "queue": "/queue",
    "decisions": "/decisions",
    "rejections": "/decisions?event=rejected",
    "undone": "/decisions?event=undone",
    "decisions_of_a_loop": "/decisions?loop=themes",
    "decisions_of_nobody": "/decisions?by=nobody",
    "ledger": "/ledger",
    "knowledge": "/knowledge",
    "knowledge_of_a_kind": "/knowledge?kind=claim",
    "knowledge_of_a_scope": "/knowledge?kind=claim&scope=repo:web",
    "knowledge_of_a_category": "/knowledge?category=pitfall",
    "phrasebook": "/knowledge?kind=phrase",
    "themes": "/knowledge?kind=theme",
    "search": "/knowledge?q=bobi+fabo",
    "search_of_an_ontology": "/knowledge?q=bobi+fabo&ontology=domain-3",
    "search_of_a_time": "/knowledge?q=bobi+fabo&as_of=2026-06-01",
    "search_of_sessions": "/knowledge?q=bobi+fabo&in=sessions",
    "graph": "/graph",
    "graph_of_a_scope": "/graph?scope=repo:web",
    "graph_of_a_time": "/graph?as_of=2026-06-01",
    "graph_whole": "/graph?limit=500",
    "ontologies": "/ontologies",
    "ontologies_before": "/ontologies?step=0",
    "ontologies_whole": "/ontologies?limit=500",
    "ontology": "/ontologies/domain-3",
    "floor": "/ontologies/primordial",
    "sessions": "/sessions",
    "audits": "/audits",
    "audits_of_a_kind": "/audits?repo=acme/shop&verdict=request_changes",
    "rules": "/audits/rules",
    "inventory": "/inventory",
    "inventory_of_a_class": "/inventory?only=dead",
    "inventory_of_a_folder": "/inventory?folder=src/part3",
    "measure": "/measure",
    "controls": "/controls",
    "controls_of_a_loop": "/controls?prefix=claims.",
    "knob": "/controls/gate.max_open",
    "people": "/people",
    "readings": "/readings",
    "sign_in": "/sign-in",
    "figures": "/measure/figures",
    "figures_of_a_loop": "/measure/figures?days=90&loop=claims",
    "calibration": "/measure/calibration",
    "storage": "/measure/storage",
    "verified": "/ledger/verified",
}
"""Every page, and every part that a page fetches once it stands; what one record, decision, session
or question has beside."""


class Took(NamedTuple):
    """What one request took, and what it brought."""

    wall: float
    cpu: float
    bytes: int


def measure(_: Path | None, thousands: float = SIZE) -> Measured:
    """Fill a store, serve it, and ask for everything."""
    with TemporaryDirectory(prefix="passdown-cockpit-") as folder:
        store = str(Path(folder, "store"))
        with open_app(store=store) as app:
            _cockpit_store.fill(app, int(thousands * 1000))
        gc.collect()  # a server has not filled the store that it serves
        with open_app(store=store) as app:
            return measured(app, thousands)


def measured(app: App, thousands: float) -> Measured:
    """The figures of a store that is filled."""
    cards = _cockpit_store.cards(app, CARDS)
    pages = PAGES | _cockpit_store.single(app)
    with Served(app) as browser:
        for path in pages.values():
            browser.ask(path)
        settle()
        took = {name: browser.several(path) for name, path in pages.items()}
        after = _after_decisions(app, browser, pages)
        one_by_one = [browser.ask(f"/cards/{id}", part=True) for id in cards]
        beside = [browser.ask(f"/cards/{id}/beside", part=True) for id in cards[:40]]
        walk = browser.ask("/ledger/verified?walk=1", part=True)
    every = {name: _at([t.cpu for t in some], 0.95) for name, some in took.items()}
    every["beside"] = _at([t.cpu for t in beside], 0.95)
    slowest = max(every, key=lambda name: every[name])
    then = {name: _at([t.cpu for t in some], 0.95) for name, some in after.items()}
    slowest_then = max(then, key=lambda name: then[name])
    figures = {
        "page_p95_ms": every[slowest],
        "after_decision_p95_ms": then[slowest_then],
        "card_p95_ms": _at([t.cpu for t in one_by_one], 0.95),
        "inbox_bytes": max(t.bytes for t in took["inbox"]),
        "card_bytes": max(t.bytes for t in one_by_one),
        "js_bytes": _script_bytes(),
        "waiting_ms": _waiting(app),
        "walk_of_the_chain_ms": round(1000 * walk.cpu, 1),
    }
    seen = {f"{name}_p95_ms": ms for name, ms in every.items()}
    seen |= {f"after_decision_{name}_p95_ms": ms for name, ms in then.items()}
    wall = {f"{name}_wall_ms": _at([t.wall for t in some], 0.5) for name, some in took.items()}
    wall["card_wall_ms"] = _at([t.wall for t in one_by_one], 0.5)
    wall |= {
        f"after_decision_{name}_wall_ms": _at([t.wall for t in some], 0.5)
        for name, some in after.items()
    }
    against: dict[str, float | str] = {
        "slowest": slowest,
        "slowest_after_decision": slowest_then,
        "load": os.getloadavg()[0],
    }
    return Measured(figures | seen, 2 * TURNS * len(pages) + CARDS, against | wall)


def _after_decisions(app: App, browser: Browser, pages: Mapping[str, str]) -> dict[str, list[Took]]:
    """What the first look at each page took after a decision, so many times: none of them is helped
    by what another page drew."""
    deciding, took = _deciding(app), dict[str, list[Took]]()
    for _ in range(TURNS):
        for name, path in pages.items():
            next(deciding)
            took.setdefault(name, []).append(browser.ask(path))
    return took


def _deciding(app: App) -> Iterator[None]:
    """One decision for each step: yes, no, yes, and that yes taken back; without an end."""
    while True:
        every = iter(_cockpit_store.cards(app, CARDS))
        for yes, no, regretted in zip(every, every, every, strict=False):
            app.call("approve", {"id": yes}, PERSON)
            yield
            app.call("reject", {"id": no, "reason": "wrong"}, PERSON)
            yield
            app.call("approve", {"id": regretted}, PERSON)
            yield
            app.call("undo", {"id": regretted}, PERSON)
            yield


def _waiting(app: App) -> float:
    """What the badge of a browser costs each time the server looks, in CPU milliseconds."""
    began = time.process_time()
    for _ in range(10):
        app.call("waiting", {}, PERSON)
    return round(100 * (time.process_time() - began), 2)


def _script_bytes() -> int:
    """Every script but those that only the graph page loads."""
    every = (p for p in STATIC.glob("*.js") if p.name not in OF_THE_GRAPH)
    return sum(p.stat().st_size for p in every)


def _at(spent: Sequence[float], share: float) -> float:
    ordered = sorted(spent)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


# ---- asking


class Browser:
    """One connection that stays open, with the cookie of a sitting."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"cookie": cookie, "accept": "text/html"}

    def several(self, path: str) -> list[Took]:
        """The same page several times."""
        return [self.ask(path) for _ in range(TURNS)]

    def ask(self, path: str, *, part: bool = False) -> Took:
        """Ask for a page, or a part of one; it must be answered."""
        headers = self._headers | ({"x-part": "1"} if part else {})
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            answer = self._answer(path, headers)
        except RemoteDisconnected:  # nobody asked for some seconds
            answer = self._answer(path, headers)
        body = answer.read()
        took = Took(time.perf_counter() - wall, time.process_time() - cpu, len(body))
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return took

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _answer(self, path: str, headers: Mapping[str, str]) -> HTTPResponse:
        self._connection.request("GET", path, headers=dict(headers))
        return self._connection.getresponse()


class Served:
    """The server of this app on a free port, and somebody signed in at it."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __enter__(self) -> Browser:
        from tests.surfaces.live import live

        entry = web.Entry()
        pages = web.routes(
            self._app,
            entry,
            who=lambda request: request.scope[http.ACTOR],
            status=lambda error: http.STATUS[type(error)],
        )
        self._live = live(http.build(self._app, pages=pages, guests=entry))
        port = self._live.__enter__()
        self._browser = Browser(port, f"passdown={entry.seat(PERSON)}")
        return self._browser

    def __exit__(self, *error: object) -> None:
        self._browser.close()
        self._live.__exit__(None, None, None)
