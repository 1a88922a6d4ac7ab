"""A loop's own operations, named `<loop>.<name>` on every surface: one reads, one asks, one is what
an admin does by hand; and others that it has under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from passdown.contract.corpus import Corpus
    from passdown.domain.clock import At
    from passdown.domain.proposal import Proposal
    from passdown.domain.record import Edge, Record


@dataclass(frozen=True, slots=True)
class Changed:
    """What is another than it was: records by id, as they are now (None: gone, or never to be
    seen); of what relations start from, all that start there now; the loop's own questions, as
    they stand."""

    records: Mapping[str, Record | None]
    edges: Mapping[str, Sequence[Edge]]
    asked: Sequence[Proposal]


class View(Protocol):
    """What is answered from. It rests on records, relations, questions and the time alone: on
    nothing that was observed, and on no setting."""

    def follow(self, changed: Changed, now: At) -> None:
        """Be as if drawn anew, now that this has changed; what is the same may be told again, and
        now is never earlier than before."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A typed function of a Corpus (its first parameter), and of the Settings where it has a
    parameter of that name; the rest become parameters. On the command line `rows` with `columns` is
    its table, and `--<ask>` makes it the Ask of that name. With a `view` its
    first parameter is what that draws of a Corpus, which is kept and told what changed since, so
    that an answer takes no look at everything; a parameter `corpus` is the Corpus itself."""

    name: str
    run: Callable[..., Any]
    agents: bool = False
    aliases: tuple[str, ...] = ()
    rows: str = ""
    columns: tuple[str, ...] = ()
    ask: str = ""
    view: Callable[[Corpus], View] | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """The same, giving the payload of a question: whoever calls it puts that to the gate, and it
    rests on what they say by that. Or giving a list of Findings: what was mined, and is put to the
    gate as if a cycle had found it. `bare` is the list that takes the words of a command line;
    `titled` says in a line what a payload asks, so that questions are told apart in a list."""

    name: str
    run: Callable[..., Any]
    aliases: tuple[str, ...] = ()
    bare: str = ""
    titled: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """The same, giving the Changes that an admin makes by that: at once, and without a question.
    Two parameters are none of the operation: `said` is the seq of an observation that keeps what
    the caller said by it, `clean` redacts a text."""

    name: str
    run: Callable[..., Any]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Also:
    """Another operation under a name of this loop; it is asked of this loop where it has a
    parameter `loop`."""

    name: str
    operation: str
