"""The loop of settings: thresholds that past decisions show to be too high or too low."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.domain.settings import Knob
from passdown.loops.tuning.changes import changes, hesitates
from passdown.loops.tuning.detect import REST, detect
from passdown.loops.tuning.doubt import doubt
from passdown.loops.tuning.knobs import KIND
from passdown.loops.tuning.payload import ACTIONS, Payload
from passdown.loops.tuning.replay import outcome, replay
from passdown.loops.tuning.view import card

LOOP: Loop[Payload] = Loop(
    name="tuning",
    summary="Thresholds that past decisions show to be a step too high or too low.",
    kinds=(KIND,),
    payload=Payload,
    actions=ACTIONS,
    settings=(Knob(REST, 7, "Days a knob is left alone after it was turned.", 1, 365),),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    outcome=outcome,
    hesitates=hesitates,
    doubt=doubt,
)
