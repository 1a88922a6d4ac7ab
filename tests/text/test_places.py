"""Where redaction finds something in a long text, wherever its parts were cut."""

from __future__ import annotations

import pytest

from passdown.text.places import OVERLAP, Place, places
from passdown.text.redact import Redactor

REDACTOR = Redactor(b"a key")
KEY = "AKIA" + "Q3EGRIPSLZAB7WXY"
MAIL = "jane.doe" + "@" + "corp-mail.com"


def found(*parts: str) -> list[Place]:
    return list(places(REDACTOR, parts))


def test_a_find_has_its_line_and_column_from_one():
    assert found(f"{KEY}\n\n  äö {MAIL} and\r\nmore {KEY}") == [
        Place("aws-key", 1, 1, 20),
        Place("email", 3, 6, len(MAIL)),
        Place("aws-key", 4, 6, 20),
    ]


def test_nothing_is_found_in_nothing():
    assert found() == found("") == found("plain words\n") == []


@pytest.mark.parametrize("line", ["some words of a line\n", "no line ends here "])
@pytest.mark.parametrize("size", [7, 1000, OVERLAP - 3, 3 * OVERLAP])
def test_it_is_the_same_however_the_text_is_cut(line: str, size: int):
    text = "".join(f"{line * 900}{KEY} {MAIL} " for _ in range(12))
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    assert found(*parts) == found(text)
    assert len(found(text)) == 24


def test_a_key_of_many_lines_that_a_part_cuts_is_one_find():
    body = "".join(f"{'MIIEow' + 'Ab3' * 19}{n % 10}\n" for n in range(40))
    block = f"-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----\n"
    text = "x\n" * (OVERLAP - 500) + block + "y\n" * (2 * OVERLAP)
    parts = [text[start : start + 1000] for start in range(0, len(text), 1000)]
    assert found(*parts) == found(text)
    assert [place.line for place in found(text)] == [OVERLAP - 499]
