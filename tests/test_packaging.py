"""The package holds what it needs, and its lower bounds are the ones that are tested."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata, resources
from pathlib import Path

import pytest
from packaging.version import Version

from scintidot.atoms.elements import elements

BUILT = [
    "Au",
    "CdS",
    "CdSe",
    "CsPbCl3",
    "CsPbI3",
    "InP",
    "PMMA",
    "PVT",
    "Si",
    "SiO2",
    "ZnO",
    "octane",
    "polystyrene",
    "toluene",
    "water",
]
DATA = [
    "app/assets/analyse.css",
    "app/assets/explore.css",
    "app/assets/explore.js",
    "app/assets/materials.css",
    "app/assets/predict.css",
    "app/assets/shell.js",
    "app/assets/shower.css",
    "app/assets/shower.js",
    "app/assets/style.css",
    "atoms/data/README.md",
    "atoms/data/eadl97_nonradiative.npz",
    "atoms/elements.csv",
    "materials/data/Au.toml",
    "materials/data/CdS.toml",
    "materials/data/CdSe.toml",
    "materials/data/CsPbBr3.toml",
    "materials/data/CsPbBr3_dielectric.csv",
    "materials/data/CsPbCl3.toml",
    "materials/data/CsPbI3.toml",
    "materials/data/InP.toml",
    "materials/data/PMMA.toml",
    "materials/data/PVT.toml",
    "materials/data/Si.toml",
    "materials/data/SiO2.toml",
    "materials/data/ZnO.toml",
    "materials/data/octane.toml",
    "materials/data/polystyrene.toml",
    "materials/data/toluene.toml",
    "materials/data/vacuum.toml",
    "materials/data/water.toml",
    "py.typed",
    "radiation/data/beta.toml",
    "radiation/data/lines.toml",
    "radiation/data/tube_Ag40.csv",
    "radiation/data/tube_Mo28.csv",
    "radiation/data/tube_W100.csv",
    "radiation/data/tube_W120.csv",
    "radiation/data/tube_W20.csv",
    "radiation/data/tube_W40.csv",
    "radiation/data/tube_W70.csv",
    "references.toml",
    "timing/data/fbk-nuv-hd.toml",
    "timing/data/hamamatsu-s13360-3050cs.toml",
    "transport/elastic/data/README.md",
    *(f"materials/data/{name}_dielectric.csv" for name in BUILT),
    *(f"transport/elastic/data/{symbol}.npz" for symbol in elements()),
]


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_oldest_requirements_are_the_lower_bounds(root: Path, project: dict) -> None:
    wanted = {}
    extras = project["optional-dependencies"]
    assert extras["test"][0] == "scintidot[app,docs]"
    for requirement in [*project["dependencies"], *extras["app"], *extras["docs"], *extras["test"][1:]]:
        match = re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", requirement)
        assert match, f"no plain lower bound: {requirement}"
        wanted[match[1]] = match[2]
    lines = (root / "requirements/oldest.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    found = dict(line.split("==") for line in pinned)
    assert len(found) == len(pinned)
    assert {name: Version(version) for name, version in found.items()} == {
        name: Version(version) for name, version in wanted.items()
    }


@pytest.mark.parametrize("name", DATA)
def test_data_file_is_found_as_a_resource(name: str) -> None:
    assert resources.files("scintidot").joinpath(name).is_file()


def test_list_of_data_files_is_complete(root: Path) -> None:
    source = root / "src/scintidot"
    others = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file()
        and path.suffix != ".py"
        and not {"__pycache__", "report"} & set(path.relative_to(source).parts)
    }
    assert others == set(DATA)


def test_wheel_holds_every_file_of_the_source(root: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed; the data files are checked as resources")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    source = root / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "scintidot").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names


def test_command_is_an_entry_point(project: dict) -> None:
    assert project["scripts"] == {"scintidot": "scintidot.cli.main:main"}
    points = metadata.entry_points(group="console_scripts", name="scintidot")
    assert [point.value for point in points] == ["scintidot.cli.main:main"]


def test_version_is_the_one_in_the_package(project: dict) -> None:
    import scintidot

    assert project["dynamic"] == ["version"]
    assert metadata.version("scintidot") == scintidot.__version__
