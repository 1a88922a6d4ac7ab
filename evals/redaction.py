"""Whether secrets are found and ordinary lines left alone: recall and precision by source beside
detect-secrets on the same lines, personal data by kind, megabytes a CPU second, and whether any
secret of a transcript reaches the disk.

--data names a folder with `secrets/strings.jsonl` (text, secret, source, rule),
`secrets/benign_high_entropy_lines.jsonl` (text), `secrets/presidio_synth.jsonl` (text, spans) and
`sessions/`. Without it the rules' own examples and lines made here are taken.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from evals import Measured
from passdown.domain.clock import SystemClock
from passdown.domain.settings import defaults
from passdown.stages.observe.ingest import ingest
from passdown.stages.observe.readers import load
from passdown.storage.sqlite import open_sqlite
from passdown.text.redact import Redactor
from passdown.text.rules import shipped
from tests.text.samples import made

READS_DATA = True
NEEDS_DEV = True
KEY = b"an evaluation's key, of 32 bytes"
PERSONAL = {
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "US_SSN": "ssn",
    "IBAN_CODE": "iban",
}
PER_RULE = frozenset({"gitleaks", "own"})
"""Sources that say of a line only that it is no secret of this rule."""
SPEED_MB = 12
PEER_TEXTS = 60
SHORTEST = 8
"""Characters of a planted secret at least: a shorter one stands in any file by chance."""


class Row(NamedTuple):
    """A text, whether there is a secret in it, and who says so of which rule."""

    text: str
    secret: bool
    source: str
    rule: str


def measure(data: Path | None) -> Measured:
    """Ours and the peer's finds on the same lines, then speed, then the disk."""
    rows = list(_rows(data))
    ours = Redactor(KEY, also=("ip",))
    mine = [bool(ours.redact(row.text).found) for row in rows]
    theirs = _peer([row.text for row in rows])
    figures = {**_scores(rows, mine), **_personal(data), **_benign(data)}
    mb, peer_mb = _speed(data)
    figures |= {"mb_per_cpu_s": mb, "times_the_peer": round(mb / peer_mb, 1), "leaked": _leaked()}
    against: dict[str, float | str] = {f"peer_{n}": v for n, v in _scores(rows, theirs).items()}
    against["peer_benign_touched"] = float(sum(_peer(list(_ordinary(data)))))
    against |= {"peer_mb_per_cpu_s": peer_mb, "missed": _missed(rows, mine)}
    return Measured(figures, len(rows), against)


def _scores(rows: Sequence[Row], found: Sequence[bool]) -> dict[str, float]:
    """Recall by source; precision over the rows whose label holds for every rule: a line that is
    no secret of one rule may hold one of another."""
    judged = list(zip(rows, found, strict=True))
    scores = {
        f"recall_{source}": _share(
            [hit for row, hit in judged if row.secret and row.source == source]
        )
        for source in sorted({row.source for row in rows if row.secret})
    }
    right = [hit for row, hit in judged if row.secret]
    wrong = sum(hit for row, hit in judged if not row.secret and row.source not in PER_RULE)
    precision = round(sum(right) / max(1, sum(right) + wrong), 4)
    return {**scores, "recall": _share(right), "precision": precision}


def _missed(rows: Sequence[Row], found: Sequence[bool]) -> str:
    missed = Counter(
        row.rule for row, hit in zip(rows, found, strict=True) if row.secret and not hit
    )
    return ", ".join(f"{rule} {n}" for rule, n in sorted(missed.items()))


def _personal(data: Path | None) -> dict[str, float]:
    """Recall by kind of personal data, and how much of what was taken for such is."""
    redactor, hits, taken = Redactor(KEY), dict[str, list[bool]](), list[bool]()
    for text, spans in _sentences(data):
        found = [f for f in redactor.redact(text).found if f.rule in PERSONAL.values()]
        for kind, start, end in spans:
            if kind in PERSONAL:
                hit = any(f.start < end and start < f.end for f in found)
                hits.setdefault(PERSONAL[kind], []).append(hit)
        taken += [any(f.start < end and start < f.end for _, start, end in spans) for f in found]
    figures = {f"recall_{kind}": _share(found) for kind, found in sorted(hits.items())}
    return {**figures, "personal_precision": _share(taken)}


def _benign(data: Path | None) -> dict[str, float]:
    """How many ordinary lines that look random are touched."""
    redactor, lines = Redactor(KEY), list(_ordinary(data))
    return {"benign_touched": float(sum(redactor.clean(line) != line for line in lines))}


def _speed(data: Path | None) -> tuple[float, float]:
    """Megabytes a CPU second on texts none of which was seen before, and the peer's on some."""
    texts, redactor, chance = list(_texts(data)), Redactor(KEY), random.Random(5)
    redactor.clean("so that the rules are compiled: password=hunter2secret")
    unseen: list[str] = []
    while sum(map(len, unseen)) < SPEED_MB * 1e6:
        unseen += [_perturbed(text, chance) for text in texts]
    mine = _cpu(lambda: [redactor.clean(text) for text in unseen])
    sample = chance.sample(unseen, min(PEER_TEXTS, len(unseen)))
    _peer(["so that its plugins are loaded"])
    theirs = _cpu(lambda: _peer(sample))
    size, peer_size = (sum(len(t.encode()) for t in ts) / 1e6 for ts in (unseen, sample))
    return round(size / mine, 1), round(peer_size / theirs, 4)


def _leaked() -> float:
    """How many secrets of a transcript stand in any file of the store it was read into."""
    redactor, planted = Redactor(KEY), dict[str, str]()
    for rule in shipped():
        for text in map(made, rule.yes if rule.kind == "secret" and not rule.optional else ()):
            value = max((text[f.start : f.end] for f in redactor.redact(text).found), key=len)
            if len(value) >= SHORTEST:
                planted[value] = text
    with TemporaryDirectory(prefix="passdown-redaction-") as folder:
        file, home = Path(folder, "t.jsonl"), Path(folder, "home")
        file.write_text("".join(_planted(planted.values())))
        store = open_sqlite(home / "store.db", SystemClock())
        done = ingest(
            store,
            [file],
            readers=load(),
            redactor=redactor,
            settings=defaults(),
            clock=SystemClock(),
        )
        kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
        store.close()
        kept += b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    if done.observations < len(planted):
        raise SystemExit("eval redaction: the planted transcript was not read")
    return float(sum(value.encode() in kept for value in planted))


def _planted(texts: Iterable[str]) -> Iterator[str]:
    """Every secret said by a person, an assistant, a call and its answer, and in a title."""
    for n, said in enumerate(texts):
        call = f"toolu_{n}"
        given = {"command": "run", "description": said}
        block = {"type": "tool_use", "id": call, "name": "Bash", "input": given}
        answer = {"type": "tool_result", "tool_use_id": call, "content": said, "is_error": True}
        yield _line(n, 0, "user", said)
        yield _line(n, 1, "assistant", [{"type": "text", "text": said}, block])
        yield _line(n, 2, "user", [answer])
        yield (
            json.dumps({"type": "custom-title", "sessionId": "planted", "customTitle": said}) + "\n"
        )


def _line(n: int, part: int, kind: str, content: Any) -> str:
    row = {
        "type": kind,
        "uuid": f"u{n}-{part}",
        "sessionId": "planted",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "cwd": "/shop",
        "message": {"role": kind, "content": content},
    }
    return json.dumps(row) + "\n"


# ---- what is measured on


def _rows(data: Path | None) -> Iterator[Row]:
    if data is None:
        for rule in shipped():
            yield from (Row(made(text), True, "own", rule.id) for text in rule.yes)
            yield from (Row(made(text), False, "own", rule.id) for text in rule.no)
        return
    for row in _jsonl(data / "secrets" / "strings.jsonl"):
        yield Row(row["text"], row["secret"], row["source"], row["rule"])


def _sentences(data: Path | None) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    if data is None:
        for rule in shipped():
            kind = next((k for k, id in PERSONAL.items() if id == rule.id), "")
            if kind:
                yield from ((t, [(kind, 0, len(t))]) for t in map(made, rule.yes))
        return
    for row in _jsonl(data / "secrets" / "presidio_synth.jsonl"):
        yield row["text"], [(s["type"], s["start"], s["end"]) for s in row["spans"]]


def _ordinary(data: Path | None) -> Iterator[str]:
    if data is None:
        chance = random.Random(11)
        for n in range(200):
            sha = f"{chance.getrandbits(160):040x}"
            yield f"{sha[:7]}..{sha[7:14]}  main -> main (commit {sha}, run {n}, 0x{sha[:12]})"
        return
    yield from (row["text"] for row in _jsonl(data / "secrets" / "benign_high_entropy_lines.jsonl"))


def _texts(data: Path | None) -> Iterator[str]:
    """What people, assistants and tools say, as a transcript holds it."""
    if data is None:
        yield from (
            f"src/part{n}.py:{n}: error: part {n} of the build failed\n" * 40 for n in range(200)
        )
        return
    for path in sorted((data / "sessions" / "claude_code").iterdir())[:12]:
        yield from path.read_text(errors="replace").splitlines()


def _jsonl(path: Path) -> Iterator[Any]:
    yield from map(json.loads, path.read_text().splitlines())


def _perturbed(text: str, chance: random.Random) -> str:
    """The text with a word of its own here and there: caches must not know it."""
    step = 400
    pieces = (text[at : at + step] for at in range(0, len(text), step))
    return f" {chance.getrandbits(32):x} ".join(pieces)


# ---- the peer, and small things


def _peer(texts: Sequence[str]) -> list[bool]:
    """On which of these texts detect-secrets, as it comes, finds something: as the lines of one
    file, which is how it is used."""
    try:
        from detect_secrets.core.scan import scan_file
        from detect_secrets.settings import default_settings
    except ImportError as e:
        raise SystemExit("eval redaction: needs detect-secrets; `./run setup dev` brings it") from e
    owner = [n for n, text in enumerate(texts) for _ in text.splitlines() or [""]]
    lines = [line for text in texts for line in text.splitlines() or [""]]
    with TemporaryDirectory(prefix="passdown-peer-") as folder, default_settings():
        file = Path(folder, "lines.txt")
        file.write_text("".join(f"{line}\n" for line in lines))
        found = {owner[secret.line_number - 1] for secret in scan_file(str(file))}
    return [n in found for n in range(len(texts))]


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
