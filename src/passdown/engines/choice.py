"""Which models are configured, and where they are: read from settings, keys from outside."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from passdown.domain.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.domain.settings import Settings

PROVIDERS = ("anthropic", "ollama", "openai")
EMBEDDING = ("ollama", "openai")
"""Those whose protocol has vectors of texts."""
KEYS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "ollama": "OLLAMA_API_KEY",
    "openai": "OPENAI_API_KEY",
}
"""The environment variables that hold the keys: nothing else ever does."""
OFFICIAL = {
    "anthropic": "https://api.anthropic.com",
    "ollama": "http://127.0.0.1:11434/v1",
    "openai": "https://api.openai.com/v1",
}
EXAMPLE = "As in anthropic:claude-haiku-4-5, openai:gpt-4o-mini or ollama:qwen3."

EMBEDDERS = "As in openai:text-embedding-3-small or ollama:nomic-embed-text."


class Price(NamedTuple):
    """Dollars per million tokens."""

    read: float
    written: float


class Choice(NamedTuple):
    """One model of one provider; its key is '' where none is needed."""

    provider: str
    model: str
    url: str
    key: str = ""
    price: Price | None = None


def choices(settings: Settings, keys: Mapping[str, str]) -> tuple[Choice, ...]:
    """The model that is asked first, then those asked when it cannot be reached."""
    price = _price(settings.text("engine.price"))
    specs = [spec.strip() for spec in settings.text("engine.model").split(",") if spec.strip()]
    return tuple(_choice(spec, settings, keys, price) for spec in specs)


def embedding_choice(settings: Settings, keys: Mapping[str, str]) -> Choice:
    """The model that makes vectors of texts, and what it costs where the user says so."""
    dollars = settings.number("engine.embedder_price")
    price = None if dollars < 0 else Price(dollars, 0.0)
    where = "engine.embedder"
    spec = settings.text(where).strip()
    if spec.partition(":")[0].strip() not in EMBEDDING:
        raise Invalid(f"no embedder {spec[:80]!r}", where=where, next=EMBEDDERS)
    return _choice(spec, settings, keys, price, where)


def _choice(
    spec: str,
    settings: Settings,
    keys: Mapping[str, str],
    price: Price | None,
    where: str = "engine.model",
) -> Choice:
    provider, _, model = (part.strip() for part in spec.partition(":"))
    if provider not in PROVIDERS or not model:
        raise Invalid(f"no engine {spec[:80]!r}", where=where, next=EXAMPLE)
    url = settings.text(f"engine.{provider}_url") or OFFICIAL[provider]
    key = keys.get(KEYS[provider], "").strip()
    if not key and url == OFFICIAL[provider] and provider != "ollama":
        raise Unavailable(
            f"{provider} wants a key", where=KEYS[provider], next=f"export {KEYS[provider]}=..."
        )
    _check_address(provider, url, has_key=bool(key))
    return Choice(provider, model, url, key, price)


def _check_address(provider: str, url: str, *, has_key: bool) -> None:
    """Invalid unless it is one, and one to which a key may be sent."""
    parts, where = urlsplit(url), f"engine.{provider}_url"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f"no address {url[:80]!r}", where=where, next="As in https://HOST/v1.")
    if has_key and parts.scheme == "http" and not _is_here(parts.hostname):
        raise Invalid(
            "a key would be sent unencrypted",
            where=where,
            next=f"Use https, or take {KEYS[provider]} out of the environment.",
        )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _price(text: str) -> Price | None:
    if not text.strip():
        return None
    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        read = written = -1.0
    if not (0 <= read < 1e6 and 0 <= written < 1e6):
        raise Invalid(
            f"no price {text[:40]!r}",
            where="engine.price",
            next="Dollars per million tokens, read and written: 0.15,0.6",
        )
    return Price(read, written)
