"""Spectra of two files that belong together by their names, and numbers in names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from scintidot.records import FloatArray

_NUMBER = re.compile(r"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>[^\W\d_]+|%|°\w?)?")

RULES = {
    "name": "the same name",
    "words": "one name begins with the other",
    "number": "the same number and unit in the name",
    "order": "their order in the files, which hold equally many",
    "one": "one absorption spectrum for all",
}
"""How spectra of two files are paired: the first of these that finds partners for a name."""


NAMED = 6
"""Spectra that a line names; of more it says how many."""


def listed(names: Sequence[str], total: int) -> str:
    """The names, or how many of all.

    >>> listed(["a", "b"], 9), listed("abcdefgh", 9)
    ('a, b', '8 of 9 spectra')
    """
    return ", ".join(names) if len(names) <= NAMED else f"{len(names)} of {total} spectra"


def number_in(name: str) -> tuple[float, str] | None:
    """The first number of a name with its unit.

    >>> number_in("CsPbBr3, 8.7 nm, pure"), number_in("330 s reaction"), number_in("CsPbBr3")
    ((8.7, 'nm'), (330.0, 's'), None)
    """
    found = _NUMBER.search(name)
    return None if found is None else (float(found["number"].replace(",", ".")), found["unit"] or "")


def numbers_of(names: Sequence[str]) -> tuple[FloatArray, str] | None:
    """The numbers of all names and their unit, if every name has one, all of one unit and no two alike."""
    found = [number_in(name) for name in names]
    known = [pair for pair in found if pair is not None]
    units = {unit for _, unit in known}
    if len(known) < len(names) or len(units) != 1 or len(set(known)) < len(known):
        return None
    return np.array([value for value, _ in known]), units.pop()


def paired(names: Sequence[str], others: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """For each name the place of its partner in ``others``, and the rules that were needed.

    >>> paired(["30 s", "300 s"], ["300 s reaction", "30 s reaction"])
    ([1, 0], ['words'])
    """
    if len(others) == 1:
        return [0] * len(names), ["one"]
    left, right = [" ".join(n.lower().split()) for n in names], [" ".join(n.lower().split()) for n in others]
    partners: list[int | None] = [None] * len(left)
    rules = []
    for rule, alike in (("name", _same), ("words", _begins), ("number", _numbered)):
        open_left = [i for i, partner in enumerate(partners) if partner is None]
        open_right = [j for j in range(len(right)) if j not in partners]
        matches = {i: [j for j in open_right if alike(left[i], right[j])] for i in open_left}
        for i, found in matches.items():
            if len(found) == 1 and sum(found[0] in other for other in matches.values()) == 1:
                partners[i] = found[0]
                rules.append(rule)
    if not rules and len(left) == len(right):
        return list(range(len(right))), ["order"]
    return partners, list(dict.fromkeys(rules))


def _same(a: str, b: str) -> bool:
    return a == b


def _begins(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return bool(short) and long.startswith(short) and not long[len(short) : len(short) + 1].isalnum()


def _numbered(a: str, b: str) -> bool:
    number = number_in(a)
    return number is not None and bool(number[1]) and number == number_in(b)
