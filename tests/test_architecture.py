"""The import rule of the project as data, and the check that the source obeys it.

Every import is read with ``ast``, those inside functions and under ``TYPE_CHECKING`` too.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# --- the rule ---------------------------------------------------------------------------------------

PACKAGE = "scintidot"

LAYERS = {
    "foundation": (
        "errors", "constants", "units", "sizes", "records", "tables", "provenance", "cache", "backends", "rng",
    ),
    "matter": ("atoms", "materials", "geometry", "response"),
    "stages": ("radiation", "transport", "excitons", "kinetics", "light", "timing", "analysis"),
    "composition": (
        "config", "simulation", "results", "scale", "studies", "explore", "variations", "choices",
        "calculators", "catalogue", "bands", "limits", "interactions", "interchange", "deposits",
        "options", "kinetic_options", "coincidence", "coincidence_inputs", "coincidence_estimators",
        "excitation", "photon_stream", "light_yield", "emission", "nanocrystal_light", "output",
        "measured", "progress", "named_choices", "recognition", "installation", "templates",
        "demonstration", "bibtex", "documents", "notebook", "run_options",
        "browsers", "estimates",
    ),
    "surfaces": ("cli", "app", "report", "__main__"),
    "facade": ("__init__",),
}  # fmt: skip
"""Layer -> the modules and folders directly inside the package. In the foundation the order counts."""

BELOW = {
    "foundation": (),  # and what stands before it in its own layer
    "matter": ("foundation",),
    "stages": ("foundation", "matter"),
    "composition": ("foundation", "matter", "stages", "composition"),
    "surfaces": ("composition",),
    "facade": ("foundation", "matter", "stages", "composition"),
}
"""Layer -> the layers that it may import, besides its own folder."""

EXTRA_ARROWS = {
    ("analysis", "kinetics"), ("materials", "atoms"), ("materials", "notebook"),
    ("cli", "sizes"), ("cli", "errors"), ("cli", "cache"), ("app", "errors"), ("report", "errors"),
    ("cli", "analysis"), ("app", "analysis"), ("report", "analysis"),
    ("cli", "report"), ("cli", "app"), ("app", "report"), ("__main__", "cli"),
    ("app", "records"), ("report", "records"), ("__init__", "report"),
}  # fmt: skip
"""Single arrows that are allowed besides."""

FROM_FACADE = ("__version__",)
"""What a module may take from the package itself; all else it imports from where it is defined."""

FREE_THIRD_PARTY = {"foundation": {"numpy", "numba"}}
FREE_THIRD_PARTY_ABOVE = {"numpy", "numba", "scipy"}
QUARANTINE = {
    "pint": {"units"},
    "pydantic": {"materials", "config"},
    "pydantic_core": {"materials", "config"},
    "xraylib": {"atoms", "materials", "radiation"},
    "periodictable": {"atoms", "materials"},
    "spekpy": {"radiation"},
    "xarray": {"cache", "results", "interactions", "deposits", "studies", "output"},
    "h5netcdf": {"output"},
    "platformdirs": {"cache"},
    "tomli_w": {"results", "studies", "catalogue"},
    "dask": {"scale"},
    "distributed": {"scale"},
    "cloudpickle": {"scale"},
    "h5py": {"interchange"},
    "uproot": {"interchange"},
    "pyarrow": {"interchange", "analysis"},
    "calzone": {"interchange"},
    "iminuit": {"analysis"},
    "ptufile": {"analysis"},
    "sdtfile": {"analysis"},
    "matplotlib": {"report", "app"},
    "mpl_toolkits": {"report", "app"},
    "jinja2": {"report", "app"},
    "plotly": {"report", "app"},
    "dash": {"app"},
    "flask": {"app"},
    "werkzeug": {"app"},
    "SALib": {"studies"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""Third-party library -> the only modules or folders that may import it. Any other one is refused."""

CUDA = "numba.cuda"
CUDA_HOMES = {
    "scintidot.backends",
    "scintidot.transport.track.cuda",
    "scintidot.transport.track.cuda_kernels",
    "scintidot.kinetics.stream_cuda",
}
"""Modules that may import CUDA: `backends` and the launch sites, which hold no physics."""

HEAVY = (
    "iminuit",
    "scipy",
    "xarray",
    "matplotlib",
    "pint",
    "numba",
    "h5netcdf",
    "h5py",
    "pyarrow",
    "jinja2",
    "plotly",
    "dash",
    "SALib",
    "pandas",
    "dask",
    "distributed",
)
"""Not imported by ``import scintidot`` nor by ``scintidot --help``."""

# --- the checker ------------------------------------------------------------------------------------

SOURCE = Path(__file__).resolve().parents[1] / "src" / PACKAGE
LAYER_OF = {part: layer for layer, parts in LAYERS.items() for part in parts}


@dataclass(frozen=True)
class Import:
    """One imported name, as ``module`` dotted from the top, and the line that it stands in."""

    module: str
    name: str | None
    line: int
    at_module_level: bool  # runs when the module is imported


def modules() -> dict[str, str]:
    """Dotted name -> source of every module of the package."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return found


def imports(source: str, module: str, *, is_package: bool = False) -> Iterator[Import]:
    """All imports of a source text, relative ones resolved."""

    def walk(node: ast.AST, at_module_level: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inner = at_module_level
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                inner = False
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                inner = False
            if isinstance(child, ast.Import):
                yield from (Import(a.name, None, child.lineno, inner) for a in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    parts = module.split(".")
                    parts = parts[: len(parts) - child.level + is_package]
                    base = ".".join([*parts, base] if base else parts)
                yield from (Import(base, a.name, child.lineno, inner) for a in child.names)
            else:
                yield from walk(child, inner)

    yield from walk(ast.parse(source), True)


def part_of(module: str) -> str:
    """``scintidot.kinetics.rates`` -> ``kinetics``; the package itself is ``__init__``."""
    words = module.split(".")
    return words[1] if len(words) > 1 else "__init__"


def arrow_allowed(source: str, target: str) -> bool:
    """Whether part ``source`` of the package may import part ``target``."""
    if source == target or (source, target) in EXTRA_ARROWS:
        return True
    layer, target_layer = LAYER_OF[source], LAYER_OF[target]
    if layer == target_layer == "foundation":
        order = LAYERS["foundation"]
        return order.index(target) < order.index(source)
    return target_layer in BELOW[layer]


def faults(source: str, module: str, known: set[str], *, is_package: bool = False) -> list[str]:
    """Every import of a source text that the rule does not allow."""
    here = part_of(module)
    if here not in LAYER_OF:
        return [f"{module}: '{here}' belongs to no layer; add it to LAYERS"]
    found = []
    for entry in imports(source, module, is_package=is_package):
        top = entry.module.split(".")[0]
        at = f"{module}:{entry.line}"
        if top == PACKAGE:
            target = f"{entry.module}.{entry.name}"
            target = target if target in known else entry.module
            there = part_of(target)
            if there not in LAYER_OF:
                found.append(f"{at}: imports '{target}', which belongs to no layer")
            elif there == "__init__":
                if here != "__init__" and entry.name not in FROM_FACADE:
                    found.append(f"{at}: imports {entry.name or PACKAGE} from the facade")
            elif not arrow_allowed(here, there):
                found.append(f"{at}: {LAYER_OF[here]} '{here}' imports {LAYER_OF[there]} '{there}'")
        elif top not in sys.stdlib_module_names:
            free = FREE_THIRD_PARTY.get(LAYER_OF[here], FREE_THIRD_PARTY_ABOVE)
            if top not in free and here not in QUARANTINE.get(top, set()):
                homes = ", ".join(sorted(QUARANTINE.get(top, set()))) or "nowhere"
                found.append(f"{at}: '{here}' imports {top}, which is allowed in: {homes}")
            elif f"{entry.module}.{entry.name}.".startswith(f"{CUDA}.") and module not in CUDA_HOMES:
                found.append(f"{at}: imports {CUDA}, which is allowed in: {', '.join(sorted(CUDA_HOMES))}")
    return found


def module_level_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Module -> modules of the package that its import runs."""
    graph = {}
    for module, source in sources.items():
        is_package = any(other.startswith(module + ".") for other in sources)
        targets = set()
        for entry in imports(source, module, is_package=is_package):
            if entry.at_module_level and entry.module.split(".")[0] == PACKAGE:
                target = f"{entry.module}.{entry.name}"
                targets.add(target if target in sources else entry.module)
        graph[module] = targets & set(sources)
    return graph


def cycle(graph: dict[str, set[str]]) -> list[str] | None:
    """One import cycle, or None."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        for following in sorted(graph[node]):
            found = visit(following, [*path, node])
            if found:
                return found
        done.add(node)
        return None

    return next(filter(None, (visit(node, []) for node in sorted(graph))), None)


# --- the source obeys it ----------------------------------------------------------------------------

SOURCES = modules()


@pytest.mark.parametrize("module", SOURCES)
def test_imports_follow_the_rule(module: str) -> None:
    is_package = any(other.startswith(module + ".") for other in SOURCES)
    assert faults(SOURCES[module], module, set(SOURCES), is_package=is_package) == []


def test_no_import_cycle_at_module_level() -> None:
    assert cycle(module_level_graph(SOURCES)) is None


def test_there_is_something_to_check() -> None:
    assert len(SOURCES) > 20
    layers = {LAYER_OF[part_of(module)] for module in SOURCES if part_of(module) in LAYER_OF}
    assert layers == set(LAYERS)


# --- the checker sees what it must ------------------------------------------------------------------

KNOWN = {"scintidot", "scintidot.kinetics.rates", "scintidot.excitons.pairs", "scintidot.report.page"}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("scintidot.excitons.pairs", "from scintidot.kinetics import rates"),
        ("scintidot.excitons.pairs", "import scintidot.kinetics.rates"),
        ("scintidot.excitons.pairs", "from ..kinetics import rates"),
        ("scintidot.excitons.pairs", "def f():\n    from scintidot.kinetics.rates import MODELS"),
        (
            "scintidot.excitons.pairs",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import scintidot.config",
        ),
        ("scintidot.excitons.pairs", "try:\n    import pint\nexcept ImportError:\n    pass"),
        ("scintidot.excitons.pairs", "import torch"),
        ("scintidot.excitons.pairs", "from scintidot import predict"),
        ("scintidot.geometry", "from scintidot.materials import library"),
        ("scintidot.errors", "from scintidot.units import convert"),
        ("scintidot.records", "import scipy"),
        ("scintidot.simulation", "from scintidot.report.page import write_report"),
        ("scintidot.simulation", "import matplotlib.pyplot as plt"),
        ("scintidot.report.page", "from scintidot.cli import main"),
        ("scintidot.cli.predict", "from scintidot.kinetics.rates import MODELS"),
        ("scintidot.brandnew", ""),
        ("scintidot.transport.track.tally", "from numba import cuda"),
        ("scintidot.transport.track.tally", "def f():\n    import numba.cuda"),
        ("scintidot.transport.track.tally", "from numba.cuda import atomic"),
    ],
)
def test_checker_catches_a_forbidden_arrow(module: str, source: str) -> None:
    assert len(faults(source, module, KNOWN)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("scintidot.excitons.pairs", "import numpy as np\nfrom scintidot.errors import one_of"),
        ("scintidot.excitons.pairs", "from . import occupancy"),
        ("scintidot.analysis.fit", "from scintidot.kinetics.rates import MODELS"),
        ("scintidot.units", "def f():\n    import pint\n    from scintidot.errors import BadValue"),
        ("scintidot.transport.track.cuda", "from numba import cuda"),
        ("scintidot.transport.track.tally", "from numba import njit"),
        ("scintidot.results", "from scintidot import __version__\nfrom scintidot.kinetics import rates"),
        ("scintidot.cli.predict", "from scintidot.report.page import write_report"),
    ],
)
def test_checker_lets_an_allowed_arrow_pass(module: str, source: str) -> None:
    assert faults(source, module, KNOWN) == []


def test_checker_finds_a_cycle_but_not_one_through_a_function() -> None:
    one = "from scintidot import b"
    sources = {"scintidot": "", "scintidot.a": one, "scintidot.b": "import scintidot.a"}
    assert cycle(module_level_graph(sources)) == ["scintidot.a", "scintidot.b", "scintidot.a"]
    sources["scintidot.b"] = "def f():\n    import scintidot.a"
    assert cycle(module_level_graph(sources)) is None


# --- what starting costs ----------------------------------------------------------------------------

HELP = """
import sys
sys.argv = ["scintidot", "--help"]
try:
    from scintidot.cli.main import main
    main()
except SystemExit as leave:
    assert leave.code == 0, leave.code
"""


@pytest.mark.parametrize("program", ["import scintidot\ndir(scintidot)\nscintidot.__version__", HELP])
def test_heavy_libraries_wait_until_they_are_needed(program: str) -> None:
    program += f"\nimport sys\nprint('LOADED', sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"
