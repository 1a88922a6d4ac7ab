"""One page: what it asks of the operations, the template it fills, and what is said on an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from passdown.domain.actor import system
from passdown.domain.errors import PassdownError
from passdown.surfaces.web.draw import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from passdown.app import App
    from passdown.domain.actor import Actor
    from passdown.surfaces.web.entry import Entry

    Handler = Callable[["Visit"], Response]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing runs, is drawn or is fetched that does not come from here as a file of its own."""

WEB = system("web")
"""The cockpit itself, where it is nobody who visits."""

NAVIGATION = (
    ("/", "Inbox"),
    ("/decisions", "Decisions"),
    ("/knowledge", "Knowledge"),
    ("/graph", "Graph"),
    ("/ontologies", "Ontologies"),
    ("/sessions", "Sessions"),
    ("/audits", "Audits"),
    ("/measure", "Measure"),
    ("/controls", "Controls"),
)


UNDER = {
    "/readings": "/sessions",
    "/inventory": "/audits",
    "/people": "/controls",
    "/ledger": "/decisions",
}
"""Pages that stand under another one in the navigation."""


class Site:
    """What every page stands on."""

    def __init__(
        self,
        app: App,
        entry: Entry,
        who: Callable[[Request], Actor],
        status: Callable[[PassdownError], int],
    ) -> None:
        self.app = app
        self.entry = entry
        self.who = who
        self.status = status

    def page(self, path: str, handler: Handler, *methods: str) -> Route:
        """The address of a page; the handler runs in a thread of its own."""

        def answer(request: Request) -> Response:
            visit = Visit(self, request)
            try:
                return handler(visit)
            except PassdownError as error:
                return visit.failed(error)

        return Route(path, answer, methods=list(methods or ("GET",)))

    def note(self, event: str, name: str, how: str = "key", where: str = "") -> None:
        """Tell the ledger who signed in or out, or was refused."""
        told = {"event": event, "name": name, "how": how, "where": where}
        self.app.call("sign.note", told, WEB)


class Visit:
    """One request for a page."""

    def __init__(self, site: Site, request: Request) -> None:
        self.site = site
        self.request = request
        self.actor = site.who(request)
        self.sitting = site.entry.sitting(request.headers)

    def call(self, operation: str, **params: Any) -> Any:
        """The answer of an operation, asked by whoever visits."""
        return self.site.app.call(operation, params, self.actor)

    def asked(self, name: str, default: str = "") -> str:
        """What the address says under this name, after `?` or in its path."""
        found: str = self.request.path_params.get(name) or self.request.query_params.get(
            name, default
        )
        return found

    def whole(self, name: str, default: int) -> int:
        """A whole number of the address; the default when it says none."""
        said = self.asked(name)
        return int(said) if said.isdecimal() and len(said) < 16 else default

    def show(self, template: str, code: int = 200, **values: Any) -> Response:
        """The filled template as a page, or as the part of one that was asked for."""
        body = drawn(template, {**self._around(), **values})
        return HTMLResponse(body, code, {"content-security-policy": POLICY})

    def say(self, value: Mapping[str, Any], status: int = 200) -> Response:
        """An answer for the page's own script."""
        return JSONResponse(dict(value), status)

    def failed(self, error: PassdownError) -> Response:
        """The error, as a page to whoever looks and as its parts to a script."""
        status = self.site.status(error)
        if self.request.method != "GET":
            return self.say({"error": error.plain()}, status)
        name = "part/error.html" if self.is_part else "error.html"
        return self.show(name, status, error=error.plain())

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of the page it stands in."""
        return "x-part" in self.request.headers or "hx-request" in self.request.headers

    def _around(self) -> dict[str, Any]:
        return {
            "actor": self.actor,
            "signed_in": self.sitting is not None,
            "seal": self.sitting.seal if self.sitting else "",
            "navigation": NAVIGATION,
            "path": UNDER.get(self.request.url.path, self.request.url.path),
            "query": self.request.query_params,
        }
