"""Names are told by their form, keep their place, and share a key with their other spellings."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from passdown.text.entities import MOST, keys, mentions


def named(text: str) -> list[tuple[str, str]]:
    return [(mention.kind, mention.key) for mention in mentions(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "call fooBar, my_var, HTTPServer and MAX_SIZE",
            ["fooBar", "my_var", "HTTPServer", "MAX_SIZE"],
        ),
        ("os.path.join(a) and Store::open", ["os.path.join", "Store::open"]),
        ("use --no-verify and $HOME_DIR", ["--no-verify", "$HOME_DIR"]),
        ("`restore()` and `main`", ["restore", "main"]),
        ("the PRs and IDs of it.Start of a sentence, e.g. this", []),
        ("`true`, `7f3c2ab9`", []),
    ],
)
def test_identifiers(text: str, found: list[str]) -> None:
    assert named(text) == [("identifier", name) for name in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in src/app/main.py:12:3, then ./run and tests/", ["src/app/main.py", "run", "tests"]),
        ("see main.go and Dockerfile.", ["main.go", "Dockerfile"]),
        ("/etc/hosts ~/.ssh/config ../a/b.txt", ["/etc/hosts", "~/.ssh/config", "../a/b.txt"]),
        ("C:\\Users\\a\\b.txt", ["C:/Users/a/b.txt"]),
        ("read/write and/or client/server yes/no 1/2", []),
        ("`client/server`", ["client/server"]),
    ],
)
def test_paths(text: str, found: list[str]) -> None:
    assert [name for kind, name in named(text) if kind == "path"] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`git push --force origin main`", "git push --force"),
        ("`uv run pytest -q tests/a.py`", "uv run pytest -q"),
        ("$ docker compose up -d", "docker compose up -d"),
        ("`make check`", "make check"),
        ("/review please", "/review"),
    ],
)
def test_a_command_is_known_by_how_it_begins(text: str, found: str) -> None:
    assert ("command", found) in named(text)


def test_packages_are_known_by_version_scope_or_installation() -> None:
    text = "react@18.2 and @types/node; `pip install foo bar-baz==1.2`, npm install the package"
    packages = [name for kind, name in named(text) if kind == "package"]
    assert packages == ["react", "@types/node", "foo", "bar-baz"]


def test_errors_links_and_tools() -> None:
    text = "requests.exceptions.ConnectionError from curl, see https://a.io/b?c=1."
    assert named(text) == [
        ("error", "ConnectionError"),
        ("tool", "curl"),
        ("link", "https://a.io/b?c=1"),
    ]


def test_a_program_that_is_also_a_word_counts_where_a_command_starts() -> None:
    assert named("make sure to go on and find it") == [("tool", "make")]
    assert named("to make sure, go on and find it") == []
    assert ("tool", "make") in named("cd x && make check")


def test_keys_are_each_once_and_in_order() -> None:
    assert keys("b_b a_a b_b ./src/x.py src/x.py") == ("b_b", "a_a", "src/x.py")


def test_a_listing_does_not_drown_what_it_is_about() -> None:
    assert len(mentions("a_b " * 5000)) == MOST


@given(st.text())
def test_mentions_stand_in_order_within_the_text(text: str) -> None:
    starts = [0]
    for mention in mentions(text):
        assert starts[-1] <= mention.start < mention.end <= len(text)
        assert mention.key
        starts.append(mention.start)


@given(
    st.lists(
        st.sampled_from(["fooBar", "src/a.py", "`git push`", "数据", "a@b", "--x-y"]), max_size=9
    )
)
def test_the_span_of_a_name_holds_the_name(parts: list[str]) -> None:
    text = " é ".join(parts)
    for mention in mentions(text):
        assert mention.key in text[mention.start : mention.end]
