"""Simulated deposits for a page that must not wait: what is known is taken at once, the rest is simulated elsewhere."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scintidot.choices import SIMULATED
from scintidot.config import RunConfig
from scintidot.deposits.against_size import CURVE_SIZES, Deposits, SizeDeposit, simulate_size
from scintidot.deposits.bulk import kept_bulk_pairs
from scintidot.deposits.choices import METHOD_SOURCES, engine_warnings
from scintidot.excitons.distribution import COMPOUND
from scintidot.explore.document import materials_of
from scintidot.materials.material import Material
from scintidot.progress import Progress
from scintidot.provenance import fingerprint
from scintidot.simulation import reference_sample

ANALYTIC, BETWEEN, EXACT = "analytic", "between", "simulated"
STANDING = {
    ANALYTIC: "analytic model continuous, for want of a simulation",
    BETWEEN: "between simulated sizes: analytic model times the simulated ratio",
    EXACT: "simulated at this size",
}
"""How a deposit was found."""
MOST_CASES = 200
"""Materials, hosts, energies and so on that are remembered at once."""


@dataclass(frozen=True)
class Case:
    """Everything that a simulated deposit depends on but the size."""

    material: Material
    host: Material
    config: RunConfig

    @property
    def key(self) -> str:
        """Fingerprint of the case."""
        config = self.config
        parts = (
            self.material.fingerprint, self.host.fingerprint, config.radiation, config.nanocrystal.shape,
            config.deposit,
        )  # fmt: skip
        return fingerprint(*(repr(part).encode() for part in parts))

    @property
    def more_sizes(self) -> list[float]:
        """Sizes [nm] that `scintidot.predict` simulates besides, for what lies between."""
        sizes = self.material.scintillator().sizes
        edge = self.config.nanocrystal.edge_length_nm[0]
        inside = [size for size in CURVE_SIZES if sizes.smallest.value <= size <= sizes.largest.value]
        return [size for size in inside if not np.isclose(size, edge, rtol=0.05)]


def cases(config: RunConfig) -> tuple[Case, Case]:
    """The run, and the sample whose light yield is known."""
    material, host = materials_of(config)
    reference, sample = reference_sample(material, config)
    return Case(material, host, config), Case(reference, host, sample)


@dataclass
class _Known:
    """What was simulated of a case."""

    sizes: dict[float, SizeDeposit]
    warnings: tuple[str, ...] = ()
    bulk: tuple[float | None, float | None] | None = None  # energy per pair [eV], Fano factor


class Memory:
    """Simulated deposits of this process, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self.version = 0
        """Counted up with all that is added."""

    def add(self, entry: dict[str, Any]) -> None:
        """Take in what `simulate` found."""
        with self._lock:
            self.version += 1
            known = self._known.setdefault(entry["case"], _Known({}))
            self._known.move_to_end(entry["case"])
            if "size" in entry:
                arrays = {name: np.array(entry["size"][name]) for name in ("energy", "probability")}
                size = SizeDeposit(**{**entry["size"], **arrays})
                known.sizes[size.edge_length] = size
                known.warnings = tuple(entry["warnings"])
            else:
                known.bulk = tuple(entry["bulk"])
            while len(self._known) > MOST_CASES:
                self._known.popitem(last=False)

    def find(self, run: Case, reference: Case) -> tuple[RunConfig, tuple[Deposits, Deposits], str]:
        """The best that is known now: configuration (as it must be for that), deposits, and a key of `STANDING`."""
        if run.config.deposit.model not in SIMULATED:
            return run.config, (_analytic(run), _analytic(reference)), ANALYTIC
        with self._lock:
            own, known = (self._known.get(case.key, _Known({})) for case in (run, reference))
            compound = run.config.excitons.statistics == COMPOUND
            edge, dispersed = (
                run.config.nanocrystal.edge_length_nm[0],
                run.config.nanocrystal.size_dispersion > 0,
            )
            of_reference = known.sizes.get(reference.config.nanocrystal.edge_length_nm[0])
            as_predicted = [edge, *run.more_sizes]
            complete = all(size in own.sizes for size in as_predicted)
            exact = complete or (edge in own.sizes and not dispersed)
            if of_reference is None or not own.sizes or (compound and own.bulk is None):
                return _without_simulation(run, reference)
            sizes = [own.sizes[size] for size in as_predicted] if complete else list(own.sizes.values())
            deposits = _deposits(run, own, sizes), _deposits(reference, known, [of_reference])
        return run.config, deposits, EXACT if exact else BETWEEN


def _analytic(case: Case) -> Deposits:
    return Deposits("continuous", case.material, case.config)


def _without_simulation(run: Case, reference: Case) -> tuple[RunConfig, tuple[Deposits, Deposits], str]:
    """The run by the analytic model, which has no distribution of deposits."""
    excitons = run.config.excitons
    if excitons.statistics == COMPOUND:
        excitons = excitons.model_copy(update={"statistics": "poisson"})
    deposit = run.config.deposit.model_copy(update={"model": "continuous"})
    config = run.config.model_copy(update={"deposit": deposit, "excitons": excitons})
    return config, (_analytic(run), _analytic(reference)), ANALYTIC


def _deposits(case: Case, known: _Known, sizes: list[SizeDeposit]) -> Deposits:
    energy, fano = known.bulk or (None, None)
    return Deposits(
        case.config.deposit.model, case.material, case.config, tuple(sizes), (), fano, energy, known.warnings,
        METHOD_SOURCES,
    )  # fmt: skip


def simulate(config: RunConfig, progress: Progress) -> Iterator[dict[str, Any]]:
    """What `Memory` needs for a run, as plain data, what matters most first: the size itself, the sample whose light
    yield is known, with statistics compound the bulk, then the sizes for what lies between.

    Raises
    ------
    ScintidotError
        For a run that the engine refuses.
    """
    progress("tables", 0.0)
    run, reference = cases(config)
    work = [(run, config.nanocrystal.edge_length_nm[0])]
    other = (reference, reference.config.nanocrystal.edge_length_nm[0])
    if (other[0].key, other[1]) != (run.key, work[0][1]):
        work.append(other)
    first, bulk_after = len(work), config.excitons.statistics == COMPOUND
    work += [(run, size) for size in run.more_sizes]
    setups: dict[str, Any] = {}
    for index, (case, edge) in enumerate(work):
        progress(f"{edge:g} nm", index / len(work))
        key = case.key
        setup, size = simulate_size(case.material, case.host, case.config, edge, setups.get(key))
        setups.setdefault(key, setup)
        plain = {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in asdict(size).items()
        }
        yield {"case": key, "size": plain, "warnings": engine_warnings(setup)}
        if bulk_after and index + 1 == first:
            yield {"case": run.key, "bulk": kept_bulk_pairs(setups[run.key])}
