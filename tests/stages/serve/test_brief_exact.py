"""A brief is never over its budget as two exact tokenizers count, whatever is in it."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from passdown.domain.record import Record
from passdown.stages.serve.brief import Need, pack
from passdown.text.budget import estimate

NEED = Need(repo="web", agent="", task="", budget=0, floor=0.7, now="2026-01-10T00:00:00.000Z")
ENCODINGS = ("cl100k_base", "o200k_base")


@cache
def encoding(name: str) -> Any:
    with warnings.catch_warnings():
        # It reads its own files in a way that some versions of Python call deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        from bpe_openai import get_encoding

        return get_encoding(name)


def exact(text: str) -> int:
    """The greater of both counts; what looks like a special token is text."""
    return max(len(encoding(name).encode(text, disallowed_special=())) for name in ENCODINGS)


def brief(texts: list[str], budget: int) -> str:
    records = [
        Record("claim", str(n), text, {"category": "fact"}, confidence=0.9)
        for n, text in enumerate(texts)
    ]
    return pack(records, NEED._replace(budget=budget)).text


_PROSE = """Always run make check before you push; the hook only runs the linters. The deploy script
fails when NODE_ENV is unset. 请在运行迁移之前确认数据库 데이터베이스 서버가
проверьте что сервер запущен getUserAccountById src/app/main.py:118 d41d8cd98f00b204e9800998ecf8427e
--no-verify {"id": 7} über naïve Ελλάδα تشغيل שלום तैनाती ✅ 🚀
<|endoftext|> [pd:ab12] x=1&&y!=2"""
PROSE = _PROSE.split()
CLAIMS = st.one_of(
    st.lists(st.sampled_from(PROSE), min_size=1, max_size=60).map(" ".join),
    st.text(min_size=1, max_size=400),
    st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ", min_size=1, max_size=400),
    st.text("0123456789abcdef-_./:{}[]()'\"\\ ", min_size=1, max_size=400),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CLAIMS, min_size=1, max_size=25), st.integers(1, 1500))
def test_a_brief_is_never_over_its_budget(texts: list[str], budget: int):
    assert exact(brief(texts, budget)) <= budget


@settings(max_examples=200, deadline=None)
@given(CLAIMS)
def test_the_estimate_of_a_line_is_never_under_the_exact_count(text: str):
    assert estimate(text) >= exact(text)


@pytest.mark.parametrize("budget", [200, 500, 2000])
def test_a_brief_of_plain_sentences_uses_most_of_its_budget(budget: int):
    texts = [f"{' '.join(PROSE[n % 12 : n % 12 + 8])} in case {n}" for n in range(300)]
    assert 0.55 * budget <= exact(brief(texts, budget)) <= budget
