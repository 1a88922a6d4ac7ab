"""A model may say an answer more smoothly: never more than it says, and never without citations."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from passdown.domain.errors import Unreadable
from passdown.stages.serve.synthesize import Sentence, sentences
from passdown.text.entities import keys
from passdown.text.hazard import hazards
from passdown.text.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from passdown.engines.port import Answer, Writer
    from passdown.stages.serve.synthesize import Section

LONGEST = 1000
MOST = 200
TOKENS = 2000
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "cites": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["text", "cites"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}
"""What a model answers with."""

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def prompt(question: str, sections: Sequence[Section]) -> str:
    """What a model is asked."""
    every = [{"text": s.text, "cites": list(s.cites)} for one in sections for s in one.sentences]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in every)
    text = files("passdown.stages.serve").joinpath("rewrite.md").read_text(encoding="utf-8")
    said = json.dumps(one_line(question, LONGEST), ensure_ascii=False)
    return text.replace("{{sentences}}", lines).replace("{{question}}", said)


def rewritten(
    writer: Writer, question: str, sections: Sequence[Section]
) -> tuple[list[Sentence], Answer]:
    """The answer as a model says it; Unreadable when it lost or invented something."""
    answer = writer.write(prompt(question, sections), schema=SCHEMA, max_tokens=TOKENS)
    sources: dict[str, str] = {}
    for one in (s for section in sections for s in section.sentences):
        for id in one.cites:
            sources[id] = f"{sources.get(id, '')} {one.text}"
    return checked(answer.value, sources, question), answer


def checked(value: Any, sources: Mapping[str, str], question: str) -> list[Sentence]:
    """The sentences of a rewrite; Unreadable unless each cites what it says and all of it is
    still said."""
    found = [_sentence(row) for row in _rows(value)]
    for one in found:
        _cites_what_there_is(one, sources)
        _says_no_more(one, sources, question)
    lost = sources.keys() - {id for one in found for id in one.cites}
    if lost:
        raise _rejected(f"it lost the citation {_marks(lost)}")
    return found


def _rows(value: Any) -> list[Any]:
    rows = value.get("sentences") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise _rejected("it is no list of sentences")
    return rows


def _sentence(row: Any) -> Sentence:
    text, cites = (row.get("text"), row.get("cites")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(cites, list) or not text.strip():
        raise _rejected("a sentence has not the asked shape")
    said = one_line(text, LONGEST)
    if len(sentences(said)) != 1 or "[pd:" in said:
        raise _rejected(f"not one sentence with citations of its own: {one_line(said, 80)}")
    if hazards(text):
        raise _rejected("it holds instructions or hidden characters")
    ids = (str(id).strip().removeprefix("[").removesuffix("]").removeprefix("pd:") for id in cites)
    return Sentence(said, tuple(dict.fromkeys(ids)))


def _cites_what_there_is(one: Sentence, sources: Mapping[str, str]) -> None:
    if not one.cites:
        raise _rejected(f"a sentence lost its citation: {one_line(one.text, 80)}")
    invented = {id for id in one.cites if id not in sources}
    if invented:
        raise _rejected(f"it invented the citation {_marks(invented)}")


def _says_no_more(one: Sentence, sources: Mapping[str, str], question: str) -> None:
    """No name and no number that is in none of what the sentence cites, nor in the question."""
    ground = " ".join((*(sources[id] for id in one.cites), question))
    names = {key.casefold() for key in keys(ground)}
    new = [key for key in keys(one.text) if key.casefold() not in names and key not in ground]
    new += [n for n in _NUMBER.findall(one.text) if n not in _NUMBER.findall(ground)]
    if new:
        raise _rejected(f"it says {one_line(new[0], 60)!r}, which what it cites does not")


def _marks(ids: Any) -> str:
    return ", ".join(f"[pd:{one_line(str(id), 20)}]" for id in sorted(ids))


def _rejected(why: str) -> Unreadable:
    return Unreadable(
        f"the model's rewrite was rejected: {why}",
        where="synthesize",
        next="Ask without --llm, or with --fallback for the plain answer.",
    )
