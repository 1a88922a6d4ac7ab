"""A proxy that knows who somebody is (by OIDC, say) and tells it in a header: off unless it is
configured, and believed from that proxy alone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from passdown.domain.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

    from starlette.datastructures import Headers

    from passdown.domain.settings import Settings

SECRET = "x-passdown-proxy"
"""The header in which the proxy proves to be the one that was meant."""
LEAST = 16
"""Characters of a secret."""
HOW = "docs/how-to/use-the-cockpit.md says how to set a proxy up."


@dataclass(frozen=True, slots=True)
class Proxy:
    """Which header says who somebody is, where the proxy calls from, and what it proves itself
    by."""

    header: str
    addresses: Sequence[IPv4Network | IPv6Network]
    secret: str

    def name(self, headers: Headers, peer: str) -> str:
        """Who it says this is, '' when it says nothing; Forbidden when somebody else says it."""
        said = headers.getlist(self.header)
        if not said:
            return ""
        brought = headers.getlist(SECRET)
        proved = len(brought) == 1 and hmac.compare_digest(
            brought[0].encode(), self.secret.encode()
        )
        if len(said) > 1 or not proved or not self._is_near(peer):
            raise Forbidden(
                f"{self.header} is believed from the configured proxy alone",
                where="sign-in",
                next="Come in through the proxy, or with a token.",
            )
        return said[0].strip().casefold()

    def _is_near(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.addresses)


def configured(settings: Settings, secret: str) -> Proxy | None:
    """The proxy of these settings; None when there is none. Invalid unless all of it is said: a
    header that anybody may send makes everybody anybody."""
    header = settings.text("server.proxy_header").strip().lower()
    if not header:
        return None
    if len(secret) < LEAST:
        what = f"server.proxy_secret_file must name a file with {LEAST} characters or more"
        raise Invalid(what, where="server.proxy_header", next=HOW)
    named = [part.strip() for part in settings.text("server.proxy_address").split(",")]
    try:
        networks = [ip_network(part) for part in named if part]
    except ValueError as error:
        raise Invalid(str(error), where="server.proxy_address", next=HOW) from error
    if not networks or any(network.prefixlen == 0 for network in networks):
        what = "server.proxy_address must say where the proxy calls from"
        raise Invalid(what, where="server.proxy_header", next=HOW)
    return Proxy(header, networks, secret)
