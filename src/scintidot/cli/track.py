"""``scintidot track``: one history of ``scintidot deposit`` again, as a picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.deposit import deposit, given
from scintidot.cli.options import Picture

_NOT_HERE = ("engine", "em_model", "escapes", "histories", "relative_error", "seed", "threads", "out", "json")
_OWN = ("out", "history", "most_deposit", "seed", "view_nm", "json")
_SPELLED = {"energy_kev": "energy_keV", "cut_ev": "cut_eV"}


def _with_options_of_deposit(command: Callable[..., None]) -> Callable[..., None]:
    """The command with every option of ``scintidot deposit`` that concerns a single history, in the same words."""
    own = inspect.signature(command, eval_str=True)
    theirs = inspect.signature(deposit, eval_str=True).parameters.values()
    parameters = [entry for entry in own.parameters.values() if entry.kind is not entry.VAR_KEYWORD]
    taken = {entry.name for entry in parameters} | set(_NOT_HERE)
    parameters += [entry for entry in theirs if entry.name not in taken]
    command.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {entry.name: entry.annotation for entry in parameters}
    return command


@_with_options_of_deposit
def track(
    context: typer.Context,
    out: Picture,
    history: Annotated[str, typer.Option(metavar="NUMBER", help="Which history of the run, from 0.")] = "0",
    most_deposit: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Instead: the one that leaves most among the first so many."),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="NUMBER", help="Of the run.")] = "1",
    view_nm: Annotated[
        str | None,
        typer.Option(metavar="LENGTH", help="Edge of the cube that is shown [nm] (what was hit)."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Also print what is drawn as JSON.")] = False,
    **options: Any,
) -> None:
    """Draw one history of ``scintidot deposit``: the path of every electron, what it hit, what stayed.

    Seed and options as there give the same history. Most histories of fast electrons leave nothing in a nanocrystal:
    --most-deposit 10000 finds one that does. As .html it can be turned, and stepped through.
    """
    from scintidot.deposits.replay import read_view, shower
    from scintidot.progress import within
    from scintidot.report.shower import draw_shower

    view = read_view(view_nm)
    chosen: dict[str, Any] = {
        _SPELLED.get(name, name): value
        for name, value in context.params.items()
        if given(context, name) and name not in _OWN
    }
    with progress() as show:
        tell = within(show, 0.0, 0.8)
        document = shower(seed, history, most_deposit=most_deposit, progress=tell, **chosen).as_json()
        show("drawing", 0.8)
        notes = document["warnings"] + draw_shower(document, out, view)
    if json:
        print_json(document)
        return
    books = document["books"]
    lines = {
        "primary [eV]": "primary_eV", "deposit [eV]": "deposit_eV", "pairs": "pairs", "escaped [eV]": "escaped_eV",
        "left in the host [eV]": "host_deposit_eV", "work at surfaces [eV]": "surface_work_eV",
        "events": "events",
    }  # fmt: skip
    from scintidot.output import as_text

    electrons = len(set(document["points"]["electron"]))
    print_table(
        f"Seed {document['seed']}, history {document['history']}",
        ["", ""],
        [
            *([name, as_text(books[key], 6)] for name, key in lines.items()),
            ["electrons followed", str(electrons)],
        ],
    )
    print(f"Picture: {out.resolve()}")
    print_notes(notes)
