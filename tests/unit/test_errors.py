"""The grammar of error messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import (
    EXIT_CODES,
    BadFile,
    BadValue,
    CannotWrite,
    OutOfRange,
    nearest,
    one_of,
)

KINDS = [BadFile, BadValue, CannotWrite, OutOfRange]
PARTS = {"where": "run.toml", "what": "unit", "who": "a.b", "expected": "a length", "found": "'7 keV'"}


def test_message_follows_the_grammar() -> None:
    assert str(BadValue(**PARTS)) == "run.toml: bad unit for a.b (expected a length, found '7 keV')."
    assert str(BadValue(**PARTS, hint="Try nm.")).endswith("found '7 keV'). Try nm.")


@given(st.text(), st.text())
def test_message_is_always_one_line(found: str, hint: str) -> None:
    assert len(str(BadFile(**{**PARTS, "found": found}, hint=hint)).splitlines()) == 1


def test_exit_codes_are_documented_and_distinct() -> None:
    codes = [kind.exit_code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert set(codes) | {0, 1, 6, 130} == set(EXIT_CODES)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("poison", "Did you mean 'poisson'?"),
        ("POISSON", "Did you mean 'poisson'?"),
        ("xyz", "Known: poisson, paper."),
        ("", "Known: poisson, paper."),
    ],
)
def test_nearest_name(name: str, hint: str) -> None:
    assert nearest(name, ["poisson", "paper"]) == hint


def test_nearest_of_nothing_has_no_hint() -> None:
    assert nearest("x", []) is None


def test_one_of_returns_or_refuses() -> None:
    assert one_of("cube", ["cube", "sphere"], where="geometry", who="shape") == "cube"
    line = "geometry: bad name for shape (expected one of cube, sphere, found 'cub'). Did you mean 'cube'?"
    with pytest.raises(BadValue) as caught:
        one_of("cub", ["cube", "sphere"], where="geometry", who="shape")
    assert str(caught.value) == line
