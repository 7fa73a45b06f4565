"""X-ray tube spectra: a few shipped ones, any other one with SpekPy (optional)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from scintidot.errors import BadValue, OutOfRange, one_of
from scintidot.radiation.spectrum import Spectrum
from scintidot.radiation.table import Table, read_table
from scintidot.records import FloatArray

ANODES = {"W": (10.0, 500.0), "Mo": (10.0, 50.0), "Rh": (10.0, 50.0), "Ag": (10.0, 50.0)}
"""Anode material -> tube voltages [kV] that SpekPy's model covers."""

ANGLES = (3.0, 45.0)  # [deg]
THICKEST_FILTER = 1e4  # [mm], metres of air
PHYSICS, ATTENUATION, DISTANCE = "casim", "pene", 100.0  # SpekPy's names; [cm]
_SOURCES = ("spekpy_2021", "omar_2020")
_NOTES = (
    "Constant potential, a new anode, the central ray; air and scatter of the filters are not included.",
    "Characteristic lines are spread over the bin that holds them.",
)


@dataclass(frozen=True)
class Tube:
    """Settings of an X-ray tube."""

    anode: str
    voltage: float  # [kV]
    filters: tuple[tuple[str, float], ...] = ()  # material and thickness [mm], from the anode outwards
    angle: float = 12.0  # of the anode [deg]

    def __post_init__(self) -> None:
        one_of(self.anode, ANODES, where="source", who="anode of the tube")
        lowest, highest = ANODES[self.anode]
        self._check(self.voltage, lowest, highest, f"voltage of a {self.anode} tube", "kV")
        self._check(self.angle, *ANGLES, "anode angle of the tube", "deg")
        for material, thickness in self.filters:
            if not 0 < thickness <= THICKEST_FILTER:
                self._refuse(
                    thickness, f"more than 0 and at most {THICKEST_FILTER:g}", f"{material} filter", "mm"
                )

    def _check(self, value: float, lowest: float, highest: float, who: str, unit: str) -> None:
        if not lowest <= value <= highest:
            self._refuse(value, f"{lowest:g} to {highest:g}", who, unit)

    def _refuse(self, value: float, expected: str, who: str, unit: str) -> None:
        raise OutOfRange(
            where="source", what="value", who=who, expected=f"{expected} {unit}", found=f"{value:g} {unit}"
        )

    @property
    def name(self) -> str:
        """The settings as a user writes them."""
        filters = "".join(f" {thickness:g} mm {material}" for material, thickness in self.filters)
        return f"tube {self.anode} {self.voltage:g} kV{filters} {self.angle:g} deg"

    @property
    def bin_width(self) -> float:
        """Width of the bins [keV]: about 1/200 of the voltage, rounded to 0.1 keV."""
        return max(round(self.voltage / 200, 1), 0.1)


SHIPPED = {
    "W20": Tube("W", 20.0, (("Be", 1.0),)),
    "W40": Tube("W", 40.0, (("Al", 2.5),)),
    "W70": Tube("W", 70.0, (("Al", 2.5),)),
    "W100": Tube("W", 100.0, (("Al", 2.5),)),
    "W120": Tube("W", 120.0, (("Al", 2.5),)),
    "Mo28": Tube("Mo", 28.0, (("Be", 1.0), ("Mo", 0.03))),
    "Ag40": Tube("Ag", 40.0, (("Be", 0.5),)),
}
"""Name -> settings of the spectra that come with the package; `tools/build_spectra.py` computes them."""


def tube_spectrum(tube: Tube) -> Spectrum:
    """Spectrum of a tube: the shipped one where there is one with these settings, else SpekPy's."""
    for name, settings in SHIPPED.items():
        if settings == tube:
            return shipped_tube(name)
    edges, fluence, version = compute(tube)
    return _spectrum(tube, edges, fluence, version, shipped=False)


@cache
def shipped_tube(name: str) -> Spectrum:
    """A shipped spectrum by name.

    >>> spectrum = shipped_tube("W40")
    >>> spectrum.name, spectrum.energy_range[1]
    ('tube W 40 kV 2.5 mm Al 12 deg', 40000.0)
    """
    table = shipped_table(name)
    return _spectrum(SHIPPED[name], table.edges, table.weight, table.comments["spekpy version"], shipped=True)


def shipped_table(name: str) -> Table:
    """The file of a shipped spectrum: its weights are photons/(cm2 mAs) at 100 cm in each bin."""
    file = resources.files("scintidot.radiation") / "data" / f"tube_{name}.csv"
    return read_table(file.read_text(encoding="utf-8"), where=file.name)


def compute(tube: Tube) -> tuple[FloatArray, FloatArray, str]:
    """Bin edges [eV], fluence per bin [photons/(cm2 mAs) at 100 cm] and version, from SpekPy.

    Raises what `spekpy_model` raises.
    """
    centre, fluence = spekpy_model(tube).get_spectrum(diff=False)
    count = len(centre)
    edges = np.round(1e3 * (tube.voltage - tube.bin_width * np.arange(count, -1, -1)), 6)
    version = str(_spekpy().__version__)
    return np.asarray(edges, dtype=np.float64), np.asarray(fluence, dtype=np.float64), version


def spekpy_model(tube: Tube) -> Any:
    """SpekPy's own object of a filtered tube.

    Raises
    ------
    BadValue
        If SpekPy is not installed or does not know a filter material.
    """
    spectrum = _spekpy().Spek(
        kvp=tube.voltage,
        th=tube.angle,
        targ=tube.anode,
        dk=tube.bin_width,
        physics=PHYSICS,
        mu_data_source=ATTENUATION,
        z=DISTANCE,
        mas=1.0,
    )
    for material, thickness in tube.filters:
        try:
            spectrum.filter(material, thickness)
        except Exception:  # SpekPy raises the bare class
            raise BadValue(
                where="source",
                what="material",
                who="filter of the tube",
                expected="an element such as Al, Cu, Be, or another material of SpekPy",
                found=repr(material),
            ) from None
    return spectrum


def _spekpy() -> Any:
    try:
        import spekpy  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        raise BadValue(
            where="source",
            what="source",
            who="tube",
            expected="SpekPy installed, or a shipped spectrum: "
            + ", ".join(f"tube:{name}" for name in SHIPPED),
            found="no SpekPy",
            hint='Install it with: pip install "scintidot[spectra]"',
        ) from None
    return spekpy


def _spectrum(tube: Tube, edges: FloatArray, fluence: FloatArray, version: str, *, shipped: bool) -> Spectrum:
    total = math.fsum(fluence)
    if not total > 0:
        raise BadValue(
            where="source", what="source", who=tube.name, expected="photons behind the filters", found="none"
        )
    return Spectrum(
        name=tube.name,
        kind="tube",
        particle="photon",
        per="emitted particle",
        description=f"X-ray tube with {tube.anode} anode at {tube.voltage:g} kV.",
        bin_edges=edges,
        bin_intensity=fluence / total,
        source=_SOURCES,
        choices=_choices(tube, total, version, shipped),
        notes=_NOTES,
    )


def _choices(tube: Tube, total: float, version: str, shipped: bool) -> Mapping[str, Any]:
    return {
        "anode": tube.anode,
        "voltage_kV": tube.voltage,
        "anode_angle_deg": tube.angle,
        "filters": [
            {"material": material, "thickness_mm": thickness} for material, thickness in tube.filters
        ],
        "fluence_per_cm2_per_mAs_at_100_cm": total,
        "spekpy_version": version,
        "spekpy_physics": PHYSICS,
        "spekpy_attenuation": ATTENUATION,
        "computed": "shipped with the package" if shipped else "now, by SpekPy",
    }
