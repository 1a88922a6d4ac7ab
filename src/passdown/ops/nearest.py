"""The record nearest to what a question would make known, and what of it would be other."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import NotFound
from passdown.ops import finding
from passdown.ops.kinds import Id
from passdown.ops.operation import Ctx, Effect, Shell, operation

if TYPE_CHECKING:
    from collections.abc import Iterator

SAYS = ("text", "reply", "sentence", "title")
"""Under which names a payload holds the sentence that would be known."""
FIRST = 5
LEAST = 0.5
"""Below this share of equal words two sentences have nothing to do with each other."""
LONGEST = 400
NONE: tuple[float, dict[str, Any]] = (0.0, {})


@operation(
    "nearest",
    Effect.READ,
    cli=Shell(facts=("id", "text", "share"), rows="parts"),
    example="passdown nearest 0193ab",
)
def nearest(ctx: Ctx, id: Id) -> dict[str, Any]:
    """What is known already that says almost this, word for word beside it; nothing where there is
    none."""
    with ctx.store.read(ctx.sight) as tx:
        asked = tx.queue.get(id)
    if asked is None:
        raise NotFound(f"no proposal {id}", next="`passdown pending` lists ids; six digits do.")
    said = next((t for n in SAYS if isinstance(t := asked.payload.get(n), str)), asked.title)
    words = said[:LONGEST].split()
    wanted = finding.Asked(said[:LONGEST], "", "", "", "", 0, "", "")
    found = finding.place("")(ctx, ctx.sight, wanted, FIRST)["results"]
    scored = [(_share(row["text"][:LONGEST].split(), words), row) for row in found]
    share, best = max(scored, key=lambda pair: pair[0], default=NONE)
    if share < LEAST:
        return {"id": "", "text": "", "share": 0.0, "parts": []}
    parts = list(_parts(best["text"][:LONGEST].split(), words))
    return {"id": best["id"], "text": best["text"], "share": round(share, 3), "parts": parts}


def _share(before: list[str], after: list[str]) -> float:
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def _parts(before: list[str], after: list[str]) -> Iterator[dict[str, str]]:
    """Runs of words that both have, that only the record has, that only the question has."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "insert":
            yield {"is": "same" if tag == "equal" else "gone", "words": " ".join(before[a:b])}
        if tag in ("insert", "replace"):
            yield {"is": "new", "words": " ".join(after[c:d])}
