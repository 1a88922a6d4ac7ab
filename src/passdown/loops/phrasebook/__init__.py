"""The loop of phrases: what is asked again and again, answered without a model."""

from __future__ import annotations

from passdown.contract.loop import Loop, Seam
from passdown.contract.query import Ask, Query
from passdown.domain.settings import Knob
from passdown.loops.phrasebook.changes import changes
from passdown.loops.phrasebook.detect import detect
from passdown.loops.phrasebook.doubt import doubt
from passdown.loops.phrasebook.known import hesitates, same
from passdown.loops.phrasebook.payload import ACTIONS, KIND, Payload
from passdown.loops.phrasebook.queries import disable, edit, export, listed, show
from passdown.loops.phrasebook.replay import outcome, replay
from passdown.loops.phrasebook.reword import PROMPT, reword
from passdown.loops.phrasebook.view import card, preview, wire

LOOP: Loop[Payload] = Loop(
    name="phrasebook",
    summary="Questions that recur and are answered alike, answered without a model.",
    kinds=(KIND,),
    payload=Payload,
    actions=ACTIONS,
    settings=(
        Knob("phrasebook.observation_window_days", 7, "Days of replies a cycle looks at.", 1, 3650),
        Knob("phrasebook.min_cluster_size", 5, "How often the same is asked at least.", 2, 10_000),
        Knob("phrasebook.cohesion", 0.85, "How like near-duplicates are.", 0.5, 1),
        Knob("phrasebook.least_cohesion", 0.2, "How like its middle a cluster is at least.", 0, 1),
        Knob("phrasebook.consistency", 0.75, "Share of a cluster answered alike at least.", 0, 1),
        Knob(
            "phrasebook.stale_policy",
            "flag",
            "What becomes of a reply with sums, shares, dates or times in it.",
            choices=("flag", "drop", "allow"),
            safety=True,
        ),
        Knob("phrasebook.routes", "", "Routes whose replies are read; empty: all."),
        Knob("phrasebook.max_wrong", 0, "Wrong fires in the past a pattern may have.", 0, 1000),
    ),
    defaults={"every": "1d", "expiry_days": 14, "projected": True, "day_micro_usd": 10_000},
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    outcome=outcome,
    hesitates=hesitates,
    same=same,
    doubt=doubt,
    prompt=PROMPT,
    reword=reword,
    preview=preview,
    wire=wire,
    overrides={
        "pattern_override": "pattern",
        "reply_template_override": "reply",
        "category_override": "category",
    },
    queries=(
        Query("list", listed, aliases=("phrases.list",)),
        Query("show", show, aliases=("phrases.show",)),
        Query("export", export, aliases=("phrases.export",)),
    ),
    asks=(
        Ask("edit", edit, aliases=("phrases.edit",)),
        Ask("disable", disable, aliases=("phrases.disable",)),
    ),
    seam=Seam("phrasebook.updated", "kora_proposal_approved"),
)
