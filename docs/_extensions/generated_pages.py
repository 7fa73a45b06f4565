"""Pages that are made from the code and its data when the site is built, in ``docs/generated`` (not kept in git)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import benchmark_pages
import command_pages
import gallery_pages
import material_pages
import python_pages
import validation_pages
from sphinx.application import Sphinx

FOLDER = "generated"
MAKERS: tuple[Callable[[], Iterator[tuple[str, str | bytes]]], ...] = (
    command_pages.pages,
    python_pages.pages,
    material_pages.pages,
    validation_pages.pages,
    benchmark_pages.pages,
)


def _generate(app: Sphinx) -> None:
    folder = Path(app.srcdir) / FOLDER
    made = dict(page for make in MAKERS for page in make())
    made |= dict(gallery_pages.pages(folder, run=app.config.scintidot_run_gallery))
    for path in folder.rglob("*") if folder.exists() else ():
        if path.is_file() and path.relative_to(folder).as_posix() not in made:
            path.unlink()
    for name, content in made.items():
        write(folder / name, content)


def write(path: Path, content: str | bytes) -> None:
    """Leave a file alone that has this content: Sphinx reads again what is new."""
    data = content.encode() if isinstance(content, str) else content
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the pages before Sphinx looks for what there is to read."""
    app.add_config_value("scintidot_run_gallery", True, "env", bool)
    app.connect("builder-inited", _generate)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
