"""The loop of fields: what is asked again and again, and no field of the snapshot answers."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.domain.settings import Knob
from passdown.loops.snapshot_expand.changes import changes
from passdown.loops.snapshot_expand.detect import detect
from passdown.loops.snapshot_expand.payload import ACTIONS, KIND, Payload
from passdown.loops.snapshot_expand.replay import replay
from passdown.loops.snapshot_expand.view import card

LOOP: Loop[Payload] = Loop(
    name="snapshot_expand",
    summary="Values that are asked for again and again, and that no snapshot field gives.",
    kinds=(KIND,),
    payload=Payload,
    actions=ACTIONS,
    settings=(
        Knob("snapshot_expand.min_asked", 5, "How often a value is asked for at least.", 2, 10_000),
        Knob("snapshot_expand.consistency", 0.75, "Share answered in the same words.", 0, 1),
    ),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    defaults={"every": "1d", "expiry_days": 14},
)
