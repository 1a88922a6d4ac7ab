"""What every command line may say besides its own arguments: which store, which knobs."""

from __future__ import annotations

from dataclasses import dataclass, field

from passdown.domain.errors import Invalid

STORE, SET = "--store", "--set"


@dataclass(frozen=True, slots=True)
class Options:
    """The store that was asked for ('' for none), and knobs as they were written."""

    store: str = ""
    flags: dict[str, str] = field(default_factory=dict)

    def words(self) -> list[str]:
        """The same, as words of a command line."""
        store = [STORE, self.store] if self.store else []
        return store + [
            word for name, value in self.flags.items() for word in (SET, f"{name}={value}")
        ]


def split(argv: list[str]) -> tuple[Options, list[str]]:
    """The options that every command has, wherever they stand, and the words that remain.

    `--` ends them: what follows is passed on as it is, and so is the mark itself.
    """
    store, flags, rest = "", dict[str, str](), list[str]()
    words = iter(argv)
    for word in words:
        name, joined, value = word.partition("=")
        if word == "--":
            return Options(store, flags), [*rest, word, *words]
        if name not in (STORE, SET):
            rest.append(word)
            continue
        if not joined:
            value = next(words, "")
        if name == STORE:
            store = _some(value, "a folder or a database address")
        else:
            flags.update([_knob(value)])
    return Options(store, flags), rest


def _some(value: str, what: str) -> str:
    if not value:
        raise Invalid(f"{STORE} needs {what}", next=f"For example: {STORE} ~/notes/.passdown")
    return value


def _knob(text: str) -> tuple[str, str]:
    name, joined, value = text.partition("=")
    if not joined or not name.strip():
        raise Invalid(
            f"{SET} needs NAME=VALUE, not {text!r}", next=f"For example: {SET} brief.budget=500"
        )
    return name.strip(), value.strip()
