"""How often the radiation excites one nanocrystal, from the dose rate."""

from __future__ import annotations

from scintidot.constants import JOULE, NM3_PER_CM3, PS_PER_S


def event_rate(dose_rate: float, *, density: float, volume: float, deposit: float) -> float:
    """Events per time in one nanocrystal, R = D rho V/<E>. [1/ps]

    Parameters
    ----------
    dose_rate : float
        D, energy that the nanocrystals keep per their own mass and time, not that of air or water around. [Gy/s]
    density, volume : float
        Of the nanocrystal. [g/cm3], [nm^3]
    deposit : float
        Mean energy that one event leaves in it, over the same events that are counted. [eV]

    Examples
    --------
    >>> f"{event_rate(1.0, density=4.856, volume=1000.0, deposit=30.0):.3g}"  # a cube of 10 nm: once in 16 minutes
    '1.01e-15'
    """
    return dose_rate * _energy_per_gray(density, volume) / deposit / PS_PER_S


def dose_rate(rate: float, *, density: float, volume: float, deposit: float) -> float:
    """The inverse: dose rate [Gy/s] that excites one nanocrystal ``rate`` times per time [1/ps]."""
    return rate * PS_PER_S * deposit / _energy_per_gray(density, volume)


def _energy_per_gray(density: float, volume: float) -> float:
    """Energy [eV] in one nanocrystal at 1 Gy = 1 J/kg."""
    kilograms = 1e-3 * density * volume / NM3_PER_CM3
    return kilograms * JOULE
