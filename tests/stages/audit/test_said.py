"""What a message claims, and what it only mentions, plans, quotes or leaves unticked."""

from __future__ import annotations

import time

import pytest

from passdown.stages.audit import said


def kinds(body: str, title: str = "", author: str = "") -> set[tuple[str, str]]:
    texts = [said.Text("title", title, author), said.Text("body", body, author)]
    return {(claim.kind, claim.object) for claim in said.claims(texts)}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Adds 3 tests.", ("n_tests", "")),
        ("This PR adds tests for the parser.", ("adds_tests", "")),
        ("No API change.", ("no_api_change", "")),
        ("Removes `legacy_add()`.", ("removes", "legacy_add()")),
        ("This change removes legacy_add() and old_sub().", ("removes", "old_sub()")),
        ("Renames `foo` to `bar`.", ("renames", "foo")),
        ("Delete scripts/manifest.sdk.yml", ("removes", "scripts/manifest.sdk.yml")),
        ("Add a `--dry-run` flag", ("adds_symbol", "--dry-run")),
        ("Adds docs/how-to.md", ("adds_file", "docs/how-to.md")),
        ("Bumps requests from 2.31.0 to 2.32.4.", ("bump", "requests")),
        ("Fully backwards compatible.", ("back_compat", "")),
        ("No new dependencies.", ("no_new_deps", "")),
        ("Pure refactoring.", ("no_behavior_change", "")),
        ("Update the changelog", ("changelog", "")),
        ("- [x] I have added tests", ("adds_tests", "")),
        ("Updated all call sites", ("all_callers_updated", "")),
        ("Adds a regression test", ("regression_test", "")),
    ],
)  # fmt: skip
def test_a_plain_statement_is_a_claim(text: str, claim: tuple[str, str]) -> None:
    assert claim in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] I have added tests",
        "This does not remove `legacy_add()`.",
        "We will remove `legacy_add()` later.",
        "If needed, remove `legacy_add()`.",
        "Previously removed `legacy_add()`.",
        "See #12, which removes `legacy_add()`.",
        "> Removes `legacy_add()`.",
        "<!-- Removes `legacy_add()`. -->",
        "```\nRemoves `legacy_add()`.\n```",
        "<details>\nRemoves `legacy_add()`.\n</details>",
        "The test job adds tests artifacts.",
        "Removes the old way of doing things.",
        "Signed-off-by: removes `legacy_add()`",
    ],
)
def test_what_asserts_nothing_of_this_change_is_no_claim(text: str) -> None:
    assert kinds(text) == set()


def test_a_prefix_of_the_title_is_a_claim_and_hides_none() -> None:
    assert kinds("", "docs(api): add docs/intro.md (#12)") == {
        ("type", "docs"), ("adds_file", "docs/intro.md")
    }  # fmt: skip


def test_a_program_claims_nothing_but_versions() -> None:
    body = "Bumps requests from 2.31.0 to 2.32.4.\n\nRelease notes: adds `Session.close()`."
    assert kinds(body, author="dependabot[bot]") == {("bump", "requests")}


def test_every_claim_says_where_it_stands() -> None:
    body = "Some words first.\n\n- removes `legacy_add()` at last\n"
    (claim,) = said.claims([said.Text("body", body)])
    assert body[claim.start : claim.end] == "removes `legacy_add()`"


def test_a_later_step_of_a_squash_takes_an_early_one_back() -> None:
    body = (
        "* add `turbo_mode` option\n* fix a typo\n* remove `turbo_mode` again\n* add `calm_mode`\n"
    )
    claims = {claim.object: claim for claim in reversed(said.claims([said.Text("body", body)]))}
    assert claims["turbo_mode"].superseded
    assert claims["turbo_mode"].modality == said.INTERMEDIATE
    assert claims["calm_mode"].modality == said.INTERMEDIATE
    assert not claims["calm_mode"].superseded


def test_a_claim_keeps_its_key_whatever_its_case_or_ticks_and_its_numbers_apart() -> None:
    def one(text: str) -> said.Said:
        return said.claims([said.Text("body", text)])[0]

    assert one("Removes `Legacy_Add()`.").key == one("removes legacy_add()").key
    three, five = one("Adds 3 tests."), one("Adds 5 tests.")
    assert three.key == five.key
    assert three.sig != five.sig


def test_a_long_and_hostile_message_is_read_in_bounded_time() -> None:
    body = ("- [x] adds " + "`" * 50 + "<" * 200 + " and, " * 50 + "\n") * 2000
    assert isinstance(said.claims([said.Text("body", body * 3)]), tuple)


@pytest.mark.parametrize(
    "bullets",
    [
        ("* add `same_thing` option\n", "* remove `x_{}`\n"),
        ("* add `thing_{}` option\n", "* remove `thing_{}` again\n"),
        ("- [x] adds tests\n", "* does not remove `y_{}`\n"),
    ],
)
def test_a_message_of_four_thousand_bullets_takes_ten_times_one_of_four_hundred(
    bullets: tuple[str, str],
) -> None:
    def spent(n: int) -> float:
        body = "".join(one.format(at) for one in bullets for at in range(n // 2))
        start = time.process_time()
        said.claims([said.Text("commit:1", body)])
        return time.process_time() - start

    spent(400)
    few, many = (min(spent(n) for _ in range(3)) for n in (400, 4000))
    assert many < 1.0
    assert many < 20 * few
