"""Every detector at once, whatever was said and done: one order, exact receipts, time in bounds."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given, settings, strategies as st

from passdown.domain.observation import ECHO
from passdown.domain.settings import Setting, Settings
from passdown.loops.claims import LOOP
from passdown.loops.claims.check import parse
from passdown.loops.claims.detect import detect
from passdown.loops.claims.payload import Add, Answer
from tests.loops.claims.turned import turned
from tests.loops.world import World

ON = Settings(
    {
        **turned("facts").values,
        **{f"claims.{name}": Setting(True) for name in ("patterns", "questions", "outputs")},
    }
)
RUNS = st.sampled_from(
    [
        ("make lint", "ok", True),
        ("make test && git commit -qam x && git push", "", True),
        ("make test", "ValueError: no currency for the archive", False),
        ("find . -name flags.toml", "./config/flags.toml", True),
        ("cat config/flags.toml", "beta = true", True),
        ("npm install", "ok", True),
        ("pip install x", "error: externally-managed-environment", False),
        ("uv pip install x", "ok", True),
        ("docker compose exec web check", "Error: web is not up", False),
        ("docker compose run --rm web check", "ok", True),
        ("eslint a[b].ts", "zsh: no matches found: a[b].ts", False),
        ("eslint 'a[b].ts'", "ok", True),
        ("git commit -m 'unclosed", "", True),
    ]
)
SAYS = st.sampled_from(
    [
        "Which time zone do the billing exports use?",
        "Remember that the billing exports use the time zone of Oslo.",
        "No, use pnpm install instead.",
        "The flags live in `config/flags.toml`.",
        "ünïcode: which währung do the archived invoices use?",
    ]
)
REPLIES = st.sampled_from(
    [
        "I could not find that out.",
        "Open question: which currency do the archived invoices use?",
        "The flags live in `config/flags.toml`.",
        "Done.",
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), RUNS),
        st.tuples(st.just("say"), SAYS),
        st.tuples(st.just("say"), st.text(max_size=40)),
        st.tuples(st.just("reply"), REPLIES),
        st.tuples(st.just("session"), st.sampled_from(["web", "api", ""])),
    ),
    max_size=24,
)


def told(steps: list[tuple[str, object]]) -> World:
    world = World().session()
    for what, said in steps:
        if what == "run" and isinstance(said, tuple):
            line, answer, ok = said
            world.runs(line, answer, ok=ok)
        elif what == "session":
            world.session(str(said))
        elif what == "say":
            world.says(str(said))
        else:
            world.replies(str(said))
    return world


@settings(max_examples=80, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_stored_does_not_matter(steps, random) -> None:
    world = told(steps)
    order = list(range(len(world.observations)))
    random.shuffle(order)
    assert list(detect(world.corpus(order), ON)) == list(detect(world.corpus(), ON))


@settings(max_examples=80, deadline=None)
@given(STEPS)
def test_every_receipt_is_exact_every_check_is_one_and_every_replay_is_told(steps) -> None:
    world = told(steps)
    corpus = world.corpus()
    texts = {o.seq: o.text for o in world.observations}
    keys = set()
    for one in detect(corpus, ON):
        assert isinstance(one.payload, Add | Answer)
        assert one.key not in keys
        keys.add(one.key)
        assert one.payload.quotes
        for quote in one.payload.quotes:
            assert quote.seq in one.evidence
            assert texts[quote.seq][quote.start : quote.end].strip()
        assert one.payload.check == "" or parse(one.payload.check)
        replay = LOOP.replay(one.payload, corpus, ON)
        assert replay.sentence.endswith(".")
        assert len(replay.right_examples) <= 3
        assert len(replay.wrong_examples) <= 3


def test_a_long_session_takes_time_in_proportion() -> None:
    spent = [_seconds(calls) for calls in (2000, 8000)]
    assert spent[1] < 12 * spent[0] + 0.5


def _seconds(calls: int) -> float:
    world = World().session()
    for n in range(calls):
        if n % 7 == 0:
            world.runs(f"make v{n % 97} --x{n}", "error: something bad happened", ok=False)
        elif n % 11 == 0:
            world.says(f"Which zone number {n} do the exports of module{n} use?")
            world.replies("I could not find that out.")
        else:
            world.runs(f"make v{n % 97} && cat deploy/m{n}.env", f"ok deploy/m{n + 3}.env")
    corpus = world.corpus()
    began = time.process_time()
    list(detect(corpus, ON))
    return time.process_time() - began


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_what_was_served_before_is_evidence_of_nothing(steps) -> None:
    world = told(steps)
    world.observations = [replace(o, flags=(ECHO,)) for o in world.observations]
    assert list(detect(world.corpus(), ON)) == []
