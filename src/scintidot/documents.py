"""Documents that show themselves: mappings that are their JSON to the letter, readable in a notebook and a terminal."""

from __future__ import annotations

import re
from typing import Any

from scintidot.output import as_text, with_error

SHOWN_APART = (
    "schema", "version", "status", "inputs", "choices", "parameters", "correlation", "warnings", "bibliography",
)  # fmt: skip
MOST_IN_A_LINE = 4
"""Figures in the line that a terminal shows."""
LONGEST_IN_A_LINE = 30
SPELLED = {"imfp": "inelastic mean free path", "nc": "nanocrystal"}
"""Parts of keys that are letters alone."""
_UNIT = r"(?:[kM]?eV|nm|um|mm|cm|cm2|cm3|nm2|nm3|ps|ps2|ns|s|K|g|sr|deg|Gy|uJ)"
_WITH_UNIT = re.compile(rf"(?P<words>.+?)_(?P<unit>{_UNIT}(?:_per_{_UNIT}(?:_{_UNIT})?)?|per_{_UNIT})")


class Document(dict[str, Any]):
    """A document ``scintidot.<name>/<number>``: a plain dict of what `json` can write, that shows itself.

    Keys and what they mean stand in docs/nomenclature.md; ``choices`` holds every named choice, ``warnings`` the
    limits, ``bibliography`` the sources.

    >>> Document(schema="scintidot.example/1", tau_ps=12.5, warnings=["An estimate."])
    <scintidot.example/1: tau 12.5 ps; 1 warning; keys: tau_ps, warnings>
    """

    def __repr__(self) -> str:
        short = [f"{name} {text}" for name, text in figures_of(self) if len(text) <= LONGEST_IN_A_LINE]
        figures = short[:MOST_IN_A_LINE]
        rows = [f"{len(rows)} {name.replace('_', ' ')}" for name, _, rows in tables(self, nested=True)[:2]]
        warnings = self.get("warnings", [])
        many = [f"{len(warnings)} warning{'s' if len(warnings) > 1 else ''}"] if warnings else []
        keys = ", ".join(key for key in self if key not in ("schema", "version"))
        said = "; ".join([", ".join(figures), ", ".join(rows), *many, f"keys: {keys}"])
        return f"<{self.get('schema', 'document')}: {re.sub(r'^(; )+|(; )(?=; )', '', said)}>"

    def _repr_html_(self) -> str:
        from scintidot.notebook import document_html

        return document_html(self)


def heading(key: str) -> str:
    """A key for people, its unit in brackets.

    >>> heading("stopping_power_eV_per_nm"), heading("tau_ps.harmonic"), heading("rate_per_ps")
    ('stopping power [eV/nm]', 'tau harmonic [ps]', 'rate [1/ps]')
    """
    words, unit = with_unit(key)
    return f"{words} [{unit}]" if unit else words


def with_unit(key: str) -> tuple[str, str]:
    """Words and unit of a key, dots and all."""
    words, unit = [], ""
    for part in key.split("."):
        match = _WITH_UNIT.fullmatch(part)
        if match:
            unit = re.sub("_?per_", "/", match["unit"]).replace("_", " ")
            unit = f"1{unit}" if unit.startswith("/") else unit
        word = match["words"] if match else part
        words.append(SPELLED.get(word, word.replace("_", " ")))
    return " ".join(words), unit


def name_variables(dataset: Any) -> None:
    """Give variables of a dataset of xarray the words of their names as ``long_name``, where they have none."""
    for name, variable in dataset.variables.items():
        variable.attrs.setdefault("long_name", with_unit(str(name))[0])


def flat(values: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Nested keys as one list with dotted names."""
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows += flat(value, f"{before}{key}.")
        else:
            rows.append((before + key, value))
    return rows


def value_at(values: dict[str, Any], dotted: str) -> Any:
    """What stands at a dotted name of nested keys.

    >>> value_at({"tau_ps": {"harmonic": 12.5}}, "tau_ps.harmonic")
    12.5
    """
    found: Any = values
    for key in dotted.split("."):
        found = found[key]
    return found


def figures_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Single figures of the document in words, an error with its value, each with its unit."""
    rows = flat({k: v for k, v in document.items() if k not in SHOWN_APART})
    known = {name: value for name, value in rows if not isinstance(value, (dict, list))}
    errors = {name: _error_of(name, known) for name in known}
    beside = {error for error in errors.values() if error is not None}
    shown = []
    for name, value in known.items():
        if name in beside or value is None or name.endswith(("meaning", "_definition")):
            continue
        error = errors[name]
        words, unit = with_unit(name)
        text = (
            with_error(value, known[error])
            if error is not None and isinstance(value, float)
            else as_text(value, 6)
        )
        shown.append((words, f"{text} {unit}" if unit else text))
    return shown


def _error_of(name: str, known: dict[str, Any]) -> str | None:
    """The key that holds the error of a figure, whichever way it is spelled."""
    base, _, last = name.rpartition(".")
    words = last.split("_")
    spelled = [
        f"{last}_error",
        "_".join([*words[:-1], "error", words[-1]]),
        "error" if last == "value" else "",
    ]
    for key in spelled:
        dotted = f"{base}.{key}" if base else key
        if key and dotted in known and dotted != name:
            return dotted
    return None


def tables(document: dict[str, Any], *, nested: bool = False) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Every list of mappings in the document: name, columns and rows; what is ``nested`` in rows with dotted names."""
    found = []
    for key, value in flat({k: v for k, v in document.items() if k not in SHOWN_APART}):
        if not (isinstance(value, list) and value and all(isinstance(row, dict) for row in value)):
            continue
        if key in ("decays", "profiles") and len(value) == 1:
            continue  # said above, or drawn
        rows = [dict(flat(row)) if nested else row for row in value]
        columns = [
            name
            for name in dict.fromkeys(name for row in rows for name in row)
            if not any(isinstance(row.get(name), (dict, list)) for row in rows)
        ]
        if columns:
            found.append((key, columns, [[row.get(name) for name in columns] for row in rows]))
    return found
