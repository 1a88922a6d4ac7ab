"""A group falls into as many as one of its members alone holds together."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, strategies as st

from passdown.text.chains import unchained


def links(edges: list[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, set[int]] = {}
    for a, b in edges:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {node: sorted(near) for node, near in found.items()}


def parts(edges: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    near = links(edges)
    return sorted(unchained(sorted(near), near))


def test_two_triangles_that_share_one_are_two_groups() -> None:
    triangles = [*combinations((0, 1, 2), 2), *combinations((2, 3, 4), 2)]
    assert parts(triangles) == [(0, 1, 2), (2, 3, 4)]


def test_three_that_share_one_are_three_and_who_is_tied_to_that_one_alone_stays() -> None:
    around = [pair for n in (1, 3, 5) for pair in ((0, n), (0, n + 1), (n, n + 1))]
    assert parts([*around, (0, 9)]) == [(0, 1, 2, 9), (0, 3, 4), (0, 5, 6)]


def test_two_ties_between_them_make_one_group() -> None:
    triangles = [*combinations((0, 1, 2), 2), *combinations((2, 3, 4), 2), (0, 4)]
    assert parts(triangles) == [(0, 1, 2, 3, 4)]


def test_a_star_and_a_pair_are_one_group() -> None:
    assert parts([(0, 1)]) == [(0, 1)]
    assert parts([(0, n) for n in range(1, 6)]) == [(0, 1, 2, 3, 4, 5)]


EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=25)


@given(EDGES)
def test_every_part_holds_without_any_one_but_for_those_tied_to_that_one(
    edges: list[tuple[int, int]],
) -> None:
    near = links([(a, b) for a, b in edges if a != b])
    if not near:
        return
    start = min(near)
    connected = {start}
    while more := {other for one in connected for other in near[one]} - connected:
        connected |= more
    found = list(unchained(sorted(connected), near))
    assert set().union(*found) == connected
    for part in found:
        for cut in part:
            assert sum(size > 1 for size in _sizes(set(part) - {cut}, near)) <= 1


def _sizes(nodes: set[int], near: dict[int, list[int]]) -> list[int]:
    sizes = []
    while nodes:
        part = {nodes.pop()}
        while more := {other for one in part for other in near[one] if other in nodes} - part:
            part |= more
            nodes -= more
        sizes.append(len(part))
    return sizes
