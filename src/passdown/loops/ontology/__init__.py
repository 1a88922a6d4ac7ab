"""The loop of ontologies: domains of concepts that split, grow together, and go, as what is known
grows."""

from __future__ import annotations

from pathlib import Path

from passdown.contract.facet import Facet
from passdown.contract.loop import Loop
from passdown.contract.query import Act, Also, Ask, Query
from passdown.loops.ontology import byhand, facet, queries
from passdown.loops.ontology.accept import accepted
from passdown.loops.ontology.asking import same
from passdown.loops.ontology.atlas import Atlas
from passdown.loops.ontology.changes import changes
from passdown.loops.ontology.context import context
from passdown.loops.ontology.detect import detect
from passdown.loops.ontology.homes import Homes
from passdown.loops.ontology.knobs import KNOBS
from passdown.loops.ontology.known import KIND, LOOP as NAME
from passdown.loops.ontology.mirror import edits, files
from passdown.loops.ontology.outcome import outcome
from passdown.loops.ontology.payload import ACTIONS, Payload
from passdown.loops.ontology.regions import regions
from passdown.loops.ontology.replay import replay
from passdown.loops.ontology.revert import revert
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
    outcome=outcome,
    revert=revert,
    same=same,
    hesitates=hesitates,
    mirror=files,
    edits=edits,
    reads=accepted,
    upkeep=upkeep,
    context=context,
    guide=Path(__file__).with_name("tiers.md"),
    queries=(
        Query(
            "list",
            queries.listed,
            rows="ontologies",
            columns=("key", "name", "state", "concepts", "claims"),
        ),
        Query("show", queries.shown, view=Atlas),
        Query("home", queries.home_of),
        Query(
            "preview",
            queries.preview,
            rows="questions",
            columns=("action", "confidence", "moved", "title"),
        ),
        Query(
            "history",
            queries.history,
            rows="decisions",
            columns=("id", "at", "action", "state", "code", "title"),
        ),
        Query(
            "scores",
            queries.scores,
            rows="ontologies",
            columns=("name", "concepts", "conductance", "modularity", "coherence", "outside"),
        ),
        Query("pressure", queries.under_pressure, view=Atlas),
        Query("export", queries.graph_file),
        Query(
            "regions",
            regions,
            rows="ontologies",
            columns=("key", "name", "state", "concepts"),
            view=Atlas,
        ),
    ),
    asks=(
        Ask("cycle", queries.cycle),
        Ask("rename", queries.rename),
        Ask("move", queries.move),
    ),
    acts=(
        Act("add", byhand.add),
        Act("pin", byhand.pin),
        Act("freeze", byhand.freeze),
        Act("activate", byhand.activate),
        Act("assign", byhand.assign),
        Act("import", byhand.taken_in),
    ),
    facets=(
        Facet(NAME, facet.of, facet.named, facet.open_to, facet.about, facet.keepers, view=Homes),
    ),
    also=(Also("similar", "ledger.similar"), Also("calibrate", "ledger.calibrate")),
)
