"""A word that few texts have tells much."""

from __future__ import annotations

import pytest

from passdown.text.worth import answers, worth


@pytest.mark.parametrize("many", [4, 100, 10**6])
def test_the_rarer_a_word_the_more_it_tells_from_1_down_to_0(many: int):
    having = {"all": many, "half": many // 2, "one": 1}
    found = worth(["none", "one", "half", "all"], having, many)
    assert found["none"] == pytest.approx(1)
    assert [*found.values()] == sorted(found.values(), reverse=True)
    assert 0 <= found["all"] <= 1


def test_few_texts_tell_little_about_how_common_a_word_is():
    assert worth("a", {"a": 3}, 3)["a"] > 0.6
    assert worth("a", {"a": 3000}, 3000)["a"] < 0.05


def test_a_count_that_runs_behind_is_no_error():
    assert worth("a", {"a": 5}, 3)["a"] > 0


def test_common_words_alone_are_no_answer_unless_they_are_all_that_was_asked():
    told = worth(["canari", "friday", "test"], {"test": 5000}, 10_000)
    assert not answers(["test", "run"], told)
    assert answers(["canari"], told)
    assert answers(["test"], {"test": told["test"]})
    assert not answers([], told)
    assert not answers(["test"], {"test": 0.0})


def test_of_a_long_question_two_rare_words_are_enough():
    told = {f"w{n}": 0.9 for n in range(40)}
    assert answers(["w1", "w2"], told)
    assert not answers(["w1"], told)
