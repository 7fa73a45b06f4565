"""``scintidot analyse decay``: decays counted photon by photon to lifetimes, shares of the light and <N>."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scintidot.cli.analysis_output import CardMaterial, Out, SampleEdge, ToCard, check_outputs, finish
from scintidot.cli.console import print_table, progress
from scintidot.cli.file_options import (
    BinWidth,
    Channel,
    Column,
    Excitations,
    Format,
    Period,
    TimeUnit,
)
from scintidot.cli.long_work import refuse
from scintidot.cli.options import Json, Pdf

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis

Text = str | None


def decay(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Decays; see `scintidot formats`.")],
    irf: Annotated[
        Text, typer.Option(metavar="FILE|none", help="Measured response; none: fit the tail alone.")
    ] = None,
    irf_column: Annotated[
        Text, typer.Option(metavar="NAME|NUMBER", help="Of a file of the response with several.")
    ] = None,
    irf_fwhm_ps: Annotated[
        Text, typer.Option(metavar="TIME", help="Or a Gaussian response of this full width [ps].")
    ] = None,
    irf_background: Annotated[
        Text, typer.Option(metavar="COUNTS", help="In a bin of the response (its quiet bins); 0: as it is.")
    ] = None,
    free_irf_width: Annotated[
        bool, typer.Option("--free-irf-width", help="Fit the width of the Gaussian response, too.")
    ] = False,
    components: Annotated[Text, typer.Option(metavar="NUMBER", help="Exponentials, 1 to 4 (3).")] = None,
    model: Annotated[
        Text,
        typer.Option(metavar="NAME", help="Instead: carriers, ladder, paper or poisson-biexciton."),
    ] = None,
    names: Annotated[
        Text, typer.Option(metavar="LIST", help="Of the components by rising lifetime (XX,trion,X).")
    ] = None,
    window: Annotated[
        Text, typer.Option(metavar="FROM:TO", help="Times to fit [ps], or '2 ns:80 ns'.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="FROM:TO", help="Times to leave out; may be repeated.")
    ] = None,
    scatter: Annotated[
        bool, typer.Option("--scatter", help="Fit scattered excitation light, shaped as the response.")
    ] = False,
    pile_up: Annotated[
        str, typer.Option(metavar="NAME", help="first-photon (needs the excitations) or none.")
    ] = "first-photon",
    fix: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Hold a parameter; may be repeated.")
    ] = None,
    free: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Fit retained_fraction or quantum_yield of a model, too."),
    ] = None,
    share: Annotated[
        str, typer.Option(metavar="WHAT", help="none, or lifetimes: the same for all decays.")
    ] = "none",
    statistics: Annotated[
        str, typer.Option(metavar="NAME", help="Of the pairs, for <N>: poisson or exponential.")
    ] = "poisson",
    retained_fraction: Annotated[
        str, typer.Option(metavar="XI", help="xi, share of Auger events that eject no carrier.")
    ] = "0.5",
    quantum_yield: Annotated[str, typer.Option(metavar="PHI", help="Phi_X of a kinetic model.")] = "1",
    response_ps: Annotated[
        Text, typer.Option(metavar="TIME", help="Width in tau 'instrument' [ps] (that of the response).")
    ] = None,
    starts: Annotated[str, typer.Option(metavar="NUMBER", help="Starts of the fit.")] = "4",
    seed: Annotated[str, typer.Option(metavar="NUMBER", help="Of the starts.")] = "1",
    minos: Annotated[
        bool, typer.Option("--minos", help="Intervals of lifetimes and <N> by profiling the likelihood.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Also draw how the likelihood rises about lifetimes and <N>.")
    ] = False,
    period_ns: Period = None,
    bin_width_ps: BinWidth = None,
    excitations: Excitations = None,
    time_unit: TimeUnit = None,
    channel: Channel = None,
    column: Column = None,
    format: Format = None,
    out: Out = None,
    pdf: Pdf = False,
    to_card: ToCard = None,
    material: CardMaterial = None,
    edge_length_nm: SampleEdge = None,
    json: Json = False,
) -> None:
    """Fit decays: exponentials or the kinetics of X and XX, through the instrument's response.

    With one decay and its response: scintidot analyse decay decay.txt --irf irf.txt
    """
    from scintidot.measured.decay.run import analyse_decay

    if share != "none":
        refuse(context, "none with --share: it is one fit of all decays")
    browser = check_outputs(context, out, pdf, to_card, material)
    ours = ("files", "exclude", "fix", "free", "out", "pdf", "to_card", "material", "edge_length_nm", "json")
    options: dict[str, Any] = {name: value for name, value in context.params.items() if name not in ours}
    lists: dict[str, Any] = {"exclude": exclude or (), "fix": fix or (), "free": free or ()}
    with progress("fit") as show:
        analysis = analyse_decay(files, **lists, progress=show, **options)
    finish(
        analysis, _print, json=json, out=out, browser=browser, to_card=to_card, material=material,
        edge_length=edge_length_nm,
    )  # fmt: skip


def _print(analysis: Analysis) -> None:
    from scintidot.output import as_text

    for one in analysis.document["decays"]:
        rows = [
            [
                row["name"], as_text(row["lifetime_ps"], 5), as_text(row["lifetime_error_ps"], 2),
                _interval(row), as_text(row["amplitude"], 4), as_text(row["fraction"], 4),
            ]
            for row in one["components"]
        ]  # fmt: skip
        title = (
            f"{one['name']}: {one['counts']:.4g} counts, deviance {as_text(one['deviance_per_dof'], 4)} per degree of "
            f"freedom, shift {as_text(one['shift_ps'], 4)} ps, background {as_text(one['background'], 4)} a bin"
        )
        print_table(
            title, ["component", "lifetime [ps]", "+-", "from to", "amplitude [1/ps]", "fraction"], rows
        )
        _print_rates(one)
        tau = one["tau_ps"]
        names = [name for name in tau if not name.endswith("_error")]
        print_table(
            "", ["tau", "[ps]", "+-"], [[n, as_text(tau[n], 5), as_text(tau[f"{n}_error"], 2)] for n in names]
        )
        mean = one["mean_excitons"]
        if mean is not None:
            others = [mean, *mean.get("others", [])]
            cells = [
                [m["statistics"], m["method"], as_text(m["value"], 4), as_text(m["error"], 2), _doubt(m)]
                for m in others
            ]
            print_table("", ["statistics", "method", "<N>", "+-", "note"], cells)


def _print_rates(one: dict[str, Any]) -> None:
    """What a kinetic model gives besides lifetimes."""
    from scintidot.output import as_text

    if "auger_lifetime_ps" not in one:
        return
    names = {"auger_lifetime_ps": "1/k_AR [ps]", "retained_fraction": "xi", "quantum_yield": "Phi_X"}
    rows = [["Phi_AR", as_text(one["auger_efficiency"], 5), as_text(one["auger_efficiency_error"], 2)]]
    rows += [
        [words, as_text(one[key]["value"], 5), "held" if one[key]["fixed"] else as_text(one[key]["error"], 2)]
        for key, words in names.items()
    ]
    print_table("", ["kinetics", "value", "+-"], rows)


def _doubt(mean: dict[str, Any]) -> str:
    """What a row of <N> from exponentials does not know."""
    from scintidot.measured.decay.occupancy import biased

    return "biased: counts n >= 2 as one XX; --model carriers fits <N>" if biased(mean) else ""


def _interval(row: dict[str, Any]) -> str:
    """Ends of the interval, which --minos makes asymmetric."""
    from scintidot.output import as_text

    if row.get("lifetime_low_ps") is None or row.get("lifetime_high_ps") is None:
        return "-"
    return f"{as_text(row['lifetime_low_ps'], 5)} to {as_text(row['lifetime_high_ps'], 5)}"
