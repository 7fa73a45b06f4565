"""BibTeX of every source that ships, and of hostile ones: balanced, unique, escaped."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scintidot.bibtex import bibtex, references_of
from scintidot.provenance import Reference, shipped_references


def entries(text: str) -> list[tuple[str, str, dict[str, str]]]:
    """Kind, key and fields of every entry, read as BibTeX reads them: braces are counted, backslashes are not."""
    found, place = [], 0
    while (match := re.compile(r"\s*@(\w+)\{([^,\s]+),").match(text, place)) is not None:
        kind, key = match.groups()
        place, fields = match.end(), {}
        while (field := re.compile(r"\s*(\w+) = \{").match(text, place)) is not None:
            start, depth = field.end(), 1
            place = start
            while depth:
                depth += {"{": 1, "}": -1}.get(text[place], 0)
                place += 1
            fields[field[1]] = text[start : place - 1]
            place = re.compile(r",?").match(text, place).end()
        close = re.compile(r"\s*\}").match(text, place)
        assert close is not None, text[place : place + 40]
        place = close.end()
        found.append((kind, key, fields))
    assert not text[place:].strip()
    return found


def test_every_shipped_source_is_an_entry() -> None:
    known = shipped_references()
    found = entries(bibtex(known.values()))
    assert [key for _, key, _ in found] == list(known)
    for _, key, fields in found:
        assert {"author", "title", "year"} <= set(fields)
        assert fields.get("doi", "") == known[key].doi
        assert not re.search(r"(?<!\\)[&%#$]", fields["title"] + fields["author"])


def test_names_and_journals_are_taken_apart() -> None:
    known = shipped_references()
    fields = {key: fields for _, key, fields in entries(bibtex(known.values()))}
    assert fields["fratelli_2024"]["author"].startswith("Fratelli, A. and Zaffalon, M. L. and ")
    assert fields["agostinelli_2003"]["author"] == "Agostinelli, S. and others"
    assert fields["stoumpos_2013"]["journal"] == r"Crystal Growth \& Design"
    assert (fields["stoumpos_2013"]["volume"], fields["stoumpos_2013"]["pages"]) == ("13", "2722")


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            Reference, key=st.text(max_size=8), authors=st.text(max_size=30), title=st.text(max_size=30),
            year=st.integers(0, 2100), published_in=st.text(max_size=20), doi=st.text(max_size=12),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_any_text_stays_one_balanced_entry_with_its_own_key(references: list[Reference]) -> None:
    found = entries(bibtex(references))
    keys = [key for _, key, _ in found]
    assert len(keys) == len(references) == len(set(keys))


def test_references_come_back_from_a_document() -> None:
    reference = next(iter(shipped_references().values()))
    (again,) = references_of([reference.as_json()])
    assert bibtex([again]) == bibtex([reference])


@pytest.mark.parametrize("name", ["Geant4 Collaboration", "Eljen Technology"])
def test_a_body_is_no_person(name: str) -> None:
    ((_, _, fields),) = entries(bibtex([Reference("a", name, "b", 2000)]))
    assert fields["author"] == f"{{{name}}}"
