"""The signature of an error: the line that names it, without what differs from case to case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from passdown.text.safe import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

# Errors stand at the ends of an output: what lies between is not read.
_END = 65_536
_LONGEST = 2_000
_WIDTH = 200
_HEAD = 1_000
_FEW = 3

# How clients and harnesses write the exit code: alone on a line, or in their own record.
_EXIT = re.compile(
    r"^\W{0,2}(?:(?:the )?(?:process|command|script|tool|bash|shell|program)\b[^\n]{0,80}?\s)?"
    r"(?:exit(?:ed|s)?|finished|completed|failed|returned|terminated)(?:[ _]?with)?"
    r"[ _]?(?:(?:an? )?(?:error |exit )?(?:code|status))?\s*[:=]?\s*(-?\d{1,10})\b"
    r"(?=\W*(?:\(execution \w+\)[^\n]*)?$)"
    r"|\"exit_?code\"\s*:\s*(-?\d{1,10})|<(?:exit_?code|returncode)>\s*(-?\d{1,10})",
    re.IGNORECASE | re.MULTILINE,
)
# Lines that show content rather than report: numbered listings, diffs, stack frames.
_SHOWN = re.compile(
    r"\s*\d+\s*[→│|\t]|[+-](?![+-])|\s+at |\s*File \"|[>|]\s|\s*(?://|#|\*|✓|✔|ok\b|\(pass\)|PASS)"
    r"|.*(?:[,;{(\[&|]|=>)$"
)
_CLIENT = re.compile(
    r"(?:Chunk ID|Wall time|Original token count|Output|Warning: truncated output)\b.*:.*"
    r"|(?:Debugger attached|Waiting for the debugger)\b.*"
)
_FRAME = re.compile(
    r"\A(?:\[[\w:. -]{1,40}\]\s*|npm (?:ERR!|error)\s+|E\s{2,}|>\s+|<tool_use_error>)+"
)
_STAMP = re.compile(r"\A\W{0,2}\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?\W*")

_CLASS = (
    r"(?:[A-Za-z_]\w*(?:\.|::|/))*"
    r"[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Failure|Fault|Panic|Timeout)"
)
_RANKS = tuple(
    re.compile(pattern)
    for pattern in (
        # An exception class with its message, or alone; a panic.
        r"(?:Uncaught |Unhandled |Caused by: |Exception in thread \S+ )?"
        rf"{_CLASS}(?:\s*\[\w+\])?(?:\s?: \S|:?$|\()"
        rf"|panic: |thread '[^']*' panicked at |Segmentation fault|\w+ failed: {_CLASS}",
        # A compiler or linter: place, severity, message.
        r"\S+?[:(]\d+(?:[:,]\d+)?\)?:\s*(?:fatal )?(?:error|Error|syntax error|SyntaxError)\b"
        r"|error(?:\[\w+\]|\s+[A-Z]{1,6}\d{2,6})?: \S",
        # A shell or an operating system.
        r"(?!warning).*(?:command not found|No such file or directory|Permission denied"
        r"|Is a directory|Not a directory|not recognized as an? |[Pp]arse error near"
        r"|[Ss]yntax error[: ]|No space left on device|Connection refused"
        r"|[Oo]peration not permitted|can't open input file|cannot access |File exists$"
        r"|Killed$|Out of memory|Broken pipe|no matches found: )",
        # Whoever says so at the start of the line.
        r"(?:\S{1,40}: ){0,2}"
        r"(?:fatal|error|ERROR|Error|FATAL|Fatal|FAILURE|failed|Failed)(?: error)?[:!] \S"
        r"|(?:ERROR|FATAL)\b\W*\S",
        # A failed test, a place with a message.
        r"--- FAIL: |FAIL(?:ED)?[ :\t]+\S|\(fail\) |[\u00d7\u2717\u2718\u2716\u274c\u2a2f] ?\S"
        r"|\S+\.\w{1,5}:\d+:\d+: \S|AssertionError|\S+ FAILED\b|not ok \d",
    )
)
# What only says that something else failed is taken when nothing else is named.
_WRAPPER = re.compile(
    r".*(?:task failed|exited with (?:code|status)|exit (?:code|status) \d|returned non-zero"
    r"|ELIFECYCLE|Lifecycle script|make(?:\[\d+\])?: \*\*\*|Recipe .* failed|[Cc]ommand failed"
    r"|failed to push some refs|[Pp]rocess completed|Some errors were emitted)"
)
_VAGUE = re.compile(
    r"\b(?:errors?|fail(?:ed|ure|s)?|cannot|can't|could not|couldn't|unable to|unknown|invalid"
    r"|unexpected|unrecognized|not found|does not exist|doesn't exist|refused|denied|timed out"
    r"|undefined|missing|rejected|must|not allowed|nothing to|no changes|has not|ignored by)\b",
    re.IGNORECASE,
)

_REFUSED = re.compile(
    r"[^.:]{0,120}\b(?:not found|does not exist|failed|timed out|cannot|could not|unable to"
    r"|unrecognized|denied|refused)\b",
    re.IGNORECASE,
)

_PLACE = r"(?:[:(]\d+(?:[:,]\d+)?\)?)"
_SUFFIXES = (
    "py|pyi|js|mjs|cjs|jsx|ts|tsx|go|rs|java|kt|c|h|cc|cpp|hpp|cs|rb|php|sh|bash|zsh|json|jsonl"
    "|ya?ml|toml|md|mdx|txt|log|csv|sql|html|css|lock|cfg|ini|xml|proto|tf|swift|vue|svelte|ipynb"
)
_MASKS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s'\"`<>)\]]+", "<url>"),
        (
            r"(?<!\w)(?:'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|\u201c[^\u201d\n]*\u201d|\u2018[^\u2019\n]*\u2019)(?!\w)",
            "<str>",
        ),
        (
            rf"(?:\b[A-Za-z]:)?(?:~|\.{{1,2}})?(?<![\w<])(?:[/\\][\w.@+%~-]+)+[/\\]?{_PLACE}?",
            "<path>",
        ),
        (rf"(?<![\w<])[\w.@+~-]+(?:[/\\][\w.@+%~-]+)+[/\\]?{_PLACE}?", "<path>"),
        (
            rf"(?<![\w<.])[\w.-]+\.(?:(?:{_SUFFIXES})\b{_PLACE}?|[a-z]{{1,5}}[0-9]?{_PLACE})",
            "<path>",
        ),
        (r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", "<id>"),
        (
            r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?"
            r"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b",
            "<time>",
        ),
        (r"\b0x[0-9a-fA-F]+\b|\b(?=[a-f]*\d)[0-9a-f]{7,64}\b", "<id>"),
        (r"(?:(?<![\w<])[-+]?|(?<=_))\d[\d,._]*(?=\b|[a-z])", "<n>"),
    )
)


def exit_code(text: str) -> int | None:
    """The exit code a client wrote before or after the output; None when it wrote none."""
    for part in (text[:_HEAD], text[-_HEAD:]):
        found = _EXIT.search(part)
        if found:
            return int(next(group for group in found.groups() if group is not None))
    return None


def signature(text: str) -> str:
    """What makes this error the same elsewhere; '' when nothing looks like an error."""
    ends = text if len(text) <= 2 * _END else text[:_END] + "\n" + text[-_END:]
    lines = list(_candidates(printable(ends)))
    code = exit_code(ends)
    if code == 0:
        return ""
    line = _named(lines) or _vague(lines, bool(code) or "<tool_use_error>" in text[:600])
    return masked(line) if line else (f"exit {code}" if code else "")


def masked(line: str) -> str:
    """The line with paths, quotes, ids, times and numbers replaced by their kind."""
    for pattern, kind in _MASKS:
        line = pattern.sub(kind, line)
    return " ".join(line.split())[:_WIDTH]


def _candidates(text: str) -> Iterator[str]:
    """The lines that may report an error, without what clients and loggers put before them."""
    for raw in text.split("\n"):
        line = raw.strip().removesuffix("</tool_use_error>")
        if not line or len(line) > _LONGEST or _SHOWN.match(raw) or _CLIENT.match(line):
            continue
        bare = _STAMP.sub("", _FRAME.sub("", line, count=1), count=1).strip()
        if bare and not _EXIT.fullmatch(bare):
            yield bare


def _named(lines: list[str]) -> str:
    """The best line: an exception before a compiler before a shell; the last exception, since
    the last is the one that was not handled, but the first of all others."""
    wrapper = ""
    for rank, pattern in enumerate(_RANKS):
        found = [line for line in lines if pattern.match(line)]
        told = [line for line in found if not _WRAPPER.match(line)]
        if told:
            return told[-1 if rank == 0 else 0]
        wrapper = wrapper or next(iter(found), "")
    return wrapper


def _vague(lines: list[str], failed: bool) -> str:
    """In what is known to have failed, or is one short remark: the line that sounds like it."""
    if failed:
        said = (line for line in lines if _VAGUE.search(line))
        return next(said, lines[-1] if 0 < len(lines) <= _FEW else "")
    remark = lines[0] if len(lines) == 1 else ""
    return remark if _REFUSED.match(remark) else ""
