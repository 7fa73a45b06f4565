"""A spectrometer that is not there: absorption and emission spectra of known nanocrystals, with noise.

Absorption is a Gaussian first transition over the sizes of the sample, a smooth step of higher transitions, scatter and
a constant; emission the line of the card over the same sizes. Both are made in energy and written per wavelength.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scintidot import __version__
from scintidot.constants import FWHM_PER_SIGMA, PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile, BadValue, FieldError, one_of
from scintidot.light.ensemble import size_distribution
from scintidot.light.spectrum import spectrum
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.measured.spectrum.traces import read_window
from scintidot.options import Number, read, read_seed
from scintidot.output import number
from scintidot.records import FloatArray
from scintidot.units import split_list

SCHEMA = "scintidot.laboratory.spectrum/1"
WHERE = "simulate spectrum"
KINDS = ("absorption", "emission")
MOST_POINTS = 20000


class Sample(NamedTuple):
    """One synthetic spectrum: what is measured and what is true."""

    name: str
    wavelength: FloatArray
    measured: FloatArray
    true: FloatArray
    truth: dict[str, Any]


class Shape(NamedTuple):
    """Of the spectra, beyond the card."""

    dispersion: float
    stokes_shift: float  # [eV]
    line_width: float  # [eV] full width
    height: float  # absorbance of the first transition
    continuum: float  # height of the step over that of the first transition
    continuum_above: float  # [eV] of the middle of the step above the first transition
    scatter: float  # absorbance at the first transition, proportional to wavelength^-4
    background: float


def absorbance(
    wavelength: FloatArray, gap: float, members: FloatArray, weights: FloatArray, s: Shape
) -> FloatArray:
    """Absorbance of nanocrystals whose members absorb first at ``members`` [eV]; ``gap`` is that of the mean size."""
    from scipy.special import erf

    energy = PLANCK_TIMES_LIGHT / wavelength
    sigma = s.line_width / FWHM_PER_SIGMA
    away = (energy[:, None] - members[None, :] - s.stokes_shift) / sigma
    first = np.exp(-0.5 * away**2) @ weights
    step = 0.5 * (1 + erf((away - s.continuum_above / sigma) / (2 * np.sqrt(2)))) @ weights
    scatter = s.scatter * (energy / (gap + s.stokes_shift)) ** 4
    return np.asarray(s.height * (first + s.continuum * step) + scatter + s.background)


def emission(
    wavelength: FloatArray, members: FloatArray, weights: FloatArray, s: Shape, counts: float
) -> FloatArray:
    """Expected counts per point: the highest one has ``counts`` above the background."""
    light = spectrum(np.ones((members.size, 1)), members, [0.0], s.line_width, weights).per_wavelength(
        wavelength
    )
    return np.asarray(counts * light / np.max(light) + s.background)


def synthetic_spectra(
    kind: str,
    *,
    material: str | Path = "CsPbBr3",
    edge_length: Any = "8.7",
    window: str = "400:650",
    step_nm: Number = 1.0,
    size_dispersion: Number = 0.0,
    stokes_shift: Number = 0.0,
    line_width: Number | None = None,
    height: Number = 0.5,
    continuum: Number = 1.0,
    continuum_above: Number = 0.35,
    scatter: Number = 0.0,
    background: Number = 0.0,
    noise: Number = 0.001,
    counts: Number = 1e4,
    seed: Number = 1,
) -> tuple[list[Sample], dict[str, Any]]:
    """Spectra of every edge length [nm], and the truth as a document.

    Parameters
    ----------
    kind : str
        ``absorption`` (Gaussian noise of ``noise``) or ``emission`` (Poisson counts).
    material : str or Path
        Card with a sizing curve; its emission line has the width, unless ``line_width`` [eV] says otherwise.
    size_dispersion : float or str
        Standard deviation over mean of the edge length.
    stokes_shift : float or str
        Of the absorption above the sizing curve. [eV]
    others
        As in `Shape`; ``counts`` of the highest point of emission.

    Raises
    ------
    BadValue, BadFile
        For options and cards that are wrong.
    """
    one_of(kind, KINDS, where=WHERE, who="--kind")
    card = load_material(material, where=WHERE, who="--material", kind="scintillator")
    curve, lines = card.card.sizing_curve, card.card.emission
    if curve is None or (line_width is None and lines is None):
        raise BadFile(
            where=card.where, what="card", who="sizing_curve" if curve is None else "emission",
            expected="this section", found=f"a card of {card.name} without it",
        )  # fmt: skip
    width = lines.line_width_fwhm.value if lines is not None else 0.0
    positive, share, energy = (
        In("1", above=0, at_most=1e12),
        In("1", at_least=0, at_most=1e12),
        In("eV", at_least=0),
    )
    shape = Shape(
        read(size_dispersion, "--size-dispersion", WHERE, In("1", at_least=0, at_most=0.3)),
        read(stokes_shift, "--stokes-shift", WHERE, energy),
        width if line_width is None else read(line_width, "--line-width", WHERE, In("eV", above=0, at_most=2)),
        read(height, "--height", WHERE, positive), read(continuum, "--continuum", WHERE, share),
        read(continuum_above, "--continuum-above", WHERE, energy), read(scatter, "--scatter", WHERE, share),
        read(background, "--background", WHERE, share),
    )  # fmt: skip
    sigma, top = read(noise, "--noise", WHERE, share), read(counts, "--counts", WHERE, positive)
    low, high = read_window(window, WHERE, "--window")
    step = read(step_nm, "--step-nm", WHERE, In("nm", above=0, at_most=100))
    if not 16 <= (high - low) / step <= MOST_POINTS:
        raise BadValue(
            where=WHERE, what="grid", who="--step-nm", expected=f"16 to {MOST_POINTS} points in the window",
            found=f"{(high - low) / step:.0f}",
        )  # fmt: skip
    wavelength = np.asarray(low + step * np.arange(int((high - low) / step + 1e-9) + 1), dtype=float)
    number_of_seed = read_seed(seed, WHERE)
    random = np.random.default_rng(number_of_seed)
    samples = []
    for edge in read_edges(edge_length, WHERE):
        sizes, weights = size_distribution(edge, shape.dispersion)
        members, gap = np.asarray(curve(sizes[0])), float(curve(np.asarray(edge)))
        if kind == "absorption":
            true = absorbance(wavelength, gap, members, weights, shape)
            measured = true + sigma * random.standard_normal(true.size)
        else:
            true = emission(wavelength, members, weights, shape, top)
            measured = random.poisson(true).astype(float)
        peak = gap + (shape.stokes_shift if kind == "absorption" else 0.0)
        truth = {
            "name": f"{edge:g} nm", "edge_length_nm": edge, "gap_eV": number(gap),
            "transition_eV": number(peak), "transition_nm": number(PLANCK_TIMES_LIGHT / peak),
        }  # fmt: skip
        samples.append(Sample(f"{edge:g} nm", wavelength, measured, true, truth))
    document = {
        "schema": SCHEMA, "version": __version__,
        "choices": {
            "kind": kind, "material": card.name, "material_fingerprint": card.fingerprint, "seed": number_of_seed,
            **shape._asdict(), "noise": sigma if kind == "absorption" else "Poisson", "counts_at_peak": top,
            "model": "Gaussian first transition, a step of higher ones, scatter and a constant, in energy"
            if kind == "absorption" else "Gaussian line in energy over the sizes, counts per wavelength",
        },
        "samples": [sample.truth for sample in samples],
    }  # fmt: skip
    return samples, document


def read_edges(entry: Any, where: str) -> list[float]:
    """Edge lengths [nm], each once."""
    try:
        parts = split_list(entry, what="lengths", unit="nm")
    except FieldError as error:
        raise error.at(BadValue, where=where, who="--edge-length") from None
    edges = [read(part, "--edge-length", where, In("nm", above=0, at_most=1e3)) for part in parts]
    if len(set(edges)) < len(edges):
        raise BadValue(
            where=where, what="value", who="--edge-length", expected="each size once", found=str(entry)
        )
    return edges


def as_csv(samples: list[Sample]) -> str:
    """The file of the spectrometer; its name says what it measured."""
    head = ",".join(["Wavelength (nm)", *(sample.name for sample in samples)])
    columns = np.column_stack([samples[0].wavelength, *(sample.measured for sample in samples)])
    return "\n".join([head, *(",".join(f"{value:.8g}" for value in row) for row in columns)]) + "\n"
