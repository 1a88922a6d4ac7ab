"""Nothing that is secret or personal is left, nothing else is touched, and twice is as once."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, strategies as st

from passdown.domain.errors import Invalid
from passdown.text.redact import Redacted, Redactor
from passdown.text.rules import shipped
from tests.text.samples import made

REDACTOR = Redactor(b"a key of this store")
PLACEHOLDER = re.compile(r"\[(?:secret:)?[a-z-]+:[0-9a-f]{4}\]")


def without(redacted: Redacted) -> str:
    """What is left of the original: the redacted text without its placeholders."""
    return PLACEHOLDER.sub("", redacted.text)


def rest(text: str, redacted: Redacted) -> str:
    """The original without the spans that were found."""
    kept, at = [], 0
    for found in redacted.found:
        kept.append(text[at : found.start])
        at = found.end
    return "".join([*kept, text[at:]])


# ---- placeholders


def test_a_placeholder_names_the_kind_and_not_the_value() -> None:
    key = made("AKIA{base32:16}")
    redacted = REDACTOR.redact(f"My AWS key is {key} and")
    assert re.fullmatch(r"My AWS key is \[secret:aws-key:[0-9a-f]{4}\] and", redacted.text)
    assert [(found.rule, found.start, found.end) for found in redacted.found] == [
        ("aws-key", 14, 34)
    ]


def test_personal_data_is_named_without_the_word_secret() -> None:
    assert re.fullmatch(r"ask \[email:[0-9a-f]{4}\]", REDACTOR.clean("ask jane.doe@corp-mail.com"))


def test_equal_values_have_equal_placeholders_whatever_stands_around_them() -> None:
    value = made("{alnum:32}")
    first = REDACTOR.clean(f"api_key = {value}")
    second = REDACTOR.clean(f'curl -H "Authorization: Bearer {value}"')
    assert first[-5:-1] == re.search(r":([0-9a-f]{4})\]", second)[1]  # type: ignore[index]


def test_two_spellings_of_one_card_are_one_card() -> None:
    assert len({REDACTOR.clean("4111 1111 1111 1111"), REDACTOR.clean("4111111111111111")}) == 1


def test_another_key_gives_another_placeholder() -> None:
    text = made("token: {alnum:40}")
    assert len({Redactor(bytes([n])).clean(text) for n in range(1, 9)}) == 8


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(Invalid, match="key is empty"):
        Redactor(b"")


# ---- spans


def test_spans_are_code_points_of_the_original() -> None:
    key = made("AKIA{base32:16}")
    text = f"数据库 🚀 \ud800 mail j\u00f6rg@b\u00fccher.de, key {key}."
    found = REDACTOR.redact(text).found
    assert [text[one.start : one.end] for one in found] == ["j\u00f6rg@b\u00fccher.de", key]


def test_what_was_found_after_a_first_placeholder_still_points_into_the_original() -> None:
    text = made("a@bb.de password={alnum:12}7 and phone: +41 44 668 18 00, key AKIA{base32:16}")
    redacted = REDACTOR.redact(text)
    assert rest(text, redacted) == without(redacted)


def test_overlapping_finds_become_one_named_by_the_most_specific_rule() -> None:
    key = made("sk_live_{alnum:24}")
    redacted = REDACTOR.redact(f'"api_key": "{key}"')
    assert [found.rule for found in redacted.found] == ["stripe-key"]


# ---- what is left alone


@pytest.mark.parametrize(
    "line",
    [
        "ok  \texample.org/tool/cmd/cli/strategy\t2.047s",
        "8eaa634fa175e6bdb1bc390b89c0819bc1c0a830 Merge pull request #91 from a/b",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs=="',
        "session 550e8400-e29b-41d4-a716-446655440000 took 1700000000000 ms",
        "max_tokens: 128000, prompt_tokens=4096, token_count = 17",
        "password = os.environ['DB_PASSWORD']",
        "def reset_password(user, password: str) -> None:",
        "Authorization: Bearer $TOKEN",
        "git clone git@github.com:org/repo.git && npm i @types/node@18.2.1",
        "  at run (/home/x/app/src/index.test.ts:186:25)",
        "192.168.1.1 - - [10/Oct/2026:13:55:36 +0000] GET /a 200 2326",
        "--- PASS: TestTokenRefresh2 (0.00s)",
        "key: some-long-identifier-name-2",
        "export PATH=$HOME/.local/bin:$PATH",
        "2026-01-05 12:34:56.789 +0100 INFO 4-2-1 done",
        "@@ -102,7 +102,12 @@ class Token:",
    ],
)
def test_an_ordinary_line_is_left_as_it_is(line: str) -> None:
    assert REDACTOR.redact(line) == Redacted(line, ())


def test_an_allowed_value_stays() -> None:
    text = "mail jane@corp-mail.com or joe@corp-mail.com"
    assert (
        Redactor(b"k", allow=["jane@corp-mail.com"])
        .clean(text)
        .startswith("mail jane@corp-mail.com or [")
    )


def test_an_allowed_pattern_holds_for_whole_values_only() -> None:
    redactor = Redactor(b"k", allow=[r".*@corp-mail\.com"])
    assert redactor.clean("jane@corp-mail.com") == "jane@corp-mail.com"
    assert redactor.clean("jane@corp-mail.com.ru") != "jane@corp-mail.com.ru"


def test_a_malformed_allow_list_entry_is_named() -> None:
    with pytest.raises(Invalid, match=re.escape("'a(b'")):
        Redactor(b"k", allow=["a(b"])


# ---- where secrets stand


PASSWORDS = ["{alnum:7}4x", "{lower:5}!{upper:3}7", "P@ss{digits:4}w0rd"]
PLACES = [
    "password={}",
    'password: "{}"',
    "'passwd' => '{}'",
    '"password": "{}"',
    "DB_PASSWORD={}",
    '\\"password\\": \\"{}\\"',
    "<password>{}</password>",
    "postgres://app:{}@db.internal/x",
    "mysql --password={}",
    "curl -u bob:{} https://x.example",
    "my password is {}.",
    "Server=x;Pwd={};",
    "echo {} | sudo -S ls",
    "sshpass -p {} ssh host",
    'login(user="bob", password="{}")',
    "export PGPASSWORD='{}'",
    "spring.datasource.password={}",
    "the db password (staging) is `{}`",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("template", PASSWORDS)
def test_a_password_is_found_wherever_it_is_given(place: str, template: str) -> None:
    for seed in range(3):
        value = made(template, seed)
        assert value not in REDACTOR.clean(place.replace("{}", value))


TOKENS = ["{alnum:24}", "{hex:32}", "{url:43}", "{b64:43}=", "{uuid}"]
HOLDERS = [
    "API_KEY={}",
    '"apiKey": "{}"',
    "Authorization: Bearer {}",
    "X-Api-Key: {}",
    "const SECRET = '{}'",
    "client_secret={}&grant=x",
    "--token {}",
    "webhook secret: {}",
    "my api key is {}",
    "auth_token=`{}`",
    "https://api.example.com/v1?access_token={}",
    'headers = {"Authorization": "Token {}"}',
]


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("template", TOKENS)
def test_a_token_is_found_beside_whatever_names_it(holder: str, template: str) -> None:
    for seed in range(3):
        value = made(template, seed)
        assert value not in REDACTOR.clean(holder.replace("{}", value))


def test_a_private_key_is_found_in_lines_in_json_and_cut_short() -> None:
    body = "\n".join(made("{b64:64}", seed) for seed in range(4))
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    for text in (key, json.dumps({"private_key": key}), key[:200], f"see:\n{key}\nand go on"):
        cleaned = REDACTOR.clean(text)
        assert not any(line[:20] in cleaned for line in body.split("\n")), cleaned
    assert REDACTOR.clean(f"{key}\nand go on").endswith("]\nand go on")


def test_a_secret_behind_base64_is_found() -> None:
    inside = made("{encoded:db: {user: app, password: s3cr3tPassw0rd}}")
    assert inside not in REDACTOR.clean(f"data: {inside}")


def test_a_number_split_over_lines_is_found() -> None:
    assert "1111" not in REDACTOR.clean("card 4111 1111\n1111 1111 thanks")


def test_the_poisoning_probe_leaves_no_secret() -> None:
    key = "AKIA" + "IOSFODNN7" + "EXAMPLE"
    cleaned = REDACTOR.clean(f"My AWS key is {key} and password=hunter2secret.")
    assert key not in cleaned
    assert "hunter2secret" not in cleaned


def test_a_name_inside_a_refused_value_is_read_again() -> None:
    value = made("{alnum:12}9")
    assert value not in REDACTOR.clean(f"token: password={value}")


# ---- twice is as once


def fragments() -> st.SearchStrategy[str]:
    examples = [example for rule in shipped() for example in (*rule.yes, *rule.no)]
    sample = st.builds(made, st.sampled_from(examples), st.integers(0, 50))
    glue = [
        "",
        " ",
        "\n",
        "=",
        ":",
        '"',
        "'",
        "@",
        "/",
        "\\",
        ".",
        "password=",
        "token: ",
        "://",
        "é",
        "数",
        "\u200b",
        "[secret:password:3f2a]",
        "[email:0000]",
        "[",
        "]",
        "-----BEGIN PRIVATE KEY-----",
        "\ud800",
    ]
    return st.one_of(sample, st.sampled_from(glue), st.text(max_size=8))


@given(st.lists(fragments(), max_size=8).map("".join))
def test_redacting_what_is_redacted_changes_nothing(text: str) -> None:
    once = REDACTOR.clean(text)
    assert REDACTOR.redact(once) == Redacted(once, ())


@given(st.lists(fragments(), max_size=8).map("".join))
def test_spans_are_in_order_and_apart_and_the_rest_stays(text: str) -> None:
    redacted = REDACTOR.redact(text)
    ends = [0]
    for found in redacted.found:
        assert ends[-1] <= found.start < found.end <= len(text)
        ends.append(found.end)
    assert PLACEHOLDER.sub("", rest(text, redacted)) == without(redacted)
