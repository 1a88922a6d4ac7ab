"""What is said in a form of statement of one task as often, or by documents, counts as plain."""

from __future__ import annotations

import pytest

from passdown.loops.claims.stated import stated
from tests.loops.world import World


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Remember that staging is read-only on Fridays.", False),
        ("Remember: we deploy on Thursdays only.", False),
        ("IMPORTANT: do not touch the mock database.", False),
        ("Note: always run `make check` before you push.", False),
        ("Note that hashes do not apply to event handlers and style attributes.", True),
        ("Reminder that the browser gives you the console and the network.", True),
        ("Never import axios directly outside `api/client.ts`.", False),
        ("Use the same line endings as the source files from now on.", False),
        ("When adding a migration, never edit an existing one.", False),
        ("Our agents must never print environment files.", False),
        ("Do not push without asking.", False),
        ("We always use the same command as the build.", True),
        ("Make sure to always stretch the x axis to the last day.", True),
        ("If none is given, always freeze the first column.", True),
        ("Every time we rebuild the mod it duplicates the guides.", True),
        ("The names of players should always be visible.", True),
        ("Do not use magic numbers anywhere else.", True),
        ("remember, save memory not documentation if is not required!", True),
    ],
)
def test_what_documents_say_too_counts_as_plain_words(said: str, plain: bool) -> None:
    world = World().session()
    world.says(said)
    (one,) = stated(world.corpus())
    assert one.plain is plain


def test_a_page_is_no_line_to_remember() -> None:
    world = World().session()
    world.says("on the form of the test drive:\nremove the date field", meta={"kind": "memory"})
    assert list(stated(world.corpus())) == []
