"""Deposits of a prediction: simulated at some sizes, and everything near them by ratio to the analytic model.

A card at the end of its band, a size between two simulated ones, another energy or start rule: there the
mean deposit is
that of the analytic model ``continuous`` times what the simulation made of it at the simulated size. Between sizes the
logarithm of this ratio is a parabola in that of the size, fitted to the simulated ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot.cache.store import kept
from scintidot.config import RunConfig
from scintidot.deposits.bulk import kept_bulk_pairs
from scintidot.deposits.choices import METHOD_SOURCES, engine_warnings
from scintidot.deposits.engine import Outcome, run_case
from scintidot.deposits.fingerprints import case_fingerprint
from scintidot.deposits.names import TREATMENTS
from scintidot.deposits.options import read_setup
from scintidot.deposits.row import Row
from scintidot.deposits.setup import Setup
from scintidot.interchange.deposits import EventDeposits
from scintidot.materials.material import Material
from scintidot.progress import Progress, silent
from scintidot.records import FloatArray, Primary
from scintidot.scale.computing import current
from scintidot.transport import continuous
from scintidot.transport.track.tally import Tally, bin_edges, empty_tally

if TYPE_CHECKING:
    import xarray

KIND = "deposit"
"""Of what is kept between runs."""
CURVE_SIZES = (2.0, 3.5, 6.0, 10.0, 15.0)
"""Sizes [nm] that are simulated besides the rows, for the curves between them."""


@dataclass(frozen=True, eq=False)
class SizeDeposit:
    """Deposits in nanocrystals of one size. Energies [eV]."""

    edge_length: float
    mean: float  # per event
    standard_error: float
    hit_fraction: float
    per_hit: float | None
    pairs: float | None
    energy: FloatArray  # of the bins of events
    probability: FloatArray  # of the bins, per event

    @classmethod
    def of_row(cls, edge: float, row: dict[str, Any], events: np.ndarray[Any, Any]) -> SizeDeposit:
        """From a row of ``scintidot.deposit/1`` and its histogram of events."""
        edges = bin_edges()
        energy = np.sqrt(np.maximum(edges[:-1], 1e-12) * edges[1:])
        energy[0] = 0.0
        probability = events / max(events.sum(), 1)
        shown = probability > 0
        mean, error = float(row["mean_deposit_eV"]), row["standard_error_eV"]
        at, share = energy[shown], probability[shown]
        whole = float(at @ share)
        return cls(
            edge,
            mean,
            np.nan if error is None else float(error),  # of one event
            float(row["hit_fraction"]),
            row["mean_deposit_per_hit_eV"],
            row.get("mean_pairs"),
            at * (mean / whole if whole > 0 else 1.0),  # bins are 1 % wide: the mean is kept exactly
            share,
        )


def analytic(material: Material, config: RunConfig, members: FloatArray) -> FloatArray:
    """Mean deposit [eV] of the model ``continuous``; the energy of the run may be one for each row of ``members``."""
    card = material.scintillator()
    oscillators, shape = card.energy_loss.oscillators, config.nanocrystal.shape
    paths = (
        card.dielectric.stopping_power_scale.value * members
    )  # all that a factor on the stopping power does
    energy = np.broadcast_to(1e3 * np.asarray(config.radiation.kinetic_energy_keV), paths.shape)
    found = np.empty(paths.shape)
    for value in np.unique(energy):
        these, primary = energy == value, Primary(float(value), config.radiation.start)
        found[these] = continuous.mean_deposit(paths[these], shape, primary, oscillators).mean_energy
    return found


@dataclass(frozen=True, eq=False)
class Deposits:
    """Mean deposit against size for one material, and what was simulated for it."""

    model: str
    material: Material
    config: RunConfig
    sizes: tuple[SizeDeposit, ...] = ()  # of the rows, then others; none: analytic
    others: tuple[tuple[str, tuple[SizeDeposit, ...]], ...] = ()  # the rows by other treatments
    fano_factor: float | None = None
    pair_creation_energy: float | None = None
    warnings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    file: Path | None = None  # of another program

    @property
    def pair_spread(self) -> float:
        """Fano factor of the numbers of pairs that deposits become; 0 where no pairs were simulated."""
        return self.fano_factor or 0.0

    def mean(self, material: Material, config: RunConfig, members: FloatArray) -> FloatArray:
        """Per event, of any sizes [nm] and of a card that may differ from the simulated one. [eV]"""
        return analytic(material, config, members) * self.ratio(members)

    def ratio(self, members: FloatArray) -> FloatArray:
        """Simulated over analytic, at any sizes: as simulated where a size was, else by the parabola."""
        if not self.sizes:
            return np.ones_like(members)
        known = np.array([size.edge_length for size in self.sizes])
        exact = self._simulated_ratio
        result = np.exp(np.polyval(self._parabola, np.log(members)))
        for edge, value in zip(known, exact, strict=True):
            result = np.where(np.isclose(members, edge, rtol=1e-12), value, result)
        return np.asarray(result)

    @cached_property
    def _simulated_ratio(self) -> FloatArray:
        sizes = np.array([size.edge_length for size in self.sizes])
        return np.array([size.mean for size in self.sizes]) / analytic(self.material, self.config, sizes)

    @cached_property
    def _parabola(self) -> FloatArray:
        ratio = self._simulated_ratio
        good = ratio > 0
        if not good.any():
            return np.array([-np.inf])  # nothing was hit
        x = np.log([size.edge_length for size in self.sizes])[good]
        weight = np.array(
            [size.mean / np.fmax(size.standard_error, max(1e-9 * size.mean, 1e-300)) for size in self.sizes]
        )
        degree = min(2, int(good.sum()) - 1)
        return np.asarray(np.polyfit(x, np.log(ratio[good]), degree, w=np.minimum(weight[good], 1e3)))

    def neighbours(self, edge_length: float) -> list[tuple[float, SizeDeposit]]:
        """What was simulated at the sizes about this one, with weights that add up to 1, linear in the logarithm."""
        known = sorted(self.sizes, key=lambda size: size.edge_length)
        place = np.interp(
            np.log(edge_length), np.log([size.edge_length for size in known]), np.arange(len(known))
        )
        below = int(place)
        part = float(place) - below
        return [(1 - part, known[below])] + ([(part, known[below + 1])] if part > 0 else [])

    def of(self, edge_length: float) -> SizeDeposit | None:
        """What was simulated at a size."""
        return next((size for size in self.sizes if size.edge_length == edge_length), None)


def options_of(material: Material, host: Material, config: RunConfig, treatment: str) -> dict[str, Any]:
    """The choices of a prediction as those of the engine."""
    chosen = config.deposit
    return {
        "material": material,
        "host": host,
        "energy_keV": [config.radiation.kinetic_energy_keV],
        "start": config.radiation.start,
        "shape": config.nanocrystal.shape,
        "treatment": treatment,
        **({"local_deposit_below": chosen.local_below_eV} if treatment == "local" else {}),
        "histories": chosen.histories,
        "relative_error": chosen.relative_error,
        "seed": chosen.seed,
    }


def simulated(
    material: Material,
    host: Material,
    config: RunConfig,
    rows: Sequence[float],
    extra: Iterable[float] = (),
    *,
    beside: bool = True,
    progress: Progress = silent,
) -> Deposits:
    """Simulate every size of ``rows`` and ``extra`` [nm]; the rows also by the other treatment, if ``beside``."""
    treatment = config.deposit.model
    work = treatments_and_sizes(treatment, rows, extra, beside=beside)
    done: dict[tuple[str, float], SizeDeposit] = {}
    setups: dict[str, Setup] = {}
    for index, (name, edge) in enumerate(work):
        step = f"{name}, {edge:g} nm"
        progress(step, index / len(work))
        tell = partial(_of_all, progress, step, index, len(work))
        setup, done[name, edge] = simulate_size(material, host, config, edge, setups.get(name), name, tell)
        setups.setdefault(name, setup)
    main = setups[treatment]
    edges = [edge for name, edge in work if name == treatment]
    other = other_treatment(treatment)
    energy, fano = kept_bulk_pairs(main)
    progress("deposits done", 1.0)
    return Deposits(
        treatment,
        material,
        config,
        tuple(done[treatment, edge] for edge in edges),
        ((other, tuple(done[other, edge] for edge in rows)),) if beside else (),
        fano,
        energy,
        tuple(engine_warnings(main)),
        METHOD_SOURCES,
    )


def other_treatment(treatment: str) -> str:
    """``local`` beside ``track``, and the other way round."""
    return next(name for name in TREATMENTS if name != treatment)


def treatments_and_sizes(
    treatment: str, rows: Sequence[float], extra: Iterable[float] = (), *, beside: bool = True
) -> list[tuple[str, float]]:
    """Everything that `simulated` simulates, in its order: treatment and size [nm]."""
    edges = [*rows, *(edge for edge in extra if not np.any(np.isclose(edge, rows, rtol=0.05)))]
    return [(treatment, edge) for edge in edges] + [
        (other_treatment(treatment), edge) for edge in rows if beside
    ]


def _of_all(progress: Progress, step: str, index: int, count: int, share: float) -> None:
    """Tell of one size among several."""
    progress(step, (index + share) / count)


def simulate_size(
    material: Material,
    host: Material,
    config: RunConfig,
    edge: float,
    like: Setup | None = None,
    treatment: str | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[Setup, SizeDeposit]:
    """Simulate one size [nm], or take what is kept of it; media and tables of the setup ``like`` serve it."""
    setup = setup_of_size(material, host, config, edge, like, treatment)
    return setup, _simulate(setup, edge, progress)


def setup_of_size(
    material: Material,
    host: Material,
    config: RunConfig,
    edge: float,
    like: Setup | None = None,
    treatment: str | None = None,
) -> Setup:
    """The run of the engine for one size [nm]; media and tables of the setup ``like`` serve it."""
    options = options_of(material, host, config, treatment or config.deposit.model)
    setup = read_setup(**options, edge_length=[edge], device=current().device)
    return setup if like is None else like.with_sizes(setup.bodies)


def _simulate(setup: Setup, edge: float, progress: Callable[[float], None]) -> SizeDeposit:
    body, spectrum = setup.bodies[0], setup.spectra[0]
    key = case_fingerprint(setup, body, spectrum)

    def build() -> xarray.Dataset:
        import xarray

        outcome = run_case(setup, body, spectrum, progress=progress)
        if outcome.interrupted:
            raise KeyboardInterrupt
        named = outcome.tally._asdict()
        return xarray.Dataset(
            {
                name: ([f"{name}_{axis}" for axis in range(values.ndim)], values)
                for name, values in named.items()
            }
        )

    found = kept(KIND, key, build)
    tally = Tally(**{name: found[name].to_numpy() for name in empty_tally()._asdict()})
    row = Row(body, spectrum, Outcome(tally, 1.0, 1, interrupted=False), setup).values
    return SizeDeposit.of_row(edge, row, tally.events)


def of_events(
    material: Material, config: RunConfig, edge_length: float, events: EventDeposits, path: Path
) -> Deposits:
    """Deposits that another program simulated, for one size."""
    from scintidot.interchange.deposits import deposit_row

    size = SizeDeposit.of_row(edge_length, deposit_row(events), events.counts[0])
    notes = (f"Deposits of {path.name}: {events.source}.", *events.assumptions)
    return Deposits(str(path), material, config, (size,), warnings=notes, file=path.resolve())
