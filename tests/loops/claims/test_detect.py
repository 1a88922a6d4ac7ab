"""Both detectors together: each question once, with all its evidence, whatever came first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from passdown.contract.loop import Finding
from passdown.domain.record import Life, Record
from passdown.domain.settings import defaults
from passdown.loops.claims import LOOP
from passdown.loops.claims.changes import claim_key
from passdown.loops.claims.detect import detect
from passdown.loops.claims.payload import Add, Payload, Supersede
from passdown.loops.claims.view import state
from passdown.stages.mine.past import Past
from tests.loops.claims.turned import turned
from tests.loops.world import World

KNOBS = turned("facts")
RULE = "Always run `make check` before you push."


def found(corpus: Past) -> list[Finding[Payload]]:
    """What is asked."""
    return [one for one in detect(corpus, KNOBS) if not one.joins]


def only(corpus: Past) -> Finding[Payload]:
    (one,) = found(corpus)
    return one


def claim(text: str, scope: str = "repo:web", life: Life = Life.ACTIVE) -> Record:
    return Record("claim", claim_key(text, scope), text, scope=scope, life=life, version=1)


def test_a_statement_becomes_a_question_in_the_scope_it_was_made_in() -> None:
    world = World().session("shop")
    said = world.says(f"Thanks. {RULE}")
    one = only(world.corpus())
    assert isinstance(one.payload, Add)
    assert one.payload.text == one.title == RULE
    assert one.scope == one.payload.scope == "repo:shop"
    assert one.evidence == (said.seq,)
    assert one.payload.valid_from == said.at
    assert "make check" in one.payload.entities


def test_wordings_of_one_statement_are_one_question_with_all_evidence() -> None:
    world = World()
    for wording in (RULE, "please always run `make check` before pushing", RULE):
        world.session().says(wording)
    one = only(world.corpus())
    assert len(one.evidence) == 3
    assert one.payload == replace_confidence(one.payload, 0.9)


def replace_confidence(payload: Payload, confidence: float) -> Payload:
    assert isinstance(payload, Add)
    fields = {name: getattr(payload, name) for name in payload.__struct_fields__}
    return Add(**fields | {"confidence": confidence})


def test_saying_it_twice_in_one_session_corroborates_nothing() -> None:
    world = World().session()
    world.says(RULE)
    world.says(RULE)
    assert only(world.corpus()).confidence == 0.85


def test_the_key_stays_when_evidence_comes_in() -> None:
    world = World().session()
    world.says(RULE)
    before = only(world.corpus())
    world.session().says("please always run `make check` before pushing")
    after = only(world.corpus())
    assert after.key == before.key
    assert set(before.evidence) < set(after.evidence)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Our CI runs on Python 3.11 only.", "Our CI runs on Python 3.13 only."),
        ("Always run the slow tests first.", "Never run the slow tests first."),
        ("The API lives at port 8080.", "The API lives at port 8443."),
    ],
)
def test_statements_that_contradict_each_other_are_two_questions(one: str, other: str) -> None:
    world = World().session()
    world.says(one)
    world.session().says(other)
    assert len(found(world.corpus())) == 2


def test_the_same_rule_in_two_repos_is_two_questions() -> None:
    world = World().session("web")
    world.says(RULE)
    world.session("api").says(RULE)
    assert {one.scope for one in found(world.corpus())} == {"repo:web", "repo:api"}
    assert len({one.key for one in found(world.corpus())}) == 2


def test_one_occurrence_of_a_cure_stays_below_what_a_brief_takes() -> None:
    world = World().session()
    world.stumbles()
    one = only(world.corpus())
    assert one.confidence < KNOBS.number("brief.min_confidence")
    assert (
        one.title == '`pytest` fails here with "pytest: command not found"; `uv run pytest` works.'
    )


def test_a_cure_that_recurs_is_surer_with_each_session() -> None:
    world = World()
    seen = []
    for _ in range(3):
        world.session().stumbles()
        seen.append(only(world.corpus()))
    assert [one.confidence for one in seen] == [0.6, 0.75, 0.85]
    assert len({one.key for one in seen}) == 1
    assert len(seen[2].evidence) == 9


def test_a_cure_keeps_what_failed_what_worked_and_the_signature() -> None:
    world = World().session()
    world.stumbles()
    payload = only(world.corpus()).payload
    assert isinstance(payload, Add)
    assert payload.cure is not None
    assert (payload.cure.failed, payload.cure.worked) == ("pytest", "uv run pytest")
    assert payload.cure.signature == world.observations[1].signature
    assert payload.category == "pitfall"


def test_a_file_under_another_name_is_said_as_where_it_is() -> None:
    world = World().session()
    gone = "File does not exist."
    world.runs("file_path: /src/.lint.yml", gone, ok=False, tool="Read", signature="missing")
    world.runs("file_path: /src/.lint.yaml", "rules: []", tool="Read")
    assert only(world.corpus()).title == "There is no `.lint.yml`; the file is `.lint.yaml`."


def test_a_name_that_a_tool_does_not_know_is_said_with_the_one_it_knows() -> None:
    world = World().session()
    world.runs("skill: commit", "Unknown skill: commit", ok=False, tool="Skill", signature="skill")
    world.runs("skill: git:commit", "done", tool="Skill")
    assert only(world.corpus()).title == (
        'Skill with `commit` fails here with "Unknown skill: commit"; with `git:commit` it works.'
    )


def test_what_a_tool_does_not_understand_in_any_repo_is_a_quirk_of_the_tool() -> None:
    world = World()
    for repo in ("web", "api"):
        world.session(repo)
        world.runs(
            "git show 8312232 --no-stat", "fatal: unrecognized argument: --no-stat", ok=False
        )
        world.runs("git show 8312232", "commit 8312232")
    one = only(world.corpus())
    assert one.scope == "global"
    assert isinstance(one.payload, Add)
    assert one.payload.category == "tool-quirk"


def test_what_a_repo_lacks_is_said_of_that_repo_only() -> None:
    world = World()
    for repo in ("web", "api"):
        world.session(repo).stumbles()
    assert {one.scope for one in found(world.corpus())} == {"repo:web", "repo:api"}


def test_what_an_approved_claim_says_is_not_asked_again() -> None:
    world = World().session()
    world.says(RULE)
    world.stumbles()
    pitfall = next(one for one in found(world.corpus()) if one.confidence == 0.6)
    world.records = [claim("Always run `make check` before pushing."), claim(pitfall.title)]
    assert found(world.corpus()) == []


@pytest.mark.parametrize(("scope", "asked"), [("global", 0), ("repo:web", 0), ("repo:api", 1)])
def test_a_claim_answers_only_where_it_is_served(scope: str, asked: int) -> None:
    world = World().session("web")
    world.says(RULE)
    world.records = [claim(RULE, scope)]
    assert len(found(world.corpus())) == asked


def test_a_retired_claim_answers_nothing() -> None:
    world = World().session()
    world.says(RULE)
    world.records = [claim(RULE, life=Life.ARCHIVED)]
    assert len(found(world.corpus())) == 1


def test_a_statement_against_an_approved_claim_asks_to_replace_it() -> None:
    world = World().session()
    world.says("Our CI runs on Python 3.13 only.")
    old = claim("Our CI runs on Python 3.11 only.")
    world.records = [old]
    one = only(world.corpus())
    assert isinstance(one.payload, Supersede)
    assert one.payload.target == old.key
    assert one.payload.nearest is not None
    assert one.payload.nearest.text == old.text
    world.records = []
    assert only(world.corpus()).key != one.key


def test_the_surest_questions_come_first() -> None:
    world = World().session()
    world.stumbles()
    world.says("We use pnpm, not npm.")
    world.says(RULE)
    assert [one.confidence for one in found(world.corpus())] == [0.85, 0.75, 0.6]


def test_a_person_who_adds_a_rule_asks_the_question_that_mining_would_ask() -> None:
    world = World().session()
    said = world.says(RULE)
    assert state("always run `make check` before you push", (said.seq,), "repo:web").key == (
        only(world.corpus()).key
    )


LINES = st.sampled_from(
    [
        RULE,
        "always run `make check` before pushing",
        "We use pnpm, not npm.",
        "use uv instead of pip",
        "No, the API listens on port 8443.",
        "fix the bug please",
        "The flags live in config/flags.toml.\nThanks!",
        "Unicode here: we use naïve ünïcode — always.",
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), LINES),
        st.tuples(st.just("say"), st.text(max_size=60)),
        st.just(("stumble", "")),
        st.just(("reply", "")),
        st.just(("session", "web")),
        st.just(("session", "api")),
    ),
    max_size=14,
)


def told(steps: list[tuple[str, str]]) -> World:
    world = World().session()
    for what, text in steps:
        if what == "session":
            world.session(text)
        elif what == "say":
            world.says(text)
        elif what == "stumble":
            world.stumbles()
        else:
            world.replies()
    return world


@settings(max_examples=60)
@given(STEPS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_stored_does_not_matter(steps, random) -> None:
    world = told(steps)
    order = list(range(len(world.observations)))
    random.shuffle(order)
    assert found(world.corpus(order)) == found(world.corpus())
    moved = world.renumbered(order)
    uids = {o.seq: o.uid for o in moved.observations()}
    assert [(one.key, one.title, one.confidence) for one in found(moved)] == [
        (one.key, one.title, one.confidence) for one in found(world.corpus())
    ]
    assert [{uids[seq] for seq in one.evidence} for one in found(moved)] == [
        {f"u{seq}" for seq in one.evidence} for one in found(world.corpus())
    ]


@settings(max_examples=60)
@given(STEPS)
def test_every_receipt_is_an_exact_span_of_evidence_that_exists(steps) -> None:
    world = told(steps)
    corpus = world.corpus()
    texts = {o.seq: o.text for o in world.observations}
    for one in found(corpus):
        assert isinstance(one.payload, Add)
        assert set(one.evidence) <= texts.keys()
        assert one.payload.quotes
        for quote in one.payload.quotes:
            assert quote.seq in one.evidence
            assert 0 <= quote.start < quote.end <= len(texts[quote.seq])


def test_flagged_observations_are_no_evidence() -> None:
    world = World().session()
    world.says(RULE)
    world.observations = [replace(o, flags=("echo",)) for o in world.observations]
    assert found(world.corpus()) == []


def test_any_change_that_helped_is_asked_only_when_two_sessions_made_it() -> None:
    world = World()
    for n in range(2):
        world.session()
        world.runs(f"docker compose exec web check{n}", "Error: web is not up", ok=False)
        world.runs(f"docker compose run --rm web check{n}", "ok")
        assert len(found(world.corpus())) == n
    assert only(world.corpus()).title == (
        '`docker compose exec` fails here with "Error: web is not up"; '
        "`docker compose run --rm` works."
    )


def test_one_cure_in_many_wordings_is_one_question_with_a_gap_where_they_differ() -> None:
    world = World()
    for name in ("core", "web"):
        world.session()
        error = "error: unexpected argument '--nocapture' found"
        world.runs(f"cargo nextest run -p {name} --nocapture", error, ok=False)
        world.runs(f"cargo nextest run -p {name} --no-capture", "ok")
    one = only(world.corpus())
    assert one.title.startswith("`cargo nextest run … --nocapture` fails here with")
    assert one.confidence == 0.75


def test_the_same_cure_in_another_repo_makes_it_surer_in_both() -> None:
    world = World()
    for repo in ("web", "api"):
        world.session(repo).stumbles("timeout 5 make x", "gtimeout 5 make x")
    drawn = {(one.scope, one.confidence) for one in found(world.corpus())}
    assert drawn == {("repo:web", 0.75), ("repo:api", 0.75)}


def test_where_something_is_can_be_checked() -> None:
    world = World().session()
    world.says("The flags live in `config/flags.toml`.")
    payload = only(world.corpus()).payload
    assert isinstance(payload, Add)
    assert payload.check == "exists config/flags.toml"


def test_a_session_that_was_started_from_another_corroborates_nothing() -> None:
    world = World()
    for _ in range(2):
        world.session().stumbles()
        world.says(RULE)
    sure = sorted(one.confidence for one in found(world.corpus()))
    world.sessions[1] = replace(world.sessions[1], parent="s1")
    assert sure == [0.75, 0.9]
    assert sorted(one.confidence for one in found(world.corpus())) == [0.6, 0.85]


def test_plain_words_are_asked_only_where_that_was_chosen() -> None:
    world = World().session()
    world.says("The staging database is wiped every night because the seeds are replayed.")
    assert found(world.corpus()) == []
    chosen = defaults(replace(k, default=True) if k.default is False else k for k in LOOP.settings)
    (one,) = detect(world.corpus(), chosen)
    assert one.confidence == 0.75
