"""Make the shipped tables of elastic scattering, ``src/scintidot/transport/elastic/data``.

    python tools/build_elastic.py            # every element that has no table yet
    python tools/build_elastic.py Pb Cs Br   # these, anew

Each takes some seconds: a Dirac-Fock atom, then partial waves at 129 energies. Files are written under a temporary
name and renamed, so an interrupt leaves whole tables, and the next run goes on where it stopped.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from scintidot.atoms.elements import element, elements
from scintidot.transport.elastic.cross_sections import scatterer
from scintidot.transport.elastic.tables import compute_table, write_table

FOLDER = Path(__file__).resolve().parents[1] / "src/scintidot/transport/elastic/data"


def main(names: list[str]) -> None:
    """Build the tables of ``names``, or those that are missing."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [element(name) for name in names] or [
        one for one in elements().values() if not (FOLDER / f"{one.symbol}.npz").exists()
    ]
    for number, one in enumerate(wanted, start=1):
        begin = time.perf_counter()
        path = FOLDER / f"{one.symbol}.npz"
        write_table(path, compute_table(scatterer(one)))
        seconds = time.perf_counter() - begin
        size = path.stat().st_size / 1000
        print(f"{number}/{len(wanted)} {one.symbol}: {seconds:.1f} s, {size:.0f} kB", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
