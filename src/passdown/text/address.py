"""Addresses of servers, by what they say of themselves: nothing is looked up."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

NAMES = ("localhost", "internal", "local", "lan", "home.arpa", "localdomain")
"""How names end that mean nothing beyond a network."""


def is_within(url: str) -> bool:
    """Whether this is an address of this machine or of its own network, however it is written, or
    none that one could tell."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return True
    numbers = _number(host)
    if numbers is not None:
        return not numbers
    return "." not in host or any(host == n or host.endswith(f".{n}") for n in NAMES)


def _number(host: str) -> bool | None:
    """Whether a host that is written in numbers is one of the whole world; None when it is a name.
    What only some programs take for a number (`0x7f.1`, `2130706433`) is none of the world."""
    try:
        found = ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        return False if last[:1].isdigit() and set(last) <= set("0123456789abcdefx") else None
    inner = getattr(found, "ipv4_mapped", None) or found
    return bool(inner.is_global) and not inner.is_multicast
