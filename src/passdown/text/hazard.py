"""Reasons for quarantine: text that instructs agents, hides, or carries an encoded order."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import re2

LONGEST_LINE = 65_536
LONGEST_BLOB = 120

HIDDEN = re.compile(
    "[\u200b\u2060\u2061-\u2064\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Zero-width and bidi controls, and tag characters. Joiners (U+200C, U+200D) and plain direction
marks belong to scripts and emoji, and are judged by what stands around them."""

FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{2,8}")
"""Regional flags are spelled with tag characters, honestly."""

JOINED = re.compile("(?<=[a-zA-Z])[\u200c\u200d](?=[a-zA-Z])")
"""A joiner between Latin letters joins nothing: it splits a word for whoever scans it."""

BLOB = re.compile(r"[A-Za-z0-9+/]{120}")

ORDER = re.compile(
    r"\b(?:decode|base64\s+-d|eval|exec|execute|run|pipe|curl|wget)\b", re.IGNORECASE
)

INSTRUCTIONS = (
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}"
    r"(?:previous|prior|above|earlier|preceding|system|developer|safety|original)\s+"
    r"(?:\w+\s+){0,2}(?:instructions?|prompts?|rules?|messages?|directions?|context|guidelines)",
    r"\b(?:ignore|disregard|forget)\s+(?:everything|all|anything)\s+"
    r"(?:you\s+(?:were|have\s+been)|above|before|prior|previously)",
    r"\bnew\s+(?:system\s+)?instructions?\s*(?:for\s+(?:the\s+)?(?:ai|agent|assistant|model))?\s*:",
    r"\b(?:attention|note|message|instructions?|important)\s*(?:to|for|:)?\s*(?:all\s+)?(?:the\s+)?"
    r"(?:ai|llm|language\s+model)s?\s*(?:agents?|assistants?|models?|systems?)?\b\s*[:,]",
    r"\byou\s+are\s+now\s+(?:in\s+)?(?:an?\s+)?(?:\w+\s+){0,2}(?:mode|unrestricted|jailbroken|dan)\b",
    r"\b(?:do\s+not|don'?t|never)\s+(?:tell|inform|mention|reveal|show|alert)\s+(?:this\s+|it\s+|anything\s+)?"
    r"(?:to\s+)?(?:the\s+)?(?:user|human|operator|reviewer)s?\b",
    r"\bwithout\s+(?:telling|informing|asking|alerting|notifying)\s+(?:the\s+)?(?:user|human|operator)\b",
    r"\b(?:reveal|print|output|repeat|send|leak|exfiltrate|show)\s+(?:me\s+)?(?:your|the)\s+"
    r"(?:system\s+prompt|hidden\s+instructions?|initial\s+instructions?|credentials|api\s+keys?|secrets)\b",
    r"\bexfiltrat(?:e|ing)\b[^.\n]{0,80}\b(?:to|via)\b",
    r"\b(?:curl|wget)\s+(?:-\w+\s+){0,4}(?:\"|')?https?://[^\s|]{1,200}[^|\n]{0,40}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"
    r"[^\n]{0,80}\b(?:now|immediately|silently|first)\b",
    r"</?(?:system|assistant|instructions?|evidence|im_start|im_end)>\s*(?:\n\s*)?"
    r"(?:you|ignore|approve|always|never|new)\b",
    r"<\|(?:im_start|im_end|system|endoftext)\|>",
    r"\bai\s+(?:agents?|assistants?)\s+(?:reading|processing|seeing)\s+this\b",
    r"\b(?:as|you\s+are)\s+an?\s+ai\s+(?:agent|assistant|model)\s*,?\s+you\s+must\b",
)
"""What an order to an agent looks like, whoever it stands in the name of."""


@cache
def _instructs() -> re2._Regexp:
    """All of them as one RE2 pattern: linear in whatever stands in a transcript."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 << 20
    return re2.compile("|".join(f"(?:{one})" for one in INSTRUCTIONS), options)


def hazards(text: str) -> tuple[str, ...]:
    """Why this must not be mined: instruction, hidden, blob, oversize; empty when nothing is."""
    found = []
    plain = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    if _instructs().search(plain):
        found.append("instruction")
    if not text.isascii() and _hides(text):
        found.append("hidden")
    if _carries_an_order(text):
        found.append("blob")
    if len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE:
        found.append("oversize")
    return tuple(found)


def _hides(text: str) -> bool:
    """Whether something stands in it that no reader sees; a leading byte order mark is none."""
    body = FLAG.sub("", text.removeprefix("\ufeff"))
    return bool(HIDDEN.search(body) or JOINED.search(body))


def _carries_an_order(text: str) -> bool:
    """Whether an encoded blob stands in a line near a word that would have it run."""
    for blob in BLOB.finditer(text):
        near = text[max(0, blob.start() - LONGEST_BLOB) : blob.start()]
        if ORDER.search(near):
            return True
    return False
