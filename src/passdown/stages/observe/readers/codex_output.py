"""What a tool of Codex answered: the text without the client's heading, and whether it failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec import DecodeError, Struct, json as fast

from passdown.stages.observe.readers.codex_record import Output
from passdown.stages.observe.readers.provenance import SHELLS

if TYPE_CHECKING:
    from passdown.stages.observe.readers.codex_record import Part

_HEADING = re.compile(
    r"(?:(?:Chunk ID|Wall time|Original token count|Total output lines): [^\n]{0,80}\n"
    r"|(?:Process exited with code|Exit code:) (?P<code>-?\d{1,10})\n"
    r"|Process running with session ID (?P<running>\d{1,18})\n){1,8}Output:(?:\n|\Z)"
)
_FAILED = (
    "apply_patch verification failed",
    "apply_patch handler",
    "err: ",
    "exec_command failed",
    "execution error",
    "failed in sandbox",
    "failed to ",
    "sandbox error",
    "unsupported call",
    "write_stdin failed",
)
_REFUSED = re.compile(
    r"aborted\b|user (?:rejected|cancelled|canceled)\b|"
    r"(?:(?:exec |exec command |command |patch )?(?:rejected|aborted)\b[^\n]{0,40}\bby user\b)|"
    r"[^\n]{0,300}Rejected\(\W{0,4}rejected by user"
)
_OWN = SHELLS | {"apply_patch"}


class Answer(NamedTuple):
    """A tool's answer; `ok` is None while a command runs on under the name `running`."""

    text: str
    ok: bool | None = True
    code: int = 0
    refused: bool = False
    running: str = ""


class _Facts(Struct):
    exit_code: int | None = None


class _Wrapped(Struct):
    """How older versions wrote what a command printed."""

    output: str
    metadata: _Facts


_wrapped = fast.Decoder(_Wrapped)


def answer(output: str | list[Part] | Output | None, tool: str) -> Answer:
    """What was answered; only what the client itself says of its own tools is believed."""
    if isinstance(output, Output):
        found = answer(output.content, tool)
        return found._replace(ok=False) if output.success is False else found
    text = output if isinstance(output, str) else parts(output)
    own = tool in _OWN
    if _REFUSED.match(text) and (own or len(text) < 200):
        return Answer(text, refused=True)
    if own and text.startswith('{"output":'):
        return _unwrapped(text)
    return _unheaded(text, own=own)


def parts(content: str | list[Part] | None) -> str:
    """The texts of a message; a picture is named, not kept."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(p.text if p.text is not None else f"[{_named(p.type)}]" for p in content)


def _named(kind: str | None) -> str:
    return (kind or "unknown").removeprefix("input_")


def _unwrapped(text: str) -> Answer:
    try:
        found = _wrapped.decode(text)
    except (DecodeError, UnicodeEncodeError):
        return Answer(text)
    return _ended(found.output, found.metadata.exit_code or 0)


def _unheaded(text: str, *, own: bool) -> Answer:
    found = _HEADING.match(text)
    if found is None:
        return Answer(text, ok=not (own and text.startswith(_FAILED)))
    rest = text[found.end() :]
    if not own:
        return Answer(rest)
    if running := found["running"]:
        return Answer(rest, ok=None, running=running)
    return _ended(rest, int(found["code"] or 0))


def _ended(text: str, code: int) -> Answer:
    """What an ended command printed; the code of one that failed stays with its words."""
    if not code:
        return Answer(text)
    return Answer(f"Exit code {code}\n{text}", ok=False, code=code)
