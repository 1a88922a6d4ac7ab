"""A second full-text index beside a SQLite store, by tantivy: for stores of very many records.

Derived from the index in the store, which stays: whatever this one holds, the words are read there,
and where it is not in step, it is not asked.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from passdown.domain.errors import Unavailable
from passdown.storage.files import FOLDER_MODE, replaced
from passdown.storage.sql.bound import in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from passdown.storage.sql.bound import Bound

FOLDER = "tantivy"
NOTE = "position"
HEAP = 128_000_000
"""Bytes of memory a writer may take before it writes to the disk."""

AT_ONCE = 10_000
LEAST = 100
"""Records that are found at least, before it is asked which of them may be seen."""


class Open(NamedTuple):
    """The index as it was when its note said this."""

    position: int
    index: Any
    searcher: Any


class Beside:
    """A folder with an index, or without one: then nothing is found in it."""

    def __init__(self, home: str) -> None:
        self._folder = os.path.join(home, FOLDER)
        self._note = os.path.join(self._folder, NOTE)
        self._open: Open | None = None

    def position(self) -> int:
        """The last ledger entry it knows; 0 when there is no such index."""
        try:
            with open(self._note, encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return 0

    def find(self, words: Sequence[str], position: int, limit: int) -> list[str]:
        """Ids of records that have any of the words, best first; none unless it stands at this
        entry."""
        opened = self._opened(position)
        if opened is None:
            return []
        from tantivy import Occur, Query

        schema = opened.index.schema
        asked = [(Occur.Should, Query.term_query(schema, "words", word)) for word in words]
        most = max(LEAST, 4 * limit)
        hits = opened.searcher.search(Query.boolean_query(asked), limit=most, count=False).hits
        ids = opened.searcher.fast_field_values("id", [address for _, address in hits])
        return [f"{number:012x}" for number in ids]

    def _opened(self, position: int) -> Open | None:
        """What is open, if it stands there; opened anew when somebody wrote to it."""
        if not position or self.position() != position:
            return None
        if self._open is None or self._open.position != position:
            try:
                index = _index(self._folder)
            except (Unavailable, ValueError):
                return None
            index.reload()
            self._open = Open(position, index, index.searcher())
        return self._open

    def write(
        self, rows: Iterable[tuple[str, str]], gone: Iterable[str], position: int, *, whole: bool
    ) -> int:
        """Know these records by these words and those ids no longer, and stand at this entry; how
        many records. Nothing where somebody else is writing."""
        if whole:
            self.forget()
        os.makedirs(self._folder, FOLDER_MODE, exist_ok=True)
        index = _index(self._folder)
        try:
            writer = index.writer(HEAP, 1)
        except ValueError:  # the lock is held
            return 0
        with suppress(FileNotFoundError):
            os.unlink(self._note)
        written = _written(writer, rows, gone)
        writer.commit()
        writer.wait_merging_threads()
        with replaced(self._note) as temporary, open(temporary, "w", encoding="ascii") as file:
            file.write(str(position))
        return written

    def is_whole(self) -> bool:
        """Whether what is there can be read."""
        try:
            _index(self._folder)
        except ValueError:
            return False
        return True

    def forget(self) -> None:
        """Take it away."""
        self._open = None
        shutil.rmtree(self._folder, ignore_errors=True)


def catch_up(bound: Bound, beside: Beside) -> int:
    """Bring it to where the index in the store stands; how many records it took."""
    row = bound.row("beside", "position")
    position, since = int(row[0]) if row else 0, beside.position()
    if since == position:
        return 0
    if not 0 < since < position or not beside.is_whole():
        return beside.write(_everything(bound), (), position, whole=True)
    touched = [id for (id,) in bound.rows("beside", "touched", after=since, upto=position)]
    there = {
        id: words
        for part in in_parts(touched)
        for id, words in bound.rows("beside", "indexed", ids=part)
    }
    return beside.write(there.items(), touched, position, whole=False)


def _everything(bound: Bound) -> Iterator[tuple[str, str]]:
    after = 0
    while rows := bound.rows("beside", "everything", after=after, limit=AT_ONCE):
        after = rows[-1][0]
        yield from ((id, words) for _, id, words in rows)


def _written(writer: Any, rows: Iterable[tuple[str, str]], gone: Iterable[str]) -> int:
    from tantivy import Document

    for id in gone:
        writer.delete_documents_by_term("id", int(id, 16))
    many = 0
    for id, words in rows:
        document = Document()
        document.add_unsigned("id", int(id, 16))
        document.add_text("words", words)
        writer.add_document(document)
        many += 1
    return many


def _index(folder: str) -> Any:
    """The index in this folder, made where there is none."""
    try:
        import tantivy
    except ImportError as error:
        raise Unavailable(
            "tantivy is not installed",
            where="search.index",
            next="pip install 'passdown[search]', or set search.index to fts5.",
        ) from error
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name="spaces", index_option="freq")
    index = tantivy.Index(builder.build(), path=folder, reuse=True)
    spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("spaces", spaces)
    return index
