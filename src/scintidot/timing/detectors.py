"""Cards of photodetectors: efficiency against wavelength, single-photon time resolution, dark counts, crosstalk, pulse.

A card is TOML; every number is a table with value, unit, source, provenance and perhaps low and high. Nothing is made
up between what was measured: efficiencies are interpolated linearly, and hold as they are 25 nm beyond the points.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.errors import BadFile, BadValue, FieldError, OutOfRange, nearest
from scintidot.materials.fields import In
from scintidot.materials.reading import parse_toml
from scintidot.provenance import Quantity, Reference, shipped_references
from scintidot.records import FloatArray

BEYOND = 25.0
"""How far beyond its points an efficiency is taken as it is at the last one. [nm]"""
_SPECTRUM_OUTSIDE = 0.05
_UNKNOWN = "The card says nothing there: give detected photons, or a card of your own with more points."
_DATA = resources.files("scintidot.timing") / "data"

_NUMBERS = {
    "single_photon_time_resolution_fwhm": In("ps", above=0, at_most=1e5),
    "dark_count_rate_per_mm2": In("1/ps", at_least=0, at_most=1),
    "area_mm2": In("1", above=0, at_most=1e4),
    "crosstalk": In("1", at_least=0, below=0.9),
    "pulse_rise": In("ps", at_least=0, at_most=1e6),
    "pulse_fall": In("ps", above=0, at_most=1e7),
    "gain_spread": In("1", at_least=0, at_most=1),
}
_EFFICIENCY = In("1", at_least=0, at_most=1)
_WAVELENGTH = In("nm", at_least=100, at_most=2000)


@dataclass(frozen=True)
class Detector:
    """A photodetector as its card describes it; None where a number is not known."""

    name: str
    title: str
    notes: tuple[str, ...]
    numbers: Mapping[str, Quantity]  # keys of `_NUMBERS`; those that are known
    wavelength: FloatArray  # of the efficiencies, rising [nm], shape (points,)
    efficiency: tuple[Quantity, ...]
    references: Mapping[str, Reference]  # the card's own

    def value(self, key: str) -> float | None:
        """A number of the card, None where it is not known."""
        return self.numbers[key].value if key in self.numbers else None

    @property
    def jitter_sigma(self) -> float:
        """Single-photon time resolution as a standard deviation. [ps]"""
        return self.numbers["single_photon_time_resolution_fwhm"].value / FWHM_PER_SIGMA

    @property
    def dark_rate(self) -> float:
        """Of the whole area; 0 where it is not known. [1/ps]"""
        rate, area = self.value("dark_count_rate_per_mm2"), self.value("area_mm2")
        return 0.0 if rate is None or area is None else rate * area

    @property
    def sources(self) -> list[str]:
        """Keys of the references behind its numbers."""
        quantities = [*self.numbers.values(), *self.efficiency]
        return sorted({key for quantity in quantities for key in quantity.source})

    def efficiency_at(self, wavelength: float, *, where: str = "detector", who: str = "wavelength") -> float:
        """Detection efficiency at one wavelength. [nm]

        Raises
        ------
        OutOfRange
            More than 25 nm beyond the points of the card.
        """
        first, last = float(self.wavelength[0]) - BEYOND, float(self.wavelength[-1]) + BEYOND
        if not first <= wavelength <= last:
            raise OutOfRange(
                where=where, what="wavelength", who=who, expected=f"{first:g} to {last:g} nm for {self.name}",
                found=f"{wavelength:g} nm", hint=_UNKNOWN,
            )  # fmt: skip
        return float(np.interp(wavelength, self.wavelength, [point.value for point in self.efficiency]))

    def efficiency_over(
        self, peak: float, fwhm: float, *, where: str = "detector", who: str = "wavelength"
    ) -> float:
        """Mean efficiency over a Gaussian emission spectrum of this peak and full width at half maximum. [nm]

        Raises
        ------
        OutOfRange
            If more than 5 % of the spectrum lie where the card says nothing.
        """
        if fwhm == 0:
            return self.efficiency_at(peak, where=where, who=who)
        shift = np.linspace(-4, 4, 801)
        weight = np.exp(-0.5 * shift**2)
        wavelength = peak + shift * fwhm / FWHM_PER_SIGMA
        known = (wavelength >= self.wavelength[0] - BEYOND) & (wavelength <= self.wavelength[-1] + BEYOND)
        outside = float(weight[~known].sum() / weight.sum())
        if outside > _SPECTRUM_OUTSIDE:
            raise OutOfRange(
                where=where, what="spectrum", who=who, expected=f"nearly all of it where {self.name} is known",
                found=f"{outside:.0%} of {peak:g} nm with {fwhm:g} nm full width beyond",
                hint=_UNKNOWN,
            )  # fmt: skip
        values = np.interp(wavelength, self.wavelength, [point.value for point in self.efficiency])
        return float(weight @ values / weight.sum())


def detector_names() -> list[str]:
    """Names of the shipped cards."""
    return sorted(Path(entry.name).stem for entry in _DATA.iterdir() if entry.name.endswith(".toml"))


def load_detector(name_or_path: str, *, where: str = "detector", who: str = "detector") -> Detector:
    """A shipped card by name, or one of the user's own by its path.

    Examples
    --------
    >>> round(load_detector("fbk-nuv-hd").jitter_sigma, 1)
    42.5
    """
    text = str(name_or_path)
    if text.endswith(".toml") or "/" in text or "\\" in text:
        try:
            content = Path(text).read_bytes()
        except OSError as error:
            raise BadFile(
                where=text, what="file", who=who, expected="a readable card of a photodetector (TOML)",
                found=error.strerror or "no such file",
            ) from None  # fmt: skip
        return _from_data(Path(text).stem, parse_toml(content, text), text)
    names = detector_names()
    if text not in names:
        raise BadValue(
            where=where, what="name", who=who, expected="one of " + ", ".join(names), found=repr(text),
            hint=f"{nearest(text, names, listed=True) or ''} A card of your own is given by its path: ./mine.toml.",
        )  # fmt: skip
    file = _DATA / f"{text}.toml"
    return _from_data(text, tomllib.loads(file.read_text(encoding="utf-8")), f"{text}.toml")


def _from_data(name: str, data: dict[str, Any], where: str) -> Detector:
    known = (*_NUMBERS, "title", "notes", "efficiency", "references")
    for key in data:
        if key not in known:
            raise BadFile(
                where=where, what="key", who=key, expected="one of " + ", ".join(known), found=repr(key),
                hint=nearest(key, known, listed=True),
            )  # fmt: skip
    for key in ("single_photon_time_resolution_fwhm", "efficiency"):
        if key not in data:
            raise BadFile(where=where, what="card", who=key, expected="this key", found="no such key")
    own = _own_references(data.get("references", {}), where)
    references = {*shipped_references(), *own}
    numbers = {
        key: _number(data[key], limits, where, key, references)
        for key, limits in _NUMBERS.items()
        if key in data
    }
    points: list[tuple[float, Quantity]] = []
    for i, entry in enumerate(data["efficiency"]):
        who = f"efficiency[{i}]"
        if not isinstance(entry, dict) or "wavelength_nm" not in entry:
            raise BadFile(
                where=where, what="point", who=who, expected="a table with wavelength_nm", found=repr(entry)
            )
        quantity = {key: value for key, value in entry.items() if key != "wavelength_nm"}
        try:
            wavelength = _WAVELENGTH.read_number(entry["wavelength_nm"])
        except FieldError as error:
            raise error.at(BadFile, where=where, who=f"{who}.wavelength_nm") from None
        points.append((wavelength, _number(quantity, _EFFICIENCY, where, who, references)))
    points.sort(key=lambda point: point[0])
    return Detector(
        name, str(data.get("title", name)), tuple(map(str, data.get("notes", ()))), numbers,
        np.array([wavelength for wavelength, _ in points]), tuple(quantity for _, quantity in points), own,
    )  # fmt: skip


def _number(entry: Any, limits: In, where: str, who: str, references: set[str]) -> Quantity:
    try:
        quantity = limits.read_quantity(entry)
    except FieldError as error:
        raise error.at(BadFile, where=where, who=who) from None
    for key in quantity.source:
        if key not in references:
            raise BadFile(
                where=where, what="source", who=f"{who}.source", expected="a known reference",
                found=repr(key), hint=f"Describe it under [references.{key}] with authors, title and year.",
            )  # fmt: skip
    return quantity


def _own_references(entries: Any, where: str) -> dict[str, Reference]:
    """References that a card describes itself."""
    try:
        return {key: Reference(key=key, **entry) for key, entry in entries.items()}
    except (AttributeError, TypeError) as error:
        raise BadFile(
            where=where, what="table", who="references", expected="authors, title, year and perhaps published_in, doi",
            found=str(error),
        ) from None  # fmt: skip
