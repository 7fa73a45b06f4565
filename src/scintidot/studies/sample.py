"""Light of a sample for many designs: its hits are simulated once for each size, loading and host, and kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scintidot.bands import Outputs
from scintidot.config import RunConfig
from scintidot.deposits.bulk import kept_bulk_pairs
from scintidot.deposits.hits import Hits
from scintidot.errors import ScintidotError
from scintidot.light.yields import light_yield
from scintidot.light_yield.kinetics import Kinetics, kinetics_of
from scintidot.light_yield.options import WHERE, Sample, read_sample
from scintidot.light_yield.photons import count_photons, of_deposits
from scintidot.light_yield.run import hits_of_sample, host_photons, mixture_of
from scintidot.limits import pair_creation_rule
from scintidot.materials.material import Material
from scintidot.progress import silent
from scintidot.studies.axes import Points, length
from scintidot.studies.evaluation import Model
from scintidot.studies.targets import SAMPLE_FIGURES
from scintidot.timing.coincidence import detected_photons, label_formula

KEPT_KINETICS = 64
"""Tables of photons against pairs that are held at once."""
CTR = (
    "sample.ctr_formula_ps: 3.33 sqrt(rise time x harmonic tau/photons) with the light yield and the harmonic lifetime "
    "of the sample for electrons of one energy, at the energy and the detection efficiency of the run"
)


class SampleModel:
    """Figures of `SAMPLE_FIGURES` for any points of a study; every size, loading and host is simulated."""

    def __init__(self, model: Model) -> None:
        self.model, self.plan = model, model.plan
        self._cases: dict[tuple[object, ...], tuple[Sample, Hits, float]] = {}
        self._fano: dict[str, float] = {}
        self._kinetics: OrderedDict[tuple[object, ...], Kinetics] = OrderedDict()

    def __call__(self, points: Points) -> Outputs:
        """One value of every figure for each point."""
        rows = [
            self._figures({name: values[i] for name, values in points.items()}) for i in range(length(points))
        ]
        return {name: np.array([row[name] for row in rows]) for name in SAMPLE_FIGURES}

    def _figures(self, point: dict[str, Any]) -> dict[str, float]:
        options = self.plan.sample
        config, material, host = self.model.run_of(point)
        edge = config.nanocrystal.edge_length_nm[0]
        loading = float(point.get("volume_fraction", options.volume_fraction))
        sample, hits, fano = self._case(config, host, loading)
        sample = replace(
            sample,
            material=material,
            host_transfer=float(point.get("host_transfer", options.host_transfer)),
            outcoupling=config.timing.outcoupling,
            pair_creation_energy=self._pair_energy(material, config, edge),
        )
        kinetics = self._kinetics_of(material, config, edge)
        of_hits = of_deposits(hits.deposit, sample.pair_creation_energy, fano, kinetics)
        handed_on = host_photons(sample, kinetics)
        count = count_photons(
            hits, of_hits, handed_on, config.timing.outcoupling * config.timing.detection_efficiency
        )
        kept, given = float(hits.kept.mean()), float(hits.host.mean())
        own = float(of_hits.photons.sum()) / hits.histories
        whole = float(
            light_yield(
                kept / hits.primary, own / kept if kept > 0 else 0.0, host_share=given / hits.primary,
                transfer_efficiency=1.0, photons_per_energy_transferred=handed_on, outcoupling=sample.outcoupling,
            )
        )  # fmt: skip
        lifetime = kinetics.harmonic(mixture_of(sample, hits, of_hits))
        timing = config.timing
        photons = detected_photons(whole, timing.gamma_energy_keV / 1e3, 1.0, timing.detection_efficiency)
        with np.errstate(divide="ignore", invalid="ignore"):
            ctr = label_formula(timing.rise_time_ps, lifetime, photons)
        values = (whole, kept / hits.primary, count.resolution, lifetime, float(ctr))
        return dict(zip(SAMPLE_FIGURES, values, strict=True))

    def _case(self, config: RunConfig, host: Material, loading: float) -> tuple[Sample, Hits, float]:
        edge, options = config.nanocrystal.edge_length_nm[0], self.plan.sample
        key = (config.material, host.fingerprint, edge, config.nanocrystal.shape, loading)
        if key not in self._cases:
            self.model.progress(f"sample, {edge:g} nm, {loading:.3g} of the volume", 0.0)
            try:
                sample = read_sample(
                    material=self.model.plan.material(config), host=host, edge_length=edge,
                    volume_fraction=loading, energies=[options.energy_keV], shape=config.nanocrystal.shape,
                    model=config.kinetic_model, histories=options.histories, seed=config.deposit.seed,
                    fano_factor=options.fano_factor,
                )  # fmt: skip
                hits = hits_of_sample(sample, 0, silent)
            except ScintidotError as error:
                if error.where != WHERE:
                    raise
                raise error.at(
                    where=self.plan.where, who=error.who.removeprefix("--").replace("-", "_")
                ) from None
            self._cases[key] = sample, hits, self._fano_factor(sample, config.material)
        return self._cases[key]

    def _fano_factor(self, sample: Sample, name: str) -> float:
        """Given, or that of the bulk of this material, simulated once."""
        if sample.fano_factor is not None:
            return sample.fano_factor
        if name not in self._fano:
            self._fano[name] = kept_bulk_pairs(sample.setup)[1] or 0.0
        return self._fano[name]

    def _pair_energy(self, material: Material, config: RunConfig, edge: float) -> float:
        card = material.scintillator()
        return float(
            pair_creation_rule(card, config, self.plan.blame)(card.sizing_curve(np.array([edge])))[0]
        )

    def _kinetics_of(self, material: Material, config: RunConfig, edge: float) -> Kinetics:
        """Photons of n pairs; the same for every loading and host."""
        card, chosen = material.scintillator(), config.kinetics
        retained = chosen.retained_fraction
        law = chosen.auger_law or card.auger.default
        numbers = (
            card.exciton.lifetime.value, float(card.quantum_yield(np.array(edge))),
            float(card.auger.laws[law](np.array(edge))),
            card.biexciton.retained_fraction.value if retained is None else retained, card.biexciton.rate_ratio.value,
        )  # fmt: skip
        key = (config.kinetic_model, *numbers)
        if key not in self._kinetics:
            self._kinetics[key] = kinetics_of(
                config.kinetic_model, card, edge, auger_law=law, retained_fraction=numbers[3]
            )
            while len(self._kinetics) > KEPT_KINETICS:
                self._kinetics.popitem(last=False)
        return self._kinetics[key]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All figures of a study, those of the light of a sample too; it can be sent to other processes."""

    model: Model
    light: SampleModel | None

    def __call__(self, points: Points) -> Outputs:
        """One value of every figure for each point."""
        figures = self.model(points)
        return figures if self.light is None else {**figures, **self.light(points)}
