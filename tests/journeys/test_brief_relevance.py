"""A brief tells first what helps with the task: 60 planted tasks, reported as nDCG by the
evaluation `relevance`."""

from __future__ import annotations

import pytest

from evals import relevance
from evals.relevance import Planted, Task, ndcg, read


@pytest.fixture(scope="module")
def planted() -> Planted:
    return read()


def test_sixty_tasks_are_planted_in_six_repos_among_claims_of_all_repos(planted: Planted):
    assert len(planted.tasks) == 60
    assert {task.repo for task in planted.tasks} == planted.claims.keys() - {"*"}
    assert len(planted.claims) == 7
    assert all(1 <= len(task.helps) <= 2 for task in planted.tasks)
    assert all(text in planted.claims[t.repo] for t in planted.tasks for text in t.helps)


def test_what_helps_with_the_task_is_told_first():
    measured = relevance.measure(None)
    assert measured.n == 60
    assert measured.figures["ndcg_5"] >= 0.6
    assert measured.figures["ndcg_5"] > float(measured.against["bm25_ndcg_5"])
    assert measured.figures["ndcg_5_over_no_task"] >= 0.2


def test_the_best_order_scores_one_and_none_zero():
    task = Task("web", "do it", {"most": 2, "some": 1})
    assert ndcg(["most", "some", "else"], task) == 1
    assert ndcg(["else"], task) == 0
    assert 0 < ndcg(["some", "most"], task) < 1
    assert ndcg(["a", "b", "c", "d", "e", "most"], task) == 0
