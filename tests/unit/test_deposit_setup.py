"""Options of ``scintidot deposit`` as `read_setup` takes them: what they mean, and what says nothing is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot.config import RunConfig
from scintidot.deposits.against_size import Deposits, SizeDeposit
from scintidot.deposits.bulk import deep_inside
from scintidot.deposits.choices import engine_warnings
from scintidot.deposits.options import read_setup
from scintidot.errors import BadFile, BadValue, ScintidotError
from scintidot.materials.library import load_material
from scintidot.options import read_whole

HEADER = "x_nm, y_nm, z_nm"
TWO = "5, 5, 5\n15, 15, 15\n"


def packed(folder: Path, text: str, composite: str = "2 x 4 nm", **options: Any) -> Any:
    path = folder / "places.csv"
    path.write_text(text, encoding="utf-8")
    return read_setup(composite=composite, box_nm=20, packing=str(path), **options)


@pytest.mark.parametrize(
    ("value", "number"), [(2**53 + 1, 2**53 + 1), (str(2**63 - 1), 2**63 - 1), ("1e5", 10**5), (7.0, 7), (" 12 ", 12)]
)  # fmt: skip
def test_whole_numbers_are_read_to_the_last_digit(value: object, number: int) -> None:
    assert read_whole(value, "--seed", "deposit", 0, 2**63 - 1) == number


@pytest.mark.parametrize("value", ["1.5", "nan", "inf", "-1", "²", True, None, str(2**63), "9" * 5000])
def test_other_than_whole_numbers_within_limits_are_refused(value: object) -> None:
    with pytest.raises(BadValue, match="--seed"):
        read_whole(value, "--seed", "deposit", 0, 2**63 - 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"composite": "74 x 3,5 nm", "box_nm": 100}, "bad value for --composite (expected one length"),
        ({"packing": "random"}, "--packing (expected it together with --composite"),
        ({"shell_thickness_nm": 2}, "--shell-thickness-nm (expected it together with --shell"),
        ({"local_deposit_below": 500}, "--local-deposit-below (expected it together with --treatment local"),
        ({"treatment": "local", "phonons": "acoustic"}, "--phonons (expected none with --treatment local"),
        ({"edge_length": [(20, 20, 3)]}, "--edge-length"),
        ({"edge_length": [(20, 20)], "shape": "cuboid"}, "--edge-length"),
    ],
)
def test_what_would_say_nothing_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ScintidotError) as fault:
        read_setup(**options)
    assert words in str(fault.value)


def test_options_with_their_partner_are_taken() -> None:
    assert read_setup(local_deposit_below=990).local_below == 0
    assert read_setup(treatment="local", local_deposit_below=500, phonons="none").local_below == 500
    assert read_setup(shell="ZnO").bodies[0].edges == (12, 12, 12)
    assert read_setup(shell="ZnO", shell_thickness_nm=2).bodies[0].edges == (14, 14, 14)
    assert read_setup(edge_length="20 x 20 x 3", shape="cuboid").bodies[0].edges == (20, 20, 3)


@pytest.mark.parametrize(("shape", "filled"), [("cube", 1.0), ("sphere", math.pi / 6)])
def test_volume_is_that_of_the_crystals_of_the_file(tmp_path: Path, shape: str, filled: float) -> None:
    setup = packed(tmp_path, f"{HEADER}, edge_length_nm\n5, 5, 5, 2\n15, 15, 15, 6\n", shape=shape)
    assert setup.volume(setup.bodies[0]) == pytest.approx(filled * (2**3 + 6**3))
    alike = packed(tmp_path, f"{HEADER}\n{TWO}", shape=shape)
    assert alike.volume(alike.bodies[0]) == pytest.approx(filled * 2 * 4**3)


def test_sizes_of_a_file_are_those_of_the_core_or_refused(tmp_path: Path) -> None:
    """A size for each crystal would be a core share for each; the geometry holds one."""
    setup = packed(tmp_path, f"{HEADER}\n{TWO}", shell="ZnO", shell_thickness_nm=1)
    geometry = setup.geometry(setup.bodies[0])
    assert (2 * geometry.core * geometry.items[:, 3:] == 4).all()
    with pytest.raises(BadFile, match="one size with --shell"):
        packed(tmp_path, f"{HEADER}, edge_length_nm\n5, 5, 5, 4\n15, 15, 15, 4\n", shell="ZnO")


@pytest.mark.parametrize(
    ("text", "composite", "words"),
    [
        (f"{HEADER}\n{TWO}", "3 x 4 nm", "as many rows as crystals in --composite, 3, found 2 rows"),
        ("x_nm, y_nm\n5, 5\n", "1 x 4 nm", "columns x_nm, y_nm, z_nm"),
        (f"{HEADER}\n5, 5\n", "1 x 4 nm", "row 2: 5, 5"),
        (f"{HEADER}\n5, 5, here\n", "1 x 4 nm", "row 2: 5, 5, here"),
    ],
)
def test_fault_of_a_file_of_positions_is_named(tmp_path: Path, text: str, composite: str, words: str) -> None:
    with pytest.raises(BadFile) as fault:
        packed(tmp_path, text, composite)
    assert words in str(fault.value)


def test_notes_of_the_media_need_no_order_of_calls() -> None:
    assert any("electrons stop at 10 eV" in note for note in engine_warnings(read_setup(host="octane")))


def affinity(name: str) -> float:
    electrons = load_material(name).card.electrons
    assert electrons is not None
    assert electrons.electron_affinity is not None
    return electrons.electron_affinity.value


def test_electrons_are_confined_below_the_level_outside() -> None:
    """By the affinities of the cards; of a metal, without a surface, without a vibration: never."""

    def confined(**options: Any) -> list[float]:
        found: list[float] = read_setup(threads=1, **options).confined.tolist()
        return found

    assert confined() == [affinity("CsPbBr3"), 0, 0]
    assert confined(host="octane") == pytest.approx([affinity("CsPbBr3") - affinity("octane"), 0, 0])
    for core, shell in (("CdSe", "CdS"), ("CdS", "CdSe")):
        both = confined(material=core, shell=shell, edge_length=4)
        assert both == pytest.approx([affinity(core), affinity(shell), 0])
    for options in (
        {"surface": "none"},
        {"pairs": "settle"},
        {"material": "Au"},
        {"material": "polystyrene"},
    ):
        assert confined(**options) == [0, 0, 0], options


def test_the_bulk_knows_no_surroundings() -> None:
    """Energy per pair is one of the material: alone, in a host, with a shell, without a surface."""
    runs: list[dict[str, Any]] = [{}, {"host": "PMMA"}, {"shell": "CdS"}, {"surface": "none"}]
    setups = [read_setup(material="CdSe", edge_length=4, threads=1, **options) for options in runs]
    assert {deep_inside(setup, 1e3)[0].confined[0] for setup in setups} == {affinity("CdSe")}


def test_soft_lines_of_a_source_are_left_out_and_said() -> None:
    """Fe-55 has K lines of manganese at 5.9 and 6.5 keV and L lines at 0.6 keV, below what the engine takes."""
    setup = read_setup(source="fe55", threads=1)
    energies = setup.source(setup.spectra[0]).energy
    assert energies.min() > 5.8e3
    assert any("less than 1 keV" in note for note in engine_warnings(setup))
    soft = read_setup(source="photon 0.5 keV", threads=1)
    with pytest.raises(ScintidotError, match=r"0\.5 keV"):
        soft.source(soft.spectra[0])


@pytest.mark.parametrize("edge", [1.0, 3.0, 4.2, 10.0, 40.0])
def test_what_was_simulated_about_a_size_is_mixed(edge: float) -> None:
    nothing = np.zeros(1)
    sizes = tuple(SizeDeposit(e, 1.0, 0.1, 0.5, 2.0, 1.0, nothing, nothing) for e in (10.0, 3.0, 6.0))
    deposits = Deposits("track", load_material("CsPbBr3"), RunConfig(), sizes)
    about = deposits.neighbours(edge)
    assert sum(weight for weight, _ in about) == pytest.approx(1)
    middle = np.exp(sum(weight * np.log(size.edge_length) for weight, size in about))
    assert middle == pytest.approx(min(max(edge, 3.0), 10.0))
