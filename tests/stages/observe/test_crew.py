"""Several processes draw what one would have drawn, in the same order, or say why they did not."""

from __future__ import annotations

import gzip
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import pytest

from passdown.contract.reader import Draft, SessionFacts
from passdown.domain.errors import Internal, Unavailable
from passdown.domain.observation import Seen
from passdown.domain.scope import ALL
from passdown.stages.observe import crew, hand, lines
from passdown.stages.observe.draw import Batch
from passdown.stages.observe.files import File
from passdown.stages.observe.ingest import never
from passdown.stages.observe.parcel import packed, unpacked
from passdown.stages.observe.readers import Readers
from passdown.stages.observe.stamp import Stamp
from passdown.stages.serve.markers import Firewall
from passdown.storage.memory import open_memory
from passdown.storage.port import Store
from passdown.text.redact import Redactor
from passdown.text.rules import shipped
from tests.stages.observe.conftest import KEY, Read, Still, world
from tests.stages.observe.formats import SAMPLES
from tests.stages.observe.transcript import Transcript, sample

TWO = {"observe.jobs": 2}
ONE = {"observe.jobs": 1}


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that was started; any work at all is worth one."""
    processes: list[subprocess.Popen[bytes]] = []
    start = crew._start

    def noted(handed: bytes) -> Any:
        hand = start(handed)
        processes.append(hand.process)
        return hand

    monkeypatch.setattr(crew, "_start", noted)
    monkeypatch.setattr(crew, "WORTH", 1)
    return processes


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_memory(Still())
    yield opened
    opened.close()


def whole(store: Store) -> Any:
    """All that a reading leaves, in the order it was found in."""
    with store.read(ALL) as tx:
        seen = tx.observations.scan(flagged=True, limit=1_000_000)
        return seen, tx.observations.sources(), tx.observations.sessions(limit=100_000)


def same(read: Read, *paths: Path | str, **more: Any) -> Any:
    """Read by two and by one, which gives the same; the result."""
    stores = open_memory(Still()), open_memory(Still())
    two = read(*paths, into=stores[0], knobs=TWO, **more)
    one = read(*paths, into=stores[1], knobs=ONE, **more)
    assert whole(stores[0]) == whole(stores[1])
    for name in ("observations", "known", "formats", "kinds", "unkept", "redactions", "skipped"):
        assert getattr(two, name) == getattr(one, name)
    return two


def long(path: Path, megabytes: int, session: str = "long") -> Path:
    """A transcript of several chunks, in which an answer may stand far from its call."""
    said, size = Transcript(session), 0
    while size < megabytes * 1_000_000:
        call = said.calls("Bash" if len(said.lines) % 3 else "WebFetch", {"command": "make"})
        output = f"mail ada{len(said.lines)}@example.org\n" + "so and so\n" * 3000
        said.answers(call, output)
        size += len(output)
    return said.write(path)


def test_many_files_give_what_one_process_gives(read: Read, tmp_path: Path, started) -> None:
    for n in range(40):
        path = sample(f"s{n}").write(tmp_path / f"{n}.jsonl")
        os.utime(path, (1000 + n, 1000 + n))
    (tmp_path / "notes.md").write_text("# Notes\n")
    (tmp_path / "torn.jsonl").write_bytes(sample("torn").bytes() + b'{"type":')
    (tmp_path / "bad.jsonl").write_bytes(b"broken\n" + sample("bad").bytes())
    (tmp_path / "a.gz").write_bytes(gzip.compress(sample("packed").bytes()))
    done = same(read, tmp_path)
    assert (done.files, done.passed_over, done.skips, done.torn) == (43, 1, 1, 1)
    assert len(started) == 2


def test_one_long_file_is_shared_and_gives_the_same(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started
) -> None:
    monkeypatch.setattr(crew, "SHARED", 1)
    path = long(tmp_path / "t.jsonl", 3 * lines.CHUNK // 1_000_000)
    sample("short").write(tmp_path / "short.jsonl")
    done = same(read, tmp_path)
    assert done.redactions["email"] > 100
    assert path.stat().st_size > 2 * lines.CHUNK
    assert len(started) == 2


def test_a_file_of_any_format_can_be_shared(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "SHARED", 0)
    for name, made in SAMPLES.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a").write_bytes(made())
        (folder / "packed.gz").write_bytes(gzip.compress(made()))
        done = same(read, folder)
        assert done.observations > 0, name
        assert done.known == done.observations, name


def test_a_grown_file_is_read_from_where_it_ended(read: Read, store: Store, tmp_path: Path) -> None:
    path = sample("s1").write(tmp_path / "t.jsonl")
    read(tmp_path, knobs=TWO)
    before = path.stat().st_size
    with path.open("ab") as file:
        file.write(sample("s2").bytes())
    done = read(tmp_path, knobs=TWO)
    assert (done.observations, done.bytes) == (9, path.stat().st_size - before)
    assert read(tmp_path, knobs=TWO).unchanged == 1


def test_what_was_served_is_known_again_in_every_process(read: Read, tmp_path: Path) -> None:
    said = Transcript()
    said.says("Always run the tests with make check before you push anything at all.")
    said.write(tmp_path / "t.jsonl")
    texts = ["Always run the tests with make check before you push anything."]
    assert same(read, tmp_path, is_echo=Firewall(texts).is_echo).echoes == 1


def test_what_cannot_be_read_is_named_and_the_rest_is_read(read: Read, tmp_path: Path) -> None:
    good, bad = sample().write(tmp_path / "t.jsonl"), tmp_path / "bad"
    bad.write_bytes(b"\0\0")
    for knobs in (TWO, ONE):
        done = read(bad, good, into=open_memory(Still()), knobs=knobs)
        assert (done.files, done.refusals) == (1, 1)
        assert done.refused[0]["where"] == str(bad)


@pytest.mark.parametrize("jobs", [1, 2])
def test_little_work_is_done_by_one(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started, jobs: int
) -> None:
    monkeypatch.setattr(crew, "WORTH", 32_000_000)
    sample().write(tmp_path / "t.jsonl")
    assert read(tmp_path, knobs={"observe.jobs": jobs}).observations == 9
    assert started == []


def test_by_default_there_is_one_process_a_core(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started
) -> None:
    monkeypatch.setattr(crew, "cores", lambda: 3)
    sample().write(tmp_path / "t.jsonl")
    read(tmp_path, knobs={"observe.jobs": 0})
    assert len(started) == 3
    assert crew.cores() >= 1


class Odd:
    """A reader as a third party might write one."""

    name = "odd"
    unit: Literal["line", "file"] = "line"
    verified = False

    def sniff(self, head: bytes) -> float:
        return 1.0 if head.startswith(b"odd") else 0.0

    def read(self, lines, memory):
        yield SessionFacts("odd")
        for line in lines:
            place = f"{line.offset}"
            yield Draft("odd", place, Seen.NOTE, line.raw.decode(), line.offset, 3)


class Lambda(Odd):
    """One that cannot leave its process."""

    def __init__(self) -> None:
        self.decode = lambda raw: raw


class Unwell(Odd):
    """One whose fault only shows in the other process."""

    def __reduce__(self) -> Any:
        return _unwell, (os.getpid(),)


def _unwell(maker: int) -> Unwell:
    if os.getpid() != maker:
        raise RuntimeError("not here")
    return Unwell()


@pytest.mark.parametrize("reader", [Lambda(), Unwell()], ids=["unpicklable", "unloadable"])
def test_a_reader_that_no_other_process_can_have_is_used_in_this_one(
    read: Read, store: Store, tmp_path: Path, started, reader: Odd
) -> None:
    (tmp_path / "t").write_bytes(b"odd\nodd\n")
    assert read(tmp_path, knobs=TWO, readers=Readers((reader,))).observations == 2
    assert all(process.poll() is not None for process in started)


def test_a_reader_of_somebody_else_s_draws_in_every_process(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started
) -> None:
    module = tmp_path / "code" / "odd_reader.py"
    module.parent.mkdir()
    module.write_text(
        "from passdown.contract.reader import Draft\n"
        "from passdown.domain.observation import Seen\n"
        "class Reader:\n"
        "    name, unit, verified = 'odd', 'line', False\n"
        "    def sniff(self, head): return 1.0\n"
        "    def read(self, lines, memory):\n"
        "        for line in lines:\n"
        "            yield Draft('s', str(line.offset), Seen.NOTE, 'x', line.offset, 3)\n"
    )
    monkeypatch.syspath_prepend(str(module.parent))
    odd_reader = import_module("odd_reader")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t").write_bytes(b"odd\neve\n")
    done = same(read, tmp_path / "data", readers=Readers((odd_reader.Reader(),)))
    assert done.observations == 2
    assert len(started) == 2


@pytest.mark.parametrize("begin", ["raise SystemExit(3)", "import os; os._exit(0)"])
def test_where_processes_end_at_once_one_reads_alone(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started, begin: str
) -> None:
    monkeypatch.setattr(crew, "BEGIN", begin)
    sample().write(tmp_path / "t.jsonl")
    assert read(tmp_path, knobs=TWO).observations == 9
    assert len(started) == 2


def test_where_no_process_can_be_had_one_reads_alone(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    sample().write(tmp_path / "t.jsonl")
    assert read(tmp_path, knobs=TWO).observations == 9


def test_a_killed_process_is_an_error_and_nothing_is_lost(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started
) -> None:
    # So that it has something left to do when the first files are stored.
    monkeypatch.setattr(crew, "PIPE", 4096)
    monkeypatch.setattr(crew, "AHEAD", 1)
    for n in range(30):
        long(tmp_path / f"{n}.jsonl", 1, f"s{n}")
    store, expected = open_memory(Still()), open_memory(Still())
    read(tmp_path, into=expected, knobs=ONE)

    def kill(*_: object) -> None:
        started[0].send_signal(signal.SIGKILL)

    with pytest.raises(Unavailable, match="signal 9") as caught:
        read(tmp_path, into=store, knobs=TWO, report=kill)
    assert "Run it again" in caught.value.next
    assert all(process.poll() is not None for process in started)
    read(tmp_path, into=store, knobs=TWO)
    assert world(store) == world(expected)


def test_a_stopped_reading_leaves_no_process(read: Read, tmp_path: Path, started) -> None:
    for n in range(10):
        sample(f"s{n}").write(tmp_path / f"{n}.jsonl")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(tmp_path, knobs=TWO, report=stop)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_a_process_whose_starter_is_gone_ends(tmp_path: Path) -> None:
    for n in range(4):
        long(tmp_path / f"{n}.jsonl", 4, f"s{n}")
    script = (
        "import os, sys\n"
        "from passdown.domain.clock import SystemClock\n"
        "from passdown.domain.settings import Setting, Settings\n"
        "from passdown.stages.observe import crew\n"
        "from passdown.stages.observe.ingest import ingest\n"
        "from passdown.stages.observe.readers import load\n"
        "from passdown.storage.memory import open_memory\n"
        "from passdown.text.redact import Redactor\n"
        "crew.WORTH, start = 1, crew._start\n"
        "def noted(handed):\n"
        "    hand = start(handed)\n"
        "    print(hand.process.pid, flush=True)\n"
        "    return hand\n"
        "crew._start = noted\n"
        "ingest(open_memory(SystemClock()), sys.argv[1:], readers=load(),\n"
        "    redactor=Redactor(b'k'), clock=SystemClock(),\n"
        "    settings=Settings({'observe.jobs': Setting(2)}),\n"
        "    report=lambda *_: os.kill(os.getpid(), 9))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True)
    assert ran.returncode == -signal.SIGKILL
    pids = [int(line) for line in ran.stdout.split()]
    assert len(pids) == 2
    until = time.monotonic() + 10
    while any(map(_is_there, pids)):
        assert time.monotonic() < until
        time.sleep(0.05)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_drawn_is_sent_in_order_and_drawing_waits_only_when_much_of_it_is_unsent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hand, "UNSENT", 100)
    unsent, put = hand.Unsent(), list[int]()

    def draw() -> None:
        for n in range(50):
            unsent.put(b"%02d" % n * 20)
            put.append(n)

    drawing = threading.Thread(target=draw)
    drawing.start()
    until = time.monotonic() + 10
    while len(put) < 3:
        assert time.monotonic() < until
        time.sleep(0.001)
    time.sleep(0.05)
    # The third was put when 80 bytes waited; for the fourth there is no room.
    assert put == [0, 1, 2]
    assert [unsent.get() for _ in range(50)] == [b"%02d" % n * 20 for n in range(50)]
    drawing.join(10)
    assert not drawing.is_alive()


def test_a_fault_of_ours_names_its_place_and_no_text(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "def is_echo(text):\n    raise ZeroDivisionError(text)\n"
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "faulty_echo.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    module = import_module("faulty_echo")
    path = sample().write(tmp_path / "t.jsonl")
    with pytest.raises(Internal, match="ZeroDivisionError") as caught:
        read(path, knobs=TWO, is_echo=module.is_echo)
    assert "faulty_echo.py:2" in caught.value.where
    assert "test fails" not in str(caught.value)


def test_a_redactor_is_the_same_after_it_was_handed_over() -> None:
    optional = [rule.id for rule in shipped() if rule.optional]
    for redactor in (Redactor(KEY), Redactor(KEY, ("ada@example.org",), also=optional)):
        redactor.clean("x")
        again = pickle.loads(pickle.dumps(Stamp(redactor, max_text=9, is_echo=never)))._redactor
        text = "ada@example.org bob@example.org 10.11.12.13 AKIAQYLPMN5HFIQR7XYZ"
        assert again.redact(text) == redactor.redact(text)


def test_a_batch_in_which_nothing_was_seen_goes_from_one_process_to_another(tmp_path: Path) -> None:
    bare = Batch(File(str(tmp_path), 1, 2, 3, 4, named=True), "claude_code", records=3)
    assert unpacked(packed(bare)) == bare
