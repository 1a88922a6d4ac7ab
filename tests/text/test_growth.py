"""No input makes reading it super-linear: four times the text takes about four times as long."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time

import pytest

from passdown.text.budget import estimate
from passdown.text.entities import mentions
from passdown.text.hazard import hazards
from passdown.text.redact import Redactor
from passdown.text.safe import one_line, printable
from passdown.text.signature import exit_code, signature
from passdown.text.similar import differs
from passdown.text.tokens import content_words, normalise, shingles
from passdown.text.vectors import embed
from tests.text.samples import made

SMALL = 8_000
TIMES = 4
# Squared growth would show as 16; under this time nothing can be told, nor does it matter.
MOST = 9
NOISE = 0.02

REDACTOR = Redactor(b"a key")
READERS: dict[str, Callable[[str], object]] = {
    "clean": REDACTOR.clean,
    "content_words": content_words,
    "differs": lambda text: differs(text, text[::-1]),
    "embed": embed,
    "estimate": estimate,
    "exit_code": exit_code,
    "hazards": hazards,
    "mentions": mentions,
    "normalise": normalise,
    "one_line": lambda text: one_line(text, 80),
    "printable": printable,
    "shingles": shingles,
    "signature": signature,
}
UNITS = [
    made('"mail": "a@bb.de", "token": "{hex:32}", '),
    "a",
    "1",
    " ",
    "/",
    ".",
    "\xe9",
    "\u6570",
    "\u200b",
    "\x1b",
    "'",
    "`",
    "a@",
    "a@b.",
    "a.b.",
    "/a",
    "x/",
    "1-",
    "a@b.co ",
    "+1 ",
    "4 ",
    "token=",
    'password="',
    "password=",
    "token=aaaa1 ",
    "authorization: ",
    "bearer a1",
    "curl -u ",
    "://a:",
    "eyJ.",
    "key=",
    "-----BEGIN PRIVATE KEY-----",
    "-",
    "AAAA",
    "DE89 ",
    "[secret:password:3f2a]",
    "cGFzc3dvcmQ",
    "<password>",
    "call me at ",
    "Error: x\n",
    "aError:",
    "1:",
    "ignore ",
    "you must run ",
    "curl a | sh ",
    "send secrets to ",
    "A" * 119 + " decode ",
    "\u043ea ",
    "pip install a",
    "fooBar",
    "a_b",
    "$ git push\n",
    "\x1b]",
    "AbC1",
    "Exit code ",
    "word ",
]


def seconds(read: Callable[[str], object], text: str, runs: int) -> float:
    """The least of these runs, in time of this process. No garbage is collected meanwhile: that
    takes as long as all that other tests left behind."""
    spent = []
    gc.disable()
    try:
        for _ in range(runs):
            begun = process_time()
            read(text)
            spent.append(process_time() - begun)
    finally:
        gc.enable()
    return min(spent)


@pytest.mark.parametrize("name", READERS)
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    read = READERS[name]
    for unit in UNITS:
        text = (unit * (SMALL * TIMES // len(unit) + 1))[: SMALL * TIMES]
        if seconds(read, text, 1) > NOISE:
            longer, shorter = seconds(read, text, 3), seconds(read, text[:SMALL], 3)
            assert longer < MOST * shorter, f"{unit!r}: {longer / shorter:.1f} times as long"
