"""What a model still points at, after all that code can check: notes beside lines that came. It is
shown what is known, in a fence; it can add a note, and move nothing that code found."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from passdown.domain.errors import Unreadable
from passdown.stages.audit.change import Proof
from passdown.stages.audit.finding import Finding, digest
from passdown.stages.audit.infer_mcp import Heard
from passdown.stages.audit.judge import Outcome
from passdown.text import sorts
from passdown.text.earned import INFO
from passdown.text.hazard import hazards
from passdown.text.quote import block, cut
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from passdown.engines.port import Writer
    from passdown.stages.audit.change import Change
    from passdown.stages.audit.facts import Hunk, Touched
    from passdown.stages.audit.judge import Work
    from passdown.stages.audit.playbooks import Book

Json: TypeAlias = dict[str, Any]

RULE = "inference"
TOKENS = 1500
MOST = 10
"""Notes that one answer may bring."""
PRIORS, DRIFTS, BOOKS = 3, 5, 3
"""What is told of each sort of thing that is known."""
LONGEST_HUNKS, LONGEST_LINE, LONGEST_BOOK = 24_000, 200, 1500
WIDTH = 180
KNOWN = ("kb_neighbors", "drift_context", "hybrid_search_matches", "mcp_answers")
"""The blocks of what is known beside the change."""
NOTHING = Heard()
SCHEMA: Json = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "maxItems": MOST,
            "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string"},
                    "line": {"type": "integer"},
                    "message": {"type": "string"},
                    "cites": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["path", "line", "message", "cites"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}
"""What it answers with."""


def inferred(
    writer: Writer,
    title: str,
    change: Change,
    work: Work,
    books: Sequence[Book],
    boundary: str,
    heard: Heard = NOTHING,
    *,
    blind: bool = False,
) -> Outcome:
    """What a model adds to what was found; `heard` is what servers of the reviewer's choice said.
    One that is `blind` is shown the change and what code found, and nothing that is known.

    Raises:
        Unavailable: there is no model, or it does not answer.
        Limit: the budget is used up.
        Unreadable: it says what has not the asked shape.
    """
    known = blocks(title, change, work, books, heard)
    told = [name for name in KNOWN if known[name]]
    known |= {name: [] for name in told if blind}
    answer = writer.write(prompt(known, boundary), schema=SCHEMA, max_tokens=TOKENS)
    ids = _ids(known)
    found = tuple(read(answer.value, change, ids))
    tokens, cost = answer.input_tokens + answer.output_tokens, (answer.micro_usd or 0) / 1_000_000
    model = {"used": True, "tokens": tokens, "cost": cost, "model": answer.model,
             "knew": [] if blind else told}  # fmt: skip
    model |= {"withheld": told} if blind else {}
    return Outcome(found, reason="; ".join(heard.missed[:3]), model=model)


def is_blind(key: str, share: float) -> bool:
    """Whether the audit of this key is one of the share that shows a model nothing that is known:
    drawn by its key, so that it is the same whenever it is asked."""
    drawn = int(hashlib.sha256(f"blind|{key}".encode()).hexdigest()[:8], 16) / 0x100000000
    return drawn < share


def prompt(known: Mapping[str, Any], boundary: str) -> str:
    """What it is asked: what others wrote stands in blocks, and nowhere else."""
    text = files("passdown.stages.audit").joinpath("inference.md").read_text(encoding="utf-8")
    quoted = "\n".join(block(boundary, name, value) for name, value in known.items())
    return text.replace("{{boundary}}", boundary).replace("{{blocks}}", quoted)


def blocks(
    title: str, change: Change, work: Work, books: Sequence[Book], heard: Heard = NOTHING
) -> Json:
    """All that is quoted to it, by name; the same for the same change and the same past. A playbook
    that gives orders is not among it, whoever approved it."""
    known = {one.id: one for one in books if not hazards(one.text)}
    cited = [known[one["id"]] for one in work.kb.get("playbooks", ()) if one["id"] in known]
    priors = [{name: one[name] for name in ("id", "pr", "overall", "claims", "reasons")}
              for one in work.kb.get("prior_audits", ())]  # fmt: skip
    drifts = [{name: one[name] for name in ("tool", "from", "to", "status", "symbol", "why")}
              for one in work.kb.get("drift", ())]  # fmt: skip
    return {
        "change": {"title": cut(title, 300), "claims": [
            {"kind": one.claim.kind, "text": cut(one.claim.words, 200), "result": one.result,
             "why": cut(one.why, 200)} for one in work.held[:40]
        ]},
        "found": [{"rule": one.rule, "severity": one.severity, "message": one.message}
                  for one in work.findings[:40]],
        "hunks": list(_hunks(change, {at.path for one in work.findings for at in one.locations})),
        "kb_neighbors": priors[:PRIORS],
        "drift_context": drifts[:DRIFTS],
        "hybrid_search_matches": [_matched(one) for one in cited[:BOOKS]],
        "mcp_answers": list(heard.rows),
    }  # fmt: skip


def _matched(book: Book) -> Json:
    told = {"id": book.id, "title": book.title, "text": cut(book.text, LONGEST_BOOK)}
    return {**told, "may_be_out_of_date": book.stale} if book.stale else told


def read(value: Any, change: Change, ids: frozenset[str]) -> Iterator[Finding]:
    """The notes of an answer that stand beside a line that came; the others are dropped, and so is
    what would give orders to whoever reads it."""
    rows = value.get("findings") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise Unreadable("the model's answer has no list of findings")
    for row in rows[:MOST]:
        proof = _place(row, change) if isinstance(row, dict) else None
        message = row.get("message") if proof is not None else None
        if proof is None or not isinstance(message, str) or hazards(message):
            continue
        said = one_line(message, WIDTH).strip()
        cites = row.get("cites")
        refs = tuple(one for one in cites if one in ids) if isinstance(cites, list) else ()
        if said:
            fp = digest(RULE, proof.path, " ".join(proof.text.split()))
            yield Finding(RULE, RULE, INFO, said, fp, 0.5, (proof,), (), refs, most=INFO)


def _place(row: Mapping[str, Any], change: Change) -> Proof | None:
    """The line that came which a note names; None where there is none."""
    path, n = row.get("path"), row.get("line")
    file = change.facts.by_path.get(path) if isinstance(path, str) else None
    if file is None or file.path != path or isinstance(n, bool):
        return None
    line = next((one for one in file.added if one.n == n), None)
    return Proof(file.path, line.n, line.text.strip()[:300], "came") if line else None


def _ids(known: Json) -> frozenset[str]:
    told = (*known["kb_neighbors"], *known["hybrid_search_matches"])
    return frozenset(str(one["id"]) for one in told)


def _hunks(change: Change, found: set[str]) -> Iterator[Json]:
    """Places of the change, the weightiest first, for as long as there is room."""
    room = LONGEST_HUNKS
    every = [(file, hunk) for file in change.facts.files if not sorts.lock(file.path)
             for hunk in file.hunks]  # fmt: skip
    for file, hunk in sorted(every, key=lambda one: _order(one[0], one[1], found)):
        lines = list(_numbered(hunk))
        room -= sum(len(line) for line in lines) + len(file.path)
        if room < 0:
            return
        yield {"path": file.path, "lines": lines}


def _order(file: Touched, hunk: Hunk, found: set[str]) -> tuple[int, int, str, int]:
    """Code before tests before words; where something was found before where nothing was."""
    sort = 0 if sorts.code(file.path) else 1 if sorts.test(file.path) else 2
    return (sort, file.path not in found, file.path, hunk.after)


def _numbered(hunk: Hunk) -> Iterator[str]:
    before, after = hunk.before, hunk.after
    for line in hunk.lines:
        if line.startswith("-"):
            yield f"-{before}: {line[1:][:LONGEST_LINE]}"
        elif line.startswith("+"):
            yield f"+{after}: {line[1:][:LONGEST_LINE]}"
        before += not line.startswith("+")
        after += not line.startswith("-")
