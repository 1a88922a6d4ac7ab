"""The thresholds of the ontology loop's rules, as one value that a cycle holds on to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a rule speaks. Shares, conductances and modularities are between 0 and 1."""

    min_piece: int = 5
    """A piece of fewer concepts is left where it is."""
    min_age: int = 3
    """Events an ontology is left alone after it began, unless it is empty."""
    pull: float = 0.5
    """R2: of a piece's ties to its own ontology and to another, the share to that other."""
    pull_weight: int = 3
    """R2: the ties to that other weigh so much at the least."""
    pull_share: float = 0.2
    """R2: and are such a share of all the ties of the piece: a tie by accident is no pull."""
    merge_share: float = 0.3
    """R3: of the ties of either, the share to the other."""
    merge_modularity: float = 0.25
    """R3: from here on the two together would fall apart again."""
    dissolve_share: float = 0.5
    """R4: of its ties, the share to one other ontology."""
    dissolve_outside_near: float = 0.5
    """R4: of its ties, the share to all others, where one of them has that share."""
    dissolve_outside: float = 0.6
    """R4: the same, where none has."""
    affinity_floor: float = 0.25
    """R4: a concept with a smaller share of its ties in any ontology goes to the floor."""
    split_modularity: float = 0.2
    """R5: an ontology less modular is one."""
    split_conductance: float = 0.25
    """R5, R5b: a piece that is tied to the rest more than so is no piece."""
    wide_modularity: float = 0.35
    """R5: from here on, and in three pieces or more, a piece is held against chance instead."""
    pool_degree: float = 3.0
    """R5b: each concept of a piece is tied to so many others of it on average."""
    beyond_chance: float = 0.05
    """R5c: by so much the floor is more modular than with its ties left to chance."""
    refractory: float = 0.3
    """The margin a rule must pass by when the ontology changed just now."""
    refractory_events: int = 3
    """Events after a change for which that holds in full."""
    refractory_fade: float = 10.0
    """Events more after which it holds by 1/e."""
    cooldown: int = 5
    """Events for which what failed is not asked again."""
    runs: int = 20
    """Perturbed graphs that tell how stable an answer is."""
    dropout: float = 0.1
    """The share of ties left out of each."""
    same_piece: float = 0.75
    """Two pieces as alike as this (Jaccard) are the same piece."""
    stability: float = 0.8
    """What is found in a smaller share of them is escalated."""
    resolution: float = 1.0
    """Leiden's: larger, more and smaller pieces."""
    seed: int = 7


DEFAULT = Thresholds()
