"""What a redaction rule asks beyond its pattern: is this value a secret, or personal, at all?

A check gets the value and what stands around it, and returns what is hashed into the placeholder,
so that two spellings of one value stay equal; None means that it is not one."""

from __future__ import annotations

import re
from base64 import b64decode
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING

from passdown.text import identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from passdown.text.identity import Around, Check

# Runs that no generator makes; words that stand where a secret would.
_RUN = re.compile(r"([^\s/+=_-])\1{5,}|[xX]{4,}|[*\u2022]{3,}|\.{3}|#{4,}|REDACTED|redacted")
_DUMMY = re.compile(
    r"your[_-]|[_-]your|example|placeholder|change[_-]?me|replace|insert[_-]|sample[_-]|not[_-]set"
    r"|1234567890|xxxx",
    re.IGNORECASE,
)
_WORDY = re.compile(
    r"my[_-]|dummy|todo|fixme|mask|hidden|omit|undefined|foo|lorem|abcdef(?![0-9a-f])|sample|fake"
    r"|\bnone\b|\bnull\b|xxx|here$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"\$\{|\$\(|\{\{|\}\}|<[\w .-]+>|%[sdv]|%\(|#\{|\{[A-Za-z_.]*\}|^\$\w+|^%\w+%$|^@\w+\.|\u2026"
)
_CODE = re.compile(
    r"[()\[\]{}<>|]|^[.&~@/#!+*%-]|::|->|=>|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^https?:"
)
_FOLDERS = re.compile(r"[\w-]+/[\w-]+/")
_TRIVIAL_WORDS = """password passwd pass pwd secret token user username admin root test tests guest
postgres postgresql mysql redis mongo mongodb rabbitmq minio elastic default local localhost dev
demo bar baz string str int bool boolean true false null none nil undefined optional required
number object any value text type apikey api_key bearer basic oauth auth changeit sha md utf uuid
base arg param var line key host port sub iv mypassword mysecret newpassword oldpassword"""
_TRIVIAL = frozenset(_TRIVIAL_WORDS.split())
_LONGEST_NAME = 120
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")

# The name a value is given: its secret word, and what follows the word.
_NAME = re.compile(
    r"(?:pass(?:word|wd|phrase|wort)?|pwd|secret|token|(?:[a-z]+[ _-]?)?key|credentials?"
    r"|connection_?-?string|csrf|salt|seed_?phrase|pin_?code|pepper)([\w.-]*)",
    re.IGNORECASE,
)
_NO_PREFIX = re.compile(
    r"(?-i:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?:max|min|num|total|input|output|prompt|completion|cached?|context|reasoning|public|pub|next"
    r"|page|pagination|cancell?ation|continuation|sync|primary|foreign|sort|partition|row|count|stop"
    r"|eos|bos|pad|unk|special|design|css|syntax|lexer|by|per|of|for|without|no|idempotency|object"
    r"|bucket|hot|map|dict|i18n|translation|react|list|enum|host|known)[_.\s-]?$",
    re.IGNORECASE,
)
_NO_SUFFIX = re.compile(
    r"[_.-]?(?:names?|ids?|files?|path|dir|url|uri|types?|len|length|size|counts?|limits?|fields?"
    r"|labels?|policy|refs?|prompt|regex|pattern|format|version|expir\w*|ttl|timeout|source|manager"
    r"|provider|env|var|variable|usage|budget|cost|index|at|max|min|header|class|method|selector"
    r"|placeholder|title|message|hint|scheme|alg|algorithm|mode|status|state|store|service|scopes?"
    r"|rotation|reset|strength|visibility|confirm\w*|match|hash\w*|digest|sum|arn|bits?|rounds"
    r"|endpoint|issuer|audience|address|page|word|less|izer|ize[drs]?|ization|ary|pair|board|frame"
    r"|stroke|codes?|press\w*|down|up|store|ring|map|enabled|required|valid\w*|error|prefix|suffix)$",
    re.IGNORECASE,
)

# A password of letters alone is believed in quotes or in an environment file, unless it is what a
# form says.
_QUOTES = ('"', "'", "`")
_ENVIRONMENT = re.compile(r"(?:(?:^|[\s;])[A-Z][A-Z0-9_]*=|\.password=|--[\w-]+=|<[\w:]*>\s*)$")
_PLAIN = re.compile(r"[A-Za-z]{8,64}|[A-Za-z]{6,60}[!@#$%&*?]{1,4}")
_LABEL = re.compile(
    r"passw|passphrase|kennwort|wachtwoord|secret|token|user|login|field|input|label|requir|invalid|reset"
    r"|confirm|forgot|chang|current|encrypt|hidden|visible|string|default|value|prompt|variable|text",
    re.IGNORECASE,
)


def entropy(value: str) -> float:
    """Shannon entropy in bits a character; 0 for ''."""
    counts = [value.count(char) for char in set(value)]
    return -sum(n / len(value) * log2(n / len(value)) for n in counts)


def shape(value: str, around: Around) -> str | None:
    """The pattern says it all, unless the value is a run or nearly constant."""
    return None if _RUN.search(value) or len(set(value)) < 6 else value


def whatever(value: str, around: Around) -> str | None:
    """The pattern says it all."""
    return value


def block(value: str, around: Around) -> str | None:
    """A block with a body that could be a key."""
    body = re.sub(r"-----[^-]*-----", "", value)
    return value if len(body) >= 40 and not _RUN.search(body.replace("=", "")) else None


def random(value: str, around: Around) -> str | None:
    """Something a generator made."""
    return value if _random(value) and not _DUMMY.search(value) else None


def key(value: str, around: Around) -> str | None:
    """A known form that also has digits in it."""
    return shape(value, around) if any(map(str.isnumeric, value)) else None


def jwt(value: str, around: Around) -> str | None:
    """A token whose first part is a JSON object."""
    header = _decoded(value.split(".", 1)[0])
    return value if header.startswith("{") and header.rstrip().endswith("}") else None


def userinfo(value: str, around: Around) -> str | None:
    """The password, or the token, in front of a link's host."""
    user = around.left.rpartition("://")[2]
    if _TEMPLATE.search(value) or _RUN.search(value) or _trivial(value):
        return None
    if not user:
        return random(value, around)
    return value if value != user.rstrip(":") and not value.isdigit() else None


def userpass(value: str, around: Around) -> str | None:
    """user:password of a command line."""
    user, _, word = value.partition(":")
    user, word = user.strip("\"'{}"), word.strip("\"'{}")
    if "$" in value[:1] or _TEMPLATE.search(value) or value.count("$") > 1 or _RUN.search(value):
        return None
    return None if _trivial(word or user) or word == user else value


def credential(value: str, around: Around) -> str | None:
    """What follows Authorization, Bearer, Basic or a cookie's name."""
    if _TEMPLATE.search(value) or _RUN.search(value) or around.after[:1] in ("(", "["):
        return None
    if re.search(r"basic\s+$", around.name, re.IGNORECASE):
        plain = _decoded(value)
        return value if ":" in plain and plain.isprintable() else None
    return value if _random(value) and not _DUMMY.search(value) else None


def password(value: str, around: Around) -> str | None:
    """What is given to something named password: not an expression, not a dummy, not a label."""
    if not _names_value(around) or _empty(value, around) or value[0] == "-":
        return None
    kinds = _kinds(value)
    if _random(value) or (len(value) >= 6 and "digit" in kinds and len(kinds) >= 2):
        return value
    quoted = around.name[-1:] in _QUOTES and "," not in around.name
    given = quoted or _ENVIRONMENT.search(around.left)
    return value if given and _PLAIN.fullmatch(value) and not _LABEL.search(value) else None


def secret(value: str, around: Around) -> str | None:
    """What is given to something named secret, token or key: random, hex, a UUID or mixed."""
    if not _names_value(around) or _empty(value, around):
        return None
    if _random(value) or _UUID.fullmatch(value) or (_HEX.fullmatch(value) and len(value) >= 16):
        return value if _kinds(value) >= {"digit"} and not value.isdigit() else None
    plain = value.replace("_", "").isalnum()
    return value if plain and len(_kinds(value)) >= 3 and _changes(value) >= 0.35 else None


def keylike(value: str, around: Around) -> str | None:
    """What is given to something merely named key: nothing but a dense random string."""
    if not _names_value(around) or _empty(value, around) or _UUID.fullmatch(value):
        return None
    dense = _kinds(value) >= {"lower", "upper", "digit"} and entropy(value) >= 4
    few = value.count("/") + value.count("-") + value.count("_") <= len(value) // 10
    return value if dense and few and _changes(value) >= 0.35 else None


def vendor(value: str, around: Around) -> str | None:
    """A random value beside the name of a service."""
    if _RUN.search(value) or _DUMMY.search(value):
        return None
    if _UUID.fullmatch(value):
        return (
            value
            if re.search(r"(?i)heroku|hubspot|kucoin|bird|snyk|space|vercel", around.name)
            else None
        )
    return value if _random(value) and len(re.findall(r"[/.]", value)) < 2 else None


def artifactory(value: str, around: Around) -> str | None:
    """A token of Artifactory, also as documentation writes it."""
    return value if any(map(str.isdigit, value)) or re.search(r"x{8,}", value) else None


def mixedhex(value: str, around: Around) -> str | None:
    """Hex in both cases: no tool prints a hash so."""
    cases = min(sum(map(str.isupper, value)), sum(map(str.islower, value)))
    return value if cases >= 3 and len(set(value)) > 8 else None


def _names_value(around: Around) -> bool:
    """Whether the name before the value is one of a secret, not of its length, file or id."""
    named = _NAME.search(around.name[:_LONGEST_NAME])
    if not named:
        return True
    suffix = named.group(1)
    if _NO_PREFIX.search(around.before + around.name[: named.start()]):
        return False
    return not _NO_SUFFIX.fullmatch(suffix) and not re.match(r"[a-rt-z][a-z]", suffix)


def _empty(value: str, around: Around) -> bool:
    """A template, an expression, a dummy or a word: nothing is lost when it stays."""
    if _TEMPLATE.search(value) or _RUN.search(value) or _trivial(value):
        return True
    if _DUMMY.search(value):
        return True
    if not _random(value) and (_WORDY.search(value) or _FOLDERS.search(value)):
        return True
    quoted = around.name[-1:] in _QUOTES
    return not quoted and (around.after[:1] in ("(", "[", "{") or _CODE.search(value) is not None)


def _trivial(value: str) -> bool:
    return value.lower().rstrip("0123456789!") in _TRIVIAL


def _random(value: str) -> bool:
    """Long, digits among letters, changing often between them, of many characters."""
    if len(value) < 14 or value.isdigit() or sum(map(str.isdigit, value)) < 2:
        return False
    return _changes(value) >= 0.22 and entropy(value) >= 2.9


def _kinds(value: str) -> set[str]:
    return {_kind(char) for char in value}


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    return "lower" if char.islower() else "upper" if char.isupper() else "mark"


def _changes(value: str) -> float:
    """How often neighbours are of different kinds: half the time at random, rarely in names."""
    kinds = [_kind(char) for char in value if char not in "-_./+="]
    return sum(a != b for a, b in pairwise(kinds)) / max(len(kinds) - 1, 1)


def _decoded(value: str) -> str:
    """The text behind base64 of either alphabet; '' when it is not text."""
    padded = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(padded + "=" * (-len(padded) % 4), validate=True).decode()
    except ValueError:
        return ""


CHECKS: Mapping[str, Check] = {
    **identity.CHECKS,
    "any": whatever,
    "artifactory": artifactory,
    "block": block,
    "credential": credential,
    "jwt": jwt,
    "key": key,
    "keylike": keylike,
    "mixedhex": mixedhex,
    "password": password,
    "random": random,
    "secret": secret,
    "shape": shape,
    "userinfo": userinfo,
    "userpass": userpass,
    "vendor": vendor,
}
