"""Errors are few, and each surface has a place for every one of them."""

from __future__ import annotations

from collections.abc import Collection

from passdown.domain import errors
from passdown.domain.errors import ERRORS, PassdownError
from passdown.surfaces.exits import EXIT, GONE, INTERRUPTED
from passdown.surfaces.http.problems import STATUS


def unmapped(table: Collection[str]) -> set[str]:
    """Codes that a surface's table lacks, or has without need."""
    return {error.code for error in ERRORS} ^ {*table}


def test_there_are_few_errors_with_a_code_each() -> None:
    assert len(ERRORS) <= 12
    assert len({error.code for error in ERRORS}) == len(ERRORS)
    declared = {v for v in vars(errors).values() if isinstance(v, type) and v is not PassdownError}
    assert {v for v in declared if issubclass(v, PassdownError)} == {*ERRORS}


def test_every_error_says_what_it_means_in_one_sentence() -> None:
    assert [e.code for e in ERRORS if (e.__doc__ or "").count("\n") or not e.__doc__] == []


def test_every_error_ends_a_command_with_a_code_of_its_own() -> None:
    assert unmapped(EXIT) == set()
    assert len({*EXIT.values(), INTERRUPTED, GONE, 0}) == len(EXIT) + 3


def test_every_error_has_an_http_status_that_says_failure() -> None:
    assert unmapped([error.code for error in STATUS]) == set()
    assert all(400 <= status < 600 for status in STATUS.values())


def test_a_missing_or_superfluous_code_would_be_noticed() -> None:
    codes = [error.code for error in ERRORS]
    assert unmapped(codes[1:]) == {codes[0]}
    assert unmapped([*codes, "novel"]) == {"novel"}
