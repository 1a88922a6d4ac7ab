"""An estimate of tokens never falls short of a real tokenizer, and packing keeps the budget."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.text import budget
from passdown.text.budget import estimate, fit

# The greater of the counts that cl100k and o200k give, taken once.
COUNTED = [
    ("Always run `make check` before you push; the hook only runs the linters.", 18),
    ("The deploy script fails when NODE_ENV is unset: set it in .env.production first.", 18),
    ("pytest -q tests/stages -k undo && ruff check src tests --fix", 17),
    ("src/passdown/stages/observe/readers/claude_code.py:118:24: error: incompatible type", 24),
    ('{"id": "7f3c2a", "status": "pending", "confidence": 0.82, "tags": ["pitfall", "ci"]}', 36),
    (
        "def estimate(text: str) -> int:\n    return sum(cost(piece) for piece in pieces(text))\n",
        21,
    ),
    ("- [x] migrate the store\n- [ ] rebuild the index\n- [ ] announce the release\n", 22),
    ("550e8400-e29b-41d4-a716-446655440000 d41d8cd98f00b204e9800998ecf8427e", 45),
    ("Bitte stellen Sie sicher, dass der Datenbankserver läuft.", 14),
    ("Пожалуйста, проверьте, что сервер базы данных запущен, прежде чем выполнять миграцию.", 35),
    ("请在运行迁移之前确认数据库服务器已经启动,否则脚本会以错误退出。", 28),
    ("移行を実行する前にデータベースサーバーが起動していることを確認してください。", 35),
    ("마이그레이션을 실행하기 전에 데이터베이스 서버가 시작되었는지 확인하십시오.", 34),
    ("तैनाती से पहले परीक्षण चलाएँ।", 30),
    ("شغّل الاختبارات قبل النشر.", 19),
    ("✅ done 🚀 shipped 🔥 hot path ❤️", 13),
    ("│ loop   │ open │ done │\n├────────┼──────┼──────┤\n│ claims │   12 │  340 │\n", 35),
    ("getUserAccountByIdAndTenantName(setDefaultConnectionPoolSize, kHTTPServerMaxConns)", 21),
    ("x", 1),
    ("", 0),
    ("\n\n\n", 1),
    ("!!!???...", 3),
]


@pytest.mark.parametrize(("text", "count"), COUNTED)
def test_the_estimate_is_never_under_the_count(text: str, count: int) -> None:
    assert estimate(text) >= count


def test_the_estimate_of_a_longer_text_is_not_absurd() -> None:
    text = "\n".join(text for text, _ in COUNTED[:7])
    counted = sum(count for _, count in COUNTED[:7])
    assert estimate(text) <= 1.75 * counted


@given(st.text())
def test_the_estimate_is_bounded_by_bytes(text: str) -> None:
    assert 0 <= estimate(text) <= len(text.encode("utf-8", "replace"))
    assert (estimate(text) == 0) is (text == "")


@given(st.text(), st.text())
def test_a_line_more_is_never_a_token_less(a: str, b: str) -> None:
    assert estimate(f"{a}\n{b}") >= estimate(a)


LINES = st.lists(st.text(max_size=80).filter(lambda line: "\n" not in line), max_size=30)


@given(LINES, st.integers(0, 300))
def test_what_fits_joined_stays_within_the_budget(lines: list[str], budget: int) -> None:
    chosen = fit(lines, budget)
    assert estimate("\n".join(chosen)) <= budget
    left = iter(lines)
    assert all(line in left for line in chosen)


def test_a_line_too_long_is_passed_over() -> None:
    assert fit(["one", "two " * 500, "three"], 30) == ["one", "three"]


def test_a_line_that_just_fits_is_taken() -> None:
    assert fit(["one two"], estimate("one two")) == ["one two"]
    assert fit(["one two"], estimate("one two") - 1) == []


@given(st.text("ab1 .\n", max_size=30))
def test_a_text_taken_apart_never_costs_less_than_whole(text: str):
    assert budget._cost(text) >= budget._pieces(text)
