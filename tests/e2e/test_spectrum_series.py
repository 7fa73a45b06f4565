"""Commands for spectra and series: what they print and write, and one line for every mistake."""

from __future__ import annotations

import json
import math
import shlex

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scintidot
from scintidot.errors import BadValue, ScintidotError
from scintidot.measured.series.run import analyse_series


@pytest.fixture
def made(cli, tmp_path):
    """A file of the virtual laboratory."""

    def make(what, *options):
        done = cli("simulate", what, "--out", tmp_path / what, *options)
        assert done.code == 0, done.err
        return tmp_path / what

    return make


def document(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_spectrum_there_and_back(cli, made):
    folder = made("spectrum", "--edge-length", "5,8.7", "--stokes-shift", "0.05")
    truth = json.loads((folder / "truth.json").read_text())
    found = document(cli("analyse", "spectrum", folder / "absorption.csv", "--material", "CsPbBr3", "--json"))
    assert found["schema"] == "scintidot.spectrum/1"
    assert found["choices"]["kind"] == ["absorption"]
    for row, sample in zip(found["traces"], truth["samples"], strict=True):
        assert row["name"] == sample["name"]
        assert row["peak_nm"] == pytest.approx(sample["transition_nm"], abs=0.3)
    made("spectrum", "--edge-length", "5,8.7", "--kind", "emission")
    found = document(
        cli(
            "analyse", "spectrum", folder / "emission.csv", "--absorption", folder / "absorption.csv", "--reference",
            made("spectrum", "--edge-length", "6.9", "--kind", "emission", "--counts", "20000") / "emission.csv",
            "--json",
        )
    )  # fmt: skip
    assert {entry.get("role") for entry in found["inputs"]} == {None, "absorption", "reference"}


def test_stokes_shift_and_sizes(cli, made):
    absorption = made("spectrum", "--edge-length", "5,8.7", "--stokes-shift", "0.05") / "absorption.csv"
    emission = made("spectrum", "--edge-length", "5,8.7", "--kind", "emission") / "emission.csv"
    found = document(
        cli("analyse", "spectrum", emission, "--absorption", absorption, "--material", "CsPbBr3", "--json")
    )
    for row, edge in zip(found["traces"], (5, 8.7), strict=True):
        assert row["stokes_shift_eV"] == pytest.approx(0.05, abs=0.004)
        assert row["edge_length_nm"] == pytest.approx(edge, abs=5 * row["edge_length_error_nm"])
        assert row["edge_length_low_nm"] < edge < row["edge_length_high_nm"]


def test_yields_against_a_reference(cli, tmp_path):
    spectra = {"sample": 3.0, "standard": 2.0}
    for name, height in spectra.items():
        rows = "".join(
            f"{nm},{height * (1 if 500 <= nm <= 540 else 0) + 0.001 * (nm % 2)}\n" for nm in range(450, 600)
        )
        (tmp_path / f"{name} emission.csv").write_text(f"Wavelength (nm),{name}\n{rows}")
    start = (
        "analyse",
        "spectrum",
        tmp_path / "sample emission.csv",
        "--reference",
        tmp_path / "standard emission.csv",
    )
    found = document(
        cli(
            *start, "--reference-yield", "0.5", "--absorbance", "0.05", "--reference-absorbance", "0.05", "--json"
        )
    )  # fmt: skip
    assert found["traces"][0]["quantum_yield"] == pytest.approx(0.75, rel=0.01)
    found = document(cli(*start, "--reference-light-yield", "8000", "--json"))
    assert found["traces"][0]["light_yield_photons_per_MeV"] == pytest.approx(12000, rel=0.01)
    failed = cli(*start, "--reference-yield", "0.5")
    assert (failed.code, failed.out) == (2, "")
    assert "--absorbance" in failed.err


def test_concentration_of_an_absorbance(cli, made):
    file = made("spectrum", "--edge-length", "8.7", "--noise", "0.00001") / "absorption.csv"
    found = document(
        cli("analyse", "spectrum", file, "--extinction", "1e6", "--path-cm", "2", "--at-nm", "500", "--json")
    )["traces"][0]
    assert found["concentration_mol_per_L"] == pytest.approx(found["absorbance_at"] / 2e6, rel=1e-9)
    failed = cli("analyse", "spectrum", file, "--extinction", "1e6", "--path-cm", "2", "--at-nm", "900")
    assert failed.code == 2
    assert "--at-nm" in failed.err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--window", "500"), 2, "from:to"),
        (("--window", "700:800"), 3, "--window"),
        (("--material", "CdSe"), 3, "sizing_curve"),
        (("--material", "CsPbBr"), 2, "CsPbBr3"),
        (("--peak", "top"), 2, "--peak"),
        (("--kind", "PL"), 2, "--kind"),
        (("--intrinsic-per-cm", "1e5", "--path-cm", "1", "--at-nm", "500"), 2, "--volume-nm3"),
    ],
)
def test_mistakes_of_spectra_are_one_line(cli, made, options, code, words):
    failed = cli("analyse", "spectrum", made("spectrum") / "absorption.csv", *options)
    assert (failed.code, failed.out, failed.err.count("\n")) == (code, "", 1)
    assert words in failed.err


def test_kind_is_asked_for_where_nothing_says_it(cli, made, tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text((made("spectrum") / "absorption.csv").read_text())
    failed = cli("analyse", "spectrum", plain)
    assert failed.code != 0
    assert "--kind" in failed.err
    assert document(cli("analyse", "spectrum", plain, "--kind", "absorption", "--json"))["status"] == "ok"


def test_spectrum_without_a_peak_fails_with_its_document(cli, tmp_path):
    flat = tmp_path / "flat absorption.csv"
    flat.write_text(
        "Wavelength (nm),a\n" + "".join(f"{nm},{(nm * 7919 % 13) / 1000}\n" for nm in range(400, 600))
    )
    done = cli("analyse", "spectrum", flat, "--json")
    assert done.code == 1
    assert json.loads(done.out)["status"] == "failed"


def test_excitation_spectra_keep_their_own_wavelengths(cli, tmp_path):
    file = tmp_path / "dots excitation.csv"
    rows = (
        f"{nm},{900 * math.exp(-0.5 * ((nm - 380) / 30) ** 2) + nm % 3},{3 * nm + nm % 2}\n"
        for nm in range(300, 460)
    )
    file.write_text("Wavelength (nm),inside,rising\n" + "".join(rows))
    done = cli("analyse", "spectrum", file, "--out", tmp_path / "report")
    assert done.code == 0
    assert "rising: no peak: the light is highest at the end of the window" in done.err
    assert "FWHM" not in done.out
    page = (tmp_path / "report" / "report.html").read_text()
    assert "inside: excitation" in page
    assert "light per nm" not in page
    inside, rising = json.loads((tmp_path / "report" / "result.json").read_text())["traces"]
    assert inside["peak_nm"] == pytest.approx(380, abs=0.5)
    assert inside["peak_eV"] == pytest.approx(1239.841984 / inside["peak_nm"], rel=1e-9)
    assert rising["peak_nm"] is rising["peak_eV"] is None
    as_emission = cli("analyse", "spectrum", file, "--kind", "emission", "--column", "rising", "--json")
    assert as_emission.code == 1
    assert json.loads(as_emission.out)["traces"][0]["peak_nm"] is None


def test_stokes_shifts_of_files_that_name_spectra_differently(cli, made, tmp_path):
    absorption = made("spectrum", "--edge-length", "5,8.7", "--stokes-shift", "0.05") / "absorption.csv"
    emission = made("spectrum", "--edge-length", "8.7,5", "--kind", "emission") / "emission.csv"
    other = tmp_path / "other absorption.csv"
    other.write_text(
        absorption.read_text().replace(" nm,", " nm dots,").replace("8.7 nm\n", "8.7 nm dots\n", 1)
    )
    found = document(cli("analyse", "spectrum", emission, "--absorption", other, "--json"))
    assert [row["absorption_spectrum"] for row in found["traces"]] == ["8.7 nm dots", "5 nm dots"]
    assert all(row["stokes_shift_eV"] == pytest.approx(0.05, abs=0.004) for row in found["traces"])
    assert sum("paired" in warning for warning in found["warnings"]) == 1


def test_what_a_card_expects_is_printed(cli, made):
    file = made("spectrum", "--edge-length", "5") / "absorption.csv"
    done = cli("analyse", "spectrum", file, "--material", "CsPbBr3", "--edge-length", "5")
    assert "Expected by the card CsPbBr3 for an edge length of 5 nm: a peak at 498 nm (2.49 eV)." in done.out
    failed = cli("analyse", "spectrum", file, "--edge-length", "5")
    assert failed.code == 2
    assert "--material" in failed.err


def test_many_spectra_get_a_panel_of_their_peaks_and_six_of_their_own(made):
    sizes = [4, 5, 6, 7, 8, 9, 10, 11, 12]
    file = made("spectrum", "--edge-length", ",".join(map(str, sizes)), "--kind", "emission") / "emission.csv"
    analysis = scintidot.analyse_spectrum(file)
    every, peaks, *single = analysis.panels
    assert "6 are drawn by themselves" in every.caption
    assert peaks.x_label == "number in the name [nm]"
    assert list(peaks.series[0].x) == sizes
    assert len({panel.title.split(":")[0] for panel in single}) == 6
    assert len(analysis.document["traces"]) == len(sizes)


def test_keywords_of_python_are_those_of_the_command(made):
    file = made("spectrum", "--edge-length", "5,8.7") / "absorption.csv"
    by_text = scintidot.analyse_spectrum(file, window="450:620", column="8.7 nm").document
    by_pair = scintidot.analyse_spectrum(file, window=(450, 620), column=3).document
    assert by_text["traces"] == by_pair["traces"]
    assert by_text["choices"]["window_nm"] == [450, 620]
    for function, name, near in (
        (scintidot.analyse_spectrum, "windw", "window"),
        (scintidot.analyse_spectrum, "refrence", "reference"),
        (scintidot.analyse_series, "statistcs", "statistics"),
    ):
        with pytest.raises(BadValue, match=f"Did you mean '{near}'"):
            function(file, **{name: "x"})


@pytest.mark.parametrize(
    ("kind", "options", "flag"),
    [
        ("emission", {"extinction": 1e6, "path_cm": 1, "at_nm": 500}, "--extinction"),
        ("absorption", {"reference": "nowhere.csv"}, "--reference"),
        ("absorption", {"absorption": "nowhere.csv"}, "--absorption"),
        ("absorption", {"path_cm": 1, "at_nm": 500}, "--extinction"),
        ("emission", {"reference": "nowhere.csv", "reference_yield": 0.9, "absorbance": 0.1,
                      "reference_absorbance": 0.1, "index": 1.5}, "--reference-index"),
        ("emission", {"absorbance": 0.1}, "--reference-yield"),
    ],
)  # fmt: skip
def test_options_that_do_nothing_are_refused(made, kind, options, flag):
    file = made("spectrum", "--edge-length", "8.7", "--kind", kind) / f"{kind}.csv"
    with pytest.raises(BadValue, match=flag):
        scintidot.analyse_spectrum(file, **options)


def test_a_window_cuts_no_reference_and_says_so(made):
    file = made("spectrum", "--edge-length", "8.7", "--kind", "emission") / "emission.csv"
    yields = {"reference_yield": 0.9, "absorbance": 0.05, "reference_absorbance": 0.05, "reference": file}
    cut = scintidot.analyse_spectrum(file, window=(490, 530), **yields)
    assert any("--band" in word for word in cut["warnings"])
    both = scintidot.analyse_spectrum(file, window=(490, 530), band=(495, 525), **yields)
    assert both["traces"][0]["quantum_yield"] == pytest.approx(0.9, rel=1e-12)
    assert not any("--band" in word for word in both["warnings"])


def test_commands_that_the_laboratory_suggests_run(cli, tmp_path):
    for what, options in (
        ("spectrum", ("--kind", "emission")), ("series", ()), ("attenuation", ("--share", "0.3")),
    ):  # fmt: skip
        done = cli("simulate", what, "--out", tmp_path / "a folder" / what, *options)
        said, written, suggested = done.out.splitlines()
        assert said.endswith(".")
        assert written.startswith("Written: ")
        command = shlex.split(suggested.removeprefix("Try: scintidot "))
        assert cli(*command).code == 0


def test_a_series_gives_a_card_a_law_of_its_own(made):
    """Two sizes of the fitted power law: the law through them is the fitted one between them, too."""
    analysis = scintidot.analyse_series(made("series", "--edge-length", "3.3,6,9,14.7") / "series.csv")
    law = next(law for law in analysis.document["laws"] if law["name"] == "auger_lifetime")
    small, low, low_error, large, high, high_error, note = analysis.card["auger_law"]
    assert (small, large) == (3.3, 14.7)
    assert math.log(high / low) / math.log(large / small) == pytest.approx(3 * law["exponent"], rel=1e-9)
    assert low == pytest.approx(law["coefficient"] * small ** (3 * law["exponent"]), rel=1e-9)
    assert 0 < low_error < low
    assert 0 < high_error < high
    assert "4 samples" in note
    assert not any(key.startswith("auger.laws") for key in analysis.card)


def test_a_file_that_is_no_table_is_said_to_be_none(cli, tmp_path):
    image = tmp_path / "t.csv"
    image.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    failed = cli("analyse", "series", image)
    assert (failed.code, failed.err.count("\n")) == (3, 1)
    assert "CSV" in failed.err
    assert "docs/series.md" in failed.err


def test_series_there_and_back(cli, made):
    folder = made("series", "--edge-length", "3.3,6,9,12,14.7", "--seed", "2")
    done = cli("analyse", "series", folder / "series.csv")
    assert done.code == 0
    assert "agree within their errors" in done.out
    assert "tau_eff" in done.out
    found = document(cli("analyse", "series", folder / "series.csv", "--material", "CsPbBr3", "--json"))
    assert found["schema"] == "scintidot.series/1"
    assert found["validation"]["verdict"].startswith("Prediction and measurement agree")
    first, last = found["samples"][0], found["samples"][-1]
    ratio = first["nanocrystals_per_gram"] / last["nanocrystals_per_gram"]
    assert ratio == pytest.approx((14.7 / 3.3) ** 3)


def test_attenuation_there_and_back(cli, made):
    table = made("attenuation", "--share", "0.34", "--counts", "1e5") / "attenuation.csv"
    found = document(cli("analyse", "series", table, "--json"))
    assert found["attenuation"]["mean_share"] == pytest.approx(0.34, abs=0.01)
    assert found["validation"] is None
    assert any(word.startswith("validation") for word in found["skipped"])


def test_partial_tables_are_used_as_far_as_they_go(cli, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(
        "sample;edge_length_nm;mean_excitons;mean_excitons_error;deposit_eV;band_gap_eV\n"
        "a;3,3;0,5;0,05;5,4;2,6\nb;;1,1;0,1;11;2,4\nc;10;1,9;0,1;19;2,4\n"
    )
    found = document(cli("analyse", "series", table, "--json"))
    assert found["pair_creation"]["points"] == 3
    assert [law["points"] for law in found["laws"]] == [2]
    assert found["samples"][1]["edge_length_nm"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("edge_lenght_nm\n3\n", "Did you mean 'edge_length_nm'"),
        ("edge_length_angstrom\n33\n", "10 angstrom are 1 nm"),
        ("edge_length\n3\n", "edge_length_nm"),
        ("exciton_lifetime_s\n3\n", "exciton_lifetime_ns"),
        ("quantum_yield\n80\n", "_percent"),
        ("edge_length_nm\n-3\n", "more than 0"),
        ("edge_length_nm\nthree\n", "a number or nothing"),
        ("edge_length_nm,mean_excitons\n3\n", "2 cells"),
        ("edge_length_nm,edge_length_nm\n3,4\n", "repeated"),
        ("mean_excitons_error\n0.1\n", "mean_excitons beside it"),
        ("tau_eff_ps,tau_eff_error_ps\n100,5\n", "--tau-definition"),
        ("tau_eff_ps,tau_eff_definition\n100,harmonical\n", "Did you mean 'harmonic'"),
        ("3,4\n5,6\n", "column names"),
        ("edge_length_nm\n", "rows of samples"),
        ("", "empty"),
    ],
)
def test_mistakes_of_tables_are_one_line(cli, tmp_path, text, words):
    table = tmp_path / "t.csv"
    table.write_text(text)
    failed = cli("analyse", "series", table)
    assert (failed.code, failed.out, failed.err.count("\n")) == (3, "", 1)
    assert words in failed.err


def test_units_in_the_names_of_columns_are_read(tmp_path):
    one, other = tmp_path / "ns.csv", tmp_path / "ps.csv"
    one.write_text("exciton_lifetime_ns,exciton_lifetime_error_ns,quantum_yield_percent\n9,0.5,80\n")
    other.write_text("exciton_lifetime_ps,exciton_lifetime_error_ps,quantum_yield\n9000,500,0.8\n")
    samples = [analyse_series(path).document["samples"] for path in (one, other)]
    assert samples[0] == samples[1]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.sampled_from(["1", "0", "-2", "nan", "", "1e400", "x", "0.5", "9"]), min_size=4, max_size=4),
        min_size=1, max_size=4,
    ),
    st.permutations(["edge_length_nm", "mean_excitons", "exciton_lifetime_ns", "auger_efficiency", "ctr_ps"]),
)  # fmt: skip
def test_hostile_tables_give_a_document_or_one_clear_line(tmp_path, rows, names):
    table = tmp_path / "hostile.csv"
    table.write_text(",".join(names[:4]) + "\n" + "".join(",".join(row) + "\n" for row in rows))
    try:
        result = analyse_series(table).document
    except ScintidotError as refused:
        said = str(refused)
    else:
        said = json.dumps(result, allow_nan=False)
    assert "\n" not in said


def test_what_a_lying_laboratory_is_asked_is_refused(cli, tmp_path):
    for options, words in (
        (("attenuation", "--share", "1"), "--share"),
        (("attenuation",), "--material"),
        (("series", "--relative-error", "0.9"), "--relative-error"),
        (("spectrum", "--step-nm", "50"), "--step-nm"),
        (("spectrum", "--material", "CdSe"), "sizing_curve"),
    ):
        failed = cli("simulate", *options, "--out", tmp_path / "no")
        assert failed.code in (2, 3)
        assert words in failed.err
        assert not (tmp_path / "no").exists()
