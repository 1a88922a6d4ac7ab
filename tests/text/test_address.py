"""Which addresses are within one's own network."""

from __future__ import annotations

import pytest

from passdown.text.address import is_within


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:11434",
        "http://LOCALHOST.",
        "http://127.0.0.1/v1",
        "http://127.1",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://10.1.2.3",
        "http://192.168.0.9:80",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:3800",
        "http://[fd00::1]",
        "http://[::ffff:10.0.0.1]",
        "http://metadata.google.internal",
        "http://printer.local",
        "http://intranet",
        "http://user@10.0.0.1",
        "http://",
        "http://[bad",
        "http://0.0.0.0",
    ],
)
def test_what_only_this_network_reaches_is_within(url: str) -> None:
    assert is_within(url)


@pytest.mark.parametrize(
    "url",
    ["https://api.example.com/v1", "https://8.8.8.8", "http://[2606:4700::1111]", "http://a.b"],
)
def test_what_the_world_reaches_is_not(url: str) -> None:
    assert not is_within(url)
