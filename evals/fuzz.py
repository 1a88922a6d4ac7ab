"""Whether bytes that grow towards unseen code break a reader or redaction: coverage-guided fuzzing
of each for some seconds, from our own samples on.

It needs atheris, which has no wheel for every platform and so is in no lock:
`.venv/bin/python -m pip install atheris`. `python -m evals.fuzz TARGET SECONDS FOLDER` runs one
target and leaves what broke it in the folder.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals import Measured

READS_DATA = False
NEEDS_DEV = True
SECONDS = 20
LONGEST = 4096
KEY = b"an evaluation's key, of 32 bytes"
DONE = re.compile(r"Done (\d+) runs")
COVERED = re.compile(r"cov: (\d+)")


def measure(_: Path | None) -> Measured:
    """Every reader and redaction, one after the other."""
    runs: dict[str, float] = {}
    broken: dict[str, str] = {}
    for target in targets():
        ran, said = _run(target)
        runs[target] = float(ran)
        if said:
            broken[target] = said
    figures = {
        "targets": float(len(runs)),
        "broken": float(len(broken)),
        "runs": sum(runs.values()),
    }
    each = {f"runs_{target}": n for target, n in runs.items()}
    return Measured(figures, int(sum(runs.values())), {**each, **broken, "seconds_each": SECONDS})


def targets() -> list[str]:
    """What is fuzzed."""
    from passdown.stages.observe.readers import BUILT_IN

    return [*sorted(BUILT_IN), "redact"]


def _run(target: str) -> tuple[int, str]:
    """How often it ran, and the last words of what broke it."""
    with TemporaryDirectory(prefix="passdown-fuzz-") as folder:
        words = [sys.executable, "-m", "evals.fuzz", target, str(SECONDS), folder]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if "needs atheris" in done.stderr:
        raise SystemExit(done.stderr.strip())
    ran = DONE.search(done.stderr)
    if done.returncode or not ran:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return int(ran[1]) if ran else 0, " | ".join(lines[-6:])[:600] or "no word"
    return int(ran[1]), ""


def main(target: str, seconds: str, folder: str) -> None:
    """One target, in this process: libFuzzer ends it."""
    try:
        import atheris
    except ImportError as e:
        raise SystemExit("eval fuzz: needs atheris; .venv/bin/python -m pip install atheris") from e
    with atheris.instrument_imports(include=["passdown.stages.observe", "passdown.text"]):
        feed = _redact() if target == "redact" else _reader(target)
    corpus = Path(folder, "corpus")
    corpus.mkdir(exist_ok=True)
    for n, seed in enumerate(_seeds(target)):
        (corpus / f"seed-{n}").write_bytes(seed)
    flags = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-seed=1"]
    flags += [f"-artifact_prefix={folder}/", "-print_final_stats=0", "-rss_limit_mb=2048"]
    atheris.Setup(["fuzz", *flags, str(corpus)], feed)
    atheris.Fuzz()


def _reader(name: str) -> Callable[[bytes], None]:
    """Read in two parts it draws what it draws at once; nothing raises, every place is real."""
    from passdown.contract.reader import Draft, Tuned
    from passdown.domain.settings import defaults
    from passdown.stages.observe.readers import load
    from passdown.testing.reader import lines_of

    known = load(defaults()).named(name)
    assert known is not None
    reader = known.tuned(defaults()) if isinstance(known, Tuned) else known

    def feed(raw: bytes) -> None:
        assert 0.0 <= reader.sniff(raw) <= 1.0
        lines = lines_of(reader, raw)
        drawn = list(reader.read(lines, {}))
        for one in drawn:
            if isinstance(one, Draft):
                assert 0 <= one.offset <= one.offset + one.length <= len(raw)
                one.text.encode()
        memory: dict[str, Any] = {}
        first = list(reader.read(lines[: len(lines) // 2], memory))
        kept = json.loads(json.dumps(memory, allow_nan=False))
        assert [*first, *reader.read(lines[len(lines) // 2 :], kept)] == drawn

    return feed


def _redact() -> Callable[[bytes], None]:
    """What is redacted once is redacted: a second time changes nothing."""
    from passdown.text.redact import Redactor

    redactor = Redactor(KEY)

    def feed(raw: bytes) -> None:
        once = redactor.clean(raw.decode("utf-8", "surrogateescape"))
        assert redactor.clean(once) == once

    return feed


def _seeds(target: str) -> list[bytes]:
    from passdown.text.rules import shipped
    from tests.stages.observe.formats import SAMPLES
    from tests.text.samples import made

    if target == "redact":
        return [made(text).encode() for rule in shipped() for text in rule.yes]
    samples = [SAMPLES[target]()] if target in SAMPLES else [made() for made in SAMPLES.values()]
    return [*samples, *(line for sample in samples for line in sample.splitlines())]


if __name__ == "__main__":
    main(*sys.argv[1:4])
