"""Texts are ranked by their words, their neighbourhood, who said them and when."""

from __future__ import annotations

from hypothesis import given, strategies as st

from passdown.text.rank import Doc, Question, common, doc, question, rank, rank_groups

TALK = [
    ("Ada", "Did you ever buy a telescope?"),
    ("Grace", "Yes, last week."),
    ("Ada", "My garden is full of roses."),
    ("Grace", "I sold my garden."),
    ("Ada", "We drank tea."),
]


def talk() -> list[Doc]:
    return [doc(text, who, "s", n) for n, (who, text) in enumerate(TALK)]


def order(text: str, docs: list[Doc]) -> list[int]:
    asked = question(text, {one.actor for one in docs})
    return [one.at for one in rank(asked, docs, common(docs))]


def test_a_form_of_a_word_finds_its_other_forms():
    docs = [doc("They bought bicycles"), doc("They sell tea")]
    assert order("buying a bicycle", docs) == [0]
    assert order("selling", docs) == [1]


def test_an_answer_is_found_by_the_question_before_it():
    assert order("When did Grace buy a telescope?", talk())[:2] in ([0, 1], [1, 0])


def test_of_two_that_say_the_same_the_one_by_whom_it_names_is_first():
    assert order("What about the garden of Ada?", talk())[0] == 2
    assert order("What about the garden of Grace?", talk())[0] == 3


def test_a_name_says_who_and_not_what():
    asked = question("Where did Ada go?", ["Ada", "Grace"])
    assert asked.actors == {"Ada"}
    assert "ada" not in asked.words
    assert question("Ada", ["Ada"]).words == ("ada",)


def test_who_is_named_first_does_it_and_who_is_named_later_is_done_to():
    asked = question("What did Ada tell Grace of the garden?", ["Grace", "Ada", "Linus", ""])
    assert [{*asked.actors}, {*asked.others}] == [{"Ada"}, {"Grace"}]
    said = [doc("The garden is full of roses", who, who, 0) for who in ("Grace", "Ada", "Linus")]
    for first, last in (("Ada", "Grace"), ("Grace", "Ada")):
        found = order(f"What did {first} tell {last} of the garden's roses?", said)
        assert [said[n].actor for n in found] == [first, last, "Linus"]


def test_those_who_do_it_together_are_alike():
    for text in ("When did Ada and Grace eat?", "Ada's or Grace's tea", "Linus, Ada & Grace, once"):
        asked = question(text, ["Ada", "Grace", "Linus"])
        assert {"Ada", "Grace"} <= asked.actors
        assert not asked.others
    asked = question("What did Ada, Grace, and Linus tell Mary?", ["Ada", "Grace", "Linus", "Mary"])
    assert [{*asked.actors}, {*asked.others}] == [{"Ada", "Grace", "Linus"}, {"Mary"}]


def test_behind_by_stands_who_does_it():
    asked = question("What was Grace told by Ada?", ["Ada", "Grace"])
    assert [{*asked.actors}, {*asked.others}] == [{"Ada"}, {"Grace"}]


def test_a_name_within_a_name_is_no_other():
    asked = question("What does Ada Lovelace drink?", ["Ada", "Ada Lovelace"])
    assert [{*asked.actors}, {*asked.others}] == [{"Ada", "Ada Lovelace"}, set()]
    assert "lovelac" not in asked.words


def test_how_many_is_answered_by_what_counts():
    docs = [
        doc("The garden has red roses", "Ada", "a", 0),
        doc("The garden has three roses", "Ada", "b", 9),
    ]
    assert order("roses in the garden", docs)[0] == 0
    assert order("How many roses has the garden?", docs)[0] == 1
    assert [doc(text).counted for text in ("27 of them", "another", "the one", "often")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_nothing_is_found_where_no_word_is():
    assert order("kubernetes", talk()) == []
    assert order("", talk()) == []
    assert rank(Question(()), talk(), common([])) == []


def test_a_text_that_stands_alone_has_no_neighbours():
    docs = [doc("green tea"), doc("a pot"), doc("black coffee")]
    assert order("tea", docs) == [0]


def test_the_parts_of_a_score_are_told_and_add_up():
    for one in rank(question("telescope garden tea"), talk(), common(talk())):
        assert one.score == sum(one.parts.values())
        assert {*one.parts} <= {"words", "pairs", "neighbours", "session"}


def test_of_two_sessions_that_say_nearly_the_same_the_newer_is_first():
    old = doc("Deploys wait for Monday", group="old", at="2026-01-01")
    new = doc("Deploys wait for Friday", group="new", at="2026-02-01")
    asked = question("deploys wait")
    for docs in ([old, new], [new, old]):
        assert [group for group, _ in rank_groups(asked, docs, common(docs))] == ["new", "old"]


def test_a_session_that_says_more_of_it_is_before_a_newer_one():
    docs = [
        doc("Deploys wait for the canary", group="old", at="2026-01-01"),
        doc("The canary sings", group="new", at="2026-02-01"),
    ]
    asked = question("deploys wait canary")
    assert [group for group, _ in rank_groups(asked, docs, common(docs))] == ["old", "new"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=60)), max_size=12), st.text())
def test_ranking_is_one_order_whatever_is_ranked(rows: list[tuple[str, str]], asked: str):
    docs = [doc(text, who, "s", n) for n, (who, text) in enumerate(rows)]
    what = question(asked, "abc")
    found = rank(what, docs, common(docs))
    assert found == rank(what, docs, common(docs))
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_reply_to_a_question_that_has_the_words_is_before_one_to_a_statement():
    docs = [
        doc("Which telescope did you buy?", "Ada", "s", 0),
        doc("The small one from the corner shop downtown.", "Grace", "s", 1),
        doc("The telescope was one to buy.", "Ada", "t", 10),
        doc("The small one from the corner shop downtown.", "Grace", "t", 11),
    ]
    found = order("buy telescope", docs)
    assert found.index(1) < found.index(3)


def test_what_was_said_at_the_time_that_is_asked_for_is_first():
    docs = [
        doc("I repaired the old sailboat", "Ada", "a", 0, "2023-05-02T10:00:00.000Z"),
        doc("I repaired the old sailboat", "Ada", "b", 9, "2023-10-13T10:00:00.000Z"),
    ]
    assert order("What was repaired in October 2023, the sailboat?", docs)[0] == 1
    assert order("What was repaired in May 2023, the sailboat?", docs)[0] == 0


def test_what_was_said_at_the_time_that_is_asked_for_is_found_by_it_alone():
    docs = [
        doc("Mostly I sorted the attic.", "Ada", "a", 0, "2023-12-04T10:00:00.000Z"),
        doc("I do like tea in the garden.", "Ada", "b", 9, "2023-06-04T10:00:00.000Z"),
    ]
    assert order("What went on on 4 December 2023?", docs) == [0]
    found = rank(question("What of tea on 4 December 2023?"), docs, common(docs))
    assert {one.at: "time" in one.parts for one in found} == {0: True, 1: False}


def test_a_time_tells_more_where_few_texts_are_of_it():
    then, later = "2023-12-04T10:00:00.000Z", "2023-02-04T10:00:00.000Z"

    def told(whens: list[str]) -> float:
        docs = [doc("green tea", "Ada", f"s{n}", 9 * n, at) for n, at in enumerate(whens)]
        best = rank(question("On 4 December 2023?"), docs, common(docs))[0]
        assert best.at == 0
        return best.parts["time"]

    assert told([then, later, later, later]) > told([then, then, then, later])


def test_a_text_without_a_time_is_of_no_time():
    docs = [doc("green tea"), doc("a pot")]
    found = rank(question("tea in October 2023"), docs, common(docs))
    assert [(one.at, {*one.parts}) for one in found] == [(0, {"words"})]


def test_a_turn_that_says_more_is_before_a_thank_you():
    docs = [
        doc("Thanks, garden!", "Ada", "a", 0),
        doc("The garden behind our house has roses, lilies and one apple tree.", "Ada", "b", 9),
    ]
    assert order("garden", docs) == [1, 0]


def test_a_word_written_as_two_is_found():
    docs = [doc("A long road trip to the coast"), doc("The coast is far")]
    assert order("roadtrip coast", docs)[0] == 0
    assert order("roadtrip", docs) == [0]
