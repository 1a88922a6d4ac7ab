"""Is this text personal? Check digits, ranges and forms of e-mail, cards, accounts and ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check: TypeAlias = Callable[[str, "Around"], str | None]


class Around(NamedTuple):
    """What stands before a match, in it before the value, and after the value; as Latin-1, which
    is good for ASCII context only."""

    before: str
    name: str
    after: str

    @property
    def left(self) -> str:
        """All that is known of what stands before the value."""
        return self.before + self.name


_SUFFIXES = """c cc cfg cpp css csv gif git go gradle h hpp html ico ini ipynb java jpeg jpg js json
jsonl jsx kt lock log lua map md mdx mjs mount pdf php plist png proto py pyi rb rs scss service
setter getter sh sql socket svelte svg swift target test tf timer toml ts tsx txt vue wasm webp x
xml yaml yml zip"""
_NOT_TLD = frozenset(_SUFFIXES.split())
_ROLES = re.compile(r"(?:git|hg|svn|no-?reply|do-?not-?reply|mailer-daemon)$", re.IGNORECASE)
_DENSITY = re.compile(r"[0-9]x$")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-./ ]?(?:0[1-9]|1[0-2])(?:[-./ ]|[0-3][0-9]\b)")
_CARD = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:2[2-9]|[3-6][0-9]|7[01])[0-9]{13}"
    r"|3[47][0-9]{13}|3(?:0[0-59]|[689][0-9])[0-9]{11}|(?:1800|2131)[0-9]{11}"
    r"|35[0-9]{14}|6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12,15}"
    r"|62[0-9]{14,17}|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}"
)
_COUNTED = re.compile(
    r"(?:id|ids|time|stamp|ts|at|seed|hash|offset|size|bytes|count|version|build|seq|nonce|ns|us|ms)"
    r"[\"']?\s*[:=]\s*[\"']?$",
    re.IGNORECASE,
)
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)
_FISCAL = re.compile(r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]")
_VERHOEFF = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_TWIST = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def email(value: str, around: Around) -> str | None:
    """An address of a person: no remote, no robot, no file name, no user part of a link."""
    local, _, domain = value.rpartition("@")
    labels = domain.lower().split(".")
    if _ROLES.match(local) or labels[-1] in _NOT_TLD or _DENSITY.match(labels[0]):
        return None
    word = re.split(r"[\s<>\"'(]", around.left)[-1]
    return None if "://" in word or word.endswith(("/", "@")) else value.lower()


def card(value: str, around: Around) -> str | None:
    """A payment card: a known range and length, Luhn's check digit, and not named otherwise."""
    digits = _digits(value)
    if not _CARD.fullmatch(digits) or not _luhn(digits):
        return None
    return None if _COUNTED.search(around.left[-24:]) else digits


def iban(value: str, around: Around) -> str | None:
    """An account number whose check digits hold (ISO 7064, mod 97)."""
    plain = value.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return None
    turned = plain[4:] + plain[:4]
    return plain if int("".join(str(int(char, 36)) for char in turned)) % 97 == 1 else None


def ssn(value: str, around: Around) -> str | None:
    """A US social security number within the issued ranges."""
    area, group, serial = value.split("-")
    return None if area in ("000", "666") or group == "00" or serial == "0000" else value


def national(value: str, around: Around) -> str | None:
    """A number of the UK, Spain, France, Italy, Brazil or India, its check digits right."""
    plain = re.sub(r"[ .-]", "", value)
    known = (
        _nino(plain),
        _dni(plain),
        _nir(plain),
        _fiscal(plain),
        _cpf(plain),
        "aadhaar" in around.name.lower() and _aadhaar(plain),
    )
    return plain if any(known) else None


def phone(value: str, around: Around) -> str | None:
    """A telephone number: enough digits, no date, not one digit throughout."""
    number = re.split(r"\s?(?:x|ext)", value, maxsplit=1)[0]
    digits = _digits(number)
    if not 7 <= len(digits) <= 15 or len(set(digits)) < 3 or _DATE.match(number):
        return None
    return ("+" if number.startswith("+") else "") + digits


def address(value: str, around: Around) -> str | None:
    """A public network address: private, loopback and documentation ranges name nobody."""
    from ipaddress import ip_address

    try:
        found = ip_address(value)
    except ValueError:
        return None
    return str(found) if found.is_global or value.startswith("2001:db8") else None


def _digits(value: str) -> str:
    return "".join(filter(str.isdigit, value))


def _luhn(digits: str) -> bool:
    doubled = (int(char) * 2 for char in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def _nino(plain: str) -> bool:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{6}[A-D]", plain):
        return False
    return plain[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def _dni(plain: str) -> bool:
    if not re.fullmatch(r"(?:[0-9]{8}|[XYZ][0-9]{7})[A-Z]", plain):
        return False
    number = str("XYZ".find(plain[0])) + plain[1:-1] if plain[0] in "XYZ" else plain[:-1]
    return _DNI[int(number) % 23] == plain[-1]


def _nir(plain: str) -> bool:
    if not re.fullmatch(r"[12][0-9]{4}[0-9][0-9AB][0-9]{8}", plain):
        return False
    body = plain[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(plain[13:])


def _fiscal(plain: str) -> bool:
    if not _FISCAL.fullmatch(plain):
        return False
    values = [int(char, 36) if char.isdigit() else ord(char) - 65 for char in plain]
    total = sum(_ODD[value] if place % 2 == 0 else value for place, value in enumerate(values[:15]))
    return chr(65 + total % 26) == plain[-1]


def _cpf(plain: str) -> bool:
    if not re.fullmatch(r"[0-9]{11}", plain) or len(set(plain)) == 1:
        return False
    return all(_cpf_digit(plain[:size]) == plain[size] for size in (9, 10))


def _cpf_digit(digits: str) -> str:
    weighed = sum(
        int(char) * weight
        for char, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True)
    )
    return str(weighed * 10 % 11 % 10)


def _aadhaar(plain: str) -> bool:
    check = 0
    for place, char in enumerate(reversed(plain)):
        check = int(_VERHOEFF[check][int(_TWIST[place % 8][int(char)])])
    return len(plain) == 12 and check == 0


CHECKS: Mapping[str, Check] = {
    "email": email,
    "card": card,
    "iban": iban,
    "ssn": ssn,
    "national": national,
    "phone": phone,
    "ip": address,
}
