"""Reasons for quarantine: text that instructs agents, hides, or carries an encoded order."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import re2

LONGEST_LINE = 65_536
"""Characters of a line that people and agents still write; a longer one is data."""

_READERS = r"(?:ai|llm|a\.i\.|language[ -]model|chatbot)s?"
_AGENTS = rf"(?:{_READERS}(?:[ -](?:agent|assistant|model|system|reader|reviewer)s?)?)"
_SAID = (
    r"(?:instruction|prompt|rule|message|direction|directive|guideline|constraint|command|order)s?"
)
_EARLIER = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|system|safety)"
)

# Each is an order to whoever reads with a model, in words that people at work do not use of code:
# a form that must occur and is cheap to look for, and the whole.
_ORDERS: tuple[tuple[str, str], ...] = (
    # Drop what you were told.
    (
        r"\b(?:ignore|disregard|forget|override|bypass|discard|neglect)\s",
        rf"\b(?:ignore|disregard|forget|override|bypass|discard|neglect)\s+(?:\w+\s+){{0,3}}{_EARLIER}"
        rf"\s+(?:\w+\s+){{0,2}}(?:{_SAID}|context)\b"
        r"|\b(?:ignore|disregard|forget)\s+(?:everything|all|anything|what)\s+(?:that\s+)?"
        r"(?:you\s+(?:were|have\s+been|know|learned)|(?:was\s+|came\s+|is\s+)?(?:above|before\s+this))"
        rf"|\b(?:ignore|disregard|override)\s+(?:all\s+)?(?:of\s+)?your\s+(?:\w+\s+){{0,2}}{_SAID}\b",
    ),
    (
        rf"\b(?:your\s+\w+\s+{_SAID}\s|(?:overrides?|supersedes?|replaces?)\s)",
        rf"\byour\s+(?:previous|prior|original|real|true|actual|new)\s+{_SAID}\s+(?:is|are|were|have\s+been)\b"
        rf"|\b(?:this|these|following)\s+(?:\w+\s+){{0,2}}(?:overrides?|supersedes?|replaces?)\s+"
        rf"(?:all\s+|any\s+)?(?:of\s+)?(?:your|{_EARLIER})\s+(?:\w+\s+)?(?:{_SAID}|context)\b",
    ),
    # A new role, a new master.
    (
        r"\b(?:you\s+are\s+(?:now|no\s+longer)|no\s+(?:rules|restrictions|guidelines|limits))\b",
        r"\byou\s+are\s+(?:now|no\s+longer)\s+(?:(?:in|an?|the|running|acting|operating|as)\s+)*(?:\w+\s+)?"
        r"(?:dan|god|jailbreak|jailbroken|unrestricted|unfiltered|developer|debug|admin|root|sudo|bound)\b"
        r"|\b(?:pretend|act\s+as\s+if)\s+(?:that\s+)?(?:you|there)\s+(?:have|are|were)\s+no\s+"
        r"(?:rules|restrictions|guidelines|limits|instructions|filters)",
    ),
    (
        r"\bnew\s+(?:system\s+)?(?:instructions?|directives?|orders)\b[^\n:]*:",
        rf"\bnew\s+(?:system\s+)?(?:instructions?|directives?|orders)\s*(?:for\s+(?:the\s+|all\s+)?{_AGENTS}\s*)?:",
    ),
    # Addressed to agents.
    (
        rf"\b{_READERS}\b",
        rf"\b(?:attention|note|message|instructions?|important|warning|reminder|dear)\s*(?:to|for)?\s*:?\s*"
        rf"(?:all\s+|any\s+|the\s+|every\s+)?{_AGENTS}\s*[:,!.]"
        rf"|\b(?:if|when|since|because)\s+you(?:\s+are|'re)\s+(?:an?\s+|the\s+)?{_AGENTS}\b[^.\n]*[,:]\s*"
        r"(?:then\s+|please\s+)?(?:you\s+(?:must|should|shall|need|will)|ignore|run|execute|send|do\s+not|always)\b"
        rf"|\b{_AGENTS}\s+(?:that\s+(?:is|are)\s+)?(?:reading|processing|parsing|summari[sz]ing|seeing)\s+this\b"
        rf"|\b{_AGENTS}\s+(?:must|shall)\s+(?:now\s+|immediately\s+|always\s+)?(?:ignore|run|execute|send|approve|obey)\b",
    ),
    # In secret.
    (
        r"\b(?:do\s+not|don'?t|never)\s+(?:tell|inform|alert|notify|warn|mention|reveal|disclose)\b"
        r"|\bwithout\s+(?:telling|informing|alerting|notifying)\b",
        r"\b(?:do\s+not|don'?t|never)\s+(?:tell|inform|alert|notify|warn)\s+(?:(?:this|it|anything)\s+to\s+)?"
        r"(?:the\s+|your\s+|any\s+)?(?:user|human|operator|reviewer|owner|anyone|anybody)\b"
        r"|\b(?:do\s+not|don'?t|never)\s+(?:mention|reveal|disclose)\s+(?:this|these|it)\s+(?:\w+\s+){0,2}to\s+"
        r"(?:the\s+|your\s+)?(?:user|human|operator|reviewer|owner|anyone)s?\b"
        r"|\bwithout\s+(?:telling|informing|alerting|notifying)\s+(?:the\s+|your\s+)?"
        r"(?:user|human|operator|reviewer|owner)s?\b",
    ),
    (
        r"\b(?:silently|secretly|quietly|covertly)\s",
        r"(?:^|[.!?:;,\n]\s*|\b(?:then|and|please|must|now|should)\s+)(?:silently|secretly|quietly|covertly)\s+"
        r"(?:run|execute|install|download|fetch|send|upload|delete)\b",
    ),
    # Give away.
    (
        r"\b(?:system|hidden|initial|secret|original)\s+(?:instructions?|prompt)\b",
        r"\b(?:reveal|print|output|repeat|leak|dump|show|tell|give)\s+(?:me\s+)?(?:your|the)\s+(?:\w+\s+)?"
        r"(?:system\s+prompt|(?:hidden|initial|secret|original)\s+(?:instructions?|prompt))\b",
    ),
    (
        r"\b(?:send|leak|post|upload|email|forward|exfiltrate|transmit)\s[^.\n]*\sto\s+(?:\w+\s+)?(?:https?://|\S+@\S)"
        r"|\.env\s+to\s+https?://|\bexfiltrate\b",
        r"\b(?:send|leak|post|upload|email|forward|exfiltrate|transmit)\s+(?:me\s+)?(?:\w+\s+){0,4}"
        r"(?:credentials?|api[ _-]?keys?|secrets?|passwords?|tokens?|private\s+keys?|\.env"
        r"|environment\s+variables)"
        r"(?:\s+(?:files?|contents?|values?))?\s+to\s+(?:https?://|\S+@\S)"
        r"|(?:^|[.!?:;\n]\s*)(?:please\s+|now\s+|then\s+|and\s+|you\s+must\s+)?exfiltrate\b",
    ),
    (
        r"\b(?:curl|wget|nc|ncat)\s[^\n]*(?:\.ssh/|\.aws/|id_rsa|id_ed25519|\.netrc|/\.env\b|credentials|printenv)",
        r"\b(?:curl|wget|nc|ncat)\s[^\n]*(?:@|\$\(\s*(?:cat|env|printenv)\b|<|`cat\s)\s*[\w./~-]*"
        r"(?:\.ssh/|\.aws/|id_rsa|id_ed25519|\.netrc|/\.env\b|credentials\b|printenv)",
    ),
    # Fetch and run, at once.
    (
        r"\byou\s+must\s|\b(?:curl|wget)\s[^\n]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b",
        r"\byou\s+must\s+(?:now\s+|first\s+|immediately\s+|always\s+|silently\s+)*(?:run|execute|fetch|download|curl)\b"
        r"[^\n]*(?:https?://|\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b)"
        r"|\b(?:curl|wget)\s[^\n]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b[^\n]*"
        r"\b(?:immediately|silently|right\s+now|before\s+(?:you|doing|answering|anything))\b",
    ),
    # Breaking out of a block.
    (
        r"</[a-z]{5,12}>\s*(?:you|ignore|approve|always|never|new|important|<)\b|<\||\[/?INST\]|<</?SYS>>",
        r"</(?:system|assistant|instructions?|evidence|context|memory|untrusted|document|claims?|brief)>\s*"
        r"(?:you\b|ignore\b|approve\b|always\b|never\b|new\b|important\b|<(?:system|instructions?)>)"
        r"|<\|(?:im_start|im_end|system|endofprompt)\|>|\[/?INST\]|<</?SYS>>",
    ),
    # The same in other languages.
    (
        r"\bignor(?:ier|e[rz]?|a)|\bolvida\s|\x{5ffd}\x{7565}",
        r"\bignorier(?:e|en\s+sie|t)\s+(?:\w+\s+){0,3}(?:vorherigen|bisherigen|obigen|fr\x{fc}heren)\s+"
        r"(?:\w+\s+)?(?:anweisungen|befehle|instruktionen|regeln)"
        r"|\bignore[rz]?\s+(?:toutes\s+)?(?:les\s+)?(?:instructions|consignes|directives)\s+"
        r"(?:pr\x{e9}c\x{e9}dentes|ci-dessus|ant\x{e9}rieures)"
        r"|\b(?:ignora|ignore|olvida)\s+(?:tod[ao]s?\s+|tutte\s+)?(?:las|as|le)?\s*"
        r"(?:instrucciones|instru\x{e7}\x{f5}es|istruzioni)\s+(?:anteriores|previas|pr\x{e9}vias|precedenti)"
        r"|\x{5ffd}\x{7565}(?:\x{4e4b}\x{524d}|\x{4ee5}\x{4e0a}|\x{5148}\x{524d}|\x{4e0a}\x{9762}|\x{6240}\x{6709})"
        r"[^\n]*(?:\x{6307}\x{4ee4}|\x{6307}\x{793a}|\x{8bf4}\x{660e}|\x{63d0}\x{793a})",
    ),
)

# Letters of other alphabets that are drawn like ours.
_THEIRS = (
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u0501\u04bb\u0432\u043a\u043c"
    "\u043d\u0442\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03bf\u03c1\u03bd\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
    "\u0406\u0131\u0261"
)
_LOOKALIKE = str.maketrans(_THEIRS, "aeopcxyijsdhbkmhtABEHIKMNOPTYXaopvABEKMHOPCTXIig")
_WORD = re.compile(r"\w+")
_OURS = re.compile("[A-Za-z]")

_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
# Drawn as nothing and of no use between the characters that stand around them.
_UNSEEN = re.compile(
    "[\u200b\u2060-\u2064\u180e\ufff9-\ufffb\u206a-\u206f]"
    "|(?<=[\\w\\s])(?<!^)(?<!\n)\ufeff"
    "|(?<=[\x21-\x7e])[\u200c-\u200f\u2061-\u2064\u061c](?=[\x21-\x7e])"
    "|[\u200c\u200d]{2,}"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}"
    "|(?<![\u1100-\u11ff\uac00-\ud7af])[\u115f\u1160\u3164\uffa0]"
    "|[\U000e0000-\U000e007f]"
)
_OVERRIDE = re.compile("[\u202d\u202e]")
_EMBEDDING = re.compile("[\u202a-\u202c\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile(f"[{_RTL}]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,8}\U000e007f")

_BLOB = re.compile(r"[A-Za-z0-9+/_-]{120,}={0,2}")
_REACH = 160
_RUNS = (
    r"\b(?:decode|base64\s+-{1,2}d|atob|eval|exec|execute|deobfuscate)\b"
    r"|\b(?:run|pipe)\s+(?:it|this|the)\b"
)
_RUN_IT = re.compile(_RUNS, re.IGNORECASE)

# Looked for in the same pass as the orders: what makes a closer look worth while.
_LOOKALIKE_SEEK = len(_ORDERS)
_UNSEEN_SEEK = _LOOKALIKE_SEEK + 1
_RUN_SEEK = _UNSEEN_SEEK + 1
_SEEKS = (
    rf"[{_THEIRS}][A-Za-z]|[A-Za-z][{_THEIRS}]"
    r"|[\x{ff01}-\x{ff5e}\x{1d400}-\x{1d7ff}\x{24b6}-\x{24e9}]",
    r"[\x{61c}\x{115f}\x{1160}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{3164}"
    r"\x{feff}\x{ffa0}\x{fff9}-\x{fffb}\x{e0000}-\x{e0fff}]|[\x{fe00}-\x{fe0f}]{3}",
    _RUNS,
)


def hazards(text: str) -> tuple[str, ...]:
    """Why this must not be mined: instruction, hidden, blob, oversize; empty when nothing is."""
    seen = _seen(text)
    reasons = (
        ("instruction", _instructs(text, seen)),
        ("hidden", _UNSEEN_SEEK in seen and _hides(text)),
        ("blob", _RUN_SEEK in seen and _carries_an_order(text)),
        ("oversize", _is_oversize(text)),
    )
    return tuple(reason for reason, holds in reasons if holds)


@cache
def version() -> str:
    """Another one whenever these rules are others."""
    source = files("passdown.text").joinpath("hazard.py").read_bytes()
    return sha256(source).hexdigest()


def _seen(text: str) -> list[int]:
    """Which forms occur, by their place in the set, in one pass."""
    return _orders()[0].Match(text.encode("utf-8", "replace")) or []


def _instructs(text: str, seen: list[int]) -> bool:
    if _LOOKALIKE_SEEK in seen or _UNSEEN_SEEK in seen:
        text = _plainly(text)
        seen = _seen(text)
    places = [place for place in seen if place < len(_ORDERS)]
    data = text.encode("utf-8", "replace") if places else b""
    return any(_orders()[1][place].search(data) for place in places)


def _plainly(text: str) -> str:
    """As a reader sees it: compatibility forms and look-alikes as ASCII, nothing unseen."""
    shown = _UNSEEN.sub("", _EMBEDDING.sub("", _OVERRIDE.sub("", text)))
    # Words in another alphabet are left alone: only look-alikes among our own letters deceive.
    return _WORD.sub(_latin, unicodedata.normalize("NFKC", shown))


def _latin(word: re.Match[str]) -> str:
    found = word.group()
    if found.isascii() or not _OURS.search(found):
        return found
    return found.translate(_LOOKALIKE)


def _hides(text: str) -> bool:
    """Whether something stands in it that no reader sees. A byte order mark at its start, flags,
    emoji and scripts that need joiners or marks hide nothing."""
    body = _FLAG.sub("", text)
    if _UNSEEN.search(body) or _OVERRIDE.search(body):
        return True
    lines = (line for line in body.split("\n") if _EMBEDDING.search(line))
    return any(not _RIGHT_TO_LEFT.search(line) for line in lines)


def _carries_an_order(text: str) -> bool:
    """Whether an encoded blob stands near a word that would have it run."""
    for blob in _BLOB.finditer(text):
        before = text[max(0, blob.start() - _REACH) : blob.start()]
        if _RUN_IT.search(before) or _RUN_IT.search(text[blob.end() : blob.end() + _REACH]):
            return True
    return False


def _is_oversize(text: str) -> bool:
    return len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE


@cache
def _orders() -> tuple[Any, list[Any]]:
    """What to look for, as one set, and the orders in full: linear in whatever is read."""
    sought = re2.Set.SearchSet(_options())
    for seek in (*(seek for seek, _ in _ORDERS), *_SEEKS):
        sought.Add(seek)
    sought.Compile()
    return sought, [re2.compile(whole.encode(), _options()) for _, whole in _ORDERS]


def _options() -> Any:
    chosen = re2.Options()
    chosen.case_sensitive = False
    chosen.log_errors = False
    chosen.never_capture = True
    chosen.max_mem = 64 << 20
    return chosen
