"""Photon counting in the virtual laboratory: every photon is drawn, delayed, piled up and put into a bin.

The analysis integrates the same physics in closed form; here nothing of it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot import __version__
from scintidot.constants import FWHM_PER_SIGMA, PS_PER_S
from scintidot.errors import BadValue, one_of
from scintidot.interchange.ptu import MOST_BINS, PtuFile, header_tags
from scintidot.kinetic_options import FRACTION
from scintidot.materials.fields import In
from scintidot.measured.laboratory.bins import read_bins
from scintidot.measured.laboratory.light import Light, read_light
from scintidot.options import Number, option_flag, read, read_seed, read_whole
from scintidot.output import json_text, write_text, write_together
from scintidot.progress import Progress, silent
from scintidot.records import FloatArray

WHERE = "simulate tcspc"
SCHEMA = "scintidot.laboratory.tcspc/1"
FORMATS = ("csv", "ptu")
DRAWN = 0.9
"""Share of the work that is done when all photons are drawn."""
MOST_COUNTS = 200_000_000


@dataclass(frozen=True)
class Setup:
    """An instrument that counts the first photon of each period."""

    bin_width: float  # [ps]
    bins: int
    period: float  # [ps]
    response_fwhm: float  # [ps], Gaussian
    tail_share: float  # of the response that comes late
    tail_lifetime: float  # [ps] of its exponential delay
    offset: float  # [ps] of the excitation after the first bin
    shift: float  # [ps] of the decay against the response
    photons_per_period: float  # detected, on average, without pile-up
    dark_rate: float  # [1/ps]
    afterpulse: float  # probability
    afterpulse_lifetime: float  # [ps]


@dataclass(frozen=True)
class Recorded:
    """Counts that were recorded, in the order of time."""

    period: npt.NDArray[np.int64]
    arrival: FloatArray  # [ps] after the start of its period
    excitations: int


def record(
    setup: Setup, rng: np.random.Generator, excitations: int, draw: Callable[[np.random.Generator, int], FloatArray],
    shift: float,
) -> Recorded:  # fmt: skip
    """Counts of a number of excitations; ``draw`` gives emission times [ps] after the excitation."""
    number = int(rng.poisson(setup.photons_per_period * excitations))
    event = rng.integers(0, excitations, number)
    time = setup.offset + shift + draw(rng, number)
    time = time + rng.normal(0, setup.response_fwhm / FWHM_PER_SIGMA, number)
    late = rng.random(number) < setup.tail_share
    time[late] += rng.exponential(setup.tail_lifetime, int(late.sum()))
    again = rng.random(number) < setup.afterpulse
    dark = int(rng.poisson(setup.dark_rate * setup.period * excitations))
    time = np.concatenate(
        [
            time,
            time[again] + rng.exponential(setup.afterpulse_lifetime, int(again.sum())),
            rng.random(dark) * setup.period,
        ]
    )
    event = np.concatenate([event, event[again], rng.integers(0, excitations, dark)])
    cycles = np.floor(time / setup.period).astype(np.int64)
    event, time = event + cycles, time - cycles * setup.period
    event %= excitations  # what leaves at the end enters at the start: a train without ends
    order = np.lexsort((time, event))
    event, time = event[order], time[order]
    first = np.concatenate([[True], event[1:] != event[:-1]]) if len(event) else np.zeros(0, bool)
    return Recorded(event[first], time[first], excitations)


def histogram(setup: Setup, recorded: Recorded) -> FloatArray:
    """Counts in each bin; what comes after the last one is lost."""
    place = (recorded.arrival / setup.bin_width).astype(np.int64)
    return np.bincount(place[place < setup.bins], minlength=setup.bins).astype(float)


def simulate_tcspc(
    out: str | Path,
    *,
    counts: Number = 1e6,
    irf_counts: Number = 1e6,
    bin_width_ps: Number = 16.0,
    bins: Number = 4096,
    period_ns: Number = 100.0,
    irf_fwhm_ps: Number = 100.0,
    irf_tail_share: Number = 0.0,
    irf_tail_ps: Number = 500.0,
    offset_ps: Number | None = None,
    shift_ps: Number = 0.0,
    photons_per_period: Number = 0.01,
    dark_count_rate: Number = 100.0,
    afterpulse_probability: Number = 0.0,
    afterpulse_lifetime_ps: Number = 1e5,
    format: str = "csv",
    seed: Number = 1,
    progress: Progress = silent,
    **light: Any,
) -> dict[str, Any]:
    """Write a decay and its response as an instrument would, and what is true of them.

    Parameters
    ----------
    out : path
        Folder: ``decay.csv`` or ``.ptu``, ``irf.csv`` or ``.ptu``, ``truth.json``.
    counts, irf_counts : number
        Photons expected in the decay and in the response, before pile-up.
    dark_count_rate : number
        [1/s]
    photons_per_period : number
        Detected from one excitation on average; the first alone is counted.
    progress : callable
        Told the step, and the share of all that is done.
    **light
        Of `light.read_light`.

    Returns
    -------
    dict
        ``scintidot.laboratory.tcspc/1``, as in ``truth.json``.

    Raises
    ------
    BadValue, CannotWrite
    """
    one_of(format, FORMATS, where=WHERE, who="--format")

    def given(name: str, value: Number, limits: In) -> float:
        return read(value, option_flag(name), WHERE, limits)

    width, many, period = read_bins(bin_width_ps, bins, period_ns, WHERE)
    fwhm = given("irf_fwhm_ps", irf_fwhm_ps, In("ps", at_least=0, at_most=1e7))
    zero = max(6 * fwhm, 60 * width) if offset_ps is None else offset_ps
    setup = Setup(
        width,
        many,
        period,
        fwhm,
        given("irf_tail_share", irf_tail_share, FRACTION),
        given("irf_tail_ps", irf_tail_ps, In("ps", above=0, at_most=1e9)),
        given("offset_ps", zero, In("ps", at_least=0, at_most=1e9)),
        given("shift_ps", shift_ps, In("ps", at_least=-1e6, at_most=1e6)),
        given("photons_per_period", photons_per_period, In("1", at_least=1e-9, at_most=100)),
        given("dark_count_rate", dark_count_rate, In("1", at_least=0, at_most=1e9)) / PS_PER_S,
        given("afterpulse_probability", afterpulse_probability, FRACTION),
        given("afterpulse_lifetime_ps", afterpulse_lifetime_ps, In("ps", above=0, at_most=1e12)),
    )
    if format == "ptu" and period > MOST_BINS * width:
        raise BadValue(
            where=WHERE, what="value", who="--bin-width-ps", found=f"{period / width:.0f} bins a period",
            expected=f"at most {MOST_BINS} bins a period in a .ptu file, which tags every count",
        )  # fmt: skip
    source = read_light(WHERE, **light)
    own_seed = read_seed(seed, WHERE)
    photons = read_whole(counts, "--counts", WHERE, 1, MOST_COUNTS)
    prompt = read_whole(irf_counts, "--irf-counts", WHERE, 1, MOST_COUNTS)
    _check_dark(setup, max(photons, prompt))
    progress("photons of the decay", 0.0)
    decay = record(
        setup, np.random.default_rng([own_seed, 0]), round(photons / setup.photons_per_period), source.times,
        setup.shift,
    )  # fmt: skip
    progress("photons of the response", DRAWN * photons / (photons + prompt))
    response = record(
        setup, np.random.default_rng([own_seed, 1]), round(prompt / setup.photons_per_period),
        lambda _, number: np.zeros(number), 0.0,
    )  # fmt: skip
    progress("files", DRAWN)
    document = _document(setup, source, decay, response, own_seed)
    writers: dict[str, Callable[[Path], object]] = {
        f"decay.{format}": _writer(setup, decay, document, format, "decay"),
        f"irf.{format}": _writer(setup, response, document, format, "response"),
        "truth.json": lambda path: write_text(path, json_text(document)),
    }
    write_together(Path(out), writers)
    return document


def _check_dark(setup: Setup, photons: int) -> None:
    """Refuse more dark counts than are drawn at once."""
    dark = setup.dark_rate * setup.period * photons / setup.photons_per_period
    if dark > MOST_COUNTS:
        raise BadValue(
            where=WHERE, what="value", who="--dark-count-rate", expected=f"at most {MOST_COUNTS:g} dark counts",
            found=f"{dark:.3g} in the {photons / setup.photons_per_period:.3g} periods that so many photons take",
            hint="Take fewer --counts, or more --photons-per-period.",
        )  # fmt: skip


def _document(setup: Setup, light: Light, decay: Recorded, response: Recorded, seed: int) -> dict[str, Any]:
    counted = histogram(setup, decay)
    dark = setup.dark_rate * setup.bin_width * decay.excitations
    warnings = list(light.warnings)
    if setup.photons_per_period > 0.05:
        warnings.append(
            f"{setup.photons_per_period:g} photons a period: pile-up distorts the decay, which the analysis "
            "corrects if it knows the number of excitations"
        )
    return {
        "schema": SCHEMA,
        "version": __version__,
        "choices": {
            "bin_width_ps": setup.bin_width, "bins": setup.bins, "period_ns": setup.period / 1e3,
            "response": "gaussian" + (" with an exponential tail" if setup.tail_share else ""),
            "response_fwhm_ps": setup.response_fwhm, "response_tail_share": setup.tail_share,
            "response_tail_ps": setup.tail_lifetime, "offset_ps": setup.offset, "shift_ps": setup.shift,
            "photons_per_period": setup.photons_per_period, "recording": "first photon of a period",
            "dark_count_rate_per_s": setup.dark_rate * PS_PER_S,
            "afterpulse_probability": setup.afterpulse, "afterpulse_lifetime_ps": setup.afterpulse_lifetime,
            "seed": seed,
        },
        "truth": {**light.truth, "dark_counts_per_bin": dark, "shift_ps": setup.shift},
        "decay": {"counts": float(counted.sum()), "excitations": decay.excitations,
                  "duration_s": decay.excitations * setup.period / PS_PER_S},
        "response": {"counts": float(histogram(setup, response).sum()), "excitations": response.excitations},
        "warnings": warnings,
    }  # fmt: skip


def _writer(
    setup: Setup, recorded: Recorded, document: dict[str, Any], format: str, name: str
) -> Callable[[Path], None]:
    if format == "ptu":
        return lambda path: _write_ptu(path, setup, recorded, document)
    return lambda path: write_text(path, decay_text(setup, recorded, name))


def decay_text(setup: Setup, recorded: Recorded, name: str) -> str:
    """A decay as text of our own format, ``scintidot.decay-data/1``."""
    counted = histogram(setup, recorded)
    head = [
        "# scintidot.decay-data/1",
        f"# name: {name}",
        f"# bin_width_ps: {setup.bin_width:.12g}",
        "# start_ps: 0",
        f"# period_ns: {setup.period / 1e3:.12g}",
        f"# excitations: {recorded.excitations}",
        f"# duration_s: {recorded.excitations * setup.period / PS_PER_S:.12g}",
        "time_ps,counts",
    ]
    rows = [f"{i * setup.bin_width:.12g},{int(count)}" for i, count in enumerate(counted)]
    return "\n".join(head + rows) + "\n"


def _write_ptu(path: Path, setup: Setup, recorded: Recorded, document: dict[str, Any]) -> None:
    place = (recorded.arrival / setup.bin_width).astype(np.int64)
    tags = header_tags(
        setup.period, setup.bin_width, 1, recorded.excitations, "simulated", json.dumps(document)
    )
    file = PtuFile(path, tags)
    file.write(
        {
            "period": recorded.period,
            "bin": place,
            "channel": np.zeros(len(place), dtype=np.int64),
        }
    )
    file.close(finished=True)
