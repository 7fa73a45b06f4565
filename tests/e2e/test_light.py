"""``scintidot light`` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scintidot
from scintidot.light.resolution import CONTRIBUTIONS

Cli = Callable[..., Any]
SMALL: dict[str, Any] = {
    "energies": "1, 3", "histories": 100, "fano_factor": 0.12, "box_nm": 120, "threads": 1, "edge_length": 8,
}  # fmt: skip
COMMAND = (
    "light", "--energies", "1,3", "--histories", "100", "--fano-factor", "0.12", "--box-nm", "120", "--edge-length",
    "8", "--threads", "1",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    return scintidot.sample_light(**SMALL)


def test_document_says_what_it_is_of_and_from(small: dict[str, Any], root: Path) -> None:
    assert small["schema"] == "scintidot.light/1"
    assert {"version", "material", "choices", "rows", "photons_by_pairs", "warnings", "bibliography"} <= set(
        small
    )
    text = (root / "docs/light.md").read_text(encoding="utf-8")
    keys = [*small, *small["rows"][0], *CONTRIBUTIONS]
    assert [key for key in keys if f"`{key}`" not in text] == []
    json.dumps(small, allow_nan=False)


def test_figures_of_a_row_hang_together(small: dict[str, Any]) -> None:
    for row in small["rows"]:
        assert row["kept_share"] + row["host_share"] + row["escaped_share"] == pytest.approx(1, abs=0.02)
        chain = row["kept_share"] * row["photons_per_MeV_kept"]
        assert row["light_yield_photons_per_MeV"] == pytest.approx(chain, rel=1e-9)
        detected = row["light_yield_photons_per_MeV"] * row["energy_keV"] * 1e-3
        assert row["detected_photons"] == pytest.approx(detected, rel=1e-9)
        parts = np.array([row["resolution_by_cause"][name] for name in CONTRIBUTIONS])
        assert row["resolution_fwhm"] == pytest.approx(np.sqrt(np.sum(parts**2)), rel=1e-9)
        prompt = list(row["prompt_density_photons_per_MeV_ns"].values())
        assert prompt == sorted(prompt, reverse=True)
        assert row["initial_density_photons_per_MeV_ns"] >= prompt[0]
        times = row["time_collected_ps"]
        assert 0 < times["0.9"] < times["0.99"]
        assert sum(row["photon_share_by_transition"].values()) == pytest.approx(1, rel=1e-9)
    assert small["rows"][-1]["relative_light_yield"] == 1.0
    assert small["rows"][-1]["relative_light_yield_standard_error"] == 0.0


def test_command_and_python_say_the_same(cli: Cli, small: dict[str, Any]) -> None:
    code, out, _ = cli(*COMMAND, "--json")
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(small))


def test_python_of_the_page_runs(root: Path) -> None:
    text = (root / "docs/light.md").read_text(encoding="utf-8")
    spectra = text.split("```python\n")[-1].split("```")[0]
    found: dict[str, Any] = {}
    exec(compile(spectra, "docs/light.md", "exec"), found)
    assert 2.3 < found["peak"] < 2.4
    assert found["width"] == pytest.approx(0.095, rel=0.1)


def test_outcoupling_and_efficiency_act_where_they_should(small: dict[str, Any]) -> None:
    part = scintidot.sample_light(**SMALL, outcoupling="50 %", detection_efficiency=0.4)
    for whole, row in zip(small["rows"], part["rows"], strict=True):
        assert row["light_yield_photons_per_MeV"] == pytest.approx(whole["light_yield_photons_per_MeV"] / 2)
        assert row["detected_photons"] == pytest.approx(whole["detected_photons"] * 0.2)
        assert row["relative_light_yield"] == pytest.approx(whole["relative_light_yield"])
        assert row["resolution_by_cause"]["detection"] > 0
        for name in set(CONTRIBUTIONS) - {"detection"}:
            assert row["resolution_by_cause"][name] == pytest.approx(whole["resolution_by_cause"][name])


def test_models_and_pair_rules_by_name(small: dict[str, Any]) -> None:
    one = {**SMALL, "energies": 3}
    light = {
        model: scintidot.sample_light(**one, model=model)["rows"][0]["light_yield_photons_per_MeV"]
        for model in ("ladder", "paper")
    }
    exact = small["rows"][1]["light_yield_photons_per_MeV"]
    assert light["ladder"] < exact  # an ionised nanocrystal is dark there
    assert light["paper"] != pytest.approx(exact, rel=0.01)
    counted = scintidot.sample_light(**one, pair_creation_energy="simulated", model="paper")
    row = counted["rows"][0]
    assert row["mean_pairs_per_hit"] > small["rows"][1]["mean_pairs_per_hit"]
    assert row["resolution_by_cause"]["pair_creation"] == 0.0
    dark = scintidot.sample_light(**one, pair_creation_energy="1e5 eV", model="paper")
    assert dark["rows"][0]["light_yield_photons_per_MeV"] < 0.1 * exact


def test_a_host_that_shares_its_energy_makes_light(small: dict[str, Any]) -> None:
    shared = scintidot.sample_light(**SMALL, host_transfer=0.3)
    choices = shared["choices"]
    for whole, row in zip(small["rows"], shared["rows"], strict=True):
        more = row["light_yield_photons_per_MeV"] - whole["light_yield_photons_per_MeV"]
        single = shared["photons_by_pairs"]["mean"][1] / choices["pair_creation_energy_eV"]
        assert more == pytest.approx(1e6 * 0.3 * row["host_share"] * single, rel=1e-9)
        assert row["detected_photons"] == pytest.approx(
            row["light_yield_photons_per_MeV"] * row["energy_keV"] * 1e-3
        )
        assert row["photon_share_by_transition"]["X"] > whole["photon_share_by_transition"]["X"]


def test_table_is_for_people_and_the_picture_is_drawn(cli: Cli, tmp_path: Path) -> None:
    code, out, err = cli(*COMMAND, "--reference-kev", "1", "--plot", "light.html")
    assert code == 0
    assert "reference 1 keV" in out
    assert "photons/MeV" in out
    assert "light.html" in out
    page = (tmp_path / "light.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "scintidot.light/1" in page
    assert "note: " in err


def test_a_sample_without_light_says_so(cli: Cli, tmp_path: Path) -> None:
    code, out, _ = cli(
        "light", "--energies", "12 eV", "--volume-fraction", "0.1 %", "--box-nm", "120", "--histories", "50",
        "--fano-factor", "0", "--plot", "dark.png", "--json",
    )  # fmt: skip
    assert code == 0
    dark = json.loads(out)
    (row,) = dark["rows"]
    assert row["light_yield_photons_per_MeV"] == 0.0
    assert row["resolution_fwhm"] is None
    assert row["tau_harmonic_ps"] is None
    assert row["prompt_density_photons_per_MeV_ns"] == {"0.1": None, "1": None, "10": None}
    assert any("no nanocrystal was hit" in warning for warning in dark["warnings"])
    assert (tmp_path / "dark.png").stat().st_size > 0


MISTAKES = {
    "model": (("--model", "carrier"), 2, "Did you mean 'carriers'?"),
    "energy": (("--energies", "7000"), 4, "--energies"),
    "no energy": (("--energies", "fast"), 2, "--energies"),
    "size": (("--edge-length", "87"), 4, "Is this in angstrom?"),
    "share": (("--volume-fraction", "5"), 2, "Write '5 %'."),
    "too dense": (("--volume-fraction", "0.6"), 4, "--volume-fraction"),
    "box": (("--box-nm", "5"), 4, "--box-nm"),
    "both": (("--composite", "74 x 8 nm", "--box-nm", "200", "--volume-fraction", "0.1"), 2, "--volume-fraction"),
    "composite alone": (("--composite", "74 x 8 nm"), 2, "--box-nm"),
    "composite size": (("--composite", "74 x 80 nm", "--box-nm", "900"), 4, "--composite"),
    "shape": (("--shape", "cuboid"), 2, "one of cube, sphere"),
    "rule": (("--pair-creation-energy", "fratellli"), 2, "--pair-creation-energy"),
    "fano": (("--fano-factor", "-1"), 2, "--fano-factor"),
    "transfer": (("--host-transfer", "1.5"), 2, "--host-transfer"),
    "transfer of counted pairs": (
        ("--host-transfer", "0.5", "--pair-creation-energy", "simulated"), 2, "--host-transfer",
    ),
    "outcoupling": (("--outcoupling", "2"), 2, "--outcoupling"),
    "reference": (("--reference-kev", "9"), 2, "one of --energies"),
    "prompt": (("--prompt-ns", "0"), 2, "--prompt-ns"),
    "response": (("--response-ps", "0"), 2, "--response-ps"),
    "valley": (("--valley", "1"), 2, "--valley"),
    "histories": (("--histories", "3"), 2, "--histories"),
    "host": (("--host", "CsPbBr3"), 2, "a host material"),
    "material": (("--material", "octane"), 3, "expected a scintillator"),
    "picture": (("--plot", "light.doc"), 2, "--plot"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "words"), MISTAKES.values(), ids=MISTAKES)
def test_one_line_for_each_mistake(
    cli: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.setattr("scintidot.deposits.hits.follow", None)  # no mistake may come so far
    found = cli("light", "--fano-factor", "0.1", *arguments)
    assert len(found.err.splitlines()) == 1
    assert words in found.err
    assert found.code == code
    assert "(expected " in found.err
    assert found.out == ""
    assert list(tmp_path.iterdir()) == []
