"""Nothing that may not be stored leaves the stamp."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.contract.reader import Draft, SessionFacts
from passdown.domain.observation import Observation, Seen, Trust
from passdown.stages.observe.cut import FAR, MARGIN
from passdown.stages.observe.stamp import LONG, RESULT, Stamp
from passdown.text.redact import Redactor

KEY = "AKIAIOSFODNN7EXAMPLE"
redactor = Redactor(b"0123456789abcdef0123456789abcdef")


def stamp(max_text: int = 65_536) -> Stamp:
    return Stamp(redactor, max_text=max_text, is_echo=lambda text: False)


def stamped(
    text: str, seen: Seen = Seen.PROMPT, *, max_text: int = 65_536, **fields: Any
) -> Observation:
    draft = Draft("s", "u", seen, text, 0, 3, trust=Trust.HUMAN, **fields)
    return stamp(max_text).observation(draft, b"raw", "/f", "global").item


def test_a_secret_is_gone_from_every_field_of_an_observation() -> None:
    meta = {"a": f"k {KEY}", KEY: 1, "deep": {"b": [KEY, {"c": KEY}]}, "n": 3, "x": None}
    fields = {"session": KEY, "uid": KEY, "tool": KEY, "call": KEY}
    draft: Any = Draft
    draft = draft(
        seen=Seen.CALL, text=f"export X={KEY}", offset=0, length=1, ok=False, meta=meta, **fields
    )
    item = stamp().observation(draft, b"raw", "/f", "global").item
    assert KEY not in repr(item)
    assert item.meta["n"] == 3
    assert "[secret:aws-key:" in item.text


def test_a_secret_is_gone_from_every_fact_of_a_session() -> None:
    facts = SessionFacts(KEY, KEY, KEY, KEY, KEY, "", KEY, KEY, {"title": KEY})
    assert KEY not in repr(stamp().facts(facts))


def test_the_rules_that_found_something_are_counted() -> None:
    draft = Draft("s", "u", Seen.PROMPT, f"{KEY} and {KEY} and ada@example.org", 0, 1)
    assert stamp().observation(draft, None, "/f", "global").found == {"aws-key": 2, "email": 1}


@pytest.mark.parametrize(
    ("seen", "ok", "most"),
    [
        (Seen.RESULT, True, RESULT),
        (Seen.RESULT, False, LONG),
        (Seen.CALL, None, LONG),
        (Seen.PROMPT, None, 65_536),
        (Seen.REPLY, None, 65_536),
    ],
)
def test_a_long_text_keeps_its_two_ends(seen: Seen, ok: bool | None, most: int) -> None:
    text = "first words " + "x" * 300_000 + " last words"
    kept = stamped(text, seen, ok=ok).text
    assert kept.startswith("first words ")
    assert kept.endswith(" last words")
    assert most <= len(kept) <= most + 60
    assert f"[… {300_023 - most:,} characters left out …]" in kept


def test_a_text_of_just_the_bound_is_whole() -> None:
    assert stamped("x" * RESULT, Seen.RESULT).text == "x" * RESULT
    assert "left out" in stamped("x" * (RESULT + 1), Seen.RESULT).text


def test_the_bound_is_in_bytes() -> None:
    kept = stamped("€" * 2000, max_text=1024).text
    assert 1000 <= len(kept.replace("…", "").encode()) <= 1100


@pytest.mark.parametrize("place", range(RESULT // 2 - 25, RESULT // 2 + 6))
def test_no_cut_lays_half_a_secret_bare(place: int) -> None:
    for text in ("." * place + KEY + "." * 50_000, "." * 50_000 + KEY + "." * place):
        kept = stamped(text, Seen.RESULT).text
        assert all(KEY[n : n + 8] not in kept for n in range(len(KEY) - 8))


def test_a_key_block_that_straddles_the_cut_is_gone() -> None:
    body = "\n".join("MIIEpAIBAAKCAQEA7bq4nFz0Q9uK" + "aB3dE5fG7hJ9kL1mN2p" for _ in range(50))
    block = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    for place in (0, 500, RESULT // 2 - 10):
        for text in ("." * place + block + "." * 90_000, "." * 90_000 + block + "." * place):
            assert "aB3dE5fG7" not in stamped(text, Seen.RESULT).text


@pytest.mark.parametrize("far", [0, 200, MARGIN, 3000, FAR - 100])
def test_a_value_without_a_space_is_seen_whole_however_far_it_reaches(far: int) -> None:
    token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    blob = "a" * far + "=" + token
    for text in ("x " * (RESULT // 4) + blob + " y" * 50_000, "y " * 50_000 + blob + " x" * 500):
        kept = stamped(text, Seen.RESULT).text
        assert all(token[n : n + 12] not in kept for n in range(len(token) - 12))


def test_many_secrets_before_the_cut_do_not_pull_what_is_cut_into_sight() -> None:
    for more in range(MARGIN - 100, MARGIN + 30):
        text = (f"{KEY} " * 500)[: RESULT // 2 + more] + KEY + "." * 50_000
        kept = stamped(text, Seen.RESULT).text
        assert all(KEY[n : n + 8] not in kept for n in range(len(KEY) - 8))


def test_a_long_name_is_cut_after_it_was_redacted() -> None:
    name = "x" * 190 + " " + KEY
    kept = stamped("t", tool=name).tool
    assert "AKIA" not in kept


def test_what_is_unreasonably_deep_or_large_in_meta_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = {"d": deep}
    item = stamped("t", meta={"deep": deep, "many": list(range(10_000)), "long": "y " * 50_000})
    assert len(repr(item.meta)) < 5000


def test_a_uid_says_nothing_and_is_one_of_a_kind() -> None:
    uuid = "8c5d0000-ad36-4431-93a6-0123456789ab"
    make = stamp().observation
    own = [
        Draft(s, u, Seen.PROMPT, "", 0, 1)
        for s, u in (("a", "1"), ("b", "1"), ("a", uuid), ("b", f"{uuid}:2"))
    ]
    uids = [make(draft, None, "/f", "global").item.uid for draft in own]
    assert len(set(uids)) == 4
    assert uids[2:] == [uuid, f"{uuid}:2"]


def test_the_pointer_holds_the_hash_of_the_raw_line() -> None:
    pointer = stamped("t").pointer
    assert pointer is not None
    assert pointer.sha256 == hashlib.sha256(b"raw").hexdigest()
    assert (
        stamp()
        .observation(Draft("s", "u", Seen.PROMPT, "", 0, 1), None, "/f", "global")
        .item.pointer
        is None
    )


def test_only_what_failed_has_a_signature() -> None:
    error = "KeyError: 'tax'"
    assert stamped(error, Seen.RESULT, ok=False).signature
    assert stamped(error, Seen.RESULT, ok=True).signature == ""
    assert stamped(error, Seen.RESULT, ok=None).signature == ""


@given(st.text(max_size=300), st.integers(1, 64))
def test_what_is_kept_is_the_text_or_its_two_ends(text: str, most: int) -> None:
    whole = redactor.clean(text)
    kept = stamped(text, max_text=2 * most).text
    if kept != whole:
        first, _, last = kept.partition("\n[… ")
        assert whole.encode("utf-8", "replace").startswith(first.encode("utf-8", "replace"))
        last = last.partition("left out …]\n")[2]
        assert whole.encode("utf-8", "replace").endswith(last.encode("utf-8", "replace"))
        assert len(first.encode("utf-8", "replace")) <= most
        assert len(last.encode("utf-8", "replace")) <= most
