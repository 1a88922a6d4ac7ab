"""The Louvain method as it was published, to stand beside: modularity, local moves, aggregation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

Edges = Mapping[tuple[int, int], float]
Graph = dict[int, dict[int, float]]


def louvain(edges: Edges, nodes: int) -> list[int]:
    """For each node its community, at the level from which on nothing gets better."""
    graph: Graph = {node: {} for node in range(nodes)}
    for (a, b), weight in sorted(edges.items()):
        for one, other in {(a, b), (b, a)}:
            graph[one][other] = graph[one].get(other, 0.0) + weight
    home = list(range(nodes))
    while True:
        moved = _moved(graph)
        if len(set(moved.values())) == len(graph):
            return home
        home = [moved[one] for one in home]
        graph = _aggregated(graph, moved)


def _moved(graph: Graph) -> dict[int, int]:
    """Each node to the community next to it that gains most, until none gains."""
    home = {node: node for node in graph}
    degree = {node: sum(near.values()) + near.get(node, 0.0) for node, near in graph.items()}
    total, whole = dict(degree), sum(degree.values()) or 1.0
    moving = True
    while moving:
        moving = False
        for node, near in graph.items():
            own, to = home[node], defaultdict[int, float](float)
            total[own] -= degree[node]
            for other, weight in near.items():
                if other != node:
                    to[home[other]] += weight
            share = degree[node] / whole
            gains = {at: weight - total[at] * share for at, weight in to.items()}
            best = max(gains, key=lambda at: (gains[at], -at), default=own)
            if gains.get(best, 0.0) > gains.get(own, -total[own] * share) + 1e-9:
                home[node], moving = best, True
            total[home[node]] += degree[node]
    return home


def _aggregated(graph: Graph, home: dict[int, int]) -> Graph:
    """Communities as nodes; what is within one is an edge to itself, counted once."""
    made: Graph = {at: {} for at in sorted(set(home.values()))}
    for node, near in graph.items():
        for other, weight in near.items():
            a, b = home[node], home[other]
            part = weight / 2 if a == b and node != other else weight
            made[a][b] = made[a].get(b, 0.0) + part
    return made
