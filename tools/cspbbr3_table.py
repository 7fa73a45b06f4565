"""The table of the dielectric function and energy-loss function of CsPbBr3, which build_dielectric.py calls.

Zero momentum transfer, 0.5 eV to 800 keV, four stretches:

measured  to 4.77 eV (260 nm), n and k of a polished melt-grown crystal: Brennan et al.,
          MRS Commun. (2024), doi:10.1557/s43579-024-00576-x (refractiveindex.info, CC0).
estimate  4.77-30 eV, one Lorentz oscillator.  Its strength and position follow from the number of
          electrons per formula unit that contribute up to 30 eV and from the measured eps1(0.5 eV).
computed  from 30 eV, independent atoms: f2 of Chantler, J. Phys. Chem. Ref. Data 24, 71 (1995),
          doi:10.1063/1.555974, and 29, 597 (2000), doi:10.1063/1.1321055 (NIST FFAST), by xraydb.
computed  100 to 800 keV, photoelectric cross sections of xraylib.

With n formula units per volume, eps = 1 - (n r_e lambda^2 / pi) (f1 - i f2).  The plasma energy of one
electron per formula unit, Ep1^2 = 4 pi n r_e (hbar c)^2, turns this into eps2 = (Ep1 / E)^2 f2.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import xraydb
from scipy.constants import N_A, c, e, h, hbar, physical_constants
from scipy.optimize import brentq

from scintidot.materials.scattering_factors import HIGHEST_ENERGY, scattering_factor

FORMULA = {"Cs": 1, "Pb": 1, "Br": 3}
ATOMIC_NUMBER_SUM = sum(count * xraydb.atomic_number(name) for name, count in FORMULA.items())
DENSITY_G_CM3 = 4.856
MOLAR_MASS_G = sum(count * xraydb.atomic_mass(name) for name, count in FORMULA.items())
PLASMA_ENERGY_SQUARED = (
    4
    * np.pi
    * DENSITY_G_CM3
    / MOLAR_MASS_G
    * N_A
    * 1e6
    * physical_constants["classical electron radius"][0]
    * (hbar * c / e) ** 2
)
LOWEST_EV, HIGHEST_EV, TAIL_END_EV = 0.5, 1.0e5, 9.0e5  # the tail enters printed sums only
JOIN_UM, SUSPECT_END_EV = 0.260, 6.2  # the optical data between the two are not used
FADE_START_EV, ATOMIC_START_EV = 27.0, 30.0
OSCILLATOR_RANGE_EV = (5.0, 25.0)
MOST_ROWS, LOG_GRID_ROWS = 490, 130
TAIL_ROWS = 40
OPTICAL = Path(__file__).with_name("optical_constants") / "CsPbBr3_brennan.csv"


HEADER = """\
CsPbBr3 dielectric function and energy-loss function, table version 1, 2026-11-22
Zero momentum transfer; energy_loss_function = Im(-1/eps); energies in eV; density {density} g/cm3.
measured: to 4.77 eV (260 nm), n and k of polished melt-grown CsPbBr3 at room temperature, eps = (n + i k)^2:
  Brennan et al., MRS Commun. (2024), doi:10.1557/s43579-024-00576-x, from refractiveindex.info (CC0).
  Below about 2.2 eV k is at the floor of the source.  Its data for 4.77-6.2 eV are suspect and not used.
estimate: 4.77-30 eV, NOT measured; one oscillator eps2 = A G E / ((E0^2 - E^2)^2 + G^2 E^2),
  G = {width_ev:g} eV (chosen), A = {strength_ev2:.5g} eV^2 and E0 = {position_ev:.5g} eV (fitted to
  {electrons_below_30_ev:g} electrons per formula unit up to 30 eV and to the measured
  eps1(0.5 eV) = {eps1_at_half_ev:.5g}).  Fine structure is lost.
  Join at 4.77 eV: eps2 measured {eps2_measured_at_join:.4g}, oscillator {eps2_oscillator_at_join:.4g};
  eps1 measured {eps1_measured_at_join:.4g}, Kramers-Kronig {eps1_relation_at_join:.4g}.  Both misfits fade
  out smoothly from 4.77 to 6.2 eV.  The misfit in eps1 is large: optics and oscillator disagree there.
  Join at 30 eV: smooth cross-fade from 27 eV, at 30 eV oscillator {eps2_oscillator_at_30_ev:.4g}, atoms
  {eps2_atomic_at_30_ev:.4g}; no step.
computed: from 30 eV, independent atoms, eps2 = (Ep1/E)^2 f2, Ep1 = {plasma_energy_one_electron_ev:.5g} eV,
  the plasma energy of one electron per formula unit; f2 of Cs + Pb + 3 Br from Chantler, J. Phys. Chem. Ref.
  Data 24, 71 (1995), doi:10.1063/1.555974, and 29, 597 (2000), doi:10.1063/1.1321055 (NIST FFAST), through
  xraydb {xraydb_version}; from 100 keV photoelectric cross sections of xraylib.  Uncertain below
  100-200 eV: no solid-state effects, and the sharp Cs 4d peaks at 77-80 eV are an artefact of the one-electron
  calculation.
eps1: measured to 4.77 eV, then the Kramers-Kronig integral of the whole eps2 (and the misfit to 6.2 eV).
Sums to 100 keV, electrons of {all}: loss function {loss_electrons:.5g} (rows of this table
  {table[loss_electrons]:.5g}), eps2 {eps2_electrons:.5g}.
Mean excitation energy {mean_excitation_ev:.4g} eV to 100 keV; with the atomic tail to 900 keV
  {with_tail[mean_excitation_ev]:.4g} eV and {with_tail[loss_electrons]:.5g} electrons.
Screening sum (2/pi) int loss/E dE = {screening_sum:.4g}, to be 1 - 1/eps1(0) = {screening_expected:.4g}; with
  the Kramers-Kronig eps1 throughout {relation_only[screening_sum]:.4g}.
Loss peak {loss_peak:.4g} at {loss_peak_ev:.4g} eV (estimate).
Interpolate linearly in log(energy) and log(energy_loss_function): within 0.3 % of the fine grid above 2.4 eV,
  rough in the transparent range below.  Trapezoids over the rows give int E loss dE and
  int E loss ln(E) dE within 0.2 %.
"""


@dataclass(frozen=True)
class Dielectric:
    """Fine grid, the rows of it that make the table, and the numbers that describe both."""

    energy: np.ndarray
    eps1: np.ndarray
    eps2: np.ndarray
    eps1_kramers_kronig: np.ndarray
    loss: np.ndarray
    provenance: np.ndarray
    rows: np.ndarray
    parameters: dict
    sums: dict


def integral(energy, value):
    """Trapezoidal rule."""
    return float(np.sum(np.diff(energy) * (value[1:] + value[:-1])) / 2)


def kramers_kronig(energy, eps2, at):
    """eps1 at the energies `at`, exact for eps2 linear between the grid points and zero outside."""
    slope = np.diff(eps2) / np.diff(energy)
    result = np.empty(len(at))

    def logarithm(distance):
        return np.log(np.maximum(np.abs(distance), 1e-12))

    for first in range(0, len(at), 500):
        part = np.asarray(at)[first : first + 500, None]
        total = 0.0
        for sign in (1, -1):  # poles at +E and -E
            distance = energy - sign * part
            log_distance = logarithm(distance)
            ends = eps2[-1] * log_distance[:, -1] - eps2[0] * log_distance[:, 0]
            total = total + ends - np.diff(distance * log_distance - distance, axis=1) @ slope
        result[first : first + 500] = 1 + total / np.pi
    return result


def lorentz(energy, strength, position, width):
    """Complex dielectric function of one Lorentz oscillator, less 1; strength in eV^2."""
    return strength / (position**2 - energy**2 - 1j * width * energy)


def smooth_step(energy, start, end):
    """0 up to `start`, 1 from `end`, cubic between."""
    x = np.clip((energy - start) / (end - start), 0, 1)
    return x * x * (3 - 2 * x)


def read_optical(path):
    """Energy (eV, rising), n and k from the columns wavelength_nm,n,k."""
    lines = [
        line for line in Path(path).read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "w")
    ]
    wavelength, n, k = np.array([[float(cell) for cell in line.split(",")] for line in lines]).T
    wavelength = np.round(wavelength / 1e3, 9)  # [um]
    order = np.argsort(wavelength)[::-1]
    return h * c / e * 1e6 / wavelength[order], n[order], k[order]


def atomic_eps2(energy):
    """eps2 of independent atoms, (Ep1 / E)^2 times the f2 of one formula unit."""
    f2 = sum(count * xraydb.f2_chantler(name, np.array(energy)) for name, count in FORMULA.items())
    return PLASMA_ENERGY_SQUARED / energy**2 * f2


def loss_sums(energy, loss):
    """Electrons in the f-sum of the loss function, mean excitation energy (eV), screening sum."""
    f_sum = integral(energy, energy * loss)
    return {
        "loss_electrons": 2 / (np.pi * PLASMA_ENERGY_SQUARED) * f_sum,
        "mean_excitation_ev": float(np.exp(integral(energy, energy * loss * np.log(energy)) / f_sum)),
        "screening_sum": 2 / np.pi * integral(energy, loss / energy),
    }


def choose_rows(energy, eps1, loss, wanted):
    """Indices of the rows of the table.

    Ends, `wanted` energies, the two points around each absorption edge and a logarithmic grid (for the
    trapezoidal rule) come first; then, one at a time, the point where straight lines between the rows
    miss ln(loss), with a floor for the transparent range, or eps1 by most.
    """
    log_energy, log_loss = np.log(energy), np.log(loss)
    floor = np.where(energy < 5, 1e-4, 0)
    step, slope = np.diff(log_loss), np.diff(log_loss) / np.diff(log_energy)
    is_edge = (
        (slope[1:-1] > 10)
        & (slope[1:-1] >= slope[:-2])
        & (slope[1:-1] >= slope[2:])
        & (step[1:-1] > 0.005)
        & (energy[1:-2] > ATOMIC_START_EV)
    )
    edges = 1 + np.flatnonzero(is_edge)
    wanted = np.append(wanted, np.geomspace(ATOMIC_START_EV, HIGHEST_EV, LOG_GRID_ROWS))
    rows = sorted({0, len(energy) - 1, *edges, *(edges + 1), *np.searchsorted(energy, wanted)})

    def worst(first, last):
        if last - first < 2:
            return 0.0, first
        inside = slice(first + 1, last)
        share = (log_energy[inside] - log_energy[first]) / (log_energy[last] - log_energy[first])
        line = np.exp(log_loss[first] + share * (log_loss[last] - log_loss[first]))
        miss_loss = np.abs(line - loss[inside]) / (loss[inside] + floor[inside])
        miss_eps1 = np.abs(eps1[first] + share * (eps1[last] - eps1[first]) - eps1[inside])
        miss = np.maximum(miss_loss, 0.2 * miss_eps1)
        return float(miss.max()), first + 1 + int(miss.argmax())

    gaps = {pair: worst(*pair) for pair in pairwise(rows)}
    while len(gaps) + 1 < MOST_ROWS:
        first, last = max(gaps, key=lambda pair: gaps[pair][0])
        middle = gaps.pop((first, last))[1]
        gaps[first, middle], gaps[middle, last] = worst(first, middle), worst(middle, last)
    return np.array(sorted({index for pair in gaps for index in pair}))


def build(optical_path=OPTICAL, electrons_below_30_ev=36, width_ev=10):
    """Fit the oscillator, put the three stretches together and choose the rows of the table."""
    optical_energy, n, k = read_optical(optical_path)
    join = h * c / e * 1e6 / JOIN_UM
    atom_energy = np.unique(np.concatenate([xraydb.chantler_energies(name) for name in FORMULA]))
    atom_energy = atom_energy[(atom_energy > ATOMIC_START_EV) & (atom_energy < HIGHEST_EV)]
    energy = np.concatenate(
        [
            [LOWEST_EV],
            optical_energy[(optical_energy > LOWEST_EV) & (optical_energy < join - 1e-6)],
            [join],
            np.arange(join + 0.005, ATOMIC_START_EV - 0.005, 0.01),
            [ATOMIC_START_EV],
            atom_energy,
            [HIGHEST_EV],
        ]
    )
    energy = np.array([float(f"{value:.7g}") for value in energy])
    energy = energy[np.append(True, np.diff(energy) > 1e-6 * energy[1:])]
    measured = np.searchsorted(energy, join + 1e-4)  # number of points in the measured stretch
    computed = np.searchsorted(energy, ATOMIC_START_EV)  # first point of the computed stretch
    provenance = np.full(len(energy), "estimate", dtype=object)
    provenance[:measured], provenance[computed:] = "measured", "computed"

    optical = (np.interp(energy, optical_energy, n) + 1j * np.interp(energy, optical_energy, k)) ** 2
    atomic = np.zeros(len(energy))
    atomic[energy > FADE_START_EV] = atomic_eps2(energy[energy > FADE_START_EV])
    keep = 1 - smooth_step(energy, energy[measured - 1], SUSPECT_END_EV)  # the misfit at the join fades out
    fade = smooth_step(energy, FADE_START_EV, ATOMIC_START_EV)

    def eps2_with(strength, position):
        oscillator = lorentz(energy, strength, position, width_ev).imag
        oscillator = oscillator + (optical.imag - oscillator)[measured - 1] * keep
        eps2 = (1 - fade) * oscillator + fade * atomic
        eps2[:measured] = optical.imag[:measured]
        return eps2

    def electrons(eps2, stop):
        return 2 / (np.pi * PLASMA_ENERGY_SQUARED) * integral(energy[:stop], (energy * eps2)[:stop])

    def strength_for(position):  # the electron number is linear in the strength
        without, with_one = (electrons(eps2_with(s, position), computed + 1) for s in (0.0, 1.0))
        return (electrons_below_30_ev - without) / (with_one - without)

    def eps1_excess(position):
        eps2 = eps2_with(strength_for(position), position)
        return kramers_kronig(energy, eps2, energy[:1])[0] - optical.real[0]

    if eps1_excess(OSCILLATOR_RANGE_EV[0]) * eps1_excess(OSCILLATOR_RANGE_EV[1]) > 0:
        raise ValueError(
            f"no oscillator {width_ev:g} eV wide gives both {electrons_below_30_ev:g} electrons"
            " up to 30 eV and the measured eps1(0.5 eV)"
        )
    position = brentq(eps1_excess, *OSCILLATOR_RANGE_EV, xtol=1e-10)
    strength = strength_for(position)
    eps2 = eps2_with(strength, position)
    relation = kramers_kronig(energy, eps2, energy)
    eps1 = relation + (optical.real - relation)[measured - 1] * keep
    eps1[:measured] = optical.real[:measured]
    loss = eps2 / (eps1**2 + eps2**2)
    rows = choose_rows(energy, eps1, loss, [energy[measured - 1], energy[measured], ATOMIC_START_EV])

    peak = int(np.argmax(loss))
    oscillator_at_ends = lorentz(energy[[measured - 1, computed]], strength, position, width_ev).imag
    parameters = {
        "electrons_below_30_ev": electrons_below_30_ev,
        "width_ev": width_ev,
        "position_ev": position,
        "strength_ev2": strength,
        "eps1_at_half_ev": optical.real[0],
        "eps2_measured_at_join": optical.imag[measured - 1],
        "eps2_oscillator_at_join": oscillator_at_ends[0],
        "eps1_measured_at_join": optical.real[measured - 1],
        "eps1_relation_at_join": relation[measured - 1],
        "eps2_oscillator_at_30_ev": oscillator_at_ends[1],
        "eps2_atomic_at_30_ev": atomic[computed],
    }
    tail_energy = np.geomspace(HIGHEST_EV, TAIL_END_EV, 500)
    tail_loss = atomic_eps2(tail_energy)
    static = kramers_kronig(energy, eps2, [0.0])[0]
    sums = {
        "plasma_energy_one_electron_ev": PLASMA_ENERGY_SQUARED**0.5,
        "eps2_electrons": electrons(eps2, len(energy)),
        **loss_sums(energy, loss),
        "eps1_static": static,
        "screening_expected": 1 - 1 / static,
        "loss_peak_ev": energy[peak],
        "loss_peak": loss[peak],
        "relation_only": loss_sums(energy, eps2 / (relation**2 + eps2**2)),
        "table": loss_sums(energy[rows], loss[rows]),
        "with_tail": loss_sums(np.append(energy[:-1], tail_energy), np.append(loss[:-1], tail_loss)),
    }
    return Dielectric(energy, eps1, eps2, relation, loss, provenance, rows, parameters, sums)


def self_check():
    """Largest miss of `kramers_kronig` for a Lorentz oscillator, whose eps1 is known in closed form."""
    energy = np.concatenate([np.arange(0, 60, 0.02), np.geomspace(60, 1e5, 3000)])
    at = np.array([0.0, 0.5, 4.77, 11.0, 12.0, 19.0, 30.0, 59.99, 500.0])
    exact = lorentz(at, 250.0, 12.0, 6.0).real + 1
    return float(np.abs(kramers_kronig(energy, lorentz(energy, 250.0, 12.0, 6.0).imag, at) - exact).max())


def header(result):
    """Comment lines of the table: stretches, sources, fit, sums, interpolation."""
    return HEADER.format(
        **result.parameters,
        **result.sums,
        density=DENSITY_G_CM3,
        all=ATOMIC_NUMBER_SUM,
        xraydb_version=xraydb.__version__,
    )


def tail():
    """Energy and eps2 from 100 keV on."""
    energy = np.geomspace(HIGHEST_EV, HIGHEST_ENERGY, TAIL_ROWS + 1)[1:]
    numbers = {xraydb.atomic_number(name): count for name, count in FORMULA.items()}
    return energy, PLASMA_ENERGY_SQUARED / energy**2 * scattering_factor(numbers, energy)


def text(result):
    """The table; values to 5 significant digits, energies to 7."""
    lines = ["# " + line for line in header(result).splitlines()]
    lines.append("energy_eV,eps1,eps2,energy_loss_function,provenance")
    for i in result.rows:
        lines.append(
            f"{result.energy[i]:.7g},{result.eps1[i]:.5g},{result.eps2[i]:.5g},"
            f"{result.loss[i]:.5g},{result.provenance[i]}"
        )
    for energy, eps2 in zip(*tail(), strict=True):
        lines.append(f"{energy:.7g},1,{eps2:.5g},{eps2:.5g},computed")
    return "\n".join(lines) + "\n"
