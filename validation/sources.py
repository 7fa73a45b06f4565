"""Sources: mean energies of beta spectra, half-value layers and line energies against published numbers."""

from __future__ import annotations

from typing import Any

from scintidot.radiation.beta import Transition
from scintidot.radiation.beta_sources import beta_spectrum, spectrum_of
from scintidot.radiation.lines import line_sources
from scintidot.radiation.tube import SHIPPED, shipped_table, shipped_tube
from validation.case import Case, Row


def cases() -> list[Case]:
    """Comparisons of the sources."""
    return [beta_means(), tube_means(), x_ray_energies()]


def _mean(endpoint: float, charge: int, mass: int, shape: str, radiative: str) -> float:
    transition = Transition("", endpoint * 1e3, charge, mass, shape, radiative=radiative)
    return spectrum_of([(transition, 1.0)], name="", title="").mean_energy / 1e3


def beta_means() -> Case:
    """Mean energies of beta spectra."""
    unique = "unique-first-forbidden"
    rows = [
        _row("C-14, ENSDF", _mean(156.475, 7, 14, "allowed", "none"), 49.47, 0.005),
        _row("Sr-90, ENSDF, 545.9 keV", _mean(545.9, 39, 90, unique, "none"), 195.7, 0.005),
        _row("Y-90, ENSDF, 2278.5 keV", _mean(2278.5, 40, 90, unique, "none"), 932.4, 0.005),
        _row("Y-90 branch, ENSDF, 517.8 keV", _mean(517.8, 40, 90, unique, "none"), 184.6, 0.005),
        _row("Y-90, BetaShape, 2278.7 keV", _mean(2278.7, 40, 90, unique, "sirlin"), 924.862, 0.01),
        _row("Y-90 branch, BetaShape, 518.0 keV", _mean(518.0, 40, 90, unique, "sirlin"), 183.358, 0.01),
        _row("C-14, BetaShape, measured shape", beta_spectrum("c14").mean_energy / 1e3, 48.233, None),
    ]
    return Case(
        title="Mean energies of beta electrons",
        reference="ENSDF (Basu, McCutchan, Nucl. Data Sheets 165, 1 (2020), doi:10.1016/j.nds.2020.04.001; C-14: "
        "recalled) without radiative correction; BetaShape (Mougeot, Phys. Rev. C 91, 055504 (2015), "
        "doi:10.1103/PhysRevC.91.055504), read as means of its tables in the GGEMS sources.",
        remarks="BetaShape also has atomic exchange, which adds slow electrons, and measured shape factors where there "
        "are some. C-14 is strongly hindered: its measured shape is not the allowed one.",
        rows=rows,
        draw=_draw,
    )


def _row(at: str, ours: float, reference: float, tolerance: float | None) -> Row:
    return Row("mean energy", at, "keV", ours, reference, tolerance)


def tube_means() -> Case:
    """Mean energies of the shipped tube spectra."""
    rows = []
    for name in SHIPPED:
        stated = float(shipped_table(name).comments["mean energy by spekpy"].split()[0])
        rows.append(
            Row("mean energy", f"tube:{name}", "keV", shipped_tube(name).mean_energy / 1e3, stated, 1e-3)
        )
    return Case(
        title="Mean energies of X-ray tube spectra",
        reference="SpekPy's own figure for the same settings (doi:10.1002/mp.14945), stated in the shipped files.",
        remarks="A test compares the half-value layers, computed with xraylib, with SpekPy's: within 2 %.",
        rows=rows,
    )


def x_ray_energies() -> Case:
    """Evaluated X-ray energies against those of xraylib."""
    import xraylib

    rows = []
    for name in ("cd109", "fe55"):
        for line in line_sources()[name].lines:
            if line.transition is None or "xraylib_nist" in line.energy.source:
                continue
            element, transition = line.transition.split()
            number = xraylib.SymbolToAtomicNumber(element)
            reference = xraylib.LineEnergy(number, getattr(xraylib, f"{transition}_LINE"))
            rows.append(Row("line energy", line.name, "keV", line.energy.value / 1e3, reference, 1e-4))
    return Case(
        title="X-ray line energies",
        reference="xraylib (Schoonjans et al., Spectrochim. Acta B 66, 776 (2011), doi:10.1016/j.sab.2011.09.011).",
        remarks="Ours are those of the Decay Data Evaluation Project; lines taken from xraylib are left out.",
        rows=rows,
    )


def _draw(figure: Any) -> None:
    axes = figure.subplots()
    for name in ("c14", "sr90", "y90"):
        spectrum = beta_spectrum(name)
        density = spectrum.bin_intensity / (spectrum.bin_edges[1:] - spectrum.bin_edges[:-1])
        axes.stairs(density / density.max(), spectrum.bin_edges / 1e3, label=name)
    axes.set(
        xlabel="energy [keV]", ylabel="electrons per energy [of the largest]", xscale="log", xlim=(1, 2500)
    )
    axes.legend()
