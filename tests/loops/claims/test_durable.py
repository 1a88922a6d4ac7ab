"""A plain sentence is taken for the signs it shows, and not where it is about the moment."""

from __future__ import annotations

import pytest

from passdown.loops.claims.stated import in_plain_words, stated
from tests.loops.world import World

FACTS = """we're on python 3.9 here because the lambda runtime has nothing newer
heads up: the sandbox account is wiped every sunday
fixtures come from factory_boy, nobody writes json by hand
every endpoint has to answer within 300 ms, otherwise the load balancer drops it
the changelog is written by release-please, so leave it alone
in production the workers have 512 MB, keep that in mind
our users table has two million rows, full scans are a no go
timestamps are utc everywhere except in the legacy reports
the customer ids aren't unique across regions
if you rename a column you have to update the looker views too
go through the makefile, calling docker directly skips the env file""".splitlines()

PITFALLS = """don't bump react-native on its own, the pods have to match
please no force pushes on release branches, the mirror chokes on them
whatever you do, no restart of the broker in production, it drops every session
you will corrupt the index if you copy the database while the server runs
seeding from a laptop wipes the shared staging database""".splitlines()

OF_THE_MOMENT = """the font is too small
the login button should be blue
the tests in this branch need the new table
the api returns 500 when I post an empty body
everything works now, commit it
make sure the build is green before you commit
the new page has to show the last 10 orders
add the field to the api and make sure it is required
the migration has to run before the deploy of tonight
the service only returns the first page at the moment
production code exclusively uses computeTotals for the api, called from orders
I think the staging database is always wiped on sundays
is the staging database always wiped on sundays?
you are a careful reviewer of the api, every answer has to name the module
confirm that we can change the gateway config without any restart of the service
don't worry about the tests, they are fine
if you want we have to update the api docs
the user must always see the price in the currency of the account
Mock billing.api.Client and ensure that it is never called
Review note: billing.py has no tests and the api is not documented
rather than a new table.go let's keep everything in pkg/cmd/list.go
the export needs a header so that every service reads the dates
`app ls --json` should print one object a line instead of an array, behind --lines
dropping Python 2.7 support was a game-changer for the api
`Builder` has to inspect every module to figure out what is left
a proper suite for the tables would need to cover every module
shadow branches can overwrite the checkpoints of the other sessions""".splitlines()


@pytest.mark.parametrize("said", FACTS)
def test_what_shows_enough_signs_is_a_fact(said: str) -> None:
    found = in_plain_words(said, after_reply=False)
    assert found is not None
    assert found.category == "fact"


@pytest.mark.parametrize("said", PITFALLS)
def test_what_is_forbidden_for_a_reason_or_does_harm_is_a_pitfall(said: str) -> None:
    found = in_plain_words(said, after_reply=False)
    assert found is not None
    assert found.category == "pitfall"


@pytest.mark.parametrize("said", OF_THE_MOMENT)
def test_what_belongs_to_the_moment_is_none(said: str) -> None:
    assert in_plain_words(said, after_reply=True) is None


def test_what_to_call_instead_is_told_in_one_form() -> None:
    found = in_plain_words("no, it's `make serve` here, not docker run", after_reply=True)
    assert found is not None
    assert found == ("Use `make serve`, not `docker run`.", "tool-quirk")
    assert in_plain_words("it's make believe, not art", after_reply=True) is None


def test_a_program_that_is_not_to_be_used_is_a_quirk() -> None:
    found = in_plain_words("dont use npm in here, corepack is set to pnpm", after_reply=True)
    assert found is not None
    assert found.category == "tool-quirk"


def test_an_announcement_holds_for_the_sentence_after_it() -> None:
    world = World().session()
    world.says("just so it's clear, the old folder stays as it is. handlers are kept in src/v3")
    assert [one.text for one in stated(world.corpus())] == ["Handlers are kept in src/v3."]
    alone = World().session()
    alone.says("handlers are kept in src/v3")
    assert list(stated(alone.corpus())) == []


def test_orders_to_an_agent_teach_nothing() -> None:
    world = World().session()
    world.says("You are a senior reviewer, always answer with a table of findings")
    assert list(stated(world.corpus())) == []
