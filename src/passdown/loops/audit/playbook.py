"""A playbook as it is asked for: what audits should know about changes to some paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from passdown.domain.errors import Invalid
from passdown.loops.audit.payload import FilePlaybook

if TYPE_CHECKING:
    from passdown.contract.corpus import Corpus

LONGEST, TITLE = 8000, 200


def playbook(
    corpus: Corpus, title: str, text: str, applies_to: str = "", tools: str = ""
) -> FilePlaybook:
    """Ask that audits know this. `applies_to` are globs of paths and `tools` names, by commas."""
    if not title.strip() or not text.strip():
        raise Invalid("a playbook needs a title and a text", where="audit.playbook")
    if len(title) > TITLE or len(text) > LONGEST or "\n" in title:
        what = f"a title is a line of {TITLE} characters at most, a text has {LONGEST}"
        raise Invalid(what, where="audit.playbook")
    return FilePlaybook(title.strip(), text.strip(), _listed(applies_to), _listed(tools))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(part.strip()[:200] for part in words.split(",") if part.strip())[:20]
