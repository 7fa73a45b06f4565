"""Predict and measure how nanocrystals scintillate.

From ionising radiation to the energy kept by one nanocrystal, to excitons, to light, to time
resolution. Working units everywhere inside: eV, nm, ps, K.

>>> import scintidot
>>> result = scintidot.predict(edge_length="8.7 nm", statistics="poisson")
>>> [row["edge_length_nm"] for row in result.rows]
[8.7]
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

logging.getLogger(__name__).addHandler(logging.NullHandler())

__version__ = "0.1.0"

# Public name -> module that defines it. Resolved on first use, so that importing scintidot is cheap.
_PUBLIC = {
    "Prediction": "scintidot.results",
    "RunConfig": "scintidot.config",
    "ScintidotError": "scintidot.errors",
    "analyse_decay": "scintidot.measured.decay.run",
    "analyse_series": "scintidot.measured.series.run",
    "analyse_spectrum": "scintidot.measured.spectrum.run",
    "analyse_ta": "scintidot.measured.transient.run",
    "attenuation": "scintidot.interactions.attenuation",
    "build_tables": "scintidot.interactions.tables",
    "coincidence_time_resolution": "scintidot.coincidence",
    "computing": "scintidot.scale.computing",
    "deposit": "scintidot.deposits.run",
    "elastic": "scintidot.interactions.elastic",
    "inelastic": "scintidot.interactions.inelastic",
    "load_material": "scintidot.materials.library",
    "low_energy": "scintidot.interactions.low_energy",
    "nanocrystal_kinetics": "scintidot.calculators",
    "photons": "scintidot.photon_stream.run",
    "plan_measurement": "scintidot.measured.plan",
    "plot": "scintidot.report.plots",
    "predict": "scintidot.simulation",
    "relaxation": "scintidot.interactions.relaxation",
    "repeated_excitation": "scintidot.excitation.document",
    "sample_light": "scintidot.light_yield.run",
    "shower": "scintidot.deposits.replay",
    "source_spectrum": "scintidot.interactions.sources",
    "study": "scintidot.studies.run",
}

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604

if TYPE_CHECKING:
    from scintidot.calculators import nanocrystal_kinetics as nanocrystal_kinetics
    from scintidot.coincidence import coincidence_time_resolution as coincidence_time_resolution
    from scintidot.config import RunConfig as RunConfig
    from scintidot.deposits.replay import shower as shower
    from scintidot.deposits.run import deposit as deposit
    from scintidot.errors import ScintidotError as ScintidotError
    from scintidot.excitation.document import repeated_excitation as repeated_excitation
    from scintidot.interactions.attenuation import attenuation as attenuation
    from scintidot.interactions.elastic import elastic as elastic
    from scintidot.interactions.inelastic import inelastic as inelastic
    from scintidot.interactions.low_energy import low_energy as low_energy
    from scintidot.interactions.relaxation import relaxation as relaxation
    from scintidot.interactions.sources import source_spectrum as source_spectrum
    from scintidot.interactions.tables import build_tables as build_tables
    from scintidot.light_yield.run import sample_light as sample_light
    from scintidot.materials.library import load_material as load_material
    from scintidot.measured.decay.run import analyse_decay as analyse_decay
    from scintidot.measured.plan import plan_measurement as plan_measurement
    from scintidot.measured.series.run import analyse_series as analyse_series
    from scintidot.measured.spectrum.run import analyse_spectrum as analyse_spectrum
    from scintidot.measured.transient.run import analyse_ta as analyse_ta
    from scintidot.photon_stream.run import photons as photons
    from scintidot.report.plots import plot as plot
    from scintidot.results import Prediction as Prediction
    from scintidot.scale.computing import computing as computing
    from scintidot.simulation import predict as predict
    from scintidot.studies.run import study as study


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        from importlib import import_module

        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'scintidot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
