"""Resources, generated: operations that say at which address their answer is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mcp_types as types

from passdown.domain.errors import NotFound
from passdown.ops.operation import Effect
from passdown.text.wire import encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from passdown.ops.operation import Operation

SCHEME = "passdown://"
JSON = "application/json"
PLACE = re.compile(r"{(\w+)}")
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Resources:
    """Reading operations by address: `lists` without a placeholder, `reads` with them."""

    lists: tuple[Operation, ...]
    reads: tuple[Operation, ...]

    @staticmethod
    def of(operations: Mapping[str, Operation]) -> Resources:
        """Those that have an address and read."""
        own = [o for o in operations.values() if o.resource and o.effect is Effect.READ]
        lists = tuple(o for o in own if not PLACE.search(o.resource))
        return Resources(lists, tuple(o for o in own if o not in lists))

    def find(self, uri: str) -> tuple[Operation, dict[str, str]]:
        """The operation that answers at this address, and what the address gives it."""
        for op in (*self.lists, *self.reads):
            if found := _pattern(op).fullmatch(uri):
                return op, found.groupdict()
        raise NotFound(f"nothing is at {uri[:200]!r}", next="resources/list says what is.")

    def templates(self) -> list[types.ResourceTemplate]:
        """What one may ask for by id."""
        return [
            types.ResourceTemplate(
                name=op.resource.partition("/")[0],
                uri_template=SCHEME + op.resource,
                description=op.summary,
                mime_type=JSON,
            )
            for op in self.reads
        ]


def _pattern(op: Operation) -> re.Pattern[str]:
    """Our own declarations only, never a caller's text, so the standard engine will do."""
    return re.compile(re.escape(SCHEME) + PLACE.sub(r"(?P<\1>[^/?#]+)", op.resource))


def listed(op: Operation, answer: Any) -> Iterator[types.Resource]:
    """The rows of a list, each at an address of its own."""
    for row in answer[op.cli.rows] if op.cli.rows else answer:
        text = " ".join(str(row.get("text", "")).split())
        yield types.Resource(
            name=str(row["id"]),
            title=text[:LONGEST_TITLE] or None,
            uri=f"{SCHEME}{op.resource}/{row['id']}",
            mime_type=JSON,
        )


def contents(uri: str, answer: Any) -> types.ReadResourceResult:
    """An answer as what a client reads at an address."""
    text = types.TextResourceContents(uri=uri, mime_type=JSON, text=encode(answer))
    return types.ReadResourceResult(contents=[text])
