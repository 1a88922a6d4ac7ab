"""A changelog's line is shown where it tells of the very thing, and nowhere else."""

from __future__ import annotations

import time

import pytest

from passdown.stages.audit.news import FILE, note, order

KEPT = """# Changelog

## [Unreleased]

- `proxies` may come back.

## [0.28.1] - 2024-12-06

### Fixed

- SSL again.

## [0.28.0] - 2024-11-28

### Removed

- The deprecated `proxies` argument
  has gone. Use `proxy`.

### Added

- `verify` takes a context.

## [0.27.2]

- Removed `proxies` from nowhere.
"""
RULED = """History
=======

8.3.0 (2025-07-01)
------------------

Changes
~~~~~~~

* ``OptionParser`` no longer takes ``ctx``.

8.2.0
-----

* Nothing of ``OptionParser`` was removed.
"""


def said(text: str, *words: str, old: str = "0.27.2", new: str = "0.28.1") -> str:
    found = note(text, old, new, words)
    return str(found) if found else ""


@pytest.mark.parametrize(
    ("text", "words", "old", "new", "wanted"),
    [
        (KEPT, ("Client", "proxies"), "0.27.2", "0.28.1",
         "0.28.0: The deprecated `proxies` argument has gone. Use `proxy`."),
        (KEPT, ("proxies",), "0.27.2", "0.28.0",
         "0.28.0: The deprecated `proxies` argument has gone. Use `proxy`."),
        (RULED, ("OptionParser", "ctx"), "8.2.0", "8.3.0",
         "8.3.0: ``OptionParser`` no longer takes ``ctx``."),
        ("## v2.0.0\n* Dropped read_all() in favour of read()\n", ("read_all",), "1.9", "2.0",
         "2.0.0: Dropped read_all() in favour of read()"),
        ("## netty 2.0\n- remove --old-flag\n", ("--old-flag",), "1", "2",
         "2.0: remove --old-flag"),
        ("**2.0.0**\n- `a=` was removed\n", ("a",), "1", "2", "2.0.0: `a=` was removed"),
        ("2.0.0rc1\n--------\n- `abc` was removed\n", ("abc",), "1.0", "2.0",
         "2.0.0rc1: `abc` was removed"),
    ],
)  # fmt: skip
def test_the_item_that_tells_of_a_name_is_found_under_its_version(
    text: str, words: tuple[str, ...], old: str, new: str, wanted: str
) -> None:
    assert said(text, *words, old=old, new=new) == wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (KEPT, ("SSL",)), (KEPT, ("verify",)), (KEPT, ("pro",)), (KEPT, ("Client",)), (KEPT, ()),
        ("## 0.28.0\n- You can get more, and get rid of what was removed\n", ("get",)),
        ("## 0.28.0\n- Faster `get`\n", ("get",)),
        ("## 0.28.0\nRemoved `get`, in prose that is no item\n", ("get",)),
        ("- Removed `get` before any version\n", ("get",)),
        ("We ship 0.28.0 to all\n- Removed `get`\n", ("get",)),
        ("0.28.0 is out\n- Removed `get`\n", ("get",)),
        ("## 0.29.0\n- Removed `get`\n\n## 0.27.2\n- Removed `get`\n", ("get",)),
        ("## 0.28.0\n- Removed `get-all` and `forget` and x.get\n", ("get",)),
        ("", ("get",)), ("## 0.28.0", ("get",)), ("\0\xff## 0.28\n", ("get",)),
    ],
)  # fmt: skip
def test_what_may_mean_anything_else_is_no_evidence(text: str, words: tuple[str, ...]) -> None:
    assert said(text, *words) == ""


def test_the_item_that_names_more_of_it_is_the_one() -> None:
    text = "## 0.28.0\n- Removed `get` of Server\n- Removed `get` of `Client`\n"
    assert said(text, "Client", "get").endswith("of `Client`")


def test_versions_follow_each_other_as_they_were_made() -> None:
    told = ["1.0a1", "1.0rc1", "1.0", "1.0.1", "1.2", "1.10", "2.0.0b2", "2"]
    assert sorted(told, key=order) == told
    assert order("1.0") == order("1.0.0")


def test_a_line_of_others_is_one_line_and_short() -> None:
    found = said(f"## 0.28.0\n- Removed `get`\x1b[2J {'x' * 900}\n", "get")
    assert len(found) < 180
    assert "\x1b" not in found


def test_news_are_known_by_their_name() -> None:
    yes = ("CHANGELOG.md", "a/CHANGES.rst", "HISTORY", "NEWS.txt", "docs/release-notes.md")
    assert all(FILE.search(path) for path in yes)
    assert not any(FILE.search(path) for path in ("changes.py.md", "exchanges.rst", "newsfeed.py"))


def test_time_grows_with_the_news_and_no_faster() -> None:
    def spent(n: int) -> float:
        text = "".join(f"## {k}.0\n- Removed `x{k}` of {'`' * 5}{'a ' * 20}\n" for k in range(n))
        start = time.process_time()
        assert note(text, "0", "99999999", ["x7"]) is not None
        return time.process_time() - start

    spent(200)
    assert min(spent(8000) for _ in range(3)) < 25 * min(spent(800) for _ in range(3))
