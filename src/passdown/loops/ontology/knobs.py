"""The knobs of this loop, and the thresholds that a cycle holds on to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from passdown.domain.settings import Knob
from passdown.loops.ontology.thresholds import DEFAULT, Thresholds

if TYPE_CHECKING:
    from passdown.domain.settings import Settings

LEAST_ACTIVITY = "ontology.min_activity_for_cycle"
MOST_PROPOSALS = "ontology.max_proposals_per_cycle"
LEAST_AGE = "ontology.min_ontology_age_epochs"
LEAST_CONCEPTS = "ontology.min_ontology_concept_count"
COOLDOWN = "ontology.failure_cooldown_epochs"
RUNS = "ontology.stability_runs"
STABLE = "ontology.min_stability"

KNOBS = (
    Knob(LEAST_ACTIVITY, 1, "Decisions about knowledge before it is looked again.", 1, 100_000),
    Knob(MOST_PROPOSALS, 10, "Questions that one cycle asks.", 1, 1000),
    Knob(LEAST_AGE, 3, "Decisions for which a new ontology is left alone.", 0, 100_000),
    Knob(LEAST_CONCEPTS, 5, "Concepts that make an ontology.", 2, 10_000),
    Knob(COOLDOWN, 5, "Decisions for which what failed is not asked again.", 0, 100_000),
    Knob(RUNS, DEFAULT.runs, "Perturbed graphs that tell how stable a finding is.", 1, 1000),
    Knob(STABLE, DEFAULT.stability, "What is less stable than this waits for a person.", 0, 1),
)


def thresholds(settings: Settings) -> Thresholds:
    """From where on a rule speaks, as the settings stand."""
    return replace(
        DEFAULT,
        min_piece=settings.whole(LEAST_CONCEPTS),
        min_age=settings.whole(LEAST_AGE),
        cooldown=settings.whole(COOLDOWN),
        runs=settings.whole(RUNS),
        stability=settings.number(STABLE),
    )
