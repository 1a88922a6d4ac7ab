"""Posts as forges send them, to an app that has the operations for them, and what follows there."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from passdown.app import App
from passdown.domain.scope import ALL
from passdown.ops import catalogue
from passdown.surfaces.worker import Worker

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from passdown.ops.operation import Operation
    from tests.forges import Forge

SECRET = "only the forge and we know"


class Narrow(App):
    """An app with the operations that matter here: a server of all is long in the making."""

    @property
    def operations(self) -> dict[str, Operation]:
        return {name: catalogue.find(name) for name in ("audit.hook", "audit.pr", "audit.result")}


def payload(forge: Forge, action: str, **more: Any) -> dict[str, Any]:
    pull = {**forge.pulls["acme/shop", 7], **more}
    return {"action": action, "number": 7, "pull_request": pull,
            "repository": {"full_name": "acme/shop"}}  # fmt: skip


def sealed(
    forge: Forge,
    body: bytes,
    event: str = "pull_request",
    delivery: str = "d1",
    seal: str | None = None,
) -> dict[str, str]:
    """The headers that the forge posts this with."""
    made = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest() if seal is None else seal
    own = {"content-type": "application/json"}
    if forge.kind == "github":
        return own | {"X-GitHub-Event": event, "X-GitHub-Delivery": delivery,
                      "X-Hub-Signature-256": f"sha256={made}" if made else ""}  # fmt: skip
    return own | {"X-Gitea-Event": event, "X-Gitea-Delivery": delivery, "X-Gitea-Signature": made}


def post(
    web: TestClient,
    forge: Forge,
    told: Any,
    event: str = "pull_request",
    delivery: str = "d1",
    seal: str | None = None,
    **headers: str,
) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    own = sealed(forge, body, event, delivery, seal)
    return web.post(f"/hook/{forge.kind}", content=body, headers={**own, **headers})


def jobs(app: App) -> list[Any]:
    with app.store.read(ALL) as tx:
        found = tx.jobs.all()
    return [one for one in found if one.key.startswith("pull_request")]


def work(app: App) -> Worker:
    """A worker that does what is due, of the jobs of forges alone."""
    done = Worker(app, list)
    done.once()
    return done


def rows(app: App) -> list[dict[str, Any]]:
    file = app.places.root / "data/_kb/outcomes.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
