"""What chance would have is what the formulas and the draws say it is."""

from __future__ import annotations

import random
from math import comb

import pytest
from hypothesis import given, settings, strategies as st

from passdown.text.arrays import np
from passdown.text.chance import adjusted, fitted, shared
from passdown.text.counts import counted
from passdown.text.incidence import MOST, Incidence, pairs, seen as seen_in
from passdown.text.recurrence import Mention


def mentions(named: list[list[str]]) -> list[Mention]:
    return [Mention(f"{n:04}", tuple(x), (f"s{n % 9}",), "") for n, x in enumerate(named)]


def read(mentions: list[Mention]) -> Incidence:
    return seen_in(counted(mentions))


def test_the_tail_is_the_hypergeometric_one() -> None:
    for both, left, right, many in [(3, 5, 6, 25), (2, 2, 2, 40), (6, 20, 9, 50), (1, 1, 1, 7)]:
        ways = range(both, min(left, right) + 1)
        true = sum(comb(left, x) * comb(many - left, right - x) for x in ways) / comb(many, right)
        mean = left * right / many
        one, a, b = (np.asarray([x]) for x in (both, left, right))
        found = shared(one, a, b, np.asarray([mean]))
        assert found[0] == pytest.approx(true, rel=1e-9)


def test_what_is_shared_no_more_than_by_chance_is_likely() -> None:
    found = shared(
        np.asarray([2, 9]), np.asarray([4, 9]), np.asarray([5, 10]), np.asarray([2.0, 9])
    )
    assert found.tolist() == [1, 1]


@given(st.lists(st.floats(0, 1), max_size=30), st.integers(30, 90))
def test_adjusted_values_are_benjamini_and_hochbergs(p: list[float], tests: int) -> None:
    q = adjusted(np.asarray(p), tests).tolist()
    ordered = sorted([*p, *[1.0] * (tests - len(p))])
    stepped = [min(x * tests / (n + 1), 1.0) for n, x in enumerate(ordered)]
    for one, found in zip(p, q, strict=True):
        assert found == pytest.approx(min(stepped[ordered.index(one) :]))
        assert found >= one * (1 - 1e-9)


def test_what_is_in_every_claim_is_expected_in_every_one() -> None:
    named = [["repo", f"x{n % 5}"] + ([f"y{n % 3}"] if n % 2 else []) for n in range(60)]
    seen = read(mentions(named))
    at = {name: n for n, name in enumerate(seen.entity_ids)}
    left = np.asarray([at["repo"], at["repo"]])
    right = np.asarray([at["x0"], at["y1"]])
    found = fitted(seen).expected(np.minimum(left, right), np.maximum(left, right))
    assert found.tolist() == pytest.approx([12, 10], rel=0.03)


def test_expected_is_what_draws_give_that_keep_both_counts() -> None:
    chance = random.Random(1)
    names = [f"n{x}" for x in range(12)]
    named = [chance.sample(names, 1 + n % 4) for n in range(120)]
    seen = read(mentions(named))
    left, right = np.triu_indices(len(names), 1)
    model = fitted(seen).expected(left, right)
    drawn = np.zeros(len(left))
    for _ in range(30):
        _mix(named, chance)
        now = read(mentions(named))
        found = pairs(now, np.ones(len(names), bool), min_sessions=1, min_claims=1)
        table = np.zeros((len(names), len(names)))
        table[found.left, found.right] = found.claims
        drawn += table[left, right] / 30
    assert np.abs(model - drawn).max() < 1.5
    assert model.sum() == pytest.approx(drawn.sum(), rel=0.05)


def _mix(named: list[list[str]], chance: random.Random) -> None:
    """Names change places wherever no claim comes to name one twice."""
    for _ in range(4000):
        a, b = chance.choice(named), chance.choice(named)
        i, j = chance.randrange(len(a)), chance.randrange(len(b))
        if a[i] not in b and b[j] not in a:
            a[i], b[j] = b[j], a[i]


NAMED = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), max_size=30)


@settings(deadline=None)
@given(NAMED)
def test_pairs_are_counted_as_one_would_by_hand(named: list[list[str]]) -> None:
    seen = read(mentions(named))
    which = np.ones(len(seen.entity_ids), bool)
    found = pairs(seen, which, min_sessions=1, min_claims=1)
    rows = zip(*(x.tolist() for x in (found.left, found.right)), strict=True)
    counts = zip(found.claims.tolist(), found.sessions.tolist(), strict=True)
    got = {
        (seen.entity_ids[a], seen.entity_ids[b]): both
        for (a, b), both in zip(rows, counts, strict=True)
    }
    true: dict[tuple[str, str], list[int]] = {}
    for n, names in enumerate(named):
        for a in {*names}:
            for b in {*names}:
                if a < b:
                    true.setdefault((a, b), []).append(n)
    assert got == {pair: (len(of), len({n % 9 for n in of})) for pair, of in true.items()}


def test_a_listing_keeps_its_rarest_names() -> None:
    common = [f"common{n}" for n in range(MOST)]
    seen = read(mentions([[*common, "rare1", "rare2"], *([name] for name in common)]))
    names = [seen.entity_ids[n] for n in seen.entities.of(np.asarray([0]))[1].tolist()]
    assert len(names) == MOST
    assert {"rare1", "rare2"} <= {*names}
