"""A bibliography as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from scintidot.provenance import Reference

__all__ = ["Reference", "bibtex", "references_of"]

SPECIAL = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
"""Braces inside a value are counted by BibTeX even after a backslash, so that each stands in a pair of its own."""
FAMILY_FIRST = re.compile(r"(?P<family>.+?) (?P<initials>(?:[A-Z][a-z]?\.[ -]?)+)")
IN_JOURNAL = re.compile(r"(?P<journal>.+?),? (?P<volume>\d+(?:\(\d+\))?), (?P<pages>[\w-]+)")


def bibtex(references: Iterable[Reference]) -> str:
    r"""Every reference as one entry, in their order; keys of letters, digits, ``_``, ``-`` and ``:``, each once.

    >>> one = Reference("a b", "Klein C. A., Berger et al.", "Bandgap & ionisation", 1968, "J. Appl. Phys. 39, 2029")
    >>> print(bibtex([one]), end="")
    @article{a_b,
      author = {Klein, C. A. and {Berger} and others},
      title = {{Bandgap \& ionisation}},
      journal = {J. Appl. Phys.},
      volume = {39},
      pages = {2029},
      year = {1968}
    }
    """
    taken: set[str] = set()
    return "\n".join(_entry(reference, _key(reference.key, taken)) for reference in references)


def references_of(bibliography: Iterable[Mapping[str, Any]]) -> list[Reference]:
    """The references of a document from its ``bibliography``."""
    return [Reference(**entry) for entry in bibliography]


def _key(key: str, taken: set[str]) -> str:
    plain = re.sub(r"[^A-Za-z0-9_:-]", "_", key) or "source"
    number, chosen = 1, plain
    while chosen in taken:
        number += 1
        chosen = f"{plain}-{number}"
    taken.add(chosen)
    return chosen


def _entry(reference: Reference, key: str) -> str:
    place = IN_JOURNAL.fullmatch(reference.published_in)
    kind = "article" if place or (reference.doi and reference.published_in) else "misc"
    fields = {"author": _authors(reference.authors), "title": f"{{{_escaped(reference.title)}}}"}
    if place:
        fields |= {name: _escaped(value) for name, value in place.groupdict().items()}
    else:
        fields["journal" if kind == "article" else "howpublished"] = _escaped(reference.published_in)
    fields["year"] = str(reference.year)
    fields["doi"] = re.sub(r"[\s{}]", "", reference.doi)  # read verbatim by what makes links of it
    lines = (f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _authors(text: str) -> str:
    """``Klein C. A., Berger M. et al.`` as BibTeX has names; bodies without initials in braces."""
    names, others = re.subn(r",? et al\.?$", "", " ".join(text.split()))
    found = [_name(name) for name in names.split(", ") if name]
    return " and ".join([*found, *(["others"] if others else [])])


def _name(name: str) -> str:
    family_first = FAMILY_FIRST.fullmatch(name)
    if family_first:
        return f"{_escaped(family_first['family'])}, {_escaped(family_first['initials'])}"
    return _escaped(name) if "." in name or " and " in name else f"{{{_escaped(name)}}}"


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in " ".join(text.split()))
