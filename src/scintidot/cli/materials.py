"""``scintidot materials``: list, show and check cards, and build their tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.options import Json

app = typer.Typer(
    help="Material cards: every number with its unit, source and provenance.", rich_markup_mode=None
)


@app.command("list")
def list_materials(json: Json = False) -> None:
    """The shipped materials."""
    from scintidot.catalogue import list_cards
    from scintidot.output import as_text

    document = list_cards()
    if json:
        print_json(document)
        return
    rows = [
        [
            m["name"],
            m["kind"],
            "yes" if m["predict"] else "no" * (m["kind"] == "scintillator"),
            as_text(m["density_g_per_cm3"]),
            m["description"],
        ]
        for m in document["materials"]
    ]
    print_table("", ["name", "kind", "predict", "density [g/cm3]", "description"], rows)


@app.command("show")
def show_material(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="Shipped material or a card.")],
    toml: Annotated[bool, typer.Option("--toml", help="Print the card as TOML, to copy and edit.")] = False,
    json: Json = False,
) -> None:
    """Every number of a card with its band, provenance and source."""
    from scintidot.catalogue import card_text, quantity_text, show_card
    from scintidot.output import as_text

    if toml:
        print(card_text(name), end="")
        return
    document = show_card(name)
    if json:
        print_json(document)
        return
    rows = [
        [q["key"], quantity_text(q), q["provenance"], ", ".join(q["source"])] for q in document["quantities"]
    ]
    print_table(
        f"{document['name']} ({', '.join(filter(None, (document['formula'], document['kind'])))}): "
        f"{document['description']}",
        ["key", "value", "provenance", "source"],
        rows,
    )
    for key, value in document["loss_function"].items():
        print(f"{key}: {value if isinstance(value, str) else as_text(value)}")


@app.command("check")
def check_material(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Card to check (TOML).")], json: Json = False
) -> None:
    """Check a card against the format; say what is missing for a prediction."""
    from scintidot.catalogue import check_card

    document = check_card(file)
    if json:
        print_json(document)
        return
    print(f"{file}: valid card '{document['name']}' ({document['kind']}), {document['numbers']} numbers")
    if document["changes"]:
        print(f"differs from {document['based_on']} in: {', '.join(document['changes'])}")
    for note in document["notes"]:
        print(f"note: {note}")


@app.command("build")
def build_material(
    file: Annotated[str, typer.Argument(metavar="NAME|FILE", help="Shipped material, or a card (TOML).")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.nc", help="Also write the tables here, as netCDF.")
    ] = None,
    json: Json = False,
) -> None:
    """Compute the interaction tables of a material: elastic, inelastic, phonons, photons. Kept for the next time."""
    from scintidot.interactions.tables import build_tables, check_tables_file, save, summary
    from scintidot.output import as_text

    if out is not None:
        check_tables_file(out)
    with progress() as show:
        tables = build_tables(file, show)
    if out is not None:
        save(tables, out)
    document = summary(tables)
    if json:
        print_json(document)
        return
    print_table(
        f"Tables of {document['material']}",
        ["table", "points", "from", "to", "unit"],
        [
            [
                part["name"],
                str(part["points"]),
                as_text(part["lowest"]),
                as_text(part["highest"]),
                part["unit"],
            ]
            for part in document["tables"]
        ],
    )
    print_notes(document["warnings"])
    kept = document["kept_in"]
    print(f"Kept in {kept}" if kept else "Kept nowhere: the cache is off")
    if out is not None:
        print(f"Written: {out.resolve()}")
