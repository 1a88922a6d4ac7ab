"""All that a loop or a reader imports, built in or third party."""

from passdown.contract.card import Block, Card, Diff, Facts, Quote, Table, Text
from passdown.contract.corpus import Corpus
from passdown.contract.facet import Facet
from passdown.contract.loop import (
    Dropped,
    Finding,
    Idle,
    Loop,
    Outcome,
    Replay,
    Seam,
    Spell,
    Unread,
    added,
    over_time,
)
from passdown.contract.mirror import Edit, Misread, Own
from passdown.contract.query import Act, Also, Ask, Changed, Query, View
from passdown.contract.reader import (
    Blocks,
    Draft,
    Line,
    Placed,
    Reader,
    SessionFacts,
    Shaped,
    Skip,
    Tuned,
)

__all__ = [
    "Act",
    "Also",
    "Ask",
    "Block",
    "Blocks",
    "Card",
    "Changed",
    "Corpus",
    "Diff",
    "Draft",
    "Dropped",
    "Edit",
    "Facet",
    "Facts",
    "Finding",
    "Idle",
    "Line",
    "Loop",
    "Misread",
    "Outcome",
    "Own",
    "Placed",
    "Query",
    "Quote",
    "Reader",
    "Replay",
    "Seam",
    "SessionFacts",
    "Shaped",
    "Skip",
    "Spell",
    "Table",
    "Text",
    "Tuned",
    "Unread",
    "View",
    "added",
    "over_time",
]
