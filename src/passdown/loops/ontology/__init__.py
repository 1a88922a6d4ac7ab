"""The loop of ontologies: domains of concepts that split, grow together, and go, as what is known
grows."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.loops.ontology.accept import accepted
from passdown.loops.ontology.asking import same
from passdown.loops.ontology.changes import changes
from passdown.loops.ontology.detect import detect
from passdown.loops.ontology.knobs import KNOBS
from passdown.loops.ontology.known import KIND, LOOP as NAME
from passdown.loops.ontology.payload import ACTIONS, Payload
from passdown.loops.ontology.replay import replay
from passdown.loops.ontology.upkeep import upkeep
from passdown.loops.ontology.view import card, hesitates
from passdown.text.entities import ENTITY

LOOP: Loop[Payload] = Loop(
    name=NAME,
    summary="Domains of names that claims hold: which should split, merge, go or be renamed.",
    kinds=(KIND, ENTITY),
    payload=Payload,
    actions=ACTIONS,
    settings=KNOBS,
    defaults={"every": "6h", "golden_path_confidence": 0.8},
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    same=same,
    hesitates=hesitates,
    reads=accepted,
    upkeep=upkeep,
)
