"""A third party's reader: `#remarks SESSION`, then one `who> what` a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from passdown.contract import Draft, SessionFacts, Skip
from passdown.domain.observation import Seen, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from passdown.contract import Line
    from passdown.contract.reader import Drawn

HEAD = b"#remarks "


class Remarks:
    """Reads files of remarks, also while they grow."""

    name = "remarks"
    unit: Literal["line", "file"] = "line"
    verified = True

    def sniff(self, head: bytes) -> float:
        """Sure of its own first line, of nothing else."""
        return 1.0 if head.startswith(HEAD) else 0.0

    def read(self, lines: Iterable[Line], memory: dict[str, Any]) -> Iterator[Drawn]:
        """One draft a line."""
        for line in lines:
            text = line.raw.decode("utf-8", "replace")
            named = text.removeprefix("#remarks ").split()
            if text.startswith("#remarks ") and named:
                memory["session"] = named[0]
                yield SessionFacts(memory["session"])
                continue
            who, mark, what = text.partition("> ")
            if not mark or "session" not in memory:
                yield Skip(line.offset, "not a remark")
                continue
            person = who == "person"
            yield Draft(
                memory["session"],
                f"{line.offset}",
                Seen.PROMPT if person else Seen.REPLY,
                what,
                line.offset,
                len(line.raw),
                trust=Trust.HUMAN if person else Trust.ASSISTANT,
            )


READER = Remarks()
