"""The gallery: each script of ``examples/`` draws one picture into the folder in which it runs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pieces import contents, fence

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "examples"
SOURCES = (ROOT / "src", SCRIPTS)


def pages(folder: Path, *, run: bool) -> Iterator[tuple[str, str | bytes]]:
    """The grid and a page for each script; without ``run`` the pictures are left out."""
    scripts = sorted(SCRIPTS.glob("*.py"))
    newest = max(path.stat().st_mtime for source in SOURCES for path in source.rglob("*.py"))
    cards = []
    for script in scripts:
        name = script.stem.replace("_", "-")
        title, words, program = read(script)
        picture = ""
        if run:
            kept = folder / f"gallery/{name}.png"
            fresh = kept.exists() and kept.stat().st_mtime > newest
            yield f"gallery/{name}.png", kept.read_bytes() if fresh else drawn_by(script)
            picture = fence(f"{{image}} {name}.png", f":alt: {title}\n:class: picture")
        cards.append(_card(name, title, run))
        source = f"The program, `{script.relative_to(ROOT).as_posix()}`:"
        yield (
            f"gallery/{name}.md",
            "\n\n".join([f"# {title}", words, picture, source, fence("python", program)]),
        )
    grid = "\n".join(["::::{grid} 1 2 2 3", ":gutter: 3", "", *cards, "::::"])
    head = "Pictures and the programs that make them, each complete. They are run when this site is built."
    names = (script.stem.replace("_", "-") for script in scripts)
    yield "gallery/index.md", "\n\n".join(["# Gallery", head, grid, contents(names)])


def read(script: Path) -> tuple[str, str, str]:
    """Title, description and program: the docstring is both of the former."""
    text = script.read_text(encoding="utf-8")
    docstring = ast.parse(text).body[0]
    title, _, words = (ast.get_docstring(ast.parse(text)) or script.stem).partition("\n")
    program = "\n".join(text.splitlines()[docstring.end_lineno or 0 :])
    return title.rstrip("."), words.strip(), program.strip()


def drawn_by(script: Path) -> bytes:
    """The picture that a script leaves."""
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path]),
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(script)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        pictures = list(Path(folder).glob("*.png"))
        if done.returncode or len(pictures) != 1:
            raise RuntimeError(f"{script.name}: {done.stderr or f'{len(pictures)} pictures'}")
        return pictures[0].read_bytes()


def _card(name: str, title: str, pictured: bool) -> str:
    image = [f":img-top: {name}.png", f":img-alt: {title}"] if pictured else []
    return "\n".join(
        [f":::{{grid-item-card}} {title}", *image, f":link: {name}", ":link-type: doc", ":::", ""]
    )
