"""Many excitations of one nanocrystal, photon by photon, through an instrument into a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from scintidot import __version__
from scintidot.cache.kernels import kernel_fingerprint
from scintidot.config import RunConfig, make_config
from scintidot.documents import Document
from scintidot.errors import BadValue, OutOfRange, one_of
from scintidot.interchange.photons import SCHEMA, Columns, CountFile, Header, check_photon_file
from scintidot.kinetics.laws import MODEL_CODES, TRANSITIONS
from scintidot.kinetics.stream import (
    EMITTED,
    EMITTED_2,
    MOST_TRANSITIONS,
    PAIRS,
    STEPS,
    UNFINISHED,
    Events,
    IntArray,
    Photons,
    Tally,
    add,
    empty_tally,
)
from scintidot.options import cores, read_seed, read_whole
from scintidot.output import check_writable, number, write_together
from scintidot.photon_stream.inputs import (
    MOST_EVENTS,
    OF_CRYSTAL,
    OF_INSTRUMENT,
    PhotonsOptions,
    Setup,
    read_instrument,
)
from scintidot.photon_stream.recording import Recording
from scintidot.photon_stream.sample import Sample, check_choices, check_statistics, find_sample
from scintidot.progress import Progress, silent
from scintidot.provenance import bibliography, cited, fingerprint
from scintidot.scale.blocks import fold_blocks
from scintidot.scale.computing import DEVICES, check_cuda, current, device_for
from scintidot.scale.estimate import Estimate, PartOfWork, affordable_threads, cores_for, memory_now
from scintidot.timing.instrument import AFTERPULSE, DARK, ORIGINS, PHOTON, CountArray, Recorder

EVENTS_OF_LAUNCH = 100_000_000


def photons(
    run_file: str | Path | None = None,
    *,
    config: RunConfig | None = None,
    events: Any = 1000,
    out: str | Path | None = None,
    seed: Any = 1,
    mean_excitons: Any = None,
    statistics: Any = None,
    recording: str = "time-tagged",
    detectors: Any = 1,
    threads: Any = None,
    device: str = "auto",
    dry_run: bool = False,
    where: str = "photons",
    progress: Progress = silent,
    **options: Unpack[PhotonsOptions],
) -> Document:
    """Simulate photon streams of one nanocrystal as an instrument records them, as ``scintidot.photons/1``.

    Parameters
    ----------
    run_file, config
        As for `scintidot.predict`; one edge length.
    events : int
        Excitations, each of the nanocrystal at rest; event i at i periods.
    out : path, optional
        File of the counts: ``.ptu``, ``.parquet`` or ``.npz``. Without it they are counted only.
    seed : int
        The same seed gives the same photons to the bit, with any number of threads.
    mean_excitons : float or str, optional
        <N> per event; without it, it comes from the deposit, as in `scintidot.predict`.
    statistics : str or path, optional
        ``poisson``, ``exponential``, ``compound`` or a file of rows n,weight.
    recording, detectors
        ``time-tagged`` or ``start-stop``; 1 to 64.
    device : str
        ``cpu``, ``cuda``, or ``auto``: a GPU for a million or more, where there is one. A GPU counts photons
        alone: it takes no ``out``, and the ideal instrument only. Same counts; sums of times differ in the last bits.
    dry_run : bool
        Give ``scintidot.estimate/1`` instead: how long it will take, and how much memory.
    progress : callable
        Told the step and the share done.
    **options
        Those of `scintidot.config.OPTIONS` (but ``seed``, ``events`` and ``jitter_sigma``, which are the stream's),
        model among them (``carriers`` or ``ladder``), and of `scintidot.photon_stream.inputs`: quantum_yield,
        exciton_lifetime [ps], neutralisation_rate [1/ps], period, bin_width, offset, jitter_sigma, dead_time,
        afterpulse_lifetime [ps], afterpulse_probability, dark_count_rate [1/s].

    Returns
    -------
    Document
        ``scintidot.photons/1``: ``emitted``, ``recorded`` and what was lost, ``choices``, ``warnings``; ``file``
        where one was written.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> result = photons(edge_length=8.7, mean_excitons=2, events=500)
    >>> result["recorded"]["counts"] == result["emitted"]["photons"] < result["emitted"]["pairs"]
    True
    """
    given: dict[str, Any] = {**options}
    own = {name: given.pop(name, None) for name in (*OF_CRYSTAL, *OF_INSTRUMENT)}
    file_of_pairs = None
    if statistics is not None and is_file(str(statistics)):
        file_of_pairs, statistics = str(statistics), None
    if statistics is not None:
        check_statistics(str(statistics), mean_excitons is not None, where)
    run = make_config(run_file, {**given, "statistics": statistics}, base=config, where=where)
    check_choices(run, mean_excitons is not None, file_of_pairs, where)
    number_of_events = read_whole(events, "--events", where, 1, MOST_EVENTS)
    own_seed = read_seed(seed, where)
    workers = cores() if threads is None else read_whole(threads, "--threads", where, 1, 1024)
    setup = read_instrument(
        own, recording, detectors, run.timing.outcoupling, run.timing.detection_efficiency, where
    )
    chosen = choose_device(device, number_of_events, setup, out is not None, where)
    make_file = None
    if out is not None:
        out = Path(out)
        make_file = check_photon_file(out, setup.bins, setup.instrument.detectors, where=where)
        check_writable(out)
    sample = find_sample(
        run, own, mean_excitons=mean_excitons, statistics=file_of_pairs, where=where, progress=progress
    )
    stream = _Stream(
        sample, setup, number_of_events, own_seed, workers, run.kinetic_model, chosen, where, progress
    )
    if dry_run:
        return stream.estimate().as_json()
    if out is None or make_file is None:
        return Document(stream.follow(None))
    document: dict[str, Any] = {}

    def write(path: Path) -> None:
        assert make_file is not None
        file, finished = make_file(path, stream.header), False
        try:
            document.update(stream.follow(file))
            finished = True
        finally:
            file.close(finished=finished)

    write_together(Path(out).parent, {Path(out).name: write})
    return Document({**document, "file": str(out)})


def choose_device(device: str, events: int, setup: Setup, listed: bool, where: str) -> str:
    """``cpu`` or ``cuda``; ``listed`` is whether photons are wanted one by one."""
    one_of(device, DEVICES, where=where, who="--device")
    changes = listed or not setup.instrument.is_ideal
    if device == "auto":
        here = current()
        cpu = changes or here.cluster is not None or here.checkpoints is not None
        return "cpu" if cpu else device_for(device, events)
    if device == "cuda":
        if changes:
            raise BadValue(
                where=where, what="option", who="--device", found="cuda",
                expected="cpu with --out, or with an instrument that is not ideal",
                hint="A GPU counts photons, and lists none.",
            )  # fmt: skip
        check_cuda(where, scheduler=current().cluster is not None)
    return device


def is_file(text: str) -> bool:
    """Whether this names a file of weights rather than a law."""
    return any(mark in text for mark in "./\\")


@dataclass(eq=False)
class _Stream:
    """One run, ready to go."""

    sample: Sample
    setup: Setup
    events: int
    seed: int
    threads: int
    model: str
    device: str
    where: str
    progress: Progress

    @property
    def choices(self) -> dict[str, Any]:
        """All of the run."""
        return {
            "events": self.events,
            "seed": self.seed,
            "device": self.device,
            **self.sample.choices,
            **self.setup.choices,
            "transitions": dict(zip(TRANSITIONS, _MEANINGS, strict=True)),
        }

    @property
    def _listed(self) -> Events:
        sample = self.sample
        code = MODEL_CODES[self.model]
        return Events(sample.probability, sample.rates, sample.spectrum, code, self.events, self.seed)

    def estimate(self) -> Estimate:
        """What it will take: a first block is tried."""
        listed = replace(self._listed, events=min(self.events, self._listed.size))
        listed(0, 1)  # compiles
        started = time.perf_counter()
        listed(0, 1)
        seconds = (time.perf_counter() - started) * self.events / listed.events
        part, memory = (
            PartOfWork("events", seconds, self.events),
            memory_now() + self.threads * self._bytes_of_thread,
        )
        return Estimate("photons", (part,), cores_for(self.threads), memory)

    @property
    def _bytes_of_thread(self) -> float:
        """Of the block that a thread makes and those that wait for their turn, at their fullest. [B]"""
        most = len(self.sample.probability) - 1
        one = Photons.room(1, empty_tally(most, 1))
        photon = sum(part.nbytes for part in (one.event, one.time, one.transition, one.energy))
        block = min(self._listed.size, self.events) * most * photon + sum(part.nbytes for part in one.tally)
        return 4.0 * block

    @property
    def header(self) -> Header:
        """Of a file."""
        instrument = self.setup.instrument
        return Header(
            {"version": __version__, "choices": self.choices, "warnings": self.sample.warnings},
            {"transition": TRANSITIONS, "origin": ORIGINS},
            instrument.period,
            self.setup.bin_width,
            instrument.detectors,
            self.events,
            f"simulated: {self.sample.material.name}, {self.sample.choices['edge_length_nm']:g} nm, model {self.model}",
        )

    def follow(self, file: CountFile | None) -> dict[str, Any]:
        """Simulate, record and write every event; the document of it."""
        if self.device == "cuda":
            return self._counted_on_cuda()
        listed = self._listed
        recording = Recording(
            listed, self.setup.instrument, self._check, None if file is None else self._into(file)
        )
        threads = self.threads
        if current().cluster is None:
            threads = affordable_threads(threads, memory_now(), self._bytes_of_thread, self.where)
        if fold_blocks(
            listed, recording, listed.blocks, threads=threads,
            key=None if file is not None else self._fingerprint,  # a file that is half written is begun anew
            progress=lambda done: self.progress("photons", done / listed.blocks),
        ):  # fmt: skip
            raise KeyboardInterrupt
        recording.finish()
        return self._document(
            recording.tally, recording.by_transition, recording.by_origin, recording.recorder.lost
        )

    @property
    def _fingerprint(self) -> str:
        """Of all that the counts depend on."""
        sample = self.sample
        parts = (
            kernel_fingerprint("kinetics"), kernel_fingerprint("timing"), repr(self.setup.instrument), self.model,
            repr(self.events), repr(self.seed), repr(sample.rates), repr(sample.spectrum.sigma),
        )  # fmt: skip
        arrays = (sample.spectrum.line, sample.probability)
        return fingerprint(*(part.encode() for part in parts), *(values.tobytes() for values in arrays))

    def _into(self, file: CountFile) -> Callable[[CountArray], None]:
        def write(counts: CountArray) -> None:
            if len(counts):
                file.write(self._columns(counts))

        return write

    def _counted_on_cuda(self) -> dict[str, Any]:
        """Every photon of an ideal instrument is a count: nothing is listed."""
        from scintidot.kinetics.stream_cuda import count_photons_cuda

        probability = self.sample.probability
        tally, by_origin = empty_tally(len(probability) - 1, 1), np.zeros(len(ORIGINS), np.int64)
        for first in range(0, self.events, EVENTS_OF_LAUNCH):
            count = min(EVENTS_OF_LAUNCH, self.events - first)
            found = count_photons_cuda(
                probability, self.sample.rates, model=MODEL_CODES[self.model], events=count, seed=self.seed,
                first=first, bins=1,
            )  # fmt: skip
            add(tally, found)
            self._check(tally)
            self.progress("photons", (first + count) / self.events)
        by_origin[PHOTON] = tally.sums[EMITTED]
        return self._document(
            tally, tally.times[:, 0], by_origin, Recorder(self.setup.instrument, self.seed).lost
        )

    def _check(self, tally: Tally) -> None:
        if tally.sums[UNFINISHED]:
            raise OutOfRange(
                where=self.where, what="rates", who="--trapping-rate",
                expected=f"an event that ends within {MOST_TRANSITIONS} transitions", found="more",
                hint="Trapping and release are by far the fastest processes: lower both by the same factor.",
            )  # fmt: skip

    def _columns(self, counts: CountArray) -> Columns:
        """Columns of a file; the last bin takes what rounding puts at the end of the period."""
        bins = np.minimum((counts["arrival"] / self.setup.bin_width).astype(np.int64), self.setup.bins - 1)
        columns = {"time_ps": counts["time"], "energy_eV": counts["energy"]}
        columns |= {
            name: np.ascontiguousarray(counts[name]) for name in ("event", "transition", "period", "origin")
        }
        return {
            **columns,
            "bin": bins,
            "arrival_ps": bins * self.setup.bin_width,
            "channel": counts["channel"].astype(np.int64),
        }

    def _document(
        self, tally: Tally, by_transition: IntArray, by_origin: IntArray, lost: dict[str, int]
    ) -> dict[str, Any]:
        emitted = tally.times[:, 0]
        total, n = int(tally.sums[EMITTED]), self.events
        mean = total / n
        variance = (int(tally.sums[EMITTED_2]) / n - mean**2) * n / (n - 1) if n > 1 else np.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            times = tally.time_sums / emitted
        warnings = list(self.sample.warnings)
        if self.setup.instrument.start_stop and total > 0.05 * n:
            warnings.append(
                f"Start-stop recording with {mean:.2g} photons a period piles up: late photons are lost, and lifetimes "
                "come out too short. Usual are less than 0.05 counts a period."
            )
        return {
            "schema": SCHEMA,
            "version": __version__,
            "choices": self.choices,
            "emitted": {
                "pairs": int(tally.sums[PAIRS]),
                "transitions": int(tally.sums[STEPS]),
                "photons": total,
                "photons_per_event": mean,
                "photons_per_event_standard_error": number(np.sqrt(variance / n)),
                "photon_number_variance": number(variance),
                "by_transition": _named(emitted.tolist()),
                "mean_photon_time_ps": number(tally.time_sums.sum() / total) if total else None,
                "mean_photon_time_ps_by_transition": _named([number(time) for time in times]),
            },
            "recorded": {
                "counts": int(by_origin.sum()),
                "photons": int(by_origin[PHOTON]),
                "by_transition": _named(by_transition.tolist()),
                "afterpulses": int(by_origin[AFTERPULSE]),
                "dark_counts": int(by_origin[DARK]),
                "lost": lost,
            },
            "file": None,
            "warnings": warnings,
            "bibliography": cited(
                bibliography(["gillespie_1977", "fratelli_2024"]),
                self.sample.material.references(
                    ["emission", "exciton", "quantum_yield", "sizing_curve", "auger"]
                ),
                bibliography(self.sample.deposits.sources if self.sample.deposits else ()),
            ),
        }


_MEANINGS = (
    "one electron and one hole", "two of each", "three or more of a kind", "more electrons than holes",
    "more holes than electrons",
)  # fmt: skip


def _named(values: list[Any]) -> dict[str, Any]:
    return dict(zip(TRANSITIONS, values, strict=True))
