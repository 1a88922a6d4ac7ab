"""Sessions in which claims were stated that fall into two domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.clock import later
from passdown.testing import START, Transcript, person, transcript
from tests.loops.themes.past import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTH = ("login_form", "session_token", "password_hash", "auth_service", "jwt_signer", "user_roles")
BILLS = ("invoice_pdf", "tax_table", "price_list", "billing_job", "dunning_mail", "card_vault")


def two_domains(at: str = START, many: int = 3) -> list[Transcript]:
    """Statements about the names of either, over so many sessions, a day apart."""
    return [
        transcript(f"d{n}", *(person(MARK + text) for text in _said(n)), at=later(at, days=n))
        for n in range(many)
    ]


def _said(n: int) -> Iterator[str]:
    ways = ("were changed together", "are deployed together", "are owned by one team")
    for names in (AUTH, BILLS):
        for start in range(0, len(names), 3):
            told = ", ".join(f"`{name}`" for name in names[start : start + 4])
            yield f"{told} {ways[n % 3]}"
        yield f"`{names[0]}`, `{names[3]}`, `{names[4]}` and `{names[1]}` {ways[n % 3]} too"
