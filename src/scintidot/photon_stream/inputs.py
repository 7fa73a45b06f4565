"""Options of photon streams: their limits, units and meanings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scintidot.constants import PS_PER_S
from scintidot.errors import BadValue, one_of
from scintidot.kinetic_options import FRACTION, RATE
from scintidot.materials.fields import In
from scintidot.options import Number, StreamOptions, option_flag, read, read_whole
from scintidot.timing.instrument import MOST_DARK_COUNTS, Instrument

OF_CRYSTAL = {
    "quantum_yield": FRACTION,
    "exciton_lifetime": In("ps", above=0, at_most=1e12),
    "neutralisation_rate": RATE,
}
"""Numbers of the nanocrystal besides those of a run file; the first two replace the card's. Unit and limits."""

OF_INSTRUMENT = {
    "period": In("ps", above=0, at_most=1e15),
    "bin_width": In("ps", above=0, at_most=1e12),
    "offset": In("ps", at_least=0, at_most=1e15),
    "jitter_sigma": In("ps", at_least=0, at_most=1e9),
    "dark_count_rate": In("1/s", at_least=0, at_most=1e9),
    "afterpulse_probability": FRACTION,
    "afterpulse_lifetime": In("ps", above=0, at_most=1e12),
    "dead_time": In("ps", at_least=0, at_most=1e12),
}


class PhotonsOptions(StreamOptions, total=False):
    """The further keywords of `scintidot.photons`: of a run, `OF_CRYSTAL` and `OF_INSTRUMENT`."""

    quantum_yield: Number | None
    exciton_lifetime: Number | None
    neutralisation_rate: Number | None
    period: Number | None
    bin_width: Number | None
    offset: Number | None
    jitter_sigma: Number | None
    dark_count_rate: Number | None
    afterpulse_probability: Number | None
    afterpulse_lifetime: Number | None
    dead_time: Number | None


PERIOD, BIN_WIDTH = 1e5, 5.0  # [ps]
RECORDINGS = {
    "time-tagged": "every count outside the dead time of its detector",
    "start-stop": "the first count of each period alone, over all detectors, outside dead times: classic TCSPC, which "
    "piles up where more than a few per cent of the periods have a count",
}
MOST_EVENTS = 10_000_000_000


@dataclass(frozen=True)
class Setup:
    """How the stream is recorded, checked."""

    instrument: Instrument
    bin_width: float  # [ps]
    choices: dict[str, Any]

    @property
    def bins(self) -> int:
        """Time bins in one period."""
        return int(-(-self.instrument.period // self.bin_width))


def read_instrument(
    given: Mapping[str, Any],
    recording: str,
    detectors: Any,
    outcoupling: float,
    efficiency: float,
    where: str,
) -> Setup:
    """The instrument from options; what is not given is ideal.

    Raises
    ------
    BadValue
        For a value outside its limits, a bin longer than the period, or more dark counts than can be drawn.
    """
    one_of(recording, RECORDINGS, where=where, who="--recording")
    many = read_whole(detectors, "--detectors", where, 1, 64)
    values = {
        name: read(given[name], option_flag(name), where, limits)
        for name, limits in OF_INSTRUMENT.items()
        if given.get(name) is not None
    }
    per_second = values.pop("dark_count_rate", 0.0)
    bin_width = values.pop("bin_width", BIN_WIDTH)
    instrument = Instrument(
        **{"period": PERIOD, **values}, efficiency=outcoupling * efficiency, dark_count_rate=per_second / PS_PER_S,
        detectors=many, start_stop=recording == "start-stop",
    )  # fmt: skip
    if bin_width > instrument.period:
        raise BadValue(
            where=where, what="value", who="--bin-width", found=f"{bin_width:g} ps",
            expected=f"at most the period, {instrument.period:g} ps",
        )  # fmt: skip
    dark = instrument.dark_count_rate * instrument.period * many
    if dark > MOST_DARK_COUNTS:
        raise BadValue(
            where=where, what="value", who="--dark-count-rate", found=f"{dark:g} a period",
            expected=f"at most {MOST_DARK_COUNTS:g} dark counts a period of {instrument.period:g} ps",
        )  # fmt: skip
    return Setup(
        instrument,
        bin_width,
        {
            "period_ps": instrument.period,
            "bin_width_ps": bin_width,
            "outcoupling": outcoupling,
            "detection_efficiency": efficiency,
            "offset_ps": instrument.offset,
            "offset_meaning": "excitation after the sync; a count that jitter puts before it falls into the period "
            "before, or is lost before the first sync",
            "jitter_sigma_ps": instrument.jitter_sigma,
            "jitter_shape": "gaussian",
            "dark_count_rate_per_s": per_second,
            "dark_count_statistics": "poisson, in the periods of the events, without afterpulses",
            "afterpulse_probability": instrument.afterpulse_probability,
            "afterpulse_lifetime_ps": instrument.afterpulse_lifetime,
            "afterpulse_meaning": "of each detected photon, one at most, after an exponential delay, at its detector",
            "dead_time_ps": instrument.dead_time,
            "dead_time_model": "non-paralysable, of each detector",
            "detectors": many,
            "detectors_meaning": "each photon goes to one of them by chance",
            "recording": recording,
            "recording_meaning": RECORDINGS[recording],
        },
    )
