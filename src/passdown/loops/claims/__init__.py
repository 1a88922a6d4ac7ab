"""The loop of claims: what people stated, and what cured an error, told to later sessions."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.domain.settings import Knob
from passdown.loops.claims.changes import KIND, changes, join
from passdown.loops.claims.detect import detect
from passdown.loops.claims.doubt import check, doubt
from passdown.loops.claims.enrich import PROMPT, enrich
from passdown.loops.claims.known import hesitates, same
from passdown.loops.claims.merge import merge
from passdown.loops.claims.mirror import edits, files
from passdown.loops.claims.payload import ACTIONS, ATTACKS, Payload
from passdown.loops.claims.replay import grown, replay
from passdown.loops.claims.view import card, state
from passdown.text.entities import ENTITY

LOOP: Loop[Payload] = Loop(
    name="claims",
    summary="What people stated, what cured an error, what is done in order, what is open.",
    kinds=(KIND, ENTITY),
    payload=Payload,
    actions=ACTIONS,
    settings=(
        Knob("claims.cure_within", 6, "Calls after a failure in which its cure is sought.", 1, 50),
        Knob("claims.facts", False, "Whether what people state or forbid is asked."),
        Knob("claims.pitfalls", True, "Whether what fails, and what works instead, is asked."),
        Knob("claims.quirks", True, "Whether what a tool does not understand is asked."),
        Knob("claims.patterns", False, "Whether what sessions run in the same order is asked."),
        Knob("claims.plain", False, "Whether what people say in plain words is asked."),
        Knob("claims.questions", False, "Whether what sessions left open is asked."),
        Knob("claims.outputs", False, "Whether what commands printed and calls used is asked."),
    ),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    state=state,
    enrich=enrich,
    merge=merge,
    prompt=PROMPT,
    attacks=ATTACKS,
    same=same,
    join=join,
    hesitates=hesitates,
    check=check,
    doubt=doubt,
    mirror=files,
    edits=edits,
    grown=grown,
)
