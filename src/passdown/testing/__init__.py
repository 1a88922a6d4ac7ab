"""For whoever writes a loop, a reader or a surface: the contract as a harness, a world in memory,
a clock moved by hand, and crashes where a test wants them.

    from passdown.testing import check_loop, person, transcript

    def test_my_loop_keeps_the_contract():
        check_loop(LOOP, transcript("s1", person("Always run the linter first.")))

`check_reader(READER, sample)` does the same for a reader.
`passdown.testing.strategies` makes transcripts for hypothesis, where that is installed.
"""

from passdown.testing.broken import Broken
from passdown.testing.clock import START, VirtualClock
from passdown.testing.crash import Crash, Fuse, crash_after, crashes
from passdown.testing.harness import check_declaration, check_loop, check_on, check_statements
from passdown.testing.reader import check_reader
from passdown.testing.state import digest, entries, rebuild, state
from passdown.testing.transcript import (
    Transcript,
    Turn,
    assistant,
    call,
    event,
    flagged,
    person,
    result,
    transcript,
)
from passdown.testing.undoing import knowledge
from passdown.testing.whole import faults
from passdown.testing.world import AGENT, PERSON, World, interleaved, keep

__all__ = [
    "AGENT",
    "PERSON",
    "START",
    "Broken",
    "Crash",
    "Fuse",
    "Transcript",
    "Turn",
    "VirtualClock",
    "World",
    "assistant",
    "call",
    "check_declaration",
    "check_loop",
    "check_on",
    "check_reader",
    "check_statements",
    "crash_after",
    "crashes",
    "digest",
    "entries",
    "event",
    "faults",
    "flagged",
    "interleaved",
    "keep",
    "knowledge",
    "person",
    "rebuild",
    "result",
    "state",
    "transcript",
]
