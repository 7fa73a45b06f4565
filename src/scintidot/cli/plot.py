"""``scintidot plot``: pictures of what the other commands compute."""

from __future__ import annotations

from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, progress
from scintidot.cli.options import MaterialName, Picture

app = typer.Typer(help="Pictures, as .png, .svg, .pdf or .html.", rich_markup_mode=None)


@app.command("interactions")
def interactions(
    material: MaterialName,
    out: Picture,
    json: Annotated[bool, typer.Option("--json", help="Also print what is drawn as JSON.")] = False,
) -> None:
    """Mean free paths, stopping power, loss function, differential cross sections and photons on one page."""
    from scintidot.interactions.overview import overview
    from scintidot.progress import within
    from scintidot.report.interactions import draw_interactions

    with progress() as show:
        document = overview(material, within(show, 0.0, 0.8))
        show("drawing", 0.8)
        draw_interactions(document, out)
    if json:
        print_json(document)
        return
    print(f"Picture: {out.resolve()}")
    print_notes(document["warnings"])
