"""``scintidot light``: yield, resolution and prompt light of a sample against the energy of the electron."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.long_work import print_estimate, wants_estimate
from scintidot.cli.options import MATERIAL_HELP, Json, Plot

Text = str | None


def light(
    context: typer.Context,
    material: Annotated[Text, typer.Option(metavar="NAME|FILE", help=MATERIAL_HELP)] = None,
    edge_length: Annotated[
        Text, typer.Option(metavar="LENGTH", help="Edge length of the nanocrystals [nm] (8.7).")
    ] = None,
    host: Annotated[
        Text, typer.Option(metavar="NAME|FILE", help="What is around: octane (default), polystyrene, ...")
    ] = None,
    energies: Annotated[
        Text, typer.Option(metavar="LIST", help="Electron energies [keV] (2,5,10,20,30).")
    ] = None,
    volume_fraction: Annotated[Text, typer.Option(metavar="SHARE", help="Of the nanocrystals (5 %).")] = None,
    composite: Annotated[
        Text, typer.Option(metavar="TEXT", help="Instead, with --box-nm: '74 x 3 nm' or '5 % x 3 nm'.")
    ] = None,
    box_nm: Annotated[
        Text, typer.Option(metavar="LENGTH", help="Edge of the periodic box [nm] (holds 20000).")
    ] = None,
    packing: Annotated[
        Text, typer.Option(metavar="NAME|FILE", help="random (default), lattice, or a CSV file.")
    ] = None,
    shape: Annotated[Text, typer.Option(metavar="SHAPE", help="cube (default) or sphere.")] = None,
    model: Annotated[Text, typer.Option(metavar="NAME", help="carriers (default), ladder or paper.")] = None,
    pair_creation_energy: Annotated[
        Text,
        typer.Option(
            metavar="NAME|ENERGY", help="Rule of the card (fratelli), energy such as '7.5 eV', or simulated."
        ),
    ] = None,
    fano_factor: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Of the pairs of a deposit (simulated in the bulk).")
    ] = None,
    auger_law: Annotated[Text, typer.Option(metavar="NAME", help="Of the card.")] = None,
    retained_fraction: Annotated[
        Text, typer.Option(metavar="XI", help="xi, share of Auger events that eject no carrier.")
    ] = None,
    host_transfer: Annotated[
        Text, typer.Option(metavar="SHARE", help="Of the host's energy that reaches nanocrystals (0).")
    ] = None,
    outcoupling: Annotated[Text, typer.Option(metavar="SHARE", help="Light that leaves, 0 to 1 (1).")] = None,
    detection_efficiency: Annotated[
        Text, typer.Option(metavar="SHARE", help="Light that is detected of it, 0 to 1 (1).")
    ] = None,
    reference_kev: Annotated[
        Text, typer.Option(metavar="ENERGY", help="What others are compared with [keV] (the highest).")
    ] = None,
    prompt_ns: Annotated[
        Text, typer.Option(metavar="LIST", help="Times of the prompt density [ns] (0.1,1,10).")
    ] = None,
    response_ps: Annotated[
        Text, typer.Option(metavar="TIME", help="Full width of the Gaussian response [ps] (100).")
    ] = None,
    valley: Annotated[
        Text, typer.Option(metavar="SHARE", help="Valley over peak of two pulses told apart (0.81).")
    ] = None,
    histories: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Electrons at each energy (1000).")
    ] = None,
    seed: Annotated[Text, typer.Option(metavar="NUMBER", help="Same seed, same numbers (1).")] = None,
    threads: Annotated[Text, typer.Option(metavar="NUMBER", help="Threads (all cores).")] = None,
    plot: Plot = None,
    json: Json = False,
) -> None:
    """Light yield, energy resolution and prompt light of nanocrystals in a host.

    Without arguments: 5 % of CsPbBr3 cubes of 8.7 nm in octane. Electrons are simulated event by event; what is hit
    stands until it changes, so that other kinetics of the same sample take no time.
    """
    from scintidot.light_yield.run import sample_light
    from scintidot.output import check_writable

    if plot is not None:
        check_writable(plot, "--plot")
    options: dict[str, Any] = {
        {"reference_kev": "reference_keV"}.get(name, name): value
        for name, value in context.params.items()
        if name not in ("plot", "json") and value is not None
    }
    if wants_estimate(context):
        from scintidot.estimates import estimate_light

        print_estimate(estimate_light(**options).as_json(), json=json)
        return
    with progress() as show:
        document = sample_light(show, **options)
    if plot is not None:
        from scintidot.report.sample_light import draw_light

        draw_light(document, plot)
    if json:
        print_json(document)
        return
    _print(document)
    if plot is not None:
        print(f"Picture: {plot.resolve()}")
    print_notes(document["warnings"])


def _print(document: dict[str, Any]) -> None:
    from scintidot.output import as_text

    rows, choices = document["rows"], document["choices"]
    lines = {
        "range [um]": "range_um",
        "energy kept by nanocrystals": "kept_share",
        "nanocrystals hit": "nanocrystals_hit",
        "pairs per hit": "mean_pairs_per_hit",
        "photons per MeV kept": "photons_per_MeV_kept",
        "photons/MeV": "light_yield_photons_per_MeV",
        "  standard error": "light_yield_standard_error",
        "relative to the reference": "relative_light_yield",
        "  standard error of it": "relative_light_yield_standard_error",
        "detected photons": "detected_photons",
        "resolution, FWHM/mean": "resolution_fwhm",
        "  its standard error": "resolution_standard_error",
    }
    table = [[name, *(as_text(row[key], 4) for row in rows)] for name, key in lines.items()]
    table += [
        [f"  {name.replace('_', ' ')}", *(as_text(row["resolution_by_cause"][name], 4) for row in rows)]
        for name in document["contributions"]
    ]
    table.append(
        ["photons/(MeV ns) at once", *(_text(row, "initial_density_photons_per_MeV_ns") for row in rows)]
    )
    for time in rows[0]["prompt_density_photons_per_MeV_ns"]:
        values = (as_text(row["prompt_density_photons_per_MeV_ns"][time], 4) for row in rows)
        table.append([f"  within {time} ns", *values])
    table.append(["tau harmonic [ps]", *(_text(row, "tau_harmonic_ps") for row in rows)])
    for share in rows[0]["time_collected_ps"]:
        values = (as_text(row["time_collected_ps"][share], 4) for row in rows)
        table.append([f"{float(share):.0%} of the light after [ps]", *values])
    table.append(["pulses told apart [ps]", *(_text(row, "pulse_separation_ps") for row in rows)])
    title = (
        f"{choices['volume_fraction']:.3g} of {document['material']} {choices['shape']}s of "
        f"{choices['edge_length_nm']:g} nm in {choices['host']}, model {choices['model']}, reference "
        f"{choices['reference_energy_keV']:g} keV"
    )
    print_table(title, ["energy [keV]", *(f"{row['energy_keV']:g}" for row in rows)], table)


def _text(row: dict[str, Any], key: str) -> str:
    from scintidot.output import as_text

    return as_text(row[key], 4)
