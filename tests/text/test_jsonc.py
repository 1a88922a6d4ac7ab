"""Edits of JSON leave every other byte as it is, and take back what they put in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from passdown.domain.errors import Invalid
from passdown.text import jsonc

REMARKED = """// for all of us
{
    "theme": "dark", // nice
    /* what may run */
    "hooks": {
        "Stop": [
            {"command": "say"}, // loud
        ],
    },
    "last": [1, 2] // end
}
"""


def test_remarks_and_trailing_commas_are_understood():
    assert jsonc.read(REMARKED).value == {
        "theme": "dark",
        "hooks": {"Stop": [{"command": "say"}]},
        "last": [1, 2],
    }


def test_a_member_is_put_behind_the_remark_of_the_last_one():
    made = jsonc.put(REMARKED, ("new",), {"a": [1]})
    assert made == REMARKED.replace(
        '"last": [1, 2] // end\n',
        '"last": [1, 2], // end\n    "new": {\n        "a": [\n            1\n        ]\n    }\n',
    )
    assert jsonc.drop(made, ("new",)) == REMARKED


def test_an_item_is_put_after_a_trailing_comma():
    made = jsonc.append(REMARKED, ("hooks", "Stop"), 7)
    assert made == REMARKED.replace("// loud\n", "// loud\n            7,\n")
    assert jsonc.drop(made, ("hooks", "Stop", 1)) == REMARKED


def test_what_is_missing_on_the_way_is_made_and_goes_with_the_last_thing_in_it():
    text = '{\n\t"a": 1\n}\n'
    made = jsonc.append(text, ("hooks", "Stop"), {"x": 1})
    assert jsonc.read(made).value == {"a": 1, "hooks": {"Stop": [{"x": 1}]}}
    assert "\n\t\t" in made
    assert jsonc.drop(made, ("hooks", "Stop", 0)) == text


def test_a_value_is_replaced_where_it_stands():
    assert jsonc.put('{"a": 1, "b": 2}', ("a",), 3) == '{"a": 3, "b": 2}'


@pytest.mark.parametrize("text", ["{}", "{ }\n", '{"a":1}', '{"a": {}}', '{\r\n  "a": 1\r\n}\r\n'])
def test_putting_and_dropping_gives_the_same_file(text: str):
    made = jsonc.put(text, ("new", "deep"), [1, {"b": None}])
    assert jsonc.read(made).value["new"] == {"deep": [1, {"b": None}]}
    assert "\n" not in made.replace("\r\n", "") or "\r" not in text
    assert jsonc.drop(made, ("new", "deep")).strip() == text.replace("{ }", "{}").strip()


def test_the_first_and_the_only_one_can_go():
    assert jsonc.drop('{"a": 1, "b": 2}', ("a",)) == '{"b": 2}'
    assert jsonc.drop('{"a": 1}', ("a",)) == "{}"
    assert jsonc.drop("[1, 2]", (1,)) == "[1]"
    assert jsonc.drop('{\n  "a": 1,\n  "b": 2\n}', ("a",)) == '{\n  "b": 2\n}'


def test_what_is_not_there_is_not_dropped():
    for path in (("b",), ("a", "b"), ("a", 0), (0,)):
        assert jsonc.drop('{"a": 1}', path) == '{"a": 1}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "// only this",
        "{",
        '{"a"}',
        '{"a": }',
        '{"a": 1 "b": 2}',
        "{'a': 1}",
        '{"a": 1} x',
        '{"a": 1, "a": 2}',
        '{"a": "\\x"}',
        '{"a": 01}',
        "[" * 200,
        '{"a": /* open',
        '"half',
    ],
)
def test_what_is_no_json_says_on_which_line(text: str):
    with pytest.raises(Invalid) as caught:
        jsonc.read(text)
    assert caught.value.where.startswith("line ")


def test_what_is_of_another_kind_is_not_replaced():
    with pytest.raises(Invalid, match="`a` is not an object"):
        jsonc.put('{"a": 1}', ("a", "b"), 2)
    with pytest.raises(Invalid, match="`a` is not a list"):
        jsonc.append('{"a": {}}', ("a",), 2)


KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
FILES = st.dictionaries(KEYS, VALUES, max_size=4)
STYLES = st.sampled_from([None, 0, 1, 2, 4, "\t"])


@given(FILES, STYLES, VALUES)
def test_any_file_is_read_as_json_reads_it(data: dict[str, Any], indent: Any, value: Any):
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    assert jsonc.read(text).value == data


@given(FILES, STYLES, KEYS, VALUES)
def test_putting_changes_one_member_and_dropping_takes_it_back(
    data: dict[str, Any], indent: Any, key: str, value: Any
):
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    made = jsonc.put(text, (key,), value)
    assert jsonc.read(made).value == {**data, key: value}
    if key not in data:
        assert jsonc.drop(made, (key,)) == text


@given(st.lists(VALUES, max_size=4), STYLES, VALUES)
def test_appending_adds_one_item_and_dropping_takes_it_back(
    items: list[Any], indent: Any, value: Any
):
    text = json.dumps({"a": items}, indent=indent, ensure_ascii=False)
    made = jsonc.append(text, ("a",), value)
    assert jsonc.read(made).value == {"a": [*items, value]}
    if items:
        assert jsonc.drop(made, ("a", len(items))) == text


@given(FILES, STYLES)
def test_dropping_any_member_leaves_the_others(data: dict[str, Any], indent: Any):
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    for key in data:
        left = jsonc.read(jsonc.drop(text, (key,))).value
        assert left == {k: v for k, v in data.items() if k != key}


@given(st.text(st.sampled_from('{}[]",:/*a1 \n\\'), max_size=30))
def test_no_text_breaks_the_reader(text: str):
    try:
        jsonc.read(text)
    except Invalid:
        return
