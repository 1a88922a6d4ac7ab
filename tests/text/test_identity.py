"""Numbers of people are told by their check digits, not by their length."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.text import identity
from passdown.text.identity import Around

NOTHING = Around("", "", "")


def check_digit(body: str) -> str:
    """Luhn's digit, worked out the long way."""
    total = 0
    for place, char in enumerate(reversed(body)):
        twice = int(char) * (2 if place % 2 == 0 else 1)
        total += twice - 9 if twice > 9 else twice
    return str(-total % 10)


@given(st.from_regex(r"4[0-9]{14}", fullmatch=True))
def test_a_card_is_one_with_its_check_digit_and_none_with_another(body: str) -> None:
    right = check_digit(body)
    accepted = [digit for digit in "0123456789" if identity.card(body + digit, NOTHING)]
    assert accepted == [right]


@pytest.mark.parametrize("number", ["1700000000000000", "9999999999999995", "0000000000000000"])
def test_a_number_outside_of_the_issued_ranges_is_no_card(number: str) -> None:
    assert identity.card(number, NOTHING) is None


def test_a_number_named_as_an_id_or_a_time_is_no_card() -> None:
    assert identity.card("4111111111111111", Around('{"request_id": ', "", ",")) is None
    assert identity.card("4111111111111111", Around('{"card": ', "", ",")) is not None


@given(st.integers(0, 9), st.integers(4, 21))
def test_one_wrong_digit_breaks_an_account_number(digit: int, place: int) -> None:
    right = "DE89370400440532013000"
    wrong = right[:place] + str(digit) + right[place + 1 :]
    assert identity.iban(right, NOTHING) == right
    assert (identity.iban(wrong, NOTHING) == wrong) is (wrong == right)


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("AB 12 34 56 C", True),
        ("GB 12 34 56 C", False),
        ("12345678Z", True),
        ("12345678A", False),
        ("X1234567L", True),
        ("2 55 08 14 168 025 38", True),
        ("2 55 08 14 168 025 39", False),
        ("RSSMRA85T10A562S", True),
        ("RSSMRA85T10A562T", False),
        ("529.982.247-25", True),
        ("529.982.247-26", False),
        ("111.111.111-11", False),
    ],
)
def test_national_numbers_are_told_by_their_check_digits(number: str, holds: bool) -> None:
    assert (identity.national(number, NOTHING) is not None) is holds


def test_an_indian_number_needs_its_name_beside_it() -> None:
    assert identity.national("2345 6789 0124", Around("", "aadhaar no ", ""))
    assert identity.national("2345 6789 0124", NOTHING) is None


@pytest.mark.parametrize(
    ("address", "before", "personal"),
    [
        ("jane@corp-mail.com", "by ", True),
        ("git@github.com", "clone ", False),
        ("icon@2x.png", "", False),
        ("noreply@anthropic.com", "<", False),
        ("app:pw@host.com", "postgres://", False),
        ("user@property.setter", "", False),
        ("Jane.Doe+x@mail.co.uk", "<", True),
    ],
)
def test_an_address_is_personal_unless_a_machine_or_a_file_has_it(
    address: str, before: str, personal: bool
) -> None:
    assert (identity.email(address, Around(before, "", "")) is not None) is personal


@pytest.mark.parametrize(
    ("number", "holds"),
    [("2026-01-05 12", False), ("+41 44 668 18 00", True), ("1111111", False), ("555-0172", True)],
)
def test_a_date_and_a_row_of_one_digit_are_no_telephone_numbers(number: str, holds: bool) -> None:
    assert (identity.phone(number, NOTHING) is not None) is holds
