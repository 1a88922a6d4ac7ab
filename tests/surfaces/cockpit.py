"""A cockpit on a real socket, with somebody signed in at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from passdown.app import App
from passdown.domain.actor import Actor, Proof, human
from passdown.surfaces import http, web
from tests.surfaces.live import live

MIRA = human("mira", Proof.TERMINAL)
PAGES = (
    "/",
    "/clusters",
    "/decisions",
    "/ledger",
    "/knowledge",
    "/graph",
    "/sessions",
    "/readings",
    "/audits",
    "/audits/rules",
    "/inventory",
    "/measure",
    "/controls",
    "/controls/gate.max_open",
    "/people",
    "/sign-in",
)
"""Every page whose address needs no name of anything in the store, but for those of a loop."""
OF_LOOPS = ("/ontologies",)
"""Pages of what a loop brings, which are there where the loop is."""
PARTS = (
    "/queue",
    "/ledger/verified",
    "/measure/figures",
    "/measure/calibration",
    "/measure/storage",
)
"""What pages fetch once they stand, or append."""


@dataclass
class Cockpit:
    """Where it is, and how one comes in."""

    base: str
    entry: web.Entry
    clients: list[httpx2.Client] = field(default_factory=list)

    def way_in(self, actor: Actor = MIRA) -> str:
        """An address that signs this person in, once."""
        return f"{self.base}/in/{self.entry.key_for(actor)}"

    def browser(self, actor: Actor | None = MIRA) -> httpx2.Client:
        """A client that holds the cookie of this person's sitting, and the seal for posts."""
        client = self.client(follow_redirects=True)
        if actor is not None:
            page = client.get(self.way_in(actor)).text
            client.headers["x-seal"] = page.split('name="seal" content="')[1].split('"')[0]
        return client

    def client(self, **how: Any) -> httpx2.Client:
        """A client that brings nothing; closed when the cockpit is."""
        self.clients.append(httpx2.Client(base_url=self.base, **how))
        return self.clients[-1]


def build(app: App, entry: web.Entry, door: http.Door | None = None) -> http.Front:
    """The server with its pages, as `serve` builds it."""
    pages = web.routes(
        app, entry, who=lambda r: r.scope[http.ACTOR], status=lambda e: http.STATUS[type(e)]
    )
    return http.build(app, door=door, pages=pages, guests=entry)


@contextmanager
def cockpit(app: App) -> Iterator[Cockpit]:
    """Serve it on a free port of this machine."""
    entry = web.Entry()
    with live(build(app, entry)) as port:
        served = Cockpit(f"http://127.0.0.1:{port}", entry)
        yield served
        for client in served.clients:
            client.close()
