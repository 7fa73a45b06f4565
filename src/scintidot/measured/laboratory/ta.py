"""Virtual laboratory: transient absorption matrices of a fluence series, as an instrument would write them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.analysis.transient.carriers import WEIGHTS, Sample, bleach, folded, followed, modes
from scintidot.analysis.transient.chirp import Dispersion
from scintidot.analysis.transient.species import KINDS, kinds_of
from scintidot.constants import FWHM_PER_SIGMA, PLANCK_TIMES_LIGHT
from scintidot.errors import BadValue, one_of
from scintidot.kinetic_options import EFFICIENCY_RATIO, FRACTION, read_exciton_rate
from scintidot.kinetics.exact import MODELS
from scintidot.materials.fields import In
from scintidot.measured.transient.fluence_series import poisson
from scintidot.options import Number, read, read_interval, read_seed, read_whole
from scintidot.output import json_text, number, write_text, write_together
from scintidot.progress import Progress, counted, silent
from scintidot.records import FloatArray
from scintidot.response import gaussian_times_decay

WHERE = "simulate ta"
SCHEMA = "scintidot.laboratory.ta/1"
FORMATS = {
    "npz": "NumPy archive with time_ps, wavelength_nm, values and fluence",
    "csv": "a row for each delay, wavelengths above",
    "glotaran": "Glotaran ASCII, Time explicit; says neither the unit of time nor the fluence",
}
SUFFIX = {"npz": "npz", "csv": "csv", "glotaran": "ascii"}
MOST_POINTS = 20_000_000


@dataclass(frozen=True)
class Setting:
    """A sample and an instrument, in working units."""

    fluences: FloatArray  # [photons/cm2]
    cross_section: float  # [cm2]
    exciton_rate: float  # [1/ps]
    auger_rate: float  # [1/ps]
    retained_fraction: float
    sample: Sample
    time: FloatArray  # [ps]
    wavelength: FloatArray  # [nm]
    bleach_wavelength: float  # [nm] of the exciton
    line_sigma: float  # [eV]
    biexciton_shift: float  # [eV]
    dispersion: Dispersion
    response_sigma: float  # [ps]
    amplitude: float  # [mOD] of one pair in every nanocrystal, at the top of the line
    noise: float  # [mOD]


def lines(setting: Setting) -> FloatArray:
    """Change of absorption [mOD] of each of `KINDS` per unit of bleach, (kinds, wavelengths): a Gaussian in energy.

    That of one exciton lies at the bleach, that of two and more by the shift below, that of trions by
    half the shift. Their area is the bleach of the state, so that a wide band follows the state filling alone.
    """
    energy = PLANCK_TIMES_LIGHT / setting.wavelength
    centre = PLANCK_TIMES_LIGHT / setting.bleach_wavelength
    shifts = np.array([0.0, 1.0, 1.0, 0.5, 0.0]) * setting.biexciton_shift
    u = (energy - centre + shifts[:, None]) / setting.line_sigma
    return np.asarray(-setting.amplitude * np.exp(-0.5 * u**2))


def matrices(setting: Setting, progress: Progress = silent) -> list[FloatArray]:
    """Signals without noise [mOD], one (times, wavelengths) for each fluence."""
    sample, mean = setting.sample, setting.cross_section * setting.fluences
    most = followed(poisson, float(mean.max()))
    chain = sample.chain(most)
    matrix = chain.matrix(setting.exciton_rate, setting.auger_rate, setting.retained_fraction)
    filled = bleach(chain.states, sample.filling, sample.degeneracy)
    rate, amplitude = modes(chain, matrix, kinds_of(chain.states) * filled)  # (kinds, pairs, terms)
    weights = np.einsum("mn,snk->msk", folded(poisson(mean), most), amplitude)
    spectra = lines(setting)
    signals = [np.empty((len(setting.time), len(setting.wavelength))) for _ in mean]
    zeros = setting.dispersion(setting.wavelength)
    for j, zero in counted(list(enumerate(zeros)), "matrices", progress):
        seen = gaussian_times_decay((setting.time - zero)[:, None], rate, setting.response_sigma)
        for signal, weight in zip(signals, weights, strict=True):
            signal[:, j] = seen @ weight.T @ spectra[:, j]
    return signals


def simulate_ta(
    folder: str | Path,
    *,
    fluences: str = "5e12,1e13,3e13,1e14,2e14,4e14",
    cross_section: Number = 1e-14,
    exciton_rate: Number = 1.25e-4,
    auger_efficiency: Number = 0.98,
    retained_fraction: Number = 0.5,
    model: str = "carriers",
    filling: str = "electrons-and-holes",
    degeneracy: Number = 2,
    delays: str = "-5:3000",
    delay_points: Number = 160,
    wavelengths: str = "470:550",
    wavelength_step: Number = 2.0,
    bleach_wavelength: Number = 510.0,
    line_width: Number = 0.09,
    biexciton_shift: Number = 0.0,
    response: Number = 0.3,
    time_zero: Number = 0.0,
    chirp: Number = 0.5,
    amplitude: Number = 20.0,
    noise: Number = 0.1,
    format: str = "npz",
    seed: Number = 1,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write a fluence series into ``folder`` with ``truth.json``; returns that document.

    Parameters
    ----------
    fluences : str
        List. [photons/cm2]
    cross_section : Number
        <N> = cross section x fluence. [cm2]
    exciton_rate, auger_efficiency, retained_fraction
        k_X [1/ps] or a lifetime, Phi_AR = k_AR/(k_AR + 4 k_X), xi.
    model, filling, degeneracy
        As `scintidot.analyse_ta` takes them.
    delays, wavelengths : str
        From and to [ps, nm]. Half of the ``delay_points`` lie evenly about time zero, the others grow by a factor.
    bleach_wavelength, line_width, biexciton_shift
        Of the exciton [nm]; full width of its line and how far the biexciton's lies below [eV].
    response, time_zero, chirp
        Full width of the response, time zero at the bleach [ps], its slope [ps per 100 nm].
    amplitude, noise
        Bleach of one pair in every nanocrystal, and standard deviation of every value. [mOD]
    format : str
        One of `FORMATS`.
    seed : Number
        Of the noise.
    progress : callable
        Told the step, and the share of all that is done.
    """
    for value, names, who in (
        (model, MODELS, "--model"), (filling, WEIGHTS, "--filling"), (format, FORMATS, "--format"),
    ):  # fmt: skip
        one_of(value, names, where=WHERE, who=who)

    def positive(value: Number, who: str, unit: str) -> float:
        return read(value, who, WHERE, In(unit, above=0))

    k_x = read_exciton_rate(exciton_rate, WHERE)
    efficiency = read(auger_efficiency, "--auger-efficiency", WHERE, In("1", at_least=0, below=1))
    full = positive(response, "--response-ps", "ps")
    zero = read(time_zero, "--time-zero-ps", WHERE, In("ps"))
    begin, end = read_interval(delays, "--delays", WHERE, In("ps"), "-5:3000")
    at = positive(bleach_wavelength, "--bleach-wavelength", "nm")
    if not begin < zero - 3 * full < zero + 10 * full < end:
        raise BadValue(
            where=WHERE, what="range", who="--delays", expected="delays from well before time zero to well after the "
            "response", found=repr(delays),
        )  # fmt: skip
    points = read_whole(delay_points, "--delay-points", WHERE, 20, 100_000)
    low, high = read_interval(wavelengths, "--wavelengths", WHERE, In("nm", above=0), "470:550")
    step = positive(wavelength_step, "--wavelength-step", "nm")
    places = None if str(degeneracy) == "unlimited" else read_whole(degeneracy, "--degeneracy", WHERE, 1, 100)
    pumps = np.array([positive(part, "--fluences", "1") for part in str(fluences).split(",")])
    columns = int(np.floor((high - low) / step + 1e-9)) + 1
    if points * columns * len(pumps) > MOST_POINTS:
        raise BadValue(
            where=WHERE, what="size", who="--delay-points", expected=f"at most {MOST_POINTS} values in all",
            found=f"{points * columns * len(pumps)}",
        )  # fmt: skip
    setting = Setting(
        pumps, positive(cross_section, "--cross-section", "1"), k_x,
        EFFICIENCY_RATIO * k_x * efficiency / (1 - efficiency),
        read(retained_fraction, "--retained-fraction", WHERE, FRACTION), Sample(model, filling, places),
        delay_axis(begin, end, zero, full, points), np.asarray(low + step * np.arange(columns), dtype=float), at,
        positive(line_width, "--line-width-eV", "eV") / FWHM_PER_SIGMA,
        read(biexciton_shift, "--biexciton-shift-eV", WHERE, In("eV")),
        Dispersion("linear", at, np.array([zero, read(chirp, "--chirp-ps", WHERE, In("ps"))])),
        full / FWHM_PER_SIGMA, positive(amplitude, "--amplitude-mOD", "1"),
        read(noise, "--noise-mOD", WHERE, In("1", at_least=0)),
    )  # fmt: skip
    whole_seed = read_seed(seed, WHERE)
    generator_of_noise = np.random.default_rng(whole_seed)
    writers: dict[str, Callable[[Path], object]] = {}
    files: list[str] = []
    for index, (fluence, signal) in enumerate(zip(pumps, matrices(setting, progress), strict=True), start=1):
        values = signal + setting.noise * generator_of_noise.standard_normal(signal.shape)
        files.append(f"ta-{index:02d}.{SUFFIX[format]}")
        writers[files[-1]] = partial(_write, format, setting.time, setting.wavelength, values, float(fluence))
    document = _truth(setting, efficiency, files, format, whole_seed)
    writers["truth.json"] = partial(write_text, text=json_text(document))
    write_together(Path(folder), writers)
    return document


def delay_axis(begin: float, end: float, zero: float, full: float, points: int) -> FloatArray:
    """Half of the points evenly from ``begin`` to ten responses after time zero, the rest growing by a factor."""
    near = zero + 10 * full
    even = np.linspace(begin, near, points // 2, endpoint=False)
    return np.concatenate([even, zero + np.geomspace(10 * full, end - zero, points - points // 2)])


def _write(
    format: str, time: FloatArray, wavelength: FloatArray, values: FloatArray, fluence: float, path: Path
) -> None:
    if format == "npz":
        buffer = io.BytesIO()
        np.savez_compressed(buffer, time_ps=time, wavelength_nm=wavelength, values=values, fluence=fluence)
        path.write_bytes(buffer.getvalue())
        return
    if format == "csv":
        rows = [",".join(["delay [ps]", *(f"{w:.6g}" for w in wavelength)])]
        rows += [
            ",".join([f"{t:.9g}", *(f"{v:.6g}" for v in row)]) for t, row in zip(time, values, strict=True)
        ]
    else:
        rows = [path.name, "simulated, times in ps", "Time explicit", f"Intervalnr {len(time)}"]
        rows.append(" ".join(f"{t:.9g}" for t in time))
        rows += [
            " ".join([f"{w:.6g}", *(f"{v:.6g}" for v in column)])
            for w, column in zip(wavelength, values.T, strict=True)
        ]
    write_text(path, "\n".join(rows) + "\n")


def _truth(setting: Setting, efficiency: float, files: list[str], format: str, seed: int) -> dict[str, Any]:
    sample = setting.sample
    return {
        "schema": SCHEMA,
        "version": __version__,
        "status": "ok",
        "choices": {
            "model": sample.model,
            "filling": sample.filling,
            "degeneracy": "unlimited" if sample.degeneracy is None else sample.degeneracy,
            "statistics": "poisson: pairs of one pulse, <N> = cross section x fluence",
            "noise": "normal, the same for every value",
            "unit": "mOD",
            "format": format,
            "format_meaning": FORMATS[format],
            "kinds": KINDS,
            "seed": seed,
        },
        "matrices": [
            {
                "file": name,
                "fluence_photons_per_cm2": number(fluence),
                "mean_excitons": number(setting.cross_section * fluence),
            }
            for name, fluence in zip(files, setting.fluences, strict=True)
        ],
        "truth": {
            "absorption_cross_section_cm2": number(setting.cross_section),
            "exciton_lifetime_ps": number(1 / setting.exciton_rate),
            "auger_rate_per_ps": number(setting.auger_rate),
            "auger_efficiency": number(efficiency),
            "biexciton_lifetime_ps": number(
                1 / sample.biexciton_rate(setting.exciton_rate, setting.auger_rate)
            ),
            "retained_fraction": number(setting.retained_fraction),
            "time_zero_ps": number(setting.dispersion.coefficients[0]),
            "chirp_ps_per_100nm": number(setting.dispersion.coefficients[1]),
            "response_sigma_ps": number(setting.response_sigma),
            "bleach_wavelength_nm": number(setting.bleach_wavelength),
            "line_sigma_eV": number(setting.line_sigma),
            "biexciton_shift_eV": number(setting.biexciton_shift),
            "amplitude_mOD": number(setting.amplitude),
            "noise_mOD": number(setting.noise),
        },
        "warnings": [],
    }
