"""``scintidot simulate ta`` and ``scintidot analyse ta``: what went in comes out, and mistakes are told."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scintidot
from scintidot.errors import BadFile, BadValue
from scintidot.measured.laboratory.ta import simulate_ta

Run = Callable[..., Any]
FLUENCES = "1e13,5e13,1.5e14,4e14"
SMALL = ("--fluences", FLUENCES, "--delay-points", 90, "--wavelengths", "490:530", "--wavelength-step", 4)


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], dict[str, Any]]:
    """Four matrices with their truth."""
    folder = tmp_path_factory.mktemp("ta")
    simulate_ta(
        folder,
        fluences=FLUENCES,
        delay_points=90,
        wavelengths="490:530",
        wavelength_step=4,
        retained_fraction=0.8,
    )
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return [folder / row["file"] for row in truth["matrices"]], truth


def within(document: dict[str, Any], name: str, truth: float, errors: float = 4.0) -> bool:
    where, _, unit = name.partition("|")
    value, error = document[where + unit], document[f"{where}_error{unit}"]
    return abs(value - truth) < errors * error


def test_a_simulated_series_gives_its_truth_back(cli: Run, series: tuple[list[Path], dict[str, Any]]) -> None:
    files, written = series
    done = cli("analyse", "ta", *files, "--json")
    assert done.code == 0, done.err
    document, truth = json.loads(done.out), written["truth"]
    assert document["schema"] == "scintidot.ta/1"
    assert document["status"] == "ok"
    assert document["mode"] == "series"
    assert within(document, "biexciton_lifetime|_ps", truth["biexciton_lifetime_ps"])
    assert within(document, "auger_rate|_per_ps", truth["auger_rate_per_ps"])
    assert within(document, "auger_efficiency", truth["auger_efficiency"])
    section = document["absorption_cross_section_cm2"]
    assert abs(section - 1e-14) < 4 * document["absorption_cross_section_cm2_error"]
    fit = document["carrier_fit"]
    assert within(fit, "exciton_lifetime|_ps", truth["exciton_lifetime_ps"])
    assert within(fit, "retained_fraction", 0.8)
    assert document["successive_subtraction"][0]["pairs"] == 2
    assert within(document["from_subtraction"], "biexciton_lifetime|_ps", truth["biexciton_lifetime_ps"])
    assert document["state_filling"]["late"]["cross_section"] == pytest.approx(1e-14, rel=0.15)
    assert [row["mean_excitons"] for row in document["mean_excitons"]] == pytest.approx(
        [0.1, 0.5, 1.5, 4], rel=0.02
    )
    assert 0.8 < document["fit"]["chi_square_per_dof"] < 1.3
    assert document["response"]["sigma_ps"] == pytest.approx(truth["response_sigma_ps"], rel=0.15)
    for key in (
        "statistics",
        "filling_meaning",
        "degeneracy",
        "tail_ps",
        "band_nm",
        "auger_efficiency_definition",
    ):
        assert document["choices"][key]
    assert {row["name"] for row in document["parameters"]} >= {"exciton_rate", "auger_rate", "cross_section"}
    spectra = document["spectra"]
    shape = np.array(spectra["species_associated"])
    assert spectra["kinds"][0] == "X"
    top = int(np.argmin(np.abs(np.array(spectra["wavelength_nm"]) - 510)))
    error = np.array(spectra["species_associated_error"])
    assert abs(shape[0, top] + 20) < 4 * error[0, top] + 0.4  # one exciton in every nanocrystal [mOD]
    assert abs(shape[1, top] + 40) < 4 * error[1, top] + 0.4  # two


def test_a_band_wide_as_the_bleach_has_one_height_for_all_pumps(
    cli: Run, series: tuple[list[Path], dict[str, Any]]
) -> None:
    """Strong and weak columns in one mean: with weights of each matrix by itself the heights scatter by percents."""
    document = json.loads(cli("analyse", "ta", *series[0], "--band", "490:530", "--json").out)
    assert document["fit"]["chi_square_per_dof"] < 1.3
    assert within(document, "biexciton_lifetime|_ps", series[1]["truth"]["biexciton_lifetime_ps"])
    assert within(document, "absorption_cross_section_cm2", 1e-14)
    assert within(document["carrier_fit"], "retained_fraction", 0.8)


@pytest.mark.parametrize("format", ["csv", "glotaran"])
def test_text_formats_are_read_back(cli: Run, tmp_path: Path, format: str) -> None:
    """They hold no fluence: it is asked for by the name of the option, and relative powers do as well."""
    assert cli("simulate", "ta", "--out", tmp_path, "--format", format, *SMALL).code == 0
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    files = [tmp_path / row["file"] for row in truth["matrices"]]
    refused = cli("analyse", "ta", *files, "--time-unit", "ps")
    assert refused.code == 2
    assert "--fluence" in refused.err
    assert "4 fluences" in refused.err
    done = cli(
        "analyse",
        "ta",
        *files,
        "--time-unit",
        "ps",
        "--pump-power",
        "1,5,15,40",
        "--retained-fraction",
        0.5,
        "--json",
    )
    document = json.loads(done.out)
    assert document["choices"]["fluence_unit"] == "relative"
    assert "absorption_cross_section_cm2" not in document
    assert abs(document["mean_excitons_per_unit"] - 0.1) < 4 * document["mean_excitons_per_unit_error"]


def test_pulse_energies_become_photons(cli: Run, series: tuple[list[Path], dict[str, Any]]) -> None:
    """1 uJ/cm2 at 400 nm is 2.0136e12 photons/cm2: E = hc/lambda."""
    files, _ = series
    joules = 6.62607015e-34 * 299792458 / 400e-9
    energies = ",".join(f"{value * joules * 1e6:.8g}" for value in (1e13, 5e13, 1.5e14, 4e14))
    options = (
        "--pulse-energy-uJ-cm2",
        energies,
        "--retained-fraction",
        "0.8",
        "--exciton-rate",
        "8 ns",
        "--json",
    )
    assert cli("analyse", "ta", *files, *options).code == 2
    document = json.loads(cli("analyse", "ta", *files, *options, "--pump-wavelength", 400).out)
    assert [row["fluence"] for row in document["mean_excitons"]] == pytest.approx(
        [1e13, 5e13, 1.5e14, 4e14], rel=1e-6
    )
    assert document["choices"]["exciton_rate"] == "given"
    assert document["carrier_fit"]["exciton_lifetime_error_ps"] == 0


def test_one_matrix_is_analysed_globally(cli: Run, series: tuple[list[Path], dict[str, Any]]) -> None:
    files, _ = series
    document = json.loads(
        cli("analyse", "ta", files[0], "--components", 1, "--chirp", "linear", "--json").out
    )
    assert document["mode"] == "global"
    assert len(document["components"]) == 1
    assert document["chirp"]["coefficients_ps"][1] == pytest.approx(0.5, abs=0.2)
    assert len(document["spectra"]["decay_associated"][0]) == len(document["spectra"]["wavelength_nm"]) == 11
    text = cli("analyse", "ta", files[0], "--components", 1)
    assert "component 1" in text.out


def test_columns_without_numbers_are_left_out(
    cli: Run, series: tuple[list[Path], dict[str, Any]], tmp_path: Path
) -> None:
    with np.load(series[0][-1]) as data:
        arrays = dict(data)
    arrays["values"][:, 2] = 0.0
    np.savez(tmp_path / "broken.npz", **arrays)
    document = json.loads(cli("analyse", "ta", tmp_path / "broken.npz", "--components", 2, "--json").out)
    assert document["status"] == "ok"
    assert any("left out" in warning for warning in document["warnings"])


@pytest.mark.parametrize(
    ("options", "who"),
    [
        (("--fluence", "1e13,2e13"), "--fluence"),
        (("--fluence", "1e13,2e13,3e13,-1"), "--fluence"),
        (("--fluence", "1,1,1,1"), "--fluence"),
        (("--pump-power", "1,2,3,4", "--fluence", "1,2,3,4"), "--fluence"),
        (("--tail", "500"), "--tail"),
        (("--band", "520:500"), "--band"),
        (("--band", "500:520", "--wavelength", "510"), "--wavelength"),
        (("--degeneracy", "none"), "--degeneracy"),
        (("--chirp", "polynomal"), "--chirp"),
        (("--model", "paper"), "--model"),
        (("--retained-fraction", "80"), "--retained-fraction"),
        (("--artefact", "9"), "--artefact"),
        (("--components", "0"), "--components"),
        (("--mode", "global"), "--mode"),
    ],
)
def test_a_mistake_is_one_line_with_the_option(
    cli: Run, series: tuple[list[Path], dict[str, Any]], options: tuple[str, ...], who: str
) -> None:
    done = cli("analyse", "ta", *series[0], *options)
    assert done.code == 2
    assert who in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "who"),
    [
        (("--delays", "1:3000"), "--delays"),
        (("--wavelengths", "550:470"), "--wavelengths"),
        (("--delay-points", "1000000"), "--delay-points"),
        (("--format", "xls"), "--format"),
        (("--auger-efficiency", "1"), "--auger-efficiency"),
        (("--noise-mOD", "-1"), "--noise-mOD"),
        (("--fluences", "many"), "--fluences"),
    ],
)
def test_the_laboratory_refuses_what_it_cannot_make(
    cli: Run, tmp_path: Path, options: tuple[str, ...], who: str
) -> None:
    done = cli("simulate", "ta", "--out", tmp_path / "new", *options)
    assert done.code == 2
    assert who in done.err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("format", ["npz", "csv", "glotaran"])
def test_the_laboratory_says_the_command_that_reads_its_files(cli: Run, tmp_path: Path, format: str) -> None:
    """The line after 'Try:' works as it stands; options have the names of the other commands too."""
    options = ("--fluence", FLUENCES, "--noise", 0.2, "--irf-fwhm-ps", 0.4, "--format", format)
    done = cli("simulate", "ta", "--out", tmp_path / "my ta", *SMALL[2:], *options)
    assert done.code == 0, done.err
    written, said = done.out.splitlines()[-2:]
    assert written.startswith("Written: ")
    truth = json.loads((tmp_path / "my ta" / "truth.json").read_text(encoding="utf-8"))["truth"]
    assert (truth["noise_mOD"], truth["retained_fraction"]) == (0.2, 0.5)
    words = shlex.split(said.removeprefix("Try: scintidot "))
    files = sorted((tmp_path / "my ta").glob(Path(words[2]).name))
    assert len(files) == 4
    assert cli(*words[:2], *files, *words[3:]).code == 0


def test_from_python(series: tuple[list[Path], dict[str, Any]], tmp_path: Path) -> None:
    """One path alone, numbers in a list, what a file does not say as a keyword; a wrong keyword in one line."""
    files, _ = series
    one = scintidot.analyse_ta(str(files[0]), components=1, chirp="linear").document
    assert one["mode"] == "global"
    many = scintidot.analyse_ta(
        files, fluence=[1e13, 5e13, 1.5e14, 4e14], retained_fraction=0.8, exciton_rate="8 ns"
    )
    assert many.document["choices"]["fluence_from"] == "--fluence"
    with pytest.raises(BadValue, match=r"analyse ta: bad keyword for fluences .*Did you mean 'fluence'\?"):
        scintidot.analyse_ta(files, fluences="1,2")
    with pytest.raises(BadValue, match="--time-unit"):
        scintidot.analyse_ta(files, time_unit="minutes")
    rows = "0,500,510\n" + "".join(f"{i - 5},{i},{2 * i}\n" for i in range(15))
    (tmp_path / "plain.csv").write_text(rows)
    with pytest.raises(BadFile, match="--time-unit"):
        scintidot.analyse_ta(tmp_path / "plain.csv")
    told = scintidot.analyse_ta(tmp_path / "plain.csv", time_unit="ns", components=1, chirp="none")
    assert told.document["mode"] == "global"


def test_same_seed_same_files(cli: Run, tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert cli("simulate", "ta", "--out", tmp_path / folder, "--seed", seed, *SMALL).code == 0
    values = [np.load(tmp_path / folder / "ta-01.npz")["values"] for folder in "abc"]
    np.testing.assert_array_equal(values[0], values[1])
    assert not np.array_equal(values[0], values[2])


def test_a_matrix_of_noise_is_no_result_without_warning(cli: Run, tmp_path: Path) -> None:
    """Nothing to be found: the document says so, or the fit failed and the exit code is 1."""
    random = np.random.default_rng(0)
    time = np.concatenate([np.linspace(-5, 5, 30), np.geomspace(6, 1000, 30)])
    for index in range(3):
        np.savez(
            tmp_path / f"n{index}.npz", time_ps=time, wavelength_nm=np.linspace(500, 520, 5),
            values=random.standard_normal((60, 5)), fluence=10.0**index,
        )  # fmt: skip
    done = cli("analyse", "ta", *(tmp_path / f"n{index}.npz" for index in range(3)), "--json")
    assert done.code == 1
    document = json.loads(done.out)
    assert document["status"] == "failed"
    assert "no signal" in document["warnings"][-1]
    alone = json.loads(cli("analyse", "ta", tmp_path / "n0.npz", "--json").out)
    assert alone["warnings"]


@pytest.mark.parametrize("seed", range(4))
def test_one_matrix_of_noise_has_no_lifetime(
    series: tuple[list[Path], dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    with np.load(series[0][-1]) as data:
        arrays = dict(data)
    arrays["values"] = np.random.default_rng(seed).standard_normal(arrays["values"].shape)
    np.savez(tmp_path / "noise.npz", **arrays)
    found = scintidot.analyse_ta(tmp_path / "noise.npz")
    assert found["status"] == "failed"
    assert "no signal stands out of the noise" in found["warnings"][-1]


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        ({"wavelength": 700}, "--wavelength"),
        ({"band": "600:620"}, "--band"),
        ({"tail": "5000:6000"}, "--tail"),
        ({"tail": "-4:-1"}, "--tail"),
        ({"components": 2}, "--components"),
    ],
)
def test_what_lies_beyond_the_data_of_a_series_is_refused(
    series: tuple[list[Path], dict[str, Any]], options: dict[str, Any], flag: str
) -> None:
    with pytest.raises(BadValue) as caught:
        scintidot.analyse_ta(series[0], **options)
    assert caught.value.who == flag


def test_one_wavelength_is_that_of_the_nearest_column(series: tuple[list[Path], dict[str, Any]]) -> None:
    found = scintidot.analyse_ta(series[0], wavelength=511)
    assert found["choices"]["band_nm"] == [511, 511]
    assert found["choices"]["band_columns_nm"] == [510, 510]
    with pytest.raises(BadValue, match="two matrices at least"):
        scintidot.analyse_ta(series[0][0], wavelength=511)


def test_a_gap_in_one_matrix_leaves_the_series_its_spectra(
    series: tuple[list[Path], dict[str, Any]], tmp_path: Path
) -> None:
    files = []
    for place, file in enumerate(series[0]):
        with np.load(file) as data:
            arrays = dict(data)
        if place == 1:
            arrays["values"][:, 2] = np.nan
        if place == 2:
            arrays["values"][7, 5] = np.nan
        files.append(tmp_path / file.name)
        np.savez(files[-1], **arrays)
    found = scintidot.analyse_ta(files)
    assert len(found["spectra"]["wavelength_nm"]) == 10
    assert 498 not in found["spectra"]["wavelength_nm"]
    assert any("left out" in word for word in found["warnings"])
    assert found["inputs"][2]["notes"] == ["1 times left out: not finite everywhere"]


def test_a_parameter_at_its_limit_is_told_with_what_others_would_give(tmp_path: Path) -> None:
    """Noise of 5 %, few pumps: xi runs to 0 and pulls the cross section off by more than six of its errors."""
    options = {
        "fluences": "2e13,5e13,1e14",
        "delays": "-5:1000",
        "delay_points": 90,
        "wavelengths": "500:520",
    }
    simulate_ta(tmp_path, noise=1.0, retained_fraction=0.5, wavelength_step=2, seed=1, **options)
    document = scintidot.analyse_ta(sorted(tmp_path.glob("*.npz"))).document
    assert next(p for p in document["parameters"] if p["name"] == "retained_fraction")["at_limit"]
    assert not within(document, "absorption_cross_section_cm2", 1e-14)
    said = next(w for w in document["warnings"] if w.startswith("The retained fraction ended at the limit"))
    assert "--retained-fraction" in said
    assert "--exciton-rate" in said
    held = {row["retained_fraction"]: row for row in document["retained_fraction_held"]}
    assert abs(held[0.5]["cross_section"] - 1e-14) < 3 * held[0.5]["cross_section_error"]
    assert held[1.0]["chi_square_more"] > held[0.5]["chi_square_more"] > held[0.0]["chi_square_more"] > -1e-3


def test_report_and_card(cli: Run, series: tuple[list[Path], dict[str, Any]], tmp_path: Path) -> None:
    """The card has the found rates and is taken by predict."""
    card, folder = tmp_path / "mine.toml", tmp_path / "report"
    done = cli(
        "analyse",
        "ta",
        *series[0],
        "--out",
        folder,
        "--to-card",
        card,
        "--edge-length-nm",
        "6",
        "--retained-fraction",
        0.8,
    )
    assert done.code == 0, done.err
    assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["schema"] == "scintidot.ta/1"
    page = (folder / "report.html").read_text(encoding="utf-8")
    for title in ("Dynamics and carrier model", "State filling", "Spectra of the species", "Chirp"):
        assert title in page
    assert cli("materials", "check", card).code == 0
    text = card.read_text(encoding="utf-8")
    assert "measured" in text
    assert "biexciton.retained_fraction" not in text
    alone = cli("analyse", "ta", series[0][-1], "--components", 2, "--out", tmp_path / "one")
    assert alone.code == 0
    assert "Decay-associated spectra" in (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
