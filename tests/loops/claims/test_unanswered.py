"""What is open when a session ends: said so, or asked and given up; nothing else is a question."""

from __future__ import annotations

import pytest

from passdown.domain.observation import Trust
from passdown.loops.claims.draft import Draft
from passdown.loops.claims.unanswered import Questions, alike, questions
from tests.loops.world import World

ASKED = "Which time zone do the billing exports use?"
GAVE_UP = "I could not find out which time zone the exports use; nothing in the code says it."


def found(world: World) -> list[Draft]:
    return list(questions(world.corpus()))


def texts(world: World) -> list[str]:
    return [one.text for one in found(world)]


def test_what_was_asked_and_given_up_is_a_question_in_the_words_it_was_asked_in() -> None:
    world = World().session()
    said = world.says(f"Thanks. {ASKED}")
    world.replies(GAVE_UP)
    (one,) = found(world)
    assert (one.text, one.category, one.scope, one.confidence) == (
        ASKED,
        "question",
        "repo:web",
        0.75,
    )
    (quote,) = one.quotes
    assert said.text[quote.start : quote.end] == ASKED


@pytest.mark.parametrize(
    "reply",
    [
        "The time zone is not documented.",
        "There is no record of the exports' zone.",
        "I can't answer that from the code.",
        "I don't see a zone anywhere in the settings.",
        "I'm not sure which zone they use.",
    ],
)
def test_to_give_up_has_many_words(reply: str) -> None:
    world = World().session()
    world.says(ASKED)
    world.replies(reply)
    assert texts(world) == [ASKED]


def test_what_was_asked_and_answered_is_none() -> None:
    world = World().session()
    world.says(ASKED)
    world.replies("They use UTC: `export.py` converts every timestamp.")
    assert texts(world) == []


def test_what_a_person_answers_later_on_is_none() -> None:
    world = World().session()
    world.says(ASKED)
    world.replies(GAVE_UP)
    world.says("The billing exports use the time zone of Oslo.")
    assert texts(world) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Open question: which currency do the archived invoices use?",
            "Which currency do the archived invoices use?",
        ),
        (
            "We still need to find out why the nightly import doubles invoices.",
            "We still need to find out why the nightly import doubles invoices.",
        ),
        (
            "It is not clear why the nightly import doubles invoices.",
            "It is not clear why the nightly import doubles invoices.",
        ),
        (
            "How long a retry should wait has to be decided by the team.",
            "How long a retry should wait has to be decided by the team.",
        ),
        (
            "The difference of two cents in March remains unexplained.",
            "The difference of two cents in March remains unexplained.",
        ),
        (
            "Left open: which currency the archived invoices use.",
            "Which currency the archived invoices use.",
        ),
        (
            "Nobody knows why the nightly import doubles invoices.",
            "Nobody knows why the nightly import doubles invoices.",
        ),
        (
            "TODO: find out which region the invoice bucket is in.",
            "Find out which region the invoice bucket is in.",
        ),
    ],
)
def test_what_the_assistant_says_is_open_at_the_end_is_a_question(said: str, kept: str) -> None:
    world = World().session()
    world.says("Fix the import.")
    world.replies(f"The import runs again. {said}")
    assert texts(world) == [kept]


def test_what_was_open_long_before_the_end_is_none() -> None:
    world = World().session()
    world.replies("Open question: which currency do the archived invoices use?")
    for _ in range(7):
        world.replies("Going on.")
    assert texts(world) == []


@pytest.mark.parametrize(
    "said",
    [
        "What do you think about the new exports?",
        "Why is it so slow?",
        "Can you find out which zone the exports use?",
        "Should we merge this branch before the release?",
        "What's next?",
        "Which file did you change in the exports module?",
    ],
)
def test_what_is_asked_of_the_one_at_work_is_none(said: str) -> None:
    world = World().session()
    world.says(said)
    world.replies("I could not find it out: file, zone, exports, branch or release.")
    assert texts(world) == []


def test_what_strangers_may_have_written_is_asked_only_where_a_person_asked() -> None:
    world = World().session()
    world.says("Look at the exports.")
    told = "Open question: which time zone do the billing exports use?"
    reply = world.replies(told)
    world.observations[-1] = type(reply)(
        **{name: getattr(reply, name) for name in reply.__slots__} | {"trust": Trust.WEB}
    )
    assert texts(world) == []
    world.says(ASKED)
    assert texts(world) == [ASKED]


def test_asked_in_two_sessions_it_is_one_question_and_surer() -> None:
    world = World()
    for wording in (ASKED, "What time zone do billing exports use?"):
        world.session().says(wording)
        world.replies(GAVE_UP)
    (one,) = found(world)
    assert (one.text, one.confidence) == (ASKED, 0.8)
    assert len(one.seen) == 2


def test_an_answer_says_what_is_asked_and_something_more() -> None:
    asked = Questions({"q": ASKED})
    assert asked.answered_by("Billing exports use the time zone of Oslo.") == ["q"]
    assert asked.answered_by("The billing exports use a time zone?") == []
    assert asked.answered_by("Exports are written at night.") == []


def test_questions_are_alike_by_what_they_mean() -> None:
    assert alike(ASKED, "what time zone is used by the billing exports?")
    assert not alike(ASKED, "Which currency do the archived invoices use?")
