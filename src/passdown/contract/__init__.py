"""All that a loop or a reader imports, built in or third party."""

from passdown.contract.card import Block, Card, Diff, Facts, Quote, Table, Text
from passdown.contract.corpus import Corpus
from passdown.contract.loop import Dropped, Finding, Loop, Outcome, Replay
from passdown.contract.mirror import Edit, Misread, Own
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
    "Block",
    "Blocks",
    "Card",
    "Corpus",
    "Diff",
    "Draft",
    "Dropped",
    "Edit",
    "Facts",
    "Finding",
    "Line",
    "Loop",
    "Misread",
    "Outcome",
    "Own",
    "Placed",
    "Quote",
    "Reader",
    "Replay",
    "SessionFacts",
    "Shaped",
    "Skip",
    "Table",
    "Text",
    "Tuned",
]
