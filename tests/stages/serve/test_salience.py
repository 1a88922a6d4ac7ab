"""What a session asked about together is what it is likely to need next."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, strategies as st

from passdown.domain.clock import later
from passdown.stages.serve.salience import FORGOTTEN, asked, end, live, rank, start
from passdown.testing.clock import START

names = st.lists(st.sampled_from(["a.py", "b.py", "c.py", "pytest", "tox"]), max_size=4)


def test_names_that_came_up_together_come_up_again() -> None:
    questions = [("login.py", "cookie.py"), ("deploy.sh",), ("login.py",)]
    (found,) = rank(questions, window=20, top_k=10)
    assert (found.entity, found.beside, found.times) == ("cookie.py", ("login.py",), 1)


def test_what_was_asked_later_counts_more() -> None:
    questions = [("old.py", "x"), ("y",), ("y",), ("new.py", "x"), ("x",)]
    assert [one.entity for one in rank(questions, window=20, top_k=10)] == ["new.py", "old.py"]


def test_what_was_asked_more_often_counts_more() -> None:
    questions = [("often.py", "x"), ("often.py", "x"), ("once.py", "x"), ("x",)]
    assert rank(questions, window=20, top_k=1)[0].entity == "often.py"


def test_only_the_last_questions_count() -> None:
    questions = [("old.py", "x"), *[("y",)] * 3, ("x",)]
    assert rank(questions, window=4, top_k=10) == []


def test_of_no_questions_nothing_is_likely() -> None:
    assert rank([], window=20, top_k=10) == rank([()], window=20, top_k=10) == []


@given(st.lists(names, max_size=12), st.integers(0, 10), st.integers(0, 6))
def test_the_same_questions_have_the_same_answer_within_its_bounds(
    questions: list[list[str]], window: int, top_k: int
) -> None:
    found = rank(questions, window=window, top_k=top_k)
    assert found == rank(questions, window=window, top_k=top_k)
    assert len(found) <= top_k
    last = next((set(q) for q in reversed(questions) if q), set())
    assert not {one.entity for one in found} & last
    assert all(one.score > 0 and set(one.beside) <= last for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_session_is_remembered_until_it_ends(tmp_path: Path) -> None:
    assert live(tmp_path, "s1") is None
    start(tmp_path, "s1", START, {"repo": "web"})
    asked(tmp_path, "s1", START, ["a.py"])
    found = start(tmp_path, "s1", later(START, seconds=9), {"repo": "other"})
    assert (found.started_at, found.facts["repo"], found.questions) == (START, "web", (("a.py",),))
    assert live(tmp_path, "s2") is None
    end(tmp_path, "s1")
    assert live(tmp_path, "s1") is None
    assert list((tmp_path / "live").iterdir()) == []


def test_a_session_that_nobody_ended_is_forgotten_in_the_end(tmp_path: Path) -> None:
    asked(tmp_path, "left", START, ["a.py"])
    start(tmp_path, "s1", later(START, seconds=FORGOTTEN), {})
    assert live(tmp_path, "left") is not None
    start(tmp_path, "s2", later(START, seconds=FORGOTTEN + 1), {})
    assert live(tmp_path, "left") is None
    assert live(tmp_path, "s1") is not None


def test_a_session_id_is_no_path(tmp_path: Path) -> None:
    asked(tmp_path, "../../etc/passwd", START, ["a.py"])
    assert [p.name for p in tmp_path.iterdir()] == ["live"]
    assert all(p.name.isalnum() for p in (tmp_path / "live").iterdir())
