"""`passdown pairs harvest`: terse questions and the rich answers to them, out of session files."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passdown.config.arguments import Arguments
from passdown.domain.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Row = dict[str, Any]

OUTPUT = "harvested_pairs.jsonl"
MIN_RATIO = 1.5
MIN_WORDS = 20
SAMPLES = 3
REPLIES = ("gpt", "assistant")


def compute_hash(text: str) -> str:
    """Sixteen digits by which equal texts are found."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def extract_pairs_from_session(
    session_data: Row, min_ratio: float = MIN_RATIO, min_response_words: int = MIN_WORDS
) -> list[Row]:
    """Each reply that is long enough for the question it answers, once, redacted."""
    said = session_data.get("conversations")
    turns = [turn for turn in said if isinstance(turn, dict)] if isinstance(said, list) else []
    asked, pairs = "", []
    for turn in turns:
        who, text = turn.get("from"), turn.get("value")
        text = text if isinstance(text, str) else ""
        if who == "human":
            asked = text
        elif who in REPLIES and _is_pair(asked, text, min_ratio, min_response_words):
            pairs.append(_row(session_data, asked, text))
    return deduplicate_pairs(pairs)


def extract_from_jsonl_file(
    path: str | Path, min_ratio: float = MIN_RATIO, min_response_words: int = MIN_WORDS
) -> list[Row]:
    """The pairs of a file with one session a line; other lines are passed over."""
    pairs = []
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        for line in file:
            session = _session(line)
            pairs += extract_pairs_from_session(session, min_ratio, min_response_words)
    return pairs


def deduplicate_pairs(pairs: Iterable[Row]) -> list[Row]:
    """The first of those that ask the same and begin to answer alike."""
    first: dict[str, Row] = {}
    for pair in pairs:
        first.setdefault(compute_hash(pair["terse"] + pair["rich"][:200]), pair)
    return list(first.values())


def main(argv: Sequence[str] | None = None) -> int:
    """Harvest as the arguments say; 1 when there was no input."""
    parser = _parser()
    given = parser.parse_args(sys.argv[1:] if argv is None else argv)
    if not given.input and not given.dir:
        parser.print_help()
        return 1
    files = list(_files(given.input, given.dir))
    limits = given.min_ratio, given.min_words
    raw = [pair for file in files for pair in _tried(extract_from_jsonl_file, file, *limits)]
    unique = deduplicate_pairs(raw)
    if files and not raw:
        print(f"note: no pairs: {_why_none(files)}", file=sys.stderr)
    print(json.dumps(_stats(len(files), raw, unique), indent=2), file=sys.stderr)
    if given.dry_run:
        for pair in unique[:SAMPLES]:
            print(json.dumps(pair, ensure_ascii=False, indent=2))
    else:
        _write(given.output, unique)
    return 0


def command(argv: Sequence[str]) -> int:
    """`pairs harvest ...`: the second word says what is done."""
    words = list(argv)
    if words[:1] == ["harvest"]:
        return main(words[1:])
    if not words or not {"-h", "--help"} & {*words}:
        raise Invalid("say what to do with pairs", where="pairs", next="passdown pairs harvest")
    _parser().print_help()
    return 0


def _why_none(files: Sequence[Path]) -> str:
    """Why these files gave no pair: none holds a session a line, or no reply was long enough."""
    others = sum(not _tried(_sessions_of, file) for file in files)
    if others < len(files):
        return "no reply is as long as --min-words and --min-ratio ask for, after a person's words"
    held = "the file does not hold" if others == 1 else f"none of the {others} files holds"
    return (
        f"{held} a session on a line of its own, with its turns under `conversations`; a client's"
        " transcript is read by `passdown transcript FILE` and `passdown ingest`"
    )


def _sessions_of(path: Path) -> list[Row]:
    """The first line that is a whole session, if there is one."""
    with path.open(encoding="utf-8", errors="replace") as file:
        found = (_session(line) for line in file)
        return list(islice((one for one in found if isinstance(one.get("conversations"), list)), 1))


# ---- one pair


def _is_pair(asked: str, reply: str, min_ratio: float, min_words: int) -> bool:
    words, before = len(reply.split()), len(asked.split())
    if not before or words < min_words or words / before < min_ratio:
        return False
    return not _is_machine(asked) and not _is_artifact(reply)


def _is_machine(asked: str) -> bool:
    """A tool's result or a system prompt that stands where a person's words should."""
    result = asked.startswith("{") and "output" in asked[:100]
    return result or asked.startswith(("# SOUL.md", "You are"))


def _is_artifact(reply: str) -> bool:
    """Little but code fences, or a call of a tool."""
    fences = reply.count("```") >= 4 and len(reply.replace("```", "").strip()) < 50
    return fences or "tool_call" in reply[:100] or "function_call" in reply[:100]


def _row(session: Row, asked: str, reply: str) -> Row:
    clean = _cleaner()
    source, model = (str(session.get(name) or "unknown") for name in ("id", "model"))
    return {
        "terse": clean(asked.strip()),
        "rich": clean(reply.strip()),
        "source": clean(source),
        "model": model,
    }


@cache
def _cleaner() -> Callable[[str], str]:
    """Redaction under the store's key where there is one: no store is needed, and none is made."""
    import secrets

    from passdown import config
    from passdown.config.places import KEY, store_key
    from passdown.text.redact import Redactor

    home = config.places().home
    key = store_key(home) if (home / KEY).exists() else secrets.token_bytes(32)
    return Redactor(key).clean


# ---- files


def _session(line: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _files(named: str, folder: str) -> Iterator[Path]:
    """What there is to read; what is not there is a warning."""
    found = [Path(named)] if named else []
    if folder and not Path(folder).is_dir():
        print(f"warning: no folder {folder}", file=sys.stderr)
    found += sorted(Path(folder).rglob("*.jsonl")) if folder else []
    for path in found:
        if path.is_dir():
            yield from sorted(path.rglob("*.jsonl"))
        elif path.exists():
            yield path
        else:
            print(f"warning: no file {path}", file=sys.stderr)


def _write(output: str, pairs: Iterable[Row]) -> None:
    """One pair a line; Invalid says which file cannot be written."""
    text = "".join(f"{json.dumps(pair, ensure_ascii=False)}\n" for pair in pairs)
    try:
        Path(output).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        what = f"cannot write the pairs: {(error.strerror or str(error)).lower()}"
        raise Invalid(what, where=output, next="Name another file with --output.") from error


def _tried(read: Callable[..., list[Row]], file: Path, *limits: float) -> list[Row]:
    try:
        return read(file, *limits)
    except OSError as error:
        print(f"warning: {file}: {error.strerror}", file=sys.stderr)
        return []


def _stats(files: int, raw: Sequence[Row], unique: Sequence[Row]) -> Row:
    asked = [len(pair["terse"].split()) for pair in unique]
    said = [len(pair["rich"].split()) for pair in unique]
    ratios = [b / a for a, b in zip(asked, said, strict=True)]
    return {
        "files_scanned": files,
        "raw_pairs": len(raw),
        "unique_pairs": len(unique),
        "duplicates_removed": len(raw) - len(unique),
        "avg_prompt_words": _mean(asked, 1),
        "avg_response_words": _mean(said, 1),
        "avg_ratio": _mean(ratios, 2),
    }


def _mean(values: Sequence[float], digits: int) -> float:
    return round(sum(values) / len(values), digits) if values else 0.0


def _parser() -> Arguments:
    parser = Arguments("pairs harvest", str(__doc__).strip(), "--dir sessions", store=False)
    parser.add_argument("input", nargs="?", default="", help="a file with one session a line")
    parser.add_argument("--dir", "-d", default="", help="a folder of such files")
    parser.add_argument("--output", "-o", default=OUTPUT, help=f"default: {OUTPUT}")
    parser.add_argument("--min-ratio", type=float, default=MIN_RATIO, help="words a word asked")
    parser.add_argument("--min-words", type=int, default=MIN_WORDS, help="words of a reply")
    parser.add_argument("--dry-run", action="store_true", help="show samples, write nothing")
    return parser
