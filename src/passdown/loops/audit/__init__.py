"""The loop of audits: what rules weigh, by what people said of their findings; and playbooks."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.contract.query import Ask
from passdown.loops.audit.changes import changes, hesitates
from passdown.loops.audit.detect import detect
from passdown.loops.audit.payload import ACTIONS, Payload
from passdown.loops.audit.playbook import playbook, restamp
from passdown.loops.audit.replay import replay
from passdown.loops.audit.rules import KIND, PLAYBOOK
from passdown.loops.audit.view import card, titled

LOOP: Loop[Payload] = Loop(
    name="audit",
    summary="Rules of audits that people bear out or do not, and what audits should know.",
    kinds=(KIND, PLAYBOOK),
    payload=Payload,
    actions=ACTIONS,
    settings=(),
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    policy=frozenset({"PROMOTE_RULE"}),
    hesitates=hesitates,
    asks=(Ask("playbook", playbook, titled=titled), Ask("restamp", restamp, titled=titled)),
)
