"""``scintidot ctr``: time resolution of two detectors in coincidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.options import Json

_FIGURES = {
    "formula": "label formula (figure of merit)",
    "cramer_rao": "Cramer-Rao bound",
    "best_photon": "best single photon",
    "maximum_likelihood": "maximum likelihood, simulated",
    "leading_edge": "leading-edge threshold",
}


def ctr(
    context: typer.Context,
    decay: Annotated[
        str | None,
        typer.Option(
            metavar="LIST", help="Time-integrated fraction:lifetime [ps], such as 0.3:250,0.7:10000."
        ),
    ] = None,
    rise_time_ps: Annotated[
        str | None,
        typer.Option("--rise-time-ps", "--rise-time", metavar="TIME", help="Exponential rise time [ps] (0)."),
    ] = None,
    tau_eff_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Harmonic effective lifetime [ps], instead of --decay.")
    ] = None,
    jitter_sigma_ps: Annotated[
        str | None,
        typer.Option(
            "--jitter-sigma-ps",
            "--jitter-sigma",
            metavar="TIME",
            help="Gaussian jitter of one photon, standard deviation [ps].",
        ),
    ] = None,
    response: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Measured response time_ps,weight instead of the jitter."),
    ] = None,
    optical_spread_sigma_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Spread of the optical path, standard deviation [ps].")
    ] = None,
    photons: Annotated[str | None, typer.Option(metavar="NUMBER", help="Detected photons per event.")] = None,
    photon_number: Annotated[
        str | None, typer.Option(metavar="NAME", help="Their statistics: poisson (default) or fixed.")
    ] = None,
    detector: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="Photodetector card: jitter, efficiency, dark counts."),
    ] = None,
    emitted_photons: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Photons on the --detector, instead of --photons.")
    ] = None,
    emission_nm: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Peak of their spectrum [nm].")
    ] = None,
    emission_fwhm_nm: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Its full width at half maximum [nm] (0).")
    ] = None,
    dark_rate_per_ps: Annotated[
        str | None, typer.Option(metavar="RATE", help="Counts without a photon [1/ps].")
    ] = None,
    monte_carlo: Annotated[
        str | None, typer.Option(metavar="EVENTS", help="Simulate maximum likelihood with this many events.")
    ] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed of the simulations (1).")] = None,
    threads: Annotated[str | None, typer.Option(metavar="N", help="Threads; they change no result.")] = None,
    other_decay: Annotated[
        str | None, typer.Option(metavar="LIST", help="Decay of an unlike second detector.")
    ] = None,
    other_rise_time_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Its rise time [ps].")
    ] = None,
    other_jitter_sigma_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Its jitter [ps].")
    ] = None,
    other_photons: Annotated[str | None, typer.Option(metavar="NUMBER", help="Its detected photons.")] = None,
    energies: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Energies of the events: energy_keV,weight.")
    ] = None,
    photons_per_kev: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Detected photons per keV, for --energies.")
    ] = None,
    leading_edge: Annotated[
        bool, typer.Option("--leading-edge", help="Also a leading-edge threshold.")
    ] = False,
    threshold: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="In photoelectrons (the best one).")
    ] = None,
    pulse_rise_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Rise of the pulse of one photoelectron [ps].")
    ] = None,
    pulse_fall_ps: Annotated[str | None, typer.Option(metavar="TIME", help="Its fall [ps].")] = None,
    gain_spread: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Standard deviation over mean of its size (0).")
    ] = None,
    noise_sigma: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Electronic noise [photoelectrons] (0).")
    ] = None,
    crosstalk: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Probability of crosstalk (0, or of the card).")
    ] = None,
    leading_edge_events: Annotated[
        str | None, typer.Option(metavar="EVENTS", help="Simulate the threshold with this many events.")
    ] = None,
    json: Json = False,
) -> None:
    """Coincidence time resolution of two detectors [ps FWHM]: bound, estimators and the label formula."""
    from scintidot.coincidence import coincidence_time_resolution
    from scintidot.coincidence_inputs import SPELLINGS

    keywords = {spelling.removeprefix("--").replace("-", "_"): name for name, spelling in SPELLINGS.items()}
    given = {
        keywords.get(name, name): value
        for name, value in context.params.items()
        if name != "json" and value is not None
    }
    with progress("time resolution") as show:
        result = coincidence_time_resolution(progress=show, **given)
    if json:
        print_json(result)
        return
    _print(result)


def _print(result: dict[str, Any]) -> None:
    from scintidot.output import as_text

    rows = []
    for name, value in result["ctr_ps"].items():
        if isinstance(value, dict):
            more = [f"± {as_text(value['standard_error'], 2)}"] if "standard_error" in value else []
            if "threshold_photoelectrons" in value:
                more.append(
                    f"at {', '.join(as_text(t) for t in value['threshold_photoelectrons'])} photoelectrons"
                )
            rows.append([_FIGURES[name], f"{as_text(value['value'])} ps FWHM", " ".join(more)])
            if value.get("simulated"):
                again = value["simulated"]
                rows.append(
                    [
                        "  simulated",
                        f"{as_text(again['value'])} ps FWHM",
                        f"± {as_text(again['standard_error'], 2)}",
                    ]
                )
        elif value is not None:
            index = f"photon {result['best_photon_index'] + 1}" if name == "best_photon" else ""
            rows.append([_FIGURES[name], f"{as_text(value)} ps FWHM", index])
    kind = result["choices"].get("coincidence", "two equal detectors")
    print_table(f"Coincidence time resolution of {kind}", ["figure", "value", ""], rows)
    if "detectors" in result:
        keys = ("photons", "harmonic_lifetime_ps", "rise_time_ps", "response_sigma_ps", "dark_rate_per_ps")
        sides = [[as_text(side[key]) for key in keys] for side in result["detectors"]]
        print_table(
            "",
            ["photons detected", "harmonic tau [ps]", "rise [ps]", "sigma [ps]", "dark counts [1/ps]"],
            sides,
        )
    if "energies" in result:
        found = result["energies"]["ctr_ps"]
        rows = [[name.replace("_", " "), f"{as_text(value)} ps"] for name, value in found.items()]
        print_table("Bound over the energies of the events", ["figure", "value"], rows)
    print_notes(result["warnings"])
