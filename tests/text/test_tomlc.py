"""Edits of TOML leave every other byte as it is, or are refused."""

from __future__ import annotations

import tomllib

import pytest

from passdown.domain.errors import Invalid
from passdown.text.tomlc import with_table, without_table

NAME = ("mcp_servers", "passdown")
VALUES = {"command": "/a b/passdown", "args": ["mcp", 'say "x"']}
TEXTS = [
    "",
    'model = "o4"\n',
    'model = "o4"',
    '# mine\n[mcp_servers.other]\ncommand = "x" # y\n\n[features]\nhooks = true\n',
    'a = """\n[mcp_servers.passdown]\n"""\n',
    'model = "o4"\r\n',
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_table_is_added_at_the_end_and_taken_back(text: str):
    made = with_table(text, NAME, VALUES)
    assert made.startswith(text)
    assert tomllib.loads(made)["mcp_servers"]["passdown"] == VALUES
    assert ("\r\n" in made) is ("\r\n" in text)
    back = without_table(made, NAME)
    assert tomllib.loads(back) == tomllib.loads(text)
    assert back.rstrip() == text.rstrip()


def test_tables_in_it_go_with_it_and_others_stay():
    text = (
        'x = 1\n\n[mcp_servers.passdown]\ncommand = "y"\n[mcp_servers."passdown".env]\nA = "b"\n\n'
        '[mcp_servers.passdown2]\ncommand = "z"\n'
    )
    assert without_table(text, NAME) == 'x = 1\n\n[mcp_servers.passdown2]\ncommand = "z"\n'


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = { other = { command = "x" } }\n',
        'mcp_servers = "none"\n',
        '[mcp_servers.passdown]\ncommand = "x"\n',
        "[mcp_servers\n",
    ],
)
def test_a_file_where_it_does_not_fit_is_refused(text: str):
    with pytest.raises(Invalid):
        with_table(text, NAME, VALUES)


def test_a_table_in_another_form_is_not_touched():
    text = 'mcp_servers = { passdown = { command = "x" } }\n'
    with pytest.raises(Invalid, match="without touching what is around it"):
        without_table(text, NAME)


def test_what_is_not_there_is_not_taken_out():
    for text in TEXTS:
        assert without_table(text, NAME) == text
