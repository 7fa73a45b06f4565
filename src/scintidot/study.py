"""How far a result can be trusted: bands from the card's low and high, and what each one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from scintidot.excitons.occupancy import initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import harmonic, instrument
from scintidot.kinetics.rates import biexciton_rates
from scintidot.materials.library import Material
from scintidot.records import FloatArray
from scintidot.timing.coincidence import single_nanocrystal_figure

Outputs = dict[str, FloatArray]

METHOD = (
    "each number of the card that has low and high is set to them in turn, all else at its value; the logarithms "
    "of the changes are combined in quadrature, upward and downward apart, as if independent; probabilities stop at 1"
)
_PROBABILITIES = ("auger_efficiency", "quantum_yield")


def banded_keys(material: Material, sections: Iterable[str]) -> list[str]:
    """Dotted keys, within ``sections``, of the numbers of the card that have a band."""
    prefixes = tuple(sections)
    return [key for key, q in material.card.quantities() if q.banded and key.startswith(prefixes)]


def propagate(
    evaluate: Callable[[Material], Outputs], material: Material, keys: Iterable[str]
) -> tuple[Outputs, Outputs, Outputs, dict[str, tuple[Outputs, Outputs]]]:
    """Central outputs, their low and high, and the outputs with each number at its low and high."""
    central = evaluate(material)
    quantities = dict(material.card.quantities())
    single = {}
    for key in keys:
        quantity = quantities[key]
        assert quantity.low is not None
        assert quantity.high is not None
        single[key] = (
            evaluate(material.with_value(key, quantity.low)),
            evaluate(material.with_value(key, quantity.high)),
        )
    low, high = {}, {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, value in central.items():
            ratios = np.array([[side[name] / value for side in sides] for sides in single.values()])
            logarithms = np.log(ratios.reshape(len(single), 2, *value.shape))
            down = np.minimum(logarithms.min(axis=1, initial=0.0), 0.0)
            up = np.maximum(logarithms.max(axis=1, initial=0.0), 0.0)
            low[name] = value * np.exp(-np.sqrt(np.sum(down**2, axis=0)))
            high[name] = value * np.exp(np.sqrt(np.sum(up**2, axis=0)))
            if name in _PROBABILITIES:
                high[name] = np.minimum(high[name], 1.0)
    return central, low, high, single


FAMILY_MEAN_EXCITONS = (0.3, 0.8, 1.3, 1.8, 2.3, 2.8, 3.3)
FAMILY_RETAINED_FRACTIONS = (0.0, 0.5, 1.0)
FAMILY_EXCITON_RATE = 1e-4


def auger_family(model: str, statistics: str, response_fwhm: float, points: int = 100) -> Outputs:
    """The curves of Fig. 1a of Fratelli 2024: one nanocrystal against Phi_AR.

    Phi_X = 1, k_X = 1e-4/ps, k_XX = 4 k_X. Arrays of shape (xi, <N>, Phi_AR) with xi and <N> as in
    `FAMILY_RETAINED_FRACTIONS` and `FAMILY_MEAN_EXCITONS`; ``auger_efficiency`` has shape (Phi_AR,).
    """
    efficiency = np.linspace(0.0, 0.99, points)
    rates = biexciton_rates(
        model,
        exciton_rate=FAMILY_EXCITON_RATE,
        quantum_yield=1.0,
        retained_fraction=np.array(FAMILY_RETAINED_FRACTIONS)[:, None, None],
        auger_efficiency=efficiency,
    )
    occupancy = initial_populations(np.array(FAMILY_MEAN_EXCITONS)[:, None], statistics)
    decay = BiexcitonDecay(rates, occupancy.exciton, occupancy.biexciton)
    figures = {
        "photons": decay.photons,
        "harmonic": harmonic(decay),
        "instrument": instrument(decay, response_fwhm),
        "ctr_nc": single_nanocrystal_figure(decay.initial_rate),
    }
    shape = np.broadcast_shapes(*(value.shape for value in figures.values()))
    return {
        "auger_efficiency": efficiency,
        **{name: np.broadcast_to(value, shape) for name, value in figures.items()},
    }
