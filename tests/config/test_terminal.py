"""What a stream can show: colour and fitting only where a person looks."""

from __future__ import annotations

import io
import os
import pty
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from passdown.config.terminal import editor, is_terminal, look
from passdown.text.draw import Look


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    main, side = pty.openpty()
    termios.tcsetwinsize(side, (24, 72))
    with os.fdopen(side, "w") as stream:
        yield stream
    os.close(main)


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_what_is_no_terminal_gets_plain_whole_lines(stream: TextIO | None) -> None:
    assert look(stream) == Look()
    assert not is_terminal(stream)


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert not is_terminal(stream)


def test_a_terminal_gets_colour_and_its_width(
    terminal: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert look(terminal) == Look(72, color=True, fit=True)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colour_gets_none(
    terminal: TextIO, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert look(terminal) == Look(72, color=False, fit=True)


def test_a_terminal_without_a_size_counts_as_80_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    main, side = pty.openpty()
    termios.tcsetwinsize(side, (0, 0))
    with os.fdopen(side, "w") as stream:
        assert look(stream).width == 80
    os.close(main)


def test_the_editor_is_the_one_the_user_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    assert editor() == ""
    monkeypatch.setenv("EDITOR", "nano -w")
    assert editor() == "nano -w"
    monkeypatch.setenv("VISUAL", "vim")
    assert editor() == "vim"
