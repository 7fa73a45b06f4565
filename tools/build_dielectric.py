"""Build the shipped tables of dielectric functions and energy-loss functions, from this repository alone.

    python tools/build_dielectric.py            # all
    python tools/build_dielectric.py Si water   # some

The method is that of `scintidot.materials.dielectric`; CsPbBr3 keeps the construction of its own in
`cspbbr3_table`. Measured inputs lie in `optical_constants/`, each with its source.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import periodictable
import xraylib
from scipy.optimize import brentq

import cspbbr3_table
from scintidot.materials.composition import parse_formula
from scintidot.materials.dielectric import Construction, build_energy_loss
from scintidot.materials.energy_loss import EnergyLoss
from scintidot.materials.loss_table import table_text, thinned
from scintidot.materials.optical_constants import OpticalConstants, read_optical_constants

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src/scintidot/materials/data"


@dataclass(frozen=True)
class Recipe:
    """What a table is built from."""

    formula: str
    density: float  # [g/cm3], that of the card
    band_gap: float  # [eV], where absorption sets in
    optical: str | None  # file in optical_constants
    index: float | None  # static electronic refractive index, if it is a constraint
    why: tuple[str, ...]  # sources of gap and index, and what to know
    as_published: bool = False  # keep the measured stretch as it is, whatever its own sums


RECIPES = {
    "Si": Recipe("Si", 2.329, 1.12, "Si_palik.csv", None, ("Measured to 36.5 eV.",)),
    "Au": Recipe(
        "Au", 19.32, 0.0, "Au_hagemann.csv", None,
        ("Measured to 60 eV and kept as published, as the mean free paths from optical data that this standard is",
         "compared with are made: n and k are not quite those of Kramers and Kronig, and screen 2.7 % too much."),
        as_published=True,
    ),
    "polystyrene": Recipe(
        "C8H8", 1.06, 4.5, "polystyrene_loss.csv", 1.5632,
        ("Measured loss function to 64 eV, scaled to the index 1.5632: the limit at long wavelengths of the",
         "dispersion formula of Sultanova et al., Acta Phys. Pol. A 116, 585 (2009), doi:10.12693/APhysPolA.116.585."),
    ),
    "PMMA": Recipe(
        "C5H8O2", 1.19, 5.5, "PMMA_loss.csv", 1.4771,
        ("Measured loss function to 65 eV, scaled to the index 1.4771: the limit at long wavelengths of the",
         "dispersion formula of Sultanova et al., Acta Phys. Pol. A 116, 585 (2009), doi:10.12693/APhysPolA.116.585."),
    ),
    "water": Recipe(
        "H2O", 0.998, 7.0, "water_segelstein.csv", 1.3274,
        ("Measured to 36.5 eV, scaled to the index 1.3274 (Daimon and Masumura, Appl. Opt. 46, 3811 (2007),",
         "doi:10.1364/AO.46.003811, without the infrared term): as published the absorption is a fifth too strong",
         "for either sum rule."),
    ),
    "SiO2": Recipe("SiO2", 2.2, 8.9, "SiO2_rodriguez.csv", None, ("Measured to 41 eV.",)),
    "InP": Recipe(
        "InP", 4.791, 1.344, "InP_aspnes.csv", 3.1,
        ("Measured to 6 eV, from there to 30 eV an estimate.  Index 3.1: optical permittivity 9.61.",),
    ),
    "CdSe": Recipe(
        "CdSe", 5.66, 1.69, "CdSe_ninomiya.csv", 2.49,
        ("Measured to 5.3 eV, from there to 30 eV an estimate.  Index 2.49: optical permittivity 6.2; the film of",
         "the measurement has a lower one."),
    ),
    "CdS": Recipe(
        "CdS", 4.82, 2.38, "CdS_ninomiya.csv", 2.32,
        ("Measured to 5.7 eV, from there to 30 eV an estimate.  Index 2.32: optical permittivity 5.4; the model",
         "fitted to the measurement has a lower one."),
    ),
    "ZnO": Recipe(
        "ZnO", 5.676, 3.37, None, 1.929,
        ("No measurement used: an estimate below 30 eV.  Index 1.929: optical permittivity 3.72.",),
    ),
    "CsPbCl3": Recipe(
        "CsPbCl3", 4.22, 3.0, None, 1.87,
        ("No measurement used: an estimate below 30 eV.  Index 1.87 at 800 nm, mean over directions: Ermolaev et al.,",
         "Nano Lett. 23, 2570 (2023), doi:10.1021/acs.nanolett.2c04792."),
    ),
    "CsPbI3": Recipe(
        "CsPbI3", 5.02, 1.63, None, 2.12,
        ("No measurement used: an estimate below 30 eV.  Index 2.12: n^4 Eg = 36 eV as of CsPbCl3 and CsPbBr3 (the",
         "films measured are not dense)."),
    ),
    "octane": Recipe(
        "C8H18", 0.7026, 8.5, None, 1.3926,
        ("No measurement used: an estimate below 30 eV.  Index 1.3926: limit at long wavelengths, Kerl and Varchmin,",
         "J. Mol. Struct. 349, 257 (1995), doi:10.1016/0022-2860(95)08758-N."),
    ),
    "toluene": Recipe(
        "C7H8", 0.8669, 4.7, None, 1.475,
        ("No measurement used: an estimate below 30 eV.  Index 1.475: limit at long wavelengths, Kedenburg et al.,",
         "Opt. Mater. Express 2, 1588 (2012), doi:10.1364/OME.2.001588."),
    ),
    "PVT": Recipe(
        "C9H10", 1.032, 4.5, None, 1.555,
        ("No measurement used: an estimate below 30 eV.  Index 1.555: that of the sodium line (1.58), less the",
         "dispersion of polystyrene."),
    ),
}  # fmt: skip


def construct(name: str) -> Construction:
    """The loss function of a recipe, on the fine grid."""
    recipe = RECIPES[name]
    optical = None
    if recipe.optical is not None:
        path = HERE / "optical_constants" / recipe.optical
        optical = read_optical_constants(path.read_text(encoding="utf-8"), where=path.name)
    construction = build_energy_loss(
        parse_formula(recipe.formula),
        recipe.density,
        band_gap=recipe.band_gap,
        refractive_index=recipe.index,
        optical=optical,
        where=name,
    )
    if not recipe.as_published:
        return construction
    assert optical is not None
    return kept_as_published(construction, optical)


def kept_as_published(construction: Construction, optical: OpticalConstants) -> Construction:
    """Measured eps1 and eps2 as they stand; the atoms above are scaled to the f-sum."""
    built = construction.energy_loss
    measured = built.energy <= optical.energy[-1]
    assert optical.eps1 is not None
    assert optical.eps2 is not None
    eps1 = np.where(measured, np.interp(built.energy, optical.energy, optical.eps1), built.eps1)

    def table(atoms_factor: float) -> EnergyLoss:
        known = np.interp(built.energy, optical.energy, optical.eps2)
        eps2 = np.where(measured, known, atoms_factor * built.eps2)
        return replace(built, eps1=eps1, eps2=eps2, loss=eps2 / (eps1**2 + eps2**2))

    factor = float(brentq(lambda factor: table(factor).f_sum - built.electrons, 0.8, 1.25))
    total = factor * construction.closure["atoms_factor"]
    return Construction(table(factor), {"measured_factor": 1.0, "atoms_factor": total})


def source(recipe: Recipe) -> list[str]:
    """The comment of the optical constants."""
    if recipe.optical is None:
        return []
    lines = (HERE / "optical_constants" / recipe.optical).read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#").strip() for line in lines if line.startswith("#")]


def table(name: str) -> str:
    """The text of a table."""
    if name == "CsPbBr3":
        return cspbbr3_table.text(cspbbr3_table.build())
    recipe, construction = RECIPES[name], construct(name)
    loss = thinned(construction.energy_loss)
    peak = loss.loss.argmax()
    closure = ", ".join(f"{key.replace('_', ' ')} {value:.4g}" for key, value in construction.closure.items())
    comments = [
        f"{name}, {recipe.formula}: dielectric function and energy-loss function, table version 1, 2026-11-22.",
        "Zero momentum transfer; energy_loss_function = Im(-1/eps); energies in eV; "
        f"density {recipe.density:g} g/cm3, absorption from {recipe.band_gap:g} eV.",
        *recipe.why,
        *source(recipe),
        "estimate: NOT measured, one Tauc-Lorentz oscillator that meets the f-sum and the index."
        if "estimate" in loss.provenance else "",
        "computed: independent atoms, Henke, Gullikson and Davis, At. Data Nucl. Data Tables 54, 181 (1993),",
        f"  doi:10.1006/adnd.1993.1013, through periodictable {periodictable.__version__}; from 30 keV",
        f"  photoelectric cross sections of xraylib {xraylib.__version__}.",
        "eps1 and eps2 measured to the end of the measurement, beyond it eps1 by the Kramers-Kronig relation."
        if recipe.as_published
        else "eps1 (of a measured loss function eps1 and eps2) by the Kramers-Kronig relation.",
        f"Closed by the sum rules: {closure}.",
        f"Sums of these rows: {loss.f_sum:.5g} electrons of {loss.electrons:g}, screening {loss.screening_sum:.4g},",
        f"  mean excitation energy {loss.mean_excitation_energy:.4g} eV; highest {loss.loss[peak]:.3g} at "
        f"{loss.energy[peak]:.4g} eV.",
    ]  # fmt: skip
    return table_text(loss, [comment for comment in comments if comment])


def main() -> None:
    """Command line."""
    names = ["CsPbBr3", *RECIPES]
    parser = argparse.ArgumentParser(description="Build the shipped tables of dielectric functions.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; all if none is given"
    )
    for name in parser.parse_args().names or names:
        if name not in names:
            raise SystemExit(f"no recipe for {name}: one of {', '.join(names)}")
        text = table(name)
        (DATA / f"{name}_dielectric.csv").write_text(text, encoding="utf-8", newline="\n")
        print("\n".join(line for line in text.splitlines() if line.startswith("#")), end="\n\n")


if __name__ == "__main__":
    main()
