"""Secrets for tests, made when they run: `{hex:40}` in a template stands for 40 random characters.

No key stands in the repository, so that no scanner trips over one, and no test can pass because a
rule knows its one example."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid

ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "b64": string.ascii_letters + string.digits + "+/",
    "base32": string.ascii_uppercase + "234567",
    "digits": string.digits,
    "HEX": "0123456789ABCDEF",
    "hex": "0123456789abcdef",
    "letters": string.ascii_letters,
    "lowdig": string.ascii_lowercase + string.digits,
    "lower": string.ascii_lowercase,
    "mixedhex": "0123456789abcdefABCDEF",
    "upper": string.ascii_uppercase + string.digits,
    "url": string.ascii_letters + string.digits + "_-",
}
_PLACE = re.compile(r"\{(" + "|".join([*ALPHABETS, "uuid", "jwt", "encoded"]) + r")(?::([^}]*))?\}")


def made(template: str, seed: int = 0) -> str:
    """The template with random characters in its places; the same for the same seed."""
    chance = random.Random(f"{seed} {template}")
    return _PLACE.sub(lambda place: _filled(place[1], place[2] or "", chance), template)


def _filled(kind: str, size: str, chance: random.Random) -> str:
    if kind == "uuid":
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))
    if kind == "jwt":
        return _token(chance)
    if kind == "encoded":
        return base64.b64encode(size.encode()).decode()
    return "".join(chance.choices(ALPHABETS[kind], k=int(size)))


def _token(chance: random.Random) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": str(chance.getrandbits(40))})
    coded = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    signature = "".join(chance.choices(ALPHABETS["url"], k=43))
    return ".".join([*(code.decode().rstrip("=") for code in coded), signature])
