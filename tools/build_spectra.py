"""Compute the X-ray tube spectra that come with the package: ``python tools/build_spectra.py``.

Needs SpekPy (MIT licence), ``pip install "scintidot[spectra]"``. Model: Omar, Andreo, Poludniowski, *Med. Phys.*
47, 4763 (2020), doi:10.1002/mp.14359, in Poludniowski et al., *Med. Phys.* 48, 3630 (2021),
doi:10.1002/mp.14945. Settings are those of `scintidot.radiation.tube.SHIPPED`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scintidot.radiation.tube import ATTENUATION, PHYSICS, SHIPPED, Tube, compute, spekpy_model

DEFAULT_OUT = Path(__file__).resolve().parents[1] / "src/scintidot/radiation/data"
NEGLIGIBLE = 1e-9  # of the largest bin


def file_text(tube: Tube) -> str:
    """The file of one spectrum; empty bins at the low end are left out."""
    edges, fluence, version = compute(tube)
    model = spekpy_model(tube)
    start = next(i for i, value in enumerate(fluence) if value > NEGLIGIBLE * fluence.max())
    lines = [
        f"# {tube.name}, calculated by tools/build_spectra.py",
        "# particle: photon",
        f"# spekpy version: {version}",
        f"# spekpy physics: {PHYSICS}, attenuation data {ATTENUATION}",
        f"# mean energy by spekpy: {float(model.get_emean()):.6g} keV",
        f"# half-value layer by spekpy: {float(model.get_hvl1()):.6g} mm Al",
        "# weight: photons/(cm2 mAs) in the bin, at 100 cm from the focus, no air",
        "energy_low_keV,energy_high_keV,weight",
    ]
    for low, high, value in zip(edges[start:-1], edges[start + 1 :], fluence[start:], strict=True):
        lines.append(f"{low / 1e3:.6g},{high / 1e3:.6g},{value:.5g}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every shipped spectrum."""
    parser = argparse.ArgumentParser(description="Compute the shipped X-ray tube spectra.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    folder = parser.parse_args().out
    for name, tube in SHIPPED.items():
        text = file_text(tube)
        (folder / f"tube_{name}.csv").write_text(text, encoding="utf-8", newline="\n")
        print(f"tube_{name}.csv: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
