"""A proxy that says who somebody is: believed when it is proved to be it, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from passdown.domain.errors import Invalid
from passdown.domain.settings import Setting, Settings
from passdown.surfaces import web
from passdown.surfaces.web.proxy import SECRET, configured
from tests.desk import Desk, desk
from tests.notes import Add
from tests.surfaces.cockpit import Cockpit, build, cockpit
from tests.surfaces.live import live

PASSWORD = "a proxy's own secret"


@pytest.fixture
def at() -> Iterator[Desk]:
    made = desk()
    yield made
    made.close()


@pytest.fixture
def served(at: Desk) -> Iterator[Cockpit]:
    with cockpit(at.app) as found:
        yield found


def proxied(at: Desk, **more: str) -> Settings:
    known = {"server.proxy_header": "X-Email", "server.proxy_address": "127.0.0.1/32", **more}
    values = {name: Setting(value) for name, value in known.items()}
    return Settings({**at.app.settings.values, **values})


@pytest.fixture
def behind(at: Desk) -> Iterator[str]:
    entry = web.Entry(proxy=configured(proxied(at), PASSWORD))
    with live(build(at.app, entry)) as port:
        yield f"http://127.0.0.1:{port}"


def through(base: str, name: str, secret: str = PASSWORD) -> httpx2.Client:
    """A browser behind the proxy, which says who it is with everything it asks."""
    headers = {"x-email": name, SECRET: secret}
    return httpx2.Client(base_url=base, headers=headers, follow_redirects=True)


def test_who_the_proxy_knows_is_signed_in_with_their_own_roles(at: Desk, behind: str) -> None:
    at.call("token.new", name="ann@corp.example", role="review")
    id = at.ask(Add("tea is at four")).id
    with through(behind, "Ann@Corp.example") as client:
        page = client.get("/sign-in").text
        assert "ann@corp.example" in page
        seal = page.split('name="seal" content="')[1].split('"')[0]
        answer = client.post(f"/cards/{id}/decide", json={"yes": True}, headers={"x-seal": seal})
        assert answer.status_code == 200
        refused = client.post(
            "/controls/gate.max_open/set", json={"value": "9"}, headers={"x-seal": seal}
        )
        assert refused.status_code == 403
    assert at.proposal(id).decided_by == "ann@corp.example"
    assert at.call("sign.list")["signs"][0]["how"] == "proxy"


def test_whom_nobody_gave_a_role_is_not_let_in_by_the_proxy(at: Desk, behind: str) -> None:
    at.call("token.new", name="robot", role="agent")
    for name in ("eve@corp.example", "robot", "", "a" * 5000):
        with through(behind, name) as client:
            assert "Sign out" not in client.get("/sign-in").text


def test_the_header_is_refused_from_anybody_else(at: Desk, behind: str) -> None:
    at.call("token.new", name="ann", role="admin")
    for secret in ("", "guessed", PASSWORD + "x"):
        with through(behind, "ann", secret) as client:
            answer = client.get("/sign-in")
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
    two = [("x-email", "ann"), ("x-email", "bob"), (SECRET, PASSWORD)]
    assert httpx2.get(f"{behind}/sign-in", headers=two).status_code == 403
    far = configured(proxied(at, **{"server.proxy_address": "10.9.0.0/24"}), PASSWORD)
    with (
        live(build(at.app, web.Entry(proxy=far))) as port,
        through(f"http://127.0.0.1:{port}", "ann") as client,
    ):
        assert client.get("/sign-in").status_code == 403


def test_without_the_setting_the_header_says_nothing(at: Desk, served: Cockpit) -> None:
    at.call("token.new", name="ann", role="admin")
    with through(served.base, "ann") as client:
        assert "Sign out" not in client.get("/sign-in").text


def test_a_sitting_by_proxy_ends_when_the_proxy_says_another_name(at: Desk, behind: str) -> None:
    for name in ("ann", "bob"):
        at.call("token.new", name=name, role="review")
    with through(behind, "ann") as client:
        assert "Sign out" in client.get("/sign-in").text
        client.headers["x-email"] = "bob"
        assert "Sign out" not in client.get("/").text
    with through(behind, "bob") as client:
        assert "Sign out" in client.get("/sign-in").text
        at.call("token.revoke", name="bob")
        assert "Sign out" not in client.get("/").text


@pytest.mark.parametrize(
    ("more", "secret"),
    [
        ({}, ""),
        ({}, "short"),
        ({"server.proxy_address": ""}, PASSWORD),
        ({"server.proxy_address": "0.0.0.0/0"}, PASSWORD),
        ({"server.proxy_address": "::/0"}, PASSWORD),
        ({"server.proxy_address": "the proxy"}, PASSWORD),
    ],
)
def test_a_proxy_that_anybody_could_be_is_refused(
    more: dict[str, str], secret: str, at: Desk
) -> None:
    with pytest.raises(Invalid):
        configured(proxied(at, **more), secret)
