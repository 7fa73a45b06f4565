"""``scintidot light``: from the deposits of electrons of several energies to the light of a sample."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from scintidot import __version__
from scintidot.deposits.bulk import kept_bulk_pairs
from scintidot.deposits.choices import run_sources
from scintidot.deposits.hits import Hits, hits_of_case
from scintidot.documents import Document
from scintidot.kinetics.laws import TRANSITIONS
from scintidot.light.pulses import pulse_separation
from scintidot.light.resolution import CONTRIBUTIONS, PhotonCount
from scintidot.light.yields import (
    EV_PER_MEV,
    PS_PER_NS,
    initial_density,
    light_yield,
    prompt_density,
    time_collected,
)
from scintidot.light_yield.choices import SCHEMA, sample_choices, sample_warnings
from scintidot.light_yield.keywords import SampleOptions
from scintidot.light_yield.kinetics import Kinetics, kinetics_of
from scintidot.light_yield.options import Sample, blamed_on_us, read_sample
from scintidot.light_yield.photons import (
    SIMULATED,
    OfHits,
    count_photons,
    of_deposits,
    of_simulated_pairs,
)
from scintidot.light_yield.ranges import electron_range
from scintidot.output import number
from scintidot.progress import Progress, silent
from scintidot.provenance import cited, together
from scintidot.records import Exponentials, FloatArray

COLLECTED = (0.9, 0.99)
"""Shares of the light whose times are given."""


def sample_light(progress: Progress = silent, **options: Unpack[SampleOptions]) -> Document:
    """Light of nanocrystals in a host against the energy of the electron, as ``scintidot.light/1``.

    Parameters
    ----------
    progress : callable
        Told the step and the share done.
    material, host : str, Path or Material
        Cards of the nanocrystals (``CsPbBr3``) and of what is around (``octane``).
    edge_length, volume_fraction : number or text
        Of the nanocrystals [nm] (8.7), and their share of the volume (0.05). Instead: ``composite`` and ``box_nm`` as
        `scintidot.deposit` takes them. ``box_nm`` alone changes the periodic box; ``shape``, ``packing`` as there.
    energies : list of numbers or text
        Kinetic energies of primary electrons, up to 100 keV. [keV]
    model : str
        ``carriers``, ``ladder`` or ``paper``.
    pair_creation_energy : str
        A rule of the card (``fratelli``), an energy such as ``"7.5 eV"``, or ``simulated``: the pairs that the engine
        counts.
    fano_factor : number, optional
        Of the number of pairs of a deposit; without it that of the bulk, simulated.
    auger_law, retained_fraction : optional
        As of `scintidot.predict`.
    host_transfer : number or text
        Share of the energy left in the host that reaches nanocrystals, exciton by exciton (0).
    outcoupling, detection_efficiency : number or text
        Share of the photons that leave the sample, and of these that are detected (1).
    reference_keV : number, optional
        Energy that the others are compared with; without it the highest.
    prompt_ns : list of numbers or text
        Times within which the mean photon density is given. [ns]
    response_ps, valley : number or text
        Full width of the Gaussian response [ps] and largest valley over peak of two pulses told apart.
    histories, seed, threads
        Of the simulation at each energy (1000).

    Returns
    -------
    Document
        ``scintidot.light/1``: ``rows`` against ``energy_keV`` with ``light_yield_photons_per_MeV``,
        ``relative_light_yield``, ``resolution_fwhm`` and its causes, prompt densities, lifetimes and standard errors;
        ``choices``, ``warnings`` and ``bibliography``.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> light = sample_light(energies="2, 5", histories=100, fano_factor=0.1, threads=1)
    >>> [row["relative_light_yield"] for row in light["rows"]][-1]
    1.0
    """
    sample = read_sample(**options)
    setup = sample.setup
    kinetics = kinetics_of(
        sample.model,
        sample.material.scintillator(),
        sample.edge_length,
        auger_law=sample.auger_law,
        retained_fraction=sample.retained_fraction,
    )
    every = [hits_of_sample(sample, index, progress) for index in range(len(setup.spectra))]
    fano = _fano_factor(sample, progress)
    found: list[tuple[Hits, OfHits, PhotonCount]] = []
    for hits in every:
        of_hits = (
            of_simulated_pairs(hits.pairs, kinetics)
            if sample.pair_rule == SIMULATED
            else of_deposits(hits.deposit, sample.pair_creation_energy, fano, kinetics)
        )
        counted = count_photons(hits, of_hits, host_photons(sample, kinetics), sample.detected_share)
        found.append((hits, of_hits, counted))
    progress("done", 1.0)
    reference = found[sample.reference][2]
    per_reference = reference.mean / found[sample.reference][0].primary
    relative_error = reference.mean_error / reference.mean if reference.mean > 0 else np.nan
    mixtures = np.array([mixture_of(sample, hits, of_hits) for hits, of_hits, _ in found])
    shining = np.flatnonzero(mixtures @ kinetics.mean > 0)
    decays = (
        dict(zip(shining.tolist(), kinetics.decays(mixtures[shining]), strict=True)) if shining.size else {}
    )
    rows = []
    for i, (hits, of_hits, count) in enumerate(found):
        row = _row(
            sample,
            kinetics,
            hits,
            of_hits,
            count,
            per_reference,
            0.0 if i == sample.reference else relative_error,
        )
        row |= _time_figures(sample, decays.get(i), row["light_yield_photons_per_MeV"])
        row["photon_share_by_transition"] = _shares(mixtures[i] @ kinetics.transitions)
        rows.append(row)
    return Document({
        "schema": SCHEMA,
        "version": __version__,
        "material": sample.material.name,
        "choices": sample_choices(sample, fano),
        "rows": rows,
        "photons_by_pairs": {
            "mean": [number(value) for value in kinetics.mean],
            "variance": [number(value) for value in kinetics.variance],
        },
        "contributions": dict(CONTRIBUTIONS),
        "warnings": sample_warnings(sample, rows),
        "bibliography": together(
            run_sources(setup),
            cited(
                sample.material.references(
                    ["sizing_curve", "exciton", "quantum_yield", "biexciton", f"auger.laws.{sample.auger_law}."]
                )
            ),
        ),
    })  # fmt: skip


def host_photons(sample: Sample, kinetics: Kinetics) -> float:
    """Photons per energy left in the host: what reaches nanocrystals comes as single excitons. [1/eV]"""
    return sample.host_transfer * float(kinetics.mean[1]) / sample.pair_creation_energy


def hits_of_sample(sample: Sample, index: int, progress: Progress) -> Hits:
    """Of one energy; what does not fit into the box is found here, before anything is simulated."""
    setup = sample.setup
    spectrum, count = setup.spectra[index], len(setup.spectra)
    name = f"{spectrum.mean_energy / 1e3:g} keV"
    progress(name, index / count)
    with blamed_on_us(own_composite=sample.own_composite):
        return hits_of_case(
            setup, setup.bodies[0], spectrum, progress=lambda share: progress(name, (index + share) / count)
        )


def _fano_factor(sample: Sample, progress: Progress) -> float:
    """The one that was given, else that of the bulk by the engine, kept between runs; 0 where it finds none."""
    if sample.fano_factor is not None or sample.pair_rule == SIMULATED:
        return sample.fano_factor or 0.0
    progress("pair creation in the bulk", 1.0)
    return kept_bulk_pairs(sample.setup)[1] or 0.0


def _row(
    sample: Sample, kinetics: Kinetics, hits: Hits, of_hits: OfHits, count: PhotonCount, per_reference: float,
    reference_error: float,
) -> dict[str, Any]:  # fmt: skip
    """Figures of one energy."""
    n, energy, kept_energy = hits.histories, hits.primary, float(hits.kept.mean())
    shares = {
        "kept_share": kept_energy / energy,
        "host_share": float(hits.host.mean()) / energy,
        "escaped_share": float(hits.escaped.mean()) / energy,
    }
    own = float(of_hits.photons.sum()) / n
    per_kept = own / kept_energy if kept_energy > 0 else 0.0
    whole = float(
        light_yield(
            shares["kept_share"],
            per_kept,
            host_share=shares["host_share"],
            transfer_efficiency=sample.host_transfer,
            photons_per_energy_transferred=float(kinetics.mean[1]) / sample.pair_creation_energy,
            outcoupling=sample.outcoupling,
        )
    )
    relative = count.mean / energy / per_reference if per_reference > 0 else np.nan
    own_error = count.mean_error / count.mean if count.mean > 0 and reference_error > 0 else 0.0
    struck = len(hits.deposit)
    return {
        "energy_keV": number(energy / 1e3),
        "range_um": number(electron_range(sample.setup, energy)),
        "histories": n,
        **{name: number(value) for name, value in shares.items()},
        "nanocrystals_hit": number(struck / n),
        "mean_deposit_per_hit_eV": number(hits.deposit.mean()) if struck else None,
        "mean_pairs_per_hit": number(of_hits.mean_pairs.mean()) if struck else None,
        "photons_per_MeV_kept": number(per_kept * EV_PER_MEV),
        "light_yield_photons_per_MeV": number(whole),
        "light_yield_standard_error": number(whole * count.mean_error / count.mean)
        if count.mean > 0
        else None,
        "relative_light_yield": number(relative),
        "relative_light_yield_standard_error": number(relative * np.hypot(own_error, reference_error)),
        "detected_photons": number(count.mean),
        "resolution_fwhm": number(count.resolution),
        "resolution_standard_error": number(count.resolution_error),
        "resolution_by_cause": {name: number(value) for name, value in count.resolution_by_cause.items()},
        "photons_beyond_tables": number(of_hits.beyond),
    }


def mixture_of(sample: Sample, hits: Hits, of_hits: OfHits) -> FloatArray:
    """Nanocrystals with n pairs that one primary makes, n = 0, 1, ...: those hit, and those that the host excites."""
    mixture = of_hits.distribution / hits.histories
    mixture[1] += sample.host_transfer * float(hits.host.mean()) / sample.pair_creation_energy
    return mixture


def _shares(photons: FloatArray) -> dict[str, float | None]:
    """Of the photons, by transition; none without light."""
    whole = float(photons.sum())
    shares = photons / whole if whole > 0 else np.full(len(photons), np.nan)
    return {name: number(value) for name, value in zip(TRANSITIONS, shares, strict=True)}


def _time_figures(sample: Sample, decay: Exponentials | None, whole: float) -> dict[str, Any]:
    """What follows from the decay of the light of one primary; none without light."""
    if decay is None:
        nothing = ("tau_harmonic_ps", "initial_density_photons_per_MeV_ns", "pulse_separation_ps")
        return {
            **dict.fromkeys(nothing),
            "prompt_density_photons_per_MeV_ns": {f"{time:g}": None for time in sample.prompt},
            "time_collected_ps": {f"{share:g}": None for share in COLLECTED},
        }
    initial = float(initial_density(decay, 1.0))
    within = prompt_density(decay, whole, np.array(sample.prompt) * PS_PER_NS)
    return {
        "tau_harmonic_ps": number(PS_PER_NS / initial),
        "initial_density_photons_per_MeV_ns": number(whole * initial),
        "prompt_density_photons_per_MeV_ns": {
            f"{time:g}": number(value) for time, value in zip(sample.prompt, within, strict=True)
        },
        "time_collected_ps": {f"{share:g}": number(time_collected(decay, share)) for share in COLLECTED},
        "pulse_separation_ps": number(pulse_separation(decay, sample.response, sample.valley)),
    }
