"""Claims as lines: what a page shows is what is read from it again, whatever its name."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import assume, given, strategies as st

from passdown.contract.mirror import Edit, Misread, Own
from passdown.domain.errors import Invalid
from passdown.domain.record import Record
from passdown.domain.scope import clean
from passdown.loops.claims.changes import claim_key
from passdown.loops.claims.mirror import edits, files
from passdown.loops.claims.pages import (
    FILES,
    HEADINGS,
    Item,
    Shown,
    names,
    pages,
    read,
    scope_of,
    shown,
)
from passdown.loops.claims.payload import Category
from tests.loops.world import World


def usable(name: str) -> str:
    try:
        return clean(name)
    except Invalid:
        return ""


scopes = st.builds(
    "{}:{}".format,
    st.sampled_from(("repo", "agent")),
    st.one_of(
        st.sampled_from(("a", "A", "a/b", "a%2Fb", ".a", "...", "a~b")), st.text(max_size=200)
    )
    .map(usable)
    .filter(bool),
)


@given(st.sets(scopes, max_size=12))
def test_every_scope_has_a_file_of_its_own_and_is_found_by_it(every: set[str]) -> None:
    known = names(every)
    assert known.keys() == every
    scopes = {name: scope for scope, name in known.items()}
    assert len({name.casefold() for name in known.values()}) == len(every)
    for scope, name in known.items():
        folder, _, last = name.partition("/")
        assert folder in ("repos", "agents")
        assert "/" not in last
        assert not last.startswith(".")
        assert len(last.encode()) < 255
        assert last.isascii()
        assert scope_of(name, scopes) == scope


@given(scopes)
def test_a_page_that_nobody_wrote_yet_is_of_the_scope_its_name_says(scope: str) -> None:
    (name,) = names([scope]).values()
    assume("~" not in name)
    assert scope_of(name, {}) == scope


@pytest.mark.parametrize(
    "file",
    [
        *("README.md", "global/notes.md", "repos/a.txt", "repos/a/b.md", "index.json", "a/b.md"),
        *("repos/.md", "repos/%2E%2E.md", "repos/a%2F..%2Fb.md", "repos/a b.md", "repos/%ff.md"),
        *("agents/a~0123456789ab.md", "repos/%61.md", "repos/a%0Ab.md"),
    ],
)
def test_any_other_file_is_no_page(file: str) -> None:
    assert scope_of(file, {}) is None


def spaced(record: Record) -> Shown:
    """What a page shows of a record, its white space as a reader sees it."""
    said = shown(record)
    return said._replace(text=" ".join(said.text.split()))


@given(
    st.lists(
        st.builds(
            lambda text, category, scope: Record("claim", text + scope, text, category, scope),
            st.text(min_size=1, max_size=80).filter(str.strip),
            st.sampled_from([{"category": c} for c in (*HEADINGS, "odd")] + [{}]),
            st.sampled_from(("global", "repo:web", "agent:a/b")),
        ),
        max_size=8,
        unique_by=lambda record: record.key,
    )
)
def test_what_a_page_shows_is_what_is_read_from_it(records: list[Record]) -> None:
    known = names({record.scope for record in records})
    found = []
    for file, text in pages(records, known).items():
        scope = scope_of(file, {name: scope for scope, name in known.items()})
        assert scope is not None
        found += list(read(file, text, scope))
    assert all(isinstance(item, Item) for item in found)
    told = {(item.id, item.shown) for item in found if isinstance(item, Item)}
    assert told == {(record.id, spaced(record)) for record in records}


def test_every_category_has_its_page_and_heading() -> None:
    assert set(get_args(Category)) == set(HEADINGS) == set(FILES)


def test_lines_are_read_as_people_write_them() -> None:
    text = (
        "# Repo web\n<!-- a comment\n- not a claim\n-->\n\n## pitfalls\n"
        "* Starred.\n-  Two   spaces [pd:0123456789ab]\n  and wrapped [pd:ba9876543210]  \n"
        "\n## Something else\n+ Still a pitfall.\n\nProse.\n    - indented bullet\n"
    )
    found = list(read("repos/web.md", text, "repo:web"))
    assert [
        (one.line, one.id, one.shown.category, one.shown.text)
        for one in found
        if isinstance(one, Item)
    ] == [
        (7, "", "pitfall", "Starred."),
        (8, "ba9876543210", "pitfall", "Two spaces [pd:0123456789ab] and wrapped"),
        (12, "", "pitfall", "Still a pitfall."),
        (15, "", "pitfall", "indented bullet"),
    ]
    assert [(one.line, one.what) for one in found if isinstance(one, Misread)] == [
        (14, "no claim: Prose.")
    ]


def test_a_line_that_ends_where_another_begins_says_each_once() -> None:
    """Words that only changed places are no edit: what is said is the same."""
    world = known("Tea is at four.", "Milk comes last.")
    before = files(world.corpus())
    page = before["global/facts.md"]
    tea, milk = (line for line in page.splitlines() if line.startswith("- "))
    swapped = page.replace(tea, "X").replace(milk, tea).replace("X", milk)
    after = {"global/facts.md": swapped.replace("[pd:", "[pd:", 1)}
    found = list(edits({"global/facts.md": page}, after, world.corpus()))
    assert found == [Own("global/facts.md")]


def known(*texts: str, scope: str = "global") -> World:
    """A world in which these are facts."""
    world = World().session()
    for text in texts:
        body = {"category": "fact", "quotes": []}
        world.records.append(Record("claim", claim_key(text, scope), text, body, scope))
    return world


def asked(world: World, file: str, page: str) -> list[tuple[str, str]]:
    """What is asked of a page that stands like this: the action, and what it is about."""
    before = files(world.corpus())[file]
    found = edits({file: before}, {file: page}, world.corpus())
    made = [one for one in found if isinstance(one, Edit)]
    return [(type(one.ask(1).payload).__name__, one.before or one.after) for one in made]


HIDDEN, PLAIN = "Use zero\u200bwidth joiners.", "Use zerowidth joiners."


def test_of_two_claims_that_look_alike_the_one_whose_line_went_is_retired() -> None:
    world = known(HIDDEN, PLAIN)
    page = files(world.corpus())["global/facts.md"]
    for line in [line for line in page.splitlines(keepends=True) if line.startswith("- ")]:
        assert asked(world, "global/facts.md", page.replace(line, "")) == [("Retire", PLAIN)]
    assert asked(world, "global/facts.md", page) == []


def test_a_line_that_only_lost_its_id_is_no_edit() -> None:
    for text in (HIDDEN, PLAIN):
        world = known(text)
        page = files(world.corpus())["global/facts.md"]
        assert asked(world, "global/facts.md", page.partition(" [pd:")[0] + "\n") == []


def test_a_copy_of_a_line_under_another_heading_is_no_edit_of_it() -> None:
    world = known("Use joiners.", scope="repo:web")
    page = files(world.corpus())["repos/web.md"]
    copied = page.replace("## Facts", "## Pitfalls\n\n- Use joiners.\n\n## Facts")
    assert asked(world, "repos/web.md", copied) == []


def test_a_claim_keeps_what_failed_and_until_when_it_holds_when_its_words_change() -> None:
    world = World().session()
    body = {
        "category": "pitfall",
        "quotes": [],
        "signature": "not found",
        "cure": {"tool": "Bash", "failed": "pytest", "worked": "uv run pytest"},
    }
    claim = Record("claim", "a1b2c3d4e5f6", "Use uv.", body, valid_to="2027-01-01T00:00:00.000Z")
    world.records.append(claim)
    page = files(world.corpus())["global/pitfalls.md"]
    after = {"global/pitfalls.md": page.replace("Use uv.", "Run it with uv.")}
    found = edits({"global/pitfalls.md": page}, after, world.corpus())
    (edit,) = [one for one in found if isinstance(one, Edit)]
    payload: Any = edit.ask(7).payload
    assert (payload.target, payload.cure.worked) == (claim.key, "uv run pytest")
    assert (payload.cure.signature, payload.valid_to) == ("not found", claim.valid_to)
    assert payload.quotes[0].seq == 7
    assert payload.nearest.text == "Use uv."
