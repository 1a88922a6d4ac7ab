"""The loop of triggers: words that always precede one route."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.domain.settings import Knob
from passdown.loops.router_trigger.changes import changes
from passdown.loops.router_trigger.detect import detect
from passdown.loops.router_trigger.payload import ACTIONS, KIND, Payload
from passdown.loops.router_trigger.replay import replay
from passdown.loops.router_trigger.view import card

LOOP: Loop[Payload] = Loop(
    name="router_trigger",
    summary="Words after which a message always took the same route.",
    kinds=(KIND,),
    payload=Payload,
    actions=ACTIONS,
    settings=(
        Knob("router_trigger.min_asked", 5, "Messages that words must be in at least.", 3, 10_000),
    ),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    defaults={"every": "1d", "expiry_days": 14},
)
