"""Groups that hang together by one of theirs alone are as many groups, each with that one in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Links = Mapping[int, Sequence[int]]


def unchained(members: Sequence[int], links: Links) -> Iterator[tuple[int, ...]]:
    """The parts of a connected group, two or more beside each whom they share; whoever is tied to
    that one alone stays with the largest part."""
    waiting = [tuple(sorted(members))]
    while waiting:
        group = waiting.pop()
        within = {one: [other for other in links[one] if other in {*group}] for one in group}
        for cut in sorted(_cuts(group, within)):
            parts = sorted(_parts(group, within, cut), key=lambda part: (-len(part), part))
            large = [part for part in parts if len(part) > 1]
            if len(large) > 1:
                alone = [one for part in parts[len(large) :] for one in part]
                waiting += [tuple(sorted([cut, *large[0], *alone]))]
                waiting += [tuple(sorted([cut, *part])) for part in large[1:]]
                break
        else:
            yield group


def _parts(group: Sequence[int], links: Links, without: int) -> Iterator[list[int]]:
    """What is connected when one is left out."""
    seen = {without}
    for start in group:
        if start in seen:
            continue
        part, at = [start], 0
        seen.add(start)
        while at < len(part):
            new = [other for other in links[part[at]] if other not in seen]
            seen.update(new)
            part += new
            at += 1
        yield sorted(part)


def _cuts(group: Sequence[int], links: Links) -> set[int]:
    """Those without whom the others fall apart, by Tarjan's lowest reach."""
    root = group[0]
    order, low, cuts, branches = {root: 0}, {root: 0}, set[int](), 0
    path = [(root, root, iter(links[root]))]
    while path:
        node, before, rest = path[-1]
        for other in rest:
            if other not in order:
                order[other] = low[other] = len(order)
                path.append((other, node, iter(links[other])))
                break
            low[node] = min(low[node], order[other])
        else:
            path.pop()
            low[before] = min(low[before], low[node])
            branches += before == root and node != root
            if before not in (root, node) and low[node] >= order[before]:
                cuts.add(before)
    return cuts | ({root} if branches > 1 else set())
