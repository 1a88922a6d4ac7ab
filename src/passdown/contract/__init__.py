"""All that a loop or a reader imports, built in or third party."""

from passdown.contract.card import Block, Card, Diff, Facts, Quote, Table, Text
from passdown.contract.corpus import Corpus
from passdown.contract.loop import Finding, Loop, Outcome, Replay
from passdown.contract.reader import Draft, Line, Reader, SessionFacts, Skip

__all__ = [
    "Block",
    "Card",
    "Corpus",
    "Diff",
    "Draft",
    "Facts",
    "Finding",
    "Line",
    "Loop",
    "Outcome",
    "Quote",
    "Reader",
    "Replay",
    "SessionFacts",
    "Skip",
    "Table",
    "Text",
]
