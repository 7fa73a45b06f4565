"""Physical constants in working units (eV, nm, ps), each with its kind and source.

*exact* values follow from the definition of the SI (BIPM, SI Brochure, 9th ed., 2019); *CODATA 2022*
values are from Mohr, Newell, Taylor, Tiesinga, Rev. Mod. Phys. 97, 025002 (2025),
doi:10.1103/RevModPhys.97.025002. A test recomputes them from each other and compares with
``scipy.constants``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Constant:
    """A number with its unit, kind (``exact`` or ``CODATA 2022``) and relative standard uncertainty."""

    value: float
    unit: str
    kind: str
    relative_uncertainty: float = 0.0


_EXACT = "exact"
_CODATA = "CODATA 2022"

CONSTANTS = {
    "electron_rest_energy": Constant(510_998.950_69, "eV", _CODATA, 3.1e-10),
    "bohr_radius": Constant(0.052_917_721_0544, "nm", _CODATA, 1.6e-10),
    "hartree_energy": Constant(27.211_386_245_981, "eV", _CODATA, 1.1e-12),
    "fine_structure_constant": Constant(7.297_352_5643e-3, "1", _CODATA, 1.6e-10),
    "proton_electron_mass_ratio": Constant(1_836.152_673_426, "1", _CODATA, 1.7e-11),
    "avogadro_constant": Constant(6.022_140_76e23, "1/mol", _EXACT),
    "speed_of_light": Constant(299_792.458, "nm/ps", _EXACT),
    "planck_times_light": Constant(1_239.841_984_332_002_6, "eV nm", _EXACT),
    "reduced_planck_constant": Constant(6.582_119_569_509_065e-4, "eV ps", _EXACT),
    "boltzmann_constant": Constant(8.617_333_262_145_179e-5, "eV/K", _EXACT),
    "joule": Constant(6.241_509_074_460_763e18, "eV", _EXACT),
}

ELECTRON_REST_ENERGY = CONSTANTS["electron_rest_energy"].value
BOHR_RADIUS = CONSTANTS["bohr_radius"].value
HARTREE_ENERGY = CONSTANTS["hartree_energy"].value
FINE_STRUCTURE_CONSTANT = CONSTANTS["fine_structure_constant"].value
CLASSICAL_ELECTRON_RADIUS = FINE_STRUCTURE_CONSTANT**2 * BOHR_RADIUS  # [nm]
AVOGADRO_CONSTANT = CONSTANTS["avogadro_constant"].value
PLANCK_TIMES_LIGHT = CONSTANTS["planck_times_light"].value
REDUCED_PLANCK_CONSTANT = CONSTANTS["reduced_planck_constant"].value
BOLTZMANN_CONSTANT = CONSTANTS["boltzmann_constant"].value
JOULE = CONSTANTS["joule"].value
CM_PER_NM = 1e-7
PS_PER_S = 1e12
NM2_PER_CM2 = 1e14
NM3_PER_CM3 = 1e21
NM2_PER_BARN = 1e-10
MASS_DENSITY = JOULE * 1e-18
"""1 g/cm3 in eV ps^2/nm^5: 1 g = 1e-3 J/(m/s)^2 = 1e3 J/(nm/ps)^2, spread over 1e21 nm^3."""
FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
"""Full width at half maximum of a Gaussian over its standard deviation."""
