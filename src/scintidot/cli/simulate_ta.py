"""``scintidot simulate ta``: transient absorption matrices of known truth."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_table, progress
from scintidot.cli.laboratory import Folder, Seed, given
from scintidot.cli.options import Json

Text = str | None


def simulate_ta(
    context: typer.Context,
    out: Folder = Path("ta"),
    fluences: Annotated[
        Text,
        typer.Option(
            "--fluences",
            "--fluence",
            metavar="LIST",
            help="Of the pump [photons/cm2] (5e12,1e13,3e13,1e14,2e14,4e14).",
        ),
    ] = None,
    cross_section: Annotated[
        Text, typer.Option(metavar="AREA", help="<N> per photon/cm2 [cm2] (1e-14).")
    ] = None,
    exciton_rate: Annotated[
        Text, typer.Option(metavar="RATE", help="k_X [1/ps], or a lifetime such as '8 ns' (8 ns).")
    ] = None,
    auger_efficiency: Annotated[Text, typer.Option(metavar="PHI", help="Phi_AR, 0 to 1 (0.98).")] = None,
    retained_fraction: Annotated[
        Text, typer.Option(metavar="XI", help="xi, share of Auger events that eject no carrier (0.5).")
    ] = None,
    model: Annotated[Text, typer.Option(metavar="NAME", help="carriers (default) or ladder.")] = None,
    filling: Annotated[
        Text, typer.Option(metavar="NAME", help="electrons-and-holes (default) or electrons.")
    ] = None,
    degeneracy: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Carriers that the probed level holds (2), or unlimited.")
    ] = None,
    delays: Annotated[Text, typer.Option(metavar="FROM:TO", help="[ps] (-5:3000).")] = None,
    delay_points: Annotated[Text, typer.Option(metavar="NUMBER", help="(160)")] = None,
    wavelengths: Annotated[Text, typer.Option(metavar="FROM:TO", help="[nm] (470:550).")] = None,
    wavelength_step: Annotated[Text, typer.Option(metavar="LENGTH", help="[nm] (2).")] = None,
    bleach_wavelength: Annotated[Text, typer.Option(metavar="LENGTH", help="[nm] (510).")] = None,
    line_width: Annotated[
        Text,
        typer.Option(
            "--line-width-eV", "--line-width", metavar="ENERGY", help="Full width of the bleach [eV] (0.09)."
        ),
    ] = None,
    biexciton_shift: Annotated[
        Text,
        typer.Option(
            "--biexciton-shift-eV", metavar="ENERGY", help="Of its bleach to lower energy [eV] (0)."
        ),
    ] = None,
    response: Annotated[
        Text,
        typer.Option(
            "--response-ps", "--irf-fwhm-ps", metavar="TIME", help="Full width of the response [ps] (0.3)."
        ),
    ] = None,
    time_zero: Annotated[
        Text, typer.Option("--time-zero-ps", metavar="TIME", help="At the bleach [ps] (0).")
    ] = None,
    chirp: Annotated[
        Text, typer.Option("--chirp-ps", metavar="TIME", help="Of time zero over 100 nm [ps] (0.5).")
    ] = None,
    amplitude: Annotated[
        Text,
        typer.Option("--amplitude-mOD", metavar="NUMBER", help="Of a pair in every nanocrystal [mOD] (20)."),
    ] = None,
    noise: Annotated[
        Text, typer.Option("--noise-mOD", "--noise", metavar="NUMBER", help="Standard deviation [mOD] (0.1).")
    ] = None,
    format: Annotated[Text, typer.Option(metavar="NAME", help="npz (default), csv or glotaran.")] = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """A fluence series of transient absorption, with chirp, response and noise, and the truth beside it."""
    from scintidot.measured.laboratory.ta import simulate_ta as simulate
    from scintidot.output import as_text

    with progress("matrices") as show:
        document = simulate(out, progress=show, **given(context))
    if json:
        print_json(document)
        return
    truth, rows = document["truth"], document["matrices"]
    lifetime, exciton = (as_text(truth[f"{name}_lifetime_ps"]) for name in ("biexciton", "exciton"))
    print(f"{len(rows)} matrices: biexciton lifetime {lifetime} ps, exciton {exciton} ps.")
    table = [
        [row["file"], f"{row['fluence_photons_per_cm2']:.4g}", f"{row['mean_excitons']:.4g}"] for row in rows
    ]
    print_table("", ["file", "fluence [photons/cm2]", "<N>"], table)
    first, last = rows[0]["file"], rows[-1]["file"]
    print(f"Written: {(out / first).resolve()} to {last}, truth.json")
    print(f"Try: {_next(out, document)}")


def _next(out: Path, document: dict[str, Any]) -> str:
    """The command that analyses the series, with what its files do not say."""
    suffix, kind = Path(document["matrices"][0]["file"]).suffix, document["choices"]["format"]
    words = ["scintidot analyse ta", f"{shlex.quote(str(out))}/ta-*{suffix}"]
    if kind == "glotaran":
        words.append("--time-unit ps")
    if kind != "npz":
        values = ",".join(f"{row['fluence_photons_per_cm2']:.6g}" for row in document["matrices"])
        words.append(f"--fluence {values}")
    return " ".join([*words, f"--out {shlex.quote(str(out / 'analysis'))}"])
