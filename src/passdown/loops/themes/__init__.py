"""The loop of themes: what keeps coming back across sessions, written down as pages."""

from __future__ import annotations

from passdown.contract.loop import Loop
from passdown.contract.query import Ask, Query
from passdown.domain.settings import Knob
from passdown.loops.themes.changes import changes
from passdown.loops.themes.detect import detect
from passdown.loops.themes.kinds import BUILTIN, FORM, FORM_TOLD, KINDS
from passdown.loops.themes.known import same
from passdown.loops.themes.mirror import edits, files
from passdown.loops.themes.payload import ACTIONS, Payload
from passdown.loops.themes.queries import found, propose
from passdown.loops.themes.replay import outcome, replay
from passdown.loops.themes.view import card, hesitates, wire
from passdown.text.entities import ENTITY

LOOP: Loop[Payload] = Loop(
    name="themes",
    summary="Names that keep coming back together across sessions, as pages of cited claims.",
    kinds=(*BUILTIN, ENTITY),
    payload=Payload,
    actions=ACTIONS,
    settings=(
        Knob("themes.min_sessions", 3, "Sessions a theme comes back in at least.", 1, 10_000),
        Knob("themes.min_claims", 5, "Approved claims that tell of it at least.", 1, 100_000),
        Knob("themes.top_k", 10, "Themes that are told, and proposed in one cycle.", 1, 1000),
        Knob("themes.fdr", 0.05, "Share of chance finds that is borne; 1: no test.", 0, 1),
        Knob(
            "themes.kind",
            "theme",
            "What a page about a theme is; where that kind is not declared: concept.",
            choices=("theme", "concept"),
        ),
        Knob(
            "themes.kinds",
            KINDS,
            "The kinds of pages, each with the fields it must have: NAME:FIELD+FIELD.",
            form=(FORM, FORM_TOLD),
        ),
        Knob("themes.handles", False, "Whether people's @handles are names, too."),
    ),
    defaults={"every": "1d"},
    detect=detect,
    replay=replay,
    changes=changes,
    card=card,
    outcome=outcome,
    same=same,
    hesitates=hesitates,
    wire=wire,
    mirror=files,
    edits=edits,
    queries=(
        Query(
            "detect",
            found,
            aliases=("kb.detect_themes",),
            rows="clusters",
            columns=("id", "state", "entity_ids", "session_count", "claim_count", "score"),
            ask="propose",
        ),
    ),
    asks=(Ask("propose", propose, aliases=("kb.propose_theme",), bare="cluster"),),
)
