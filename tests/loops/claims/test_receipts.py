"""A receipt is what was quoted, character by character but for white space: no false one exists."""

from __future__ import annotations

from hypothesis import given, strategies as st

from passdown.contract.loop import Finding
from passdown.loops.claims.item import SHORTEST, finding, quoted
from passdown.loops.claims.payload import Add
from tests.loops.world import World

TEXTS = st.text(st.sampled_from("abc XYZ.\n\t|[]()*\\^$?+ é\u2028"), max_size=120)


@given(st.data())
def test_every_receipt_stands_in_the_transcript(data: st.DataObject) -> None:
    made = World().session("web")
    for text in data.draw(st.lists(TEXTS, min_size=1, max_size=3)):
        made.says(text)
    source = data.draw(st.sampled_from([one.text for one in made.observations]))
    start, end = sorted(data.draw(st.integers(0, len(source))) for _ in "ab")
    quote = data.draw(st.sampled_from((source[start:end], data.draw(TEXTS))))
    item = {
        "fact": "It holds here as it was said.",
        "category": "fact",
        "repo": "web",
        "confidence": 0.5,
        "quotes": [quote],
    }
    found = finding(item, made.observations, "web")
    if isinstance(found, Finding):
        payload = found.payload
        assert isinstance(payload, Add)
        (receipt,) = payload.quotes
        (one,) = [o for o in made.observations if o.seq == receipt.seq]
        assert one.text[receipt.start : receipt.end].split() == quoted(quote)
    else:
        assert found.reason == "no receipt"
        assert len("".join(quote.split())) < SHORTEST + quote.count("|") or not _stands(quote, made)


def _stands(quote: str, made: World) -> bool:
    return any(quote in o.text for o in made.observations) and "|" not in quote
