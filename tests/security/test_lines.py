"""Each attack on the web and through content that is stood against, with the tests that try it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
WEB, CONTENT, REACH = "security/test_web.py", "security/test_content.py", "security/test_reach.py"
LINES = {
    "foreign origin or host, text/plain, rebinding, CSRF": (
        f"{WEB}::test_no_address_that_changes_something_heeds_another_page",
        f"{WEB}::test_a_rebound_name_reads_nothing",
        "surfaces/test_web.py::test_a_cookie_without_the_seal_of_its_page_decides_nothing",
    ),
    "binding beyond this machine without auth": (
        f"{WEB}::test_beyond_this_machine_nothing_is_served_until_somebody_holds_a_token",
    ),
    "session fixation": (
        f"{WEB}::test_a_cookie_that_was_planted_is_not_taken_over",
        f"{WEB}::test_who_signs_in_again_leaves_no_earlier_sitting_behind",
    ),
    "clickjacking, sniffing": (f"{WEB}::test_no_page_can_be_framed_sniffed_or_kept",),
    "stored script in transcripts, claims, file and repo names, Markdown, SVG": (
        f"{WEB}::test_nothing_that_was_read_becomes_markup_on_any_page",
        f"{WEB}::test_a_name_that_is_hostile_is_no_name_of_a_file",
        "browser/test_pages.py::test_nothing_hostile_in_what_was_observed_runs_anywhere",
    ),
    "large, slow and deep bodies": (
        f"{WEB}::test_a_page_takes_no_large_body_and_waits_for_no_slow_one",
        f"{WEB}::test_deep_json_is_an_error_like_any_other",
    ),
    "path traversal": (f"{WEB}::test_no_address_leads_to_a_file",),
    "requests that the server is made to send": (
        f"{REACH}::test_no_address_of_this_network_is_set_but_in_the_file",
        f"{REACH}::test_no_operation_takes_an_address_to_call",
        f"{REACH}::test_an_address_of_the_world_is_set_by_an_admin_alone",
    ),
    "tokens: hashed, scoped, revocable, in no log, address or argument": (
        "security/test_gate.py::test_a_token_is_kept_only_as_its_hash_and_a_revoked_one_is_nobody",
        f"{WEB}::test_a_token_stands_on_no_page_in_no_address_and_in_no_entry",
        "surfaces/test_web.py::test_a_persons_token_signs_in_and_a_revoked_one_is_out_at_once",
    ),
    "guessing": (f"{WEB}::test_guessing_is_slowed_down_and_told_once",),
    "orders to agents in what is read": (
        f"{CONTENT}::test_the_four_sentences_that_poisoned_another_system",
        "security/test_injection.py::test_evidence_that_orders_a_yes_gets_none",
    ),
    "zero-width and bidi": (
        f"{CONTENT}::test_what_was_stated_with_hidden_characters_or_orders_to_agents_is_not_asked",
        f"{REACH}::test_no_page_turns_text_around_or_hides_some",
    ),
    "homoglyphs": (
        f"{REACH}::test_a_word_of_two_alphabets_is_shown_as_one",
        "security/test_gate.py::"
        "test_an_odd_scope_is_refused_and_a_lookalike_is_one_with_its_plain_form",
    ),
    "ANSI escapes": (f"{CONTENT}::test_no_escape_sequence_reaches_a_terminal",),
    "secrets in every field, also in a note": (
        f"{CONTENT}::test_a_secret_reaches_no_file_whichever_way_it_comes",
    ),
    "laundering": (f"{CONTENT}::test_an_agent_that_quotes_a_page_does_not_launder_it",),
    "echo": (f"{CONTENT}::test_what_was_served_and_comes_back_is_no_new_evidence",),
    "catastrophic patterns, long messages": (f"{CONTENT}::test_no_statement_takes_long",),
}


@pytest.mark.parametrize("line", LINES)
def test_each_line_has_tests_that_are_there(line: str) -> None:
    assert LINES[line]
    for place in LINES[line]:
        path, _, name = place.partition("::")
        text = (TESTS / path).read_text()
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), place
