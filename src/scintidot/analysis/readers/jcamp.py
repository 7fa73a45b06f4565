"""Spectra as JCAMP-DX text, numbers written out: ``##XYDATA=(X++(Y..Y))`` and ``##XYPOINTS=(XY..XY)``.

McDonald and Wilks, Appl. Spectrosc. 42, 151 (1988), doi:10.1366/0003702884428734. The packed forms (letters for digits)
are refused. Each line of X++(Y..Y) starts with the abscissa of its first ordinate, which is checked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.axes import spectral_unit, spectrum
from scintidot.analysis.readers.header import number_of
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.spectrum_text import kind_of
from scintidot.analysis.readers.text import head_text, looks_like_text, text_lines
from scintidot.analysis.traces import SpectrumTrace
from scintidot.records import FloatArray

_LABEL = re.compile(r"^\s*##\s*([^=]{1,60}?)\s*=\s*(.*?)\s*$")
_MOST_POINTS = 1 << 24
_PLAIN = re.compile(r"[0-9eE+\-.,;\s]*")


def _recognise(head: bytes, suffix: str, kind: str) -> float:
    text = head_text(head)[:2000]
    return 1.0 if looks_like_text(head) and re.match(r"\s*##\s*TITLE\s*=", text, re.IGNORECASE) else 0.0


def _read(source: Source, kind: str) -> Sequence[SpectrumTrace]:
    said, form, body = _labels(source)
    factor_x, factor_y = (_number(source, said, key, 1.0) for key in ("XFACTOR", "YFACTOR"))
    unit = spectral_unit(said.get("XUNITS", ""))
    if re.search(r"nanomet", said.get("XUNITS", ""), re.IGNORECASE):
        unit = "nm"
    unit = unit or source.given.spectral_unit
    if unit is None:
        found = f"XUNITS {said.get('XUNITS', 'absent')[:40]!r}"
        raise source.refuse("unit", "--spectral-unit", "nm, eV or cm-1", found)
    if form.upper().startswith("(X++"):
        axis, values = _ordinates(source, said, body, factor_x)
    else:
        points = _numbers(source, " ".join(re.sub(r"[;,]", " ", line) for line in body))
        if len(points) % 2:
            raise source.refuse("points", "XYPOINTS", "pairs of numbers", f"{len(points)} numbers")
        axis, values = points[::2] * factor_x, points[1::2]
    words = (said.get("YUNITS", ""), said.get("DATA TYPE", ""), said.get("TITLE", ""), source.path.stem)
    return [
        spectrum(
            source, axis, values * factor_y, unit=unit, name=said.get("TITLE") or source.path.stem,
            kind=kind_of(source, *words), metadata={"quantity": said.get("YUNITS", ""), "notes": []},
        )
    ]  # fmt: skip


def _labels(source: Source) -> tuple[dict[str, str], str, list[str]]:
    """The labelled data records, the form of the table and its lines."""
    said: dict[str, str] = {}
    body: list[str] = []
    form, inside = "", False
    for line in text_lines(source):
        if match := _LABEL.match(line):
            label = match[1].upper()
            inside = label in ("XYDATA", "XYPOINTS")
            if inside and body:
                raise source.refuse(
                    "text", "the spectrum", "one table", "several", "Save them as files of their own."
                )
            form = match[2] if inside else form
            said.setdefault(label, match[2])
        elif inside and (kept := line.split("$$")[0].strip()):
            body.append(kept)
    if not body:
        raise source.refuse("text", "the spectrum", "##XYDATA= or ##XYPOINTS= and numbers", "none")
    return said, form, body


def _number(source: Source, said: dict[str, str], key: str, default: float) -> float:
    value = number_of(said[key]) if key in said else default
    if math.isnan(value):
        raise source.refuse("header", f"##{key}", "a number", repr(said.get(key, ""))[:40])
    return value


def _numbers(source: Source, text: str) -> FloatArray:
    if not _PLAIN.fullmatch(text):
        hint = "Export it in the form AFFN, numbers written out."
        raise source.refuse("numbers", "the table", "numbers written out", "the packed form", hint)
    words = re.findall(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", text)
    if len(words) > _MOST_POINTS:
        raise source.refuse("numbers", "the table", f"at most {_MOST_POINTS}", f"{len(words)}")
    return np.array(words, dtype=float)


def _ordinates(
    source: Source, said: dict[str, str], body: list[str], factor: float
) -> tuple[FloatArray, FloatArray]:
    """Equally spaced points: FIRSTX, LASTX and NPOINTS give the axis."""
    first, last, count = (_number(source, said, key, math.nan) for key in ("FIRSTX", "LASTX", "NPOINTS"))
    lines = [_numbers(source, line) for line in body]
    values = np.concatenate([line[1:] for line in lines])
    if len(values) != count or len(values) < 2:
        found = f"{count:g}"
        raise source.refuse(
            "points", "##NPOINTS", f"the {len(values)} in the table", found, "Was the file cut short?"
        )
    axis = np.linspace(first, last, len(values))
    starts = np.cumsum([0, *(len(line) - 1 for line in lines[:-1])])
    stated = np.array([line[0] * factor if len(line) > 1 else math.nan for line in lines])
    if not np.all(np.abs(axis[starts] - stated) <= abs(axis[1] - axis[0])):
        raise source.refuse("axis", "the table", "the abscissas of FIRSTX to LASTX", "others")
    return axis, values


READERS = (Reader("jcamp-dx", "JCAMP-DX with numbers written out", ("spectrum",), _recognise, _read),)
