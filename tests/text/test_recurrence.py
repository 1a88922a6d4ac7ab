"""Themes are found where things recur together, nowhere else, and the same ones in any order."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings, strategies as st

from passdown.domain.clock import from_seconds
from passdown.text.recurrence import Cluster, Mention, detect

DAY = 86_400


def mention(number: int, names: Iterable[str], *sessions: int, at: float | None = None) -> Mention:
    day = sessions[0] if sessions and at is None else at or 0
    return Mention(
        f"claim{number}",
        tuple(names),
        tuple(f"session{one}" for one in sessions),
        from_seconds(1_760_000_000 + day * DAY),
    )


def told(
    groups: Sequence[tuple[Sequence[str], int]], sessions: int, start: int = 0
) -> list[Mention]:
    """So many claims of each of these names, spread evenly over so many sessions."""
    names = [group for group, many in groups for _ in range(many)]
    return [mention(start + n, group, (start + n) % sessions) for n, group in enumerate(names)]


def background(many: int = 40, sessions: int = 12, start: int = 1000) -> list[Mention]:
    """Claims about nothing in particular."""
    chance = random.Random(1)
    return [
        mention(start + n, chance.sample([f"other{x}" for x in range(30)], 2), n % sessions)
        for n in range(many)
    ]


def entities(found: Iterable[Cluster]) -> list[tuple[str, ...]]:
    return [one.entity_ids for one in found]


def test_five_claims_over_three_sessions_that_name_the_same_two_are_one_theme() -> None:
    (only,) = detect(told([(("db", "pool"), 5)], 3))
    assert only.entity_ids == ("db", "pool")
    assert only.claim_ids == tuple(f"claim{n}" for n in range(5))
    assert (only.session_count, only.claim_count, only.significance) == (3, 5, None)
    assert only.first < only.last


@pytest.mark.parametrize(("claims", "sessions"), [(4, 4), (5, 2), (20, 2), (0, 1)])
def test_below_a_threshold_there_is_none(claims: int, sessions: int) -> None:
    assert detect(told([(("db", "pool"), claims)], sessions)) == []


def test_thresholds_are_the_ones_given() -> None:
    mentions = told([(("db", "pool"), 4)], 2)
    assert len(detect(mentions, min_sessions=2, min_claims=4)) == 1
    assert detect(mentions, min_sessions=2, min_claims=5) == []
    assert detect(mentions, min_sessions=3, min_claims=4) == []


def test_claims_without_an_entity_or_a_session_do_not_count() -> None:
    mentions = told([(("db", "pool"), 4)], 3)
    assert detect([*mentions, mention(9, ("db", "pool"))]) == []
    assert detect([*mentions, mention(9, (), 1)]) == []


def test_a_claim_told_twice_is_one_claim_with_the_sessions_of_both() -> None:
    mentions = told([(("db", "pool"), 4)], 3)
    assert detect([*mentions, mentions[0]]) == []
    last = [mention(9, ("db", "pool"), 7), mention(9, ("db", "pool"), 8)]
    (only,) = detect([*mentions, *last])
    assert (only.session_count, only.claim_count) == (5, 5)


def test_a_session_that_repeats_itself_is_one_session() -> None:
    loud = [mention(100 + n, ("db", "pool"), 1) for n in range(30)]
    assert detect([*loud, *background()]) == []
    assert detect(loud) == []


def test_with_a_background_a_theme_is_tested_and_says_how_sure_it_is() -> None:
    (only,) = detect([*told([(("db", "pool"), 5)], 3), *background()])
    assert only.entity_ids == ("db", "pool")
    assert only.significance is not None
    assert 0 < only.significance <= 0.05


def test_what_is_popular_and_independent_is_a_theme_only_when_nothing_is_tested() -> None:
    chance = random.Random(2)
    names = ["api", "db", *(f"other{n}" for n in range(20))]
    mentions = [
        mention(
            n, [x for x in names if chance.random() < (0.5 if x in names[:2] else 0.05)], n % 15
        )
        for n in range(150)
    ]
    assert not any({"api", "db"} <= {*one} for one in entities(detect(mentions)))
    untested = detect(mentions, fdr=1.0)
    assert any({"api", "db"} <= {*one} for one in entities(untested))
    assert {one.significance for one in untested} == {None}


@pytest.mark.parametrize("noise", [0, 40])
def test_one_entity_in_every_claim_does_not_merge_two_themes(noise: int) -> None:
    two = told([(("a1", "a2", "a3"), 9), (("b1", "b2", "b3"), 9)], 9 if noise else 6)
    mentions = [*two, *(background() if noise else [])]
    glued = [mention(n, (*one.entities, "repo"), n % 12) for n, one in enumerate(mentions)]
    found = [set(one) - {"repo"} for one in entities(detect(glued))]
    assert {"a1", "a2", "a3"} in found
    assert {"b1", "b2", "b3"} in found
    assert not any({"a1", "b1"} <= one for one in found)


def test_themes_that_share_one_neighbour_stay_two() -> None:
    chain = told([(("a", "b", "link"), 8), (("link", "c", "d"), 8)], 9)
    found = entities(detect([*chain, *background()]))
    assert not any({"a", "c"} <= {*one} for one in found)
    assert {name for one in found for name in one} == {"a", "b", "c", "d", "link"}


def test_the_more_exclusive_of_two_themes_is_first_and_only_so_many_are_given() -> None:
    mentions = [
        *told([(("a", "b"), 10)], 10),
        *told([(("c", "d"), 10)], 10, start=100),
        *told([(("c", "x"), 5), (("d", "y"), 5)], 10, start=200),
        *background(),
    ]
    found = detect(mentions)
    assert entities(found)[0] == ("a", "b")
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert detect(mentions, top_k=1) == found[:1]


def test_a_theme_of_a_year_is_before_the_same_theme_of_one_day() -> None:
    brief = [mention(n, ("a", "b"), n % 5, at=3) for n in range(8)]
    lasting = [mention(20 + n, ("c", "d"), n % 5, at=40 * n) for n in range(8)]
    assert entities(detect([*brief, *lasting])) == [("c", "d"), ("a", "b")]


def test_of_a_listing_only_the_rarest_names_count() -> None:
    listing = [f"file{n:03}" for n in range(300)]
    mentions = [mention(n, [*listing, "db", "pool"], n % 8) for n in range(6)]
    assert all(len(one.entity_ids) <= 40 for one in detect(mentions))


ENTITIES = st.lists(st.sampled_from("abcdefgh"), min_size=0, max_size=5)
CLAIMS = st.lists(st.tuples(ENTITIES, st.sets(st.integers(0, 11), max_size=3)), max_size=60)


@settings(deadline=None, max_examples=60)
@given(CLAIMS, st.randoms(use_true_random=False), st.sampled_from([0.05, 0.5, 1.0]))
def test_neither_order_nor_repetition_matters_and_thresholds_hold(
    claims: list[tuple[list[str], set[int]]], chance: random.Random, fdr: float
) -> None:
    mentions = [mention(n, names, *sorted(at), at=n) for n, (names, at) in enumerate(claims)]
    found = detect(mentions, fdr=fdr)
    mixed = [
        Mention(
            one.claim_id,
            tuple(chance.sample(one.entities, len(one.entities))),
            tuple(chance.sample(one.sessions, len(one.sessions))),
            one.at,
        )
        for one in [*mentions, *mentions[:5]]
    ]
    chance.shuffle(mixed)
    assert detect(mixed, fdr=fdr) == found
    by_id = {one.claim_id: one for one in mentions}
    for one in found:
        support = [by_id[id] for id in one.claim_ids]
        assert len({*one.entity_ids}) == len(one.entity_ids) >= 2
        assert all(len({*claim.entities} & {*one.entity_ids}) >= 2 for claim in support)
        assert one.claim_count == len(support) >= 5
        assert one.session_count == len({s for claim in support for s in claim.sessions}) >= 3
        assert (one.first, one.last) == (min(c.at for c in support), max(c.at for c in support))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000))
def test_without_a_tenth_of_the_claims_the_themes_are_nearly_the_same(seed: int) -> None:
    chance = random.Random(seed)
    groups = [(tuple(f"{name}{n}" for n in range(4)), 20) for name in "abcd"]
    mentions = [*told(groups, 15), *background(80)]
    found = {frozenset(one) for one in entities(detect(mentions))}
    assert found == {frozenset(names) for names, _ in groups}
    fewer = [one for one in mentions if chance.random() >= 0.1]
    again = [frozenset(one) for one in entities(detect(fewer))]
    best = [max((len(a & b) / len(a | b) for b in again), default=0.0) for a in found]
    assert sum(best) / len(best) >= 0.8


def test_where_nothing_goes_together_nothing_is_found() -> None:
    runs = 40
    false = 0
    for seed in range(runs):
        chance = random.Random(seed)
        names = [f"name{n}" for n in range(40)]
        weights = [1 / (n + 1) for n in range(40)]
        drawn = [{*chance.choices(names, weights, k=chance.randint(1, 4))} for _ in range(200)]
        sessions = [min(int(chance.paretovariate(0.7)), 25) for _ in drawn]
        mentions = [
            mention(n, one, at) for n, (one, at) in enumerate(zip(drawn, sessions, strict=True))
        ]
        false += bool(detect(mentions))
    assert false <= 0.05 * runs


def test_the_number_of_threads_and_the_hash_seed_do_not_matter() -> None:
    code = (
        "import random; from passdown.text.recurrence import Mention, detect\n"
        "r = random.Random(1); n = [f'e{x}' for x in range(30)]\n"
        "m = [Mention(f'c{i}', tuple({*n[i % 6 * 4:][:3], r.choice(n)}), (f's{i % 14}',),"
        " '2026-11-21T00:00:00.000Z') for i in range(200)]\n"
        "print(detect(m), len(detect(m)))"
    )
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "PYTHONHASHSEED")
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **dict.fromkeys(names, threads)},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2", "4")
    }  # fmt: skip
    assert len(seen) == 1
    assert int(seen.pop().split()[-1]) > 0


@pytest.mark.parametrize(
    ("claims", "sessions", "tested"), [(20, 8, True), (19, 8, False), (20, 7, False)]
)
def test_below_twenty_claims_or_eight_sessions_there_is_nothing_to_test_against(
    claims: int, sessions: int, tested: bool
) -> None:
    rest = [mention(100 + n, (f"other{n}",), n % sessions) for n in range(claims - 6)]
    (only,) = detect([*told([(("db", "pool"), 6)], 3), *rest])
    assert only.entity_ids == ("db", "pool")
    assert (only.significance is not None) is tested


def test_one_name_that_is_half_of_two_themes_leaves_neither_out_where_nothing_is_tested() -> None:
    mentions = told([(("hub", "left"), 5), (("hub", "right"), 5)], 5)
    assert sorted(entities(detect(mentions))) == [("hub", "left"), ("hub", "right")]
    everywhere = told([(("hub", f"name{n}"), 1) for n in range(12)], 6)
    assert detect(everywhere) == []
