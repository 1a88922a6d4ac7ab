"""What a reviewer reads, on every surface: a question and blocks that each can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, assert_never

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    type: str = "text"


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, word for word, and where it stands."""

    text: str
    speaker: str
    at: str = ""
    session: str = ""
    seq: int = 0
    file: str = ""
    offset: int = 0
    type: str = "quote"


@dataclass(frozen=True, slots=True)
class Diff:
    """What becomes of a record on yes."""

    title: str
    before: str
    after: str
    type: str = "diff"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    type: str = "table"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    facts: tuple[tuple[str, str], ...]
    type: str = "facts"


Block: TypeAlias = Text | Quote | Diff | Table | Facts


@dataclass(frozen=True, slots=True)
class Card:
    """The question in one sentence, and what one needs to answer it."""

    question: str
    blocks: tuple[Block, ...] = ()

    def lines(self) -> Iterator[str]:
        """The card as plain lines, for any surface that has nothing better."""
        yield self.question
        for block in self.blocks:
            yield from _lines(block)


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Text(text=text):
            yield text
        case Quote():
            source = " ".join(p for p in (block.speaker, block.at[:16].replace("T", " ")) if p)
            yield f"  “{block.text}” ({source})"
        case Diff():
            yield block.title
            yield from (f"- {line}" for line in block.before.splitlines())
            yield from (f"+ {line}" for line in block.after.splitlines())
        case Table():
            yield "  ".join(block.head)
            yield from ("  ".join(row) for row in block.rows)
        case Facts():
            yield from (f"{name}: {value}" for name, value in block.facts)
        case _:
            assert_never(block)
