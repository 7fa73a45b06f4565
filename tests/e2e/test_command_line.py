"""The command line as a user meets it: spellings, numbers, one line for each mistake."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
COMMAND = [sys.executable, "-m", "scintidot"]
FILES = ["references.bib", "report.html", "result.json", "result.nc", "run.toml"]
ANALYTIC = ("--deposit", "continuous")
PREDICT = ("predict", "--edge-length", "8.7", "--json", *ANALYTIC)
KINETICS = ("kinetics", "--mean-excitons", "0.8", "--auger-efficiency", "0.9")
CTR = ("ctr", "--rise-time-ps", "100", "--tau-eff-ps", "1036.7", "--photons", "5110")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report takes seconds to draw and has its own tests."""
    monkeypatch.setattr("scintidot.report.page.write_report", lambda _, path: path.write_text("report"))


@pytest.fixture(scope="module")
def usual() -> Any:
    """The document of `PREDICT`, by a process of its own."""
    return strict(shell(*PREDICT).stdout)


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    return json.loads(text, parse_constant=refuse)


def below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def shell(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


# --- good runs ---------------------------------------------------------------------------------------------


def test_predict_without_arguments_writes_everything(cli: Cli, tmp_path: Path) -> None:
    code, out, err = cli("predict")
    assert code == 0
    assert below(tmp_path / "scintidot-predict") == FILES
    assert all(path.stat().st_size > 0 for path in (tmp_path / "scintidot-predict").iterdir())
    document = strict((tmp_path / "scintidot-predict/result.json").read_text(encoding="utf-8"))
    sizes = [row["edge_length_nm"] for row in document["rows"]]
    assert sizes == [3.3, 3.5, 3.9, 6.9, 8.7, 10.7, 13.5, 14.7]
    assert f"Report: {tmp_path}/scintidot-predict/report.html" in out
    assert all(line.startswith("note: ") for line in err.splitlines())
    assert len(err.splitlines()) == len(document["warnings"])


@pytest.mark.usefixtures("_quick_report")
def test_predict_with_every_spelling_of_the_issue(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "RUN.toml").write_text('[excitons]\nstatistics = "paper"\n')
    code, out, err = cli(
        "predict", "RUN.toml", "--material", "CsPbBr3", "--edge-length", "3.3,5,8.7", "--energy", "7 keV",
        "--host", "octane", "--start", "uniform", "--out", "DIR", "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    document = strict(out)
    assert document["schema"] == "scintidot.predict/1"
    assert [row["edge_length_nm"] for row in document["rows"]] == [3.3, 5, 8.7]
    assert document["choices"]["statistics"] == "paper"
    assert below(tmp_path / "DIR") == FILES
    assert strict((tmp_path / "DIR/result.json").read_text(encoding="utf-8")) == document


def test_json_alone_writes_no_file(cli: Cli, tmp_path: Path) -> None:
    assert cli(*PREDICT).code == 0
    assert below(tmp_path) == []


@pytest.mark.usefixtures("_quick_report")
def test_run_file_that_was_written_reruns_to_the_same_rows(cli: Cli) -> None:
    first = strict(
        cli(
            "predict", *ANALYTIC, "--edge-length", "3.3,8.7", "--statistics", "paper", "--out", "a", "--json"
        ).out
    )
    again = strict(cli("predict", "a/run.toml", "--out", "b", "--json").out)
    assert again["rows"] == first["rows"]
    assert again["choices"] == first["choices"]
    assert Path("a/run.toml").read_bytes() == Path("b/run.toml").read_bytes()


@pytest.mark.usefixtures("_quick_report")
def test_second_run_into_the_same_folder_replaces_the_first(cli: Cli, tmp_path: Path) -> None:
    cli("predict", *ANALYTIC, "--edge-length", "5", "--out", "a")
    (tmp_path / "a/notes.txt").write_text("mine")
    cli("predict", *ANALYTIC, "--edge-length", "6", "--out", "a")
    assert strict((tmp_path / "a/result.json").read_text(encoding="utf-8"))["rows"][0]["edge_length_nm"] == 6
    assert below(tmp_path / "a") == sorted([*FILES, "notes.txt"])


KINETICS_POINTS = {
    ("3.3", "0", "0.5"): (5.954913, 5174.51),
    ("3.3", "0.99", "0.5"): (1.831621, 1591.584),
}


@pytest.mark.parametrize(("point", "expected"), KINETICS_POINTS.items())
def test_kinetics_gives_the_figures_of_the_issue(
    cli: Cli, point: tuple[str, str, str], expected: tuple[float, float]
) -> None:
    mean, efficiency, retained = point
    code, out, err = cli(
        "kinetics", "--model", "paper", "--mean-excitons", mean, "--auger-efficiency", efficiency,
        "--retained-fraction", retained, "--exciton-rate", "1e-4", "--quantum-yield", "1",
        "--response-ps", "100", "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    document = strict(out)
    assert document["schema"] == "scintidot.kinetics/1"
    assert document["photons"] == pytest.approx(expected[0], rel=1e-6)
    assert document["tau_ps"]["harmonic"] == pytest.approx(expected[1], rel=2e-6)
    assert document["ctr_nc"] == pytest.approx(document["initial_rate_per_ps"] ** -0.5)


def test_kinetics_reads_rates_and_times_with_units(cli: Cli) -> None:
    one = strict(cli(*KINETICS, "--exciton-rate", "1e-4", "--response-ps", "100", "--json").out)
    two = strict(cli(*KINETICS, "--exciton-rate", "0.1 1/ns", "--response-ps", "0.1 ns", "--json").out)
    assert one["photons"] == two["photons"]
    assert one["tau_ps"] == pytest.approx(two["tau_ps"])


def test_a_lifetime_is_taken_for_the_rate_of_the_exciton(cli: Cli) -> None:
    one, two = (strict(cli(*KINETICS, "--exciton-rate", text, "--json").out) for text in ("8 ns", "1.25e-4"))
    assert one["photons"] == two["photons"]
    assert one["choices"]["exciton_rate_per_ps"] == 1.25e-4


def test_kinetics_table(cli: Cli) -> None:
    for model, words in (("carriers", ("trion+", "n>=3")), ("poisson-biexciton", ("component", "biexciton"))):
        code, out, _ = cli(*KINETICS, "--model", model)
        assert code == 0
        for word in ("photons per nanocrystal", "tau harmonic", "CTR_NC", "transition", *words):
            assert word in out


def test_quantum_yield_zero_says_that_there_is_no_light_and_nothing_else(cli: Cli) -> None:
    code, out, err = cli(*KINETICS, "--quantum-yield", "0", "--json")
    assert (code, err) == (0, "")
    assert "No light: lifetimes are undefined." in strict(out)["warnings"]


def test_ctr(cli: Cli) -> None:
    code, out, err = cli(*CTR, "--json")
    assert (code, err) == (0, "")
    assert strict(out)["ctr_ps"] == {"formula": pytest.approx(15.0, abs=0.005)}
    assert "15 ps FWHM" in cli(*CTR).out


def test_materials_list(cli: Cli) -> None:
    entries = strict(cli("materials", "list", "--json").out)["materials"]
    kinds = {entry["name"]: entry["kind"] for entry in entries}
    assert len(kinds) == 17
    assert (kinds["CsPbBr3"], kinds["octane"], kinds["Au"]) == ("scintillator", "host", "standard")
    table = cli("materials", "list").out
    assert all(name in table and kind in table for name, kind in kinds.items())


def test_materials_show(cli: Cli) -> None:
    document = strict(cli("materials", "show", "CsPbBr3", "--json").out)
    assert {entry["key"] for entry in document["quantities"]} >= {"density", "exciton.lifetime"}
    assert "exciton.lifetime" in cli("materials", "show", "CsPbBr3").out


@pytest.mark.parametrize("width", [50, 80, 110, 160])
@pytest.mark.parametrize(
    "command", [("materials", "show", "CsPbBr3"), ("materials", "list"), ("sources", "list")]
)
def test_tables_can_be_read_in_a_narrow_terminal(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, width: int, command: tuple[str, ...]
) -> None:
    """No line is longer than the terminal, and every word of the wide table stands there unbroken."""
    wide = cli(*command).out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    narrow = re.sub(r"\x1b\[[0-9;]*m", "", cli(*command).out)
    assert max(map(len, narrow.splitlines())) <= width
    words = {word.strip("─") for word in wide.split()}
    assert words <= {form for word in narrow.split() for form in (word, word.removesuffix(":"))} | {""}


def test_materials_show_toml_is_a_card_to_start_from(cli: Cli, usual: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(cli("materials", "show", "CsPbBr3", "--toml").out, encoding="utf-8")
    code, out, err = cli("materials", "check", "mine.toml")
    assert (code, err) == (0, "")
    assert "valid card 'CsPbBr3' (scintillator)" in out
    assert strict(cli(*PREDICT, "--material", "./mine.toml").out)["rows"] == usual["rows"]


def test_materials_check_json(cli: Cli, write_card: Callable[..., Path]) -> None:
    document = strict(cli("materials", "check", write_card('name = "mine"'), "--json").out)
    assert (document["name"], document["notes"]) == ("mine", [])


@pytest.mark.parametrize(
    "arguments",
    [[], ["predict"], ["kinetics"], ["ctr"], ["materials"], ["materials", "list"], ["materials", "show"]],
)
def test_help(cli: Cli, arguments: list[str]) -> None:
    code, out, err = cli(*arguments, "--help")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: scintidot")
    assert "--help" in out


def test_help_documents_the_exit_codes(cli: Cli) -> None:
    out = " ".join(cli("--help").out.split())
    for words in (
        "0 success",
        "2 bad value",
        "3 bad material card",
        "4 value outside",
        "5 output cannot",
        "130 interr",
    ):
        assert words in out


def test_command_alone_shows_its_help_in_lines(cli: Cli) -> None:
    _, out, err = cli()
    assert len((out + err).splitlines()) > 10


def test_version(cli: Cli) -> None:
    import scintidot

    assert cli("--version") == (0, f"scintidot {scintidot.__version__}\n", "")


# --- each choice shows in `choices` and in the numbers --------------------------------------------------------

CHANGES = {
    "sizes": (["--edge-length", "5"], None, "mean_deposit_eV"),
    "xi": (["--retained-fraction", "1"], ("retained_fraction", 1.0), "photons_per_nc"),
    "statistics": (["--statistics", "paper"], ("statistics", "paper"), "photons_per_nc"),
    "energy": (["--energy", "9000 eV"], ("kinetic_energy_keV", 9.0), "mean_deposit_eV"),
    "start": (["--start", "centre"], ("start", "centre"), "mean_deposit_eV"),
    "shape": (["--shape", "sphere"], ("shape", "sphere"), "mean_deposit_eV"),
    "pair creation": (
        ["--pair-creation-energy", "klein"],
        ("pair_creation_energy", "klein"),
        "mean_excitons",
    ),
    "pair energy": (
        ["--pair-creation-energy", "7.5 eV"],
        ("pair_creation_energy", "7.5 eV"),
        "mean_excitons",
    ),
    "auger law": (["--auger-law", "volume-scaling"], ("auger_law", "volume-scaling"), "auger_efficiency"),
    "dispersion": (["--size-dispersion", "0.1"], ("size_dispersion", 0.1), "photons_per_nc"),
    "rise time": (["--rise-time", "50"], ("rise_time_ps", 50.0), "ctr_ps"),
    "response": (["--response", "300"], ("response_fwhm_ps", 300.0), "tau_ps"),
    "outcoupling": (["--outcoupling", "0.5"], ("outcoupling", 0.5), "ctr_ps"),
    "efficiency": (["--detection-efficiency", "0.5"], ("detection_efficiency", 0.5), "ctr_ps"),
    "scaling": (
        ["--edge-length", "5", "--light-yield-scaling", "photons-per-deposited-energy"],
        ("light_yield_scaling", "photons-per-deposited-energy"),
        "light_yield_photons_per_MeV",
    ),
}


@pytest.mark.parametrize(("options", "choice", "figure"), CHANGES.values(), ids=CHANGES)
def test_change_shows(
    cli: Cli, usual: Any, options: list[str], choice: tuple[str, Any] | None, figure: str
) -> None:
    before, after = usual, strict(cli(*PREDICT, *options).out)
    assert after["rows"][0][figure] != before["rows"][0][figure]
    if choice:
        name, value = choice
        assert after["choices"][name] == value
        assert before["choices"][name] != value


def test_changed_card_shows(cli: Cli, usual: Any, write_card: Callable[..., Path]) -> None:
    path = write_card(
        'name = "mine"\n[exciton]\n'
        'lifetime = { value = 5, unit = "ns", source = "fratelli_2024", provenance = "measured" }'
    )
    before, after = usual, strict(cli(*PREDICT, "--material", path).out)
    assert after["rows"][0]["tau_ps"]["harmonic"] < before["rows"][0]["tau_ps"]["harmonic"]
    assert after["choices"]["material"] == "mine"
    assert after["choices"]["material_fingerprint"] != before["choices"]["material_fingerprint"]


def test_host_shows(cli: Cli) -> None:
    assert strict(cli(*PREDICT, "--host", "toluene").out)["choices"]["host"] == "toluene"


def test_more_photons_than_pairs_is_said(cli: Cli) -> None:
    options = ("--edge-length", "14.7", "--statistics", "paper", "--pair-creation-energy", "alig-bloom")
    document = strict(cli("predict", *ANALYTIC, *options, "--json").out)
    assert document["rows"][0]["mean_excitons"] > 1.146
    assert any("1.146" in warning for warning in document["warnings"])


# --- each mistake is one line --------------------------------------------------------------------------------

MISTAKES = {
    "unknown material": ([*PREDICT, "--material", "CsPbBr"], 2, "Did you mean 'CsPbBr3'?"),
    "missing card": ([*PREDICT, "--material", "./mine.toml"], 3, "mine.toml: bad file"),
    "unknown host": ([*PREDICT, "--host", "octan"], 2, "Did you mean 'octane'?"),
    "scintillator as host": ([*PREDICT, "--host", "CsPbBr3"], 2, "for --host (expected a host material"),
    "host as material": (
        [*PREDICT, "--material", "octane"],
        3,
        "expected a scintillator, found octane, a host",
    ),
    "standard as host": ([*PREDICT, "--host", "Si"], 2, "expected a host material, found Si, a standard"),
    "bulk card as material": ([*PREDICT, "--material", "CdSe"], 3, "CdSe: bad material for predict"),
    "bulk card for the light yield": (
        [*PREDICT, "--light-yield-material", "CdSe"],
        2,
        "one of own, CsPbBr3, found 'CdSe'",
    ),
    "wrong dimension": ([*PREDICT, "--energy", "7 nm"], 2, "for --energy (expected "),
    "wrong dimension of a size": (["predict", "--edge-length", "7 keV"], 2, "a length such as '7 nm'"),
    "angstrom": (["predict", "--edge-length", "33,50,87"], 4, "33 angstrom are 3.3 nm; write '33 angstrom'."),
    "too small": (["predict", "--edge-length", "0.5"], 4, "expected 1.8 to 30 nm for this material card"),
    "too large": (["predict", "--edge-length", "1 um"], 4, "found 1000 nm"),
    "negative size": (["predict", "--edge-length", "-5"], 2, "--edge-length (expected more than 0 nm"),
    "negative size, one of three": (["predict", "--edge-length", "5,-5,6"], 2, "found -5 nm"),
    "zero size": (["predict", "--edge-length", "0"], 2, "found 0 nm"),
    "no size": (["predict", "--edge-length", ""], 2, "for --edge-length"),
    "size in words": (["predict", "--edge-length", "small"], 2, "found 'small'"),
    "size of nothing, energy given": (
        ["predict", "--json", "--edge-length", "0.001", "--pair-creation-energy", "7.5 eV"],
        4,
        "for --edge-length",
    ),
    "pair energy below the gap": ([*PREDICT, "--pair-creation-energy", "2 eV"], 2, "at least the band gap"),
    "keV for eV": ([*PREDICT, "--energy", "7000"], 4, "A bare number is in keV; '7000 eV' is 7 keV."),
    "energy beyond the engine": (
        ["predict", "--edge-length", "5", "--energy", "200", "--json"],
        4,
        "scintidot predict: bad energy for --energy (expected electrons of up to 100 keV",
    ),
    "energy too low": ([*PREDICT, "--energy", "7 eV"], 4, "expected 0.1 keV to 1 MeV"),
    "energy too high": ([*PREDICT, "--energy", "3 MeV"], 4, "expected 0.1 keV to 1 MeV"),
    "negative energy": ([*PREDICT, "--energy", "-7 keV"], 2, "for --energy"),
    "decimal comma": ([*PREDICT, "--energy", "3,5"], 2, "Write the decimal point as '.'"),
    "nan": ([*PREDICT, "--energy", "nan"], 2, "for --energy"),
    "xi above 1": ([*PREDICT, "--retained-fraction", "1.5"], 2, "at most 1, found 1.5"),
    "negative xi": ([*PREDICT, "--retained-fraction", "-0.5"], 2, "at least 0"),
    "outcoupling above 1": ([*PREDICT, "--outcoupling", "1.1"], 2, "for --outcoupling"),
    "no detection": ([*PREDICT, "--detection-efficiency", "0"], 2, "for --detection-efficiency"),
    "unknown statistics": ([*PREDICT, "--statistics", "poison"], 2, "Did you mean 'poisson'?"),
    "unknown start": ([*PREDICT, "--start", "center"], 2, "Did you mean 'centre'?"),
    "unknown shape": ([*PREDICT, "--shape", "box"], 2, "one of cube, sphere"),
    "unknown law": ([*PREDICT, "--auger-law", "volume"], 2, "Did you mean 'volume-scaling'?"),
    "unknown rule": ([*PREDICT, "--pair-creation-energy", "klien"], 2, "Did you mean 'klein'?"),
    "negative pair energy": ([*PREDICT, "--pair-creation-energy", "-3"], 2, "a positive energy"),
    "missing run file": (["predict", "RUN.toml"], 3, "RUN.toml: bad file for run file"),
    "folder as run file": (["predict", "."], 3, "bad file for run file"),
    "unknown option": (["predict", "--edge-lenght", "5"], 2, "--edge-lenght"),
    "option without value": (["predict", "--edge-length"], 2, "--edge-length"),
    "two run files": (["predict", "a.toml", "b.toml"], 2, "b.toml"),
    "unknown command": (["predct"], 2, "predct"),
    "no subcommand": (["materials"], 2, "scintidot materials"),
    "missing option": (["kinetics", "--auger-efficiency", "0.5"], 2, "--mean-excitons"),
    "Phi_AR of 1": (["kinetics", "--mean-excitons", "1", "--auger-efficiency", "1"], 2, "less than 1"),
    "Phi_AR above 1": (
        ["kinetics", "--mean-excitons", "1", "--auger-efficiency", "1.2"],
        2,
        "at least 0 and less than 1",
    ),
    "negative Phi_AR": (
        ["kinetics", "--mean-excitons", "1", "--auger-efficiency", "-1"],
        2,
        "at least 0 and less than 1",
    ),
    "Phi_X above 1": ([*KINETICS, "--quantum-yield", "80"], 2, "Write '80 %'"),
    "xi of kinetics": (
        [*KINETICS, "--retained-fraction", "2"],
        2,
        "for --retained-fraction (expected at least 0 and at most 1",
    ),
    "zero rate": ([*KINETICS, "--exciton-rate", "0"], 2, "for --exciton-rate"),
    "time for a rate": ([*KINETICS, "--trapping-rate", "10 ns"], 2, "a rate such as"),
    "no response": ([*KINETICS, "--response-ps", "0"], 2, "for --response-ps"),
    "no excitons": (
        ["kinetics", "--mean-excitons", "0", "--auger-efficiency", "0"],
        2,
        "for --mean-excitons",
    ),
    "too many excitons": (
        ["kinetics", "--mean-excitons", "900", "--auger-efficiency", "0"],
        2,
        "kinetics: bad value for --mean-excitons (expected ",
    ),
    "unknown model": ([*KINETICS, "--model", "papr"], 2, "Did you mean 'paper'?"),
    "ratio below 1": ([*KINETICS, "--rate-ratio", "0.5"], 2, "for --rate-ratio"),
    "no photons": ([*CTR[:-1], "0"], 2, "for --photons"),
    "negative rise time": (["ctr", "--rise-time-ps", "-1", *CTR[3:]], 2, "for --rise-time-ps"),
    "energy for a time": (["ctr", "--rise-time-ps", "1 eV", *CTR[3:]], 2, "found '1 eV', an energy"),
    "show of nothing": (["materials", "show", "CsPbBr"], 2, "Did you mean 'CsPbBr3'?"),
    "check of nothing": (["materials", "check", "none.toml"], 3, "none.toml: bad file"),
}


@pytest.mark.parametrize(("arguments", "code", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_one_line(cli: Cli, tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    outcome = cli(*arguments)
    assert outcome.code == code
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1
    assert words in outcome.err
    assert below(tmp_path) == []


BAD_FILES = {
    "syntax": ("a = = 1\n", "bad syntax for the file", "line 1"),
    "unknown key": ("[nanocrystal]\nedge_lenght_nm = 3\n", "nanocrystal.edge_lenght_nm", "'edge_length_nm'?"),
    "wrong unit": ('[timing]\nrise_time_ps = "1 nm"\n', "timing.rise_time_ps", "'1 nm', a length"),
    "list for a name": (
        '[excitons]\nstatistics = ["poisson"]\n',
        "excitons.statistics",
        "poisson, exponential, compound, paper",
    ),
}


@pytest.mark.parametrize(("text", "key", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_malformed_run_file_is_one_line(cli: Cli, tmp_path: Path, text: str, key: str, words: str) -> None:
    (tmp_path / "run.toml").write_text(text)
    code, out, err = cli("predict", "run.toml", "--out", "DIR")
    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("run.toml: bad ")
    assert key in err
    assert words in err
    assert below(tmp_path) == ["run.toml"]


def test_malformed_card_is_one_line(cli: Cli, write_card: Callable[..., Path]) -> None:
    path = write_card("[exciton]\nlifetme = 5\n")
    for arguments in (
        ["materials", "check", path],
        ["materials", "show", path],
        [*PREDICT, "--material", path],
    ):
        code, out, err = cli(*arguments)
        assert (code, out) == (3, "")
        assert err == (
            f"{path}: bad key for exciton.lifetme (expected a known key, found 'lifetme'). "
            "Did you mean 'lifetime'?\n"
        )


@pytest.mark.parametrize("place", ["file", "file/below", "/dev/null/x"])
def test_output_that_cannot_be_written_is_refused_before_the_work(
    cli: Cli, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("mine")
    code, out, err = cli("predict", *ANALYTIC, "--out", place)
    assert (code, out) == (5, "")
    assert len(err.splitlines()) == 1
    assert err.startswith(
        f"{place}: bad output folder for --out (expected a folder that can be written, found "
    )
    assert below(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_output_without_permission(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    code, out, err = cli("predict", *ANALYTIC, "--out", "locked")
    assert (code, out) == (5, "")
    assert "Permission denied" in err


@pytest.mark.parametrize("place", ["DIR", "one/two/three"])
def test_mistake_makes_no_output_folder(cli: Cli, tmp_path: Path, place: str) -> None:
    assert cli("predict", *ANALYTIC, "--edge-length", "99", "--out", place).code == 4
    assert below(tmp_path) == []


@pytest.mark.usefixtures("_quick_report")
def test_mistake_keeps_earlier_results(cli: Cli, tmp_path: Path) -> None:
    cli("predict", *ANALYTIC, "--edge-length", "5", "--out", "DIR")
    before = {path: path.read_bytes() for path in (tmp_path / "DIR").iterdir()}
    assert cli("predict", *ANALYTIC, "--edge-length", "500", "--out", "DIR").code == 4
    assert {path: path.read_bytes() for path in (tmp_path / "DIR").iterdir()} == before


# --- in a process of its own -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["predict", "--material", "CsPbBr"], 2),
        (["predict", "none.toml"], 3),
        (["predict", "--edge-length", "33"], 4),
        (["predict", "--out", "/dev/null/x"], 5),
        (["predict", "--frog"], 2),
    ],
)
def test_exit_code_of_a_mistake(arguments: list[str], code: int) -> None:
    done = shell(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_installed_command_is_the_same() -> None:
    command = shutil.which("scintidot", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("the command is not beside this Python")
    done = subprocess.run([command, *CTR, "--json"], capture_output=True, text=True, check=True)
    assert done.stdout == shell(*CTR, "--json").stdout


def test_reader_that_goes_away_is_no_error() -> None:
    command = " ".join(COMMAND)
    done = subprocess.run(
        ["bash", "-c", f"{command} materials show CsPbBr3 --json | head -1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "materials", "show", "CsPbBr3", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1


def test_output_survives_a_terminal_without_unicode() -> None:
    done = shell(*PREDICT, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert strict(done.stdout)["schema"] == "scintidot.predict/1"


@pytest.mark.parametrize(
    ("delay", "number"),
    [(0.4, signal.SIGINT), (1.0, signal.SIGTERM), (1.8, signal.SIGINT), (2.5, signal.SIGTERM)],
)
def test_interrupt_leaves_everything_or_nothing(tmp_path: Path, delay: float, number: signal.Signals) -> None:
    """Ctrl-C, or the request of a system that ends its processes, at any moment of the work.

    The request is heard in the background, too, where a script makes commands deaf to Ctrl-C.
    """
    ctrl_c = signal.SIG_DFL if number == signal.SIGINT else signal.SIG_IGN
    started = tmp_path / "started"
    program = (
        f"import pathlib, sys; pathlib.Path({str(started)!r}).touch()\n"
        "sys.argv = ['scintidot', 'predict', '--edge-length', '3.3,8.7', '--out', 'DIR']\n"
        "from scintidot.cli.main import main\nmain()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, ctrl_c),  # noqa: PLW1509 (xdist ignores it)
    )
    while not started.exists():
        time.sleep(0.001)
    time.sleep(delay)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    assert "Traceback" not in err
    folder = tmp_path / "DIR"
    assert not folder.exists() or below(folder) == FILES
    if process.returncode == 130:
        assert err.splitlines()[-1:] == ["interrupted; nothing was left half written"]


@pytest.mark.parametrize(
    "interrupt",
    [
        "signal.raise_signal(signal.SIGINT)",
        # inside a callback, where Python prints the exception and forgets it
        "thing = Thing(); keep = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT)); del thing",
        # in a library that makes an error of its own of everything
        "try: signal.raise_signal(signal.SIGINT)\n            except BaseException: raise ImportError('no luck')",
    ],
    ids=["plain", "swallowed", "renamed"],
)
def test_interrupt_while_the_command_starts(interrupt: str) -> None:
    """Ctrl-C while libraries are still being imported: the same one line, no traceback."""
    program = f"""
import signal, sys, weakref
class Thing: pass
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            sys.meta_path.remove(self)
            {interrupt}
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupt())
sys.argv = ["scintidot", "predict", "--json"]
from scintidot.cli.main import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "interrupted; nothing was left half written\n"


def test_an_unknown_host_gets_hosts_only(cli: Cli) -> None:
    code, _, err = cli("predict", *ANALYTIC, "--json", "--host", "benzene")
    assert code == 2
    assert "octane" in err
    assert "CsPbBr3" not in err
    assert err.count("octane") == 1
