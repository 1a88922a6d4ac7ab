"""A model costs what its maker lists; an unknown one costs nothing anybody may invent."""

from __future__ import annotations

from pathlib import Path

import pytest

from passdown.domain.errors import Invalid, Unreadable
from passdown.text.prices import KINDS, prices


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-opus-4-20250514", "claude-opus-4"),
        ("claude-opus-4-1@20250805", "claude-opus-4-1"),
        ("claude-sonnet-5[1m]", "claude-sonnet-5"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("openai/gpt-4o-mini", "gpt-4o-mini"),
        ("gemini-2.5-pro-preview-06-05", "gemini-2.5-pro"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
    ],
)
def test_an_edition_of_a_model_costs_what_the_model_does(name: str, same_as: str) -> None:
    assert prices().of(name) == prices().of(same_as) is not None


@pytest.mark.parametrize(
    "name",
    ["", "gpt-5.9-mini", "gpt-5-turbo", "claude-opus-9", "o3x", "<synthetic>", "my-gpt-4o", "gpt"],
)
def test_a_model_that_is_not_listed_has_no_price(name: str) -> None:
    assert prices().of(name) is None


def test_each_kind_of_token_has_its_price() -> None:
    price = prices().of("claude-sonnet-4-5")
    assert price is not None
    million = 1_000_000
    costs = [price.of({kind: million}) for kind in KINDS]
    assert costs == pytest.approx([3.0, 15.0, 0.3, 3.75])
    assert price.of(dict.fromkeys(KINDS, million)) == pytest.approx(sum(costs))
    assert price.of({}) == 0


def test_the_users_own_prices_come_first_and_add_to_the_shipped(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text('gpt-4o = [1, 2, 3, 4]\n"our/model.2" = [9, 9, 9, 9]\n')
    found = prices(str(own))
    assert found.of("gpt-4o-2024-08-06") == (1, 2, 3, 4)
    assert found.of("our/model.2") == (9, 9, 9, 9)
    assert found.of("claude-opus-4-6") == prices().of("claude-opus-4-6")


@pytest.mark.parametrize(
    "text",
    ["a = [1, 2]", "a = 3", 'a = ["x", 1, 1, 1]', "a = [-1, 0, 0, 0]", "a = [", "a = [nan,0,0,0]"],
)
def test_prices_that_are_none_are_refused_by_name(text: str, tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(text)
    with pytest.raises(Invalid) as caught:
        prices(str(own))
    assert caught.value.where == str(own)


def test_a_missing_file_of_prices_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        prices(str(tmp_path / "none.toml"))
    assert "measure.prices" in caught.value.next
