"""Run by vouch's own Python: claims with entities and sessions put through its stores, then what
one detection takes and finds, as one line of JSON. The claims come as lines of JSON on stdin."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

MODELS, STORAGE, THEMES = (
    import_module(f"vouch.{name}") for name in ("models", "storage", "themes")
)


def main(home: str) -> dict[str, float]:
    """The store written as approvals leave it, and the processor seconds of one detection."""
    Path(home).mkdir()
    store = STORAGE.KBStore.init(Path(home))
    source = store.put_source(b"what was said", title="said").id
    known: set[str] = set()
    for line in sys.stdin:
        id, names, session = json.loads(line)
        for name in names:
            if name not in known:
                store.put_entity(MODELS.Entity(id=name, name=name, type="concept"))
                known.add(name)
        _approved(store, source, id, names, session)
    began = time.process_time()
    found = THEMES.detect_themes(store)
    spent = time.process_time() - began
    largest = max((len(one.entities) for one in found.clusters), default=0)
    return {"seconds": spent, "themes": len(found.clusters), "largest": largest}


def _approved(store: Any, source: str, id: str, names: list[str], session: str) -> None:
    text = f"Rule {id} holds."
    store.put_claim(
        MODELS.Claim(id=id, text=text, evidence=[source], entities=names, approved_by="bob")
    )
    told = {"id": f"proposal-{id}", "kind": "claim", "proposed_by": "ann", "session_id": session}
    payload = {"id": id, "text": text, "evidence": [source], "entities": names}
    store.move_proposal_to_decided(
        MODELS.Proposal(**told, payload=payload, status=MODELS.ProposalStatus.APPROVED)
    )


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
