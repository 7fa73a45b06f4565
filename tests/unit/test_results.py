"""A prediction as data and on disk."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from scipy.integrate import trapezoid

from scintidot import coincidence_time_resolution, nanocrystal_kinetics, predict
from scintidot.errors import CannotWrite, ScintidotError
from scintidot.materials.library import shipped_card
from scintidot.output import nested, number, write_together
from scintidot.results import FIGURES, SCHEMA, Prediction

FILES = ["references.bib", "result.json", "result.nc", "run.toml"]

# The keys that the issue promises; a row and the document may say more, see the tests.
DOCUMENT_KEYS = {"schema", "version", "choices", "rows", "warnings", "bibliography"}
ROW_KEYS = {
    "edge_length_nm", "band_gap_eV", "mean_deposit_eV", "mean_excitons", "auger_efficiency", "quantum_yield",
    "photons_per_nc", "intensity_ensemble_relative", "tau_ps", "ctr_ps", "band",
}  # fmt: skip
MORE_ROW_KEYS = {
    "emission_peak_nm", "pair_creation_energy_eV", "biexciton_lifetime_ps", "photons_per_MeV_deposited",
    "nanocrystals_per_gram", "light_yield_photons_per_MeV", "ctr_nc", "mean_path_nm",
}  # fmt: skip
TAU_KEYS = {"harmonic", "instrument", "mean_photon_time", "one_over_e"}


@pytest.fixture(scope="module")
def result() -> Prediction:
    return predict(edge_length=[3.3, 8.7, 14.7], deposit="continuous")


def strict(text: str) -> Any:
    """JSON without NaN and Infinity, which the standard does not know."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    return json.loads(text, parse_constant=refuse)


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder, with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


# --- JSON ----------------------------------------------------------------------------------------------


def test_predict_document_has_the_keys_of_the_issue(result: Prediction) -> None:
    document = result.as_json()
    assert document["schema"] == "scintidot.predict/1"
    assert set(document) == DOCUMENT_KEYS | {"run"}
    assert len(document["rows"]) == 3
    for row in document["rows"]:
        assert set(row) == ROW_KEYS | MORE_ROW_KEYS | {"models", "emission"}
        assert set(row["tau_ps"]) == TAU_KEYS
        assert set(row["ctr_ps"]) == {"formula", "cramer_rao"}
        assert set(row["band"]) == set(row) - {"band", "edge_length_nm", "models", "emission"}
        assert set(row["models"]) == {"carriers", "ladder", "paper"}
        for model in row["models"].values():
            assert set(model["ctr_ps"]) == {"formula", "cramer_rao"}
        own = row["models"]["carriers"]
        assert {key: row[key] for key in own} == own
        assert set(row["band"]["tau_ps"]) == TAU_KEYS
    assert all(isinstance(warning, str) for warning in document["warnings"])
    for reference in document["bibliography"]:
        assert {"authors", "title", "year", "doi"} <= set(reference)


def test_kinetics_document_has_the_keys_of_the_issue() -> None:
    promised = {
        "schema", "photons", "initial_rate_per_ps", "tau_ps", "ctr_nc", "populations", "components", "warnings",
        "photon_number_variance", "mean_photon_time_ps", "transitions",
    }  # fmt: skip
    more = {"version", "choices", "auger_rate_per_ps", "photon_time_variance_ps2"}
    exact = nanocrystal_kinetics(mean_excitons=0.8, auger_efficiency=0.9)
    assert set(exact) == promised | more | {"losses"}
    assert exact["components"] == []
    assert set(exact["populations"]) == {"x0", "xx0", "n_ge_3"}
    assert [part["name"] for part in exact["transitions"]] == ["X", "XX", "n>=3", "trion-", "trion+"]
    assert sum(part["fraction"] for part in exact["transitions"]) == pytest.approx(1)
    assert exact["mean_photon_time_ps"] == exact["tau_ps"]["mean_photon_time"]
    document = nanocrystal_kinetics(model="poisson-biexciton", mean_excitons=0.8, auger_efficiency=0.9)
    assert document["schema"] == exact["schema"] == "scintidot.kinetics/1"
    assert set(document) == promised | more
    assert set(document["tau_ps"]) == TAU_KEYS
    assert set(document["populations"]) == {"x0", "xx0"}
    assert len(document["components"]) == 2
    for part in document["components"]:
        assert set(part) == {"name", "amplitude", "lifetime_ps", "fraction"}
    assert sum(part["fraction"] for part in document["components"]) == pytest.approx(1)


def test_ctr_document_has_the_keys_of_the_issue() -> None:
    document = coincidence_time_resolution(rise_time=100, effective_lifetime=1036.7, photons=5110)
    assert document["schema"] == "scintidot.ctr/1"
    assert set(document) == {"schema", "version", "choices", "ctr_ps", "warnings"}
    assert set(document["ctr_ps"]) == {"formula"}
    assert document["ctr_ps"]["formula"] == pytest.approx(15.0, abs=0.005)


def test_json_is_strict(result: Prediction) -> None:
    assert strict(json.dumps(result.as_json(), allow_nan=False)) == result.as_json()
    dark = nanocrystal_kinetics(mean_excitons=0.8, auger_efficiency=0.9, quantum_yield=0.5)
    strict(json.dumps(dark, allow_nan=False))


def test_no_light_is_null_and_said() -> None:
    dark = nanocrystal_kinetics(mean_excitons=0.8, auger_efficiency=0.9, quantum_yield=0)
    strict(json.dumps(dark, allow_nan=False))
    assert dark["photons"] == 0
    assert dark["tau_ps"]["harmonic"] is None
    assert "No light: lifetimes are undefined." in dark["warnings"]


def test_band_holds_the_value(result: Prediction) -> None:
    for name in FIGURES:
        assert np.all(result.figures.low[name] <= result.figures.central[name] * (1 + 1e-12)), name
        assert np.all(result.figures.central[name] <= result.figures.high[name] * (1 + 1e-12)), name
    assert result.rows[0]["band"]["tau_ps"]["harmonic"][0] < result.rows[0]["tau_ps"]["harmonic"]


def test_figures_of_a_row_fit_together(result: Prediction) -> None:
    for row in result.rows:
        assert row["mean_excitons"] == pytest.approx(row["mean_deposit_eV"] / row["pair_creation_energy_eV"])
        assert row["emission_peak_nm"] * row["band_gap_eV"] == pytest.approx(1239.842, rel=1e-6)
        assert row["ctr_nc"] == pytest.approx(math.sqrt(row["tau_ps"]["harmonic"] / row["photons_per_nc"]))
    assert max(row["intensity_ensemble_relative"] for row in result.rows) == 1


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1.0), (np.float64(2), 2.0), (math.nan, None), (math.inf, None)]
)
def test_number_for_json(value: float, expected: float | None) -> None:
    assert number(value) == expected


def test_dots_make_nested_objects() -> None:
    assert nested({"a": 1, "b.c": 2, "b.d": 3}) == {"a": 1, "b": {"c": 2, "d": 3}}


# --- netCDF and Python -----------------------------------------------------------------------------------


def test_netcdf_opens_again_with_units_and_the_numbers_of_the_rows(
    result: Prediction, tmp_path: Path
) -> None:
    result.save(tmp_path)
    with xarray.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as data:
        assert data["edge_length"].attrs["units"] == "nm"
        assert data["time"].attrs["units"] == "ps"
        for name, figure in FIGURES.items():
            variable = data[name.replace(".", "_")]
            assert variable.attrs["units"] == figure.unit
            for row, value, low, high in zip(
                result.rows,
                variable.to_numpy(),
                data[name.replace(".", "_") + "_low"].to_numpy(),
                data[name.replace(".", "_") + "_high"].to_numpy(),
                strict=True,
            ):
                band = row["band"]
                for part in name.split("."):
                    row, band = row[part], band[part]  # noqa: PLW2901
                assert value == row
                assert [low, high] == band
        assert data["emission_rate"].dims == ("edge_length", "time")
        assert data.attrs["schema"] == "scintidot.predict/1"
        assert json.loads(data.attrs["choices"]) == result.choices
        assert json.loads(data.attrs["warnings"]) == result.warnings
        assert "density" in json.loads(data.attrs["material_provenance"])


def test_integral_of_the_saved_curve_is_the_photons(result: Prediction) -> None:
    area = trapezoid(result.curves, result.curve_time, axis=-1)
    assert area == pytest.approx(result.figures.central["photons_per_nc"], rel=2e-3)


def test_notebook_shows_the_table(result: Prediction) -> None:
    assert "edge_length" in result._repr_html_()


# --- files -----------------------------------------------------------------------------------------------


def test_save_writes_the_files_and_nothing_else(result: Prediction, tmp_path: Path) -> None:
    paths = result.save(tmp_path / "new" / "folder")
    assert sorted(paths) == FILES
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == FILES
    assert strict(paths["result.json"].read_text(encoding="utf-8")) == result.as_json()


def test_run_file_reruns_to_the_same_bits(tmp_path: Path) -> None:
    first = predict(
        edge_length="3.3, 5 nm, 87.1 angstrom", energy="7.3 keV", start="crossing", shape="sphere",
        size_dispersion=0.07, statistics="paper", pair_creation_energy="7.7 eV", auger_law="volume-scaling",
        retained_fraction=1 / 3, rise_time=71, response="0.05 ns", outcoupling=0.9,
        detection_efficiency=0.3, light_yield_scaling="photons-per-deposited-energy", host="toluene",
    )  # fmt: skip
    first.save(tmp_path)
    again = predict(tmp_path / "run.toml")
    assert again.rows == first.rows
    assert again.config == first.config
    assert again.warnings == first.warnings


def test_table_lies_beside_its_card(tmp_path: Path) -> None:
    with pytest.raises(ScintidotError, match="without folders"):
        predict(deposit="continuous", material=str(own_card(tmp_path, "tables/own.csv")))


def own_card(folder: Path, table: str = "own.csv") -> Path:
    """A card of one's own with a table beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / table).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped_card("CsPbBr3").parent / "CsPbBr3_dielectric.csv", folder / table)
    text = (
        'based_on = "CsPbBr3"\nname = "mine"\n'
        f'[dielectric]\nfile = "{table}"\n'
        '[exciton]\nlifetime = { value = 5, unit = "ns", source = "fratelli_2024", provenance = "measured" }\n'
    )
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return folder / "mine.toml"


def test_result_of_an_own_card_reruns_in_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = own_card(tmp_path / "here")
    first = predict(deposit="continuous", material=str(card), edge_length=5)
    first.save(tmp_path / "out")
    shutil.rmtree(tmp_path / "here")
    (tmp_path / "out").rename(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    again = predict(tmp_path / "elsewhere" / "run.toml")
    assert again.rows == first.rows
    assert again.choices["material_fingerprint"] == first.choices["material_fingerprint"]
    assert not any("has changed" in warning for warning in again.warnings)


def test_result_of_an_own_host_reruns_in_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    text = shipped_card("octane").read_text(encoding="utf-8").replace('name = "octane"', 'name = "mine"')
    (tmp_path / "here" / "host.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    first = predict(deposit="continuous", host="./host.toml", edge_length=5)
    first.save(tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    again = predict(tmp_path / "out" / "run.toml")
    assert again.rows == first.rows
    assert again.choices["host"] == "mine"


def deposits_of_another_program(folder: Path, rows: str = "3,400\n7,25\n", events: int = 10) -> str:
    """Name, in the folder, of a table of deposits."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"# events: {events}\nevent,energy_eV\n{rows}"
    (folder / "run.csv").write_text(text, encoding="utf-8")
    return "run.csv"


def test_result_of_a_file_of_deposits_reruns_in_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = deposits_of_another_program(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    first = predict(deposit=name, edge_length=5)
    monkeypatch.chdir(tmp_path)
    first.save("out")
    shutil.rmtree("here")
    Path("out").rename("elsewhere")
    (again,), (row,) = predict("elsewhere/run.toml").rows, first.rows
    models = [one.pop("deposit_by_model_eV") for one in (again, row)]  # by the name of the file
    assert again == row
    assert list(models[0].values()) == list(models[1].values())
    before = (Path("elsewhere") / "result.json").read_bytes()
    monkeypatch.chdir("elsewhere")
    predict("run.toml").save(".")  # over itself
    assert [row["band"] for row in json.loads(before)["rows"]] == [row["band"]]
    assert json.loads(Path("result.json").read_bytes())["run"]["deposit"]["model"] == "./run-deposits.csv"
    assert [path.name for path in Path().glob("*.csv")] == ["run-deposits.csv"]


def test_a_file_of_the_name_of_our_copy_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = predict(deposit=deposits_of_another_program(tmp_path), edge_length=5)
    Path("run-deposits.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(ScintidotError, match=r"run-deposits\.csv that is not part of a result"):
        first.save(".")


def test_header_of_a_phase_space_goes_with_it(tmp_path: Path) -> None:
    for name in ("one.phsp", "one.header"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    result = predict(deposit="continuous", edge_length=5)
    own, known = result.deposits
    file = tmp_path / "one.phsp"
    replace(result, deposits=(replace(own, file=file), known)).save(tmp_path / "b")
    assert (tmp_path / "b" / "run-deposits.header").read_text(encoding="utf-8") == "one.header"
    assert 'model = "./run-deposits.phsp"' in (tmp_path / "b" / "run.toml").read_text(encoding="utf-8")


def test_one_event_has_no_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (row,) = predict(deposit=deposits_of_another_program(tmp_path, "0,400\n", events=1), edge_length=5).rows
    assert (row["mean_deposit_eV"], row["deposit_standard_error_eV"]) == (pytest.approx(400), None)


def test_compound_statistics_say_which_fano_factor_they_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = deposits_of_another_program(tmp_path)
    result = predict(deposit=name, edge_length=5, statistics="compound")
    assert result.choices["statistics_fano_factor"] == 0
    assert any("Fano factor of 0" in note for note in result.warnings)
    other = predict(deposit=name, edge_length=5)
    assert other.choices["statistics_fano_factor"] is None
    assert not any("Fano factor of 0" in note for note in other.warnings)


def test_saving_over_the_run_that_is_being_rerun(tmp_path: Path) -> None:
    predict(deposit="continuous", material=str(own_card(tmp_path / "here")), edge_length=5).save(
        tmp_path / "out"
    )
    again = predict(tmp_path / "out" / "run.toml")
    before = snapshot(tmp_path / "out")
    again.save(tmp_path / "out")
    after = snapshot(tmp_path / "out")
    assert set(before) == set(after)
    assert before["run.toml"] == after["run.toml"]


def test_changed_card_is_noticed(tmp_path: Path) -> None:
    predict(deposit="continuous", material=str(own_card(tmp_path / "here")), edge_length=5).save(
        tmp_path / "out"
    )
    card = tmp_path / "out" / "material.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("value = 5", "value = 6"), encoding="utf-8")
    assert any("has changed" in warning for warning in predict(tmp_path / "out" / "run.toml").warnings)


def fail(error: BaseException) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text("half")
        raise error

    return write


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), KeyboardInterrupt(), OSError(28, "No space left"), MemoryError()]
)
def test_failing_writer_leaves_the_folder_as_it_was(
    result: Prediction, tmp_path: Path, error: BaseException
) -> None:
    (tmp_path / "result.json").write_text(json.dumps({"schema": SCHEMA}))
    (tmp_path / "notes.txt").write_text("mine")
    before = snapshot(tmp_path)
    expected = CannotWrite if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        result.save(tmp_path, {"report.html": fail(error)})
    assert snapshot(tmp_path) == before


def test_foreign_files_are_not_overwritten(result: Prediction, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("my own")
    with pytest.raises(CannotWrite, match="earlier result"):
        result.save(tmp_path)
    assert snapshot(tmp_path) == {"run.toml": b"my own"}


def test_failing_writer_leaves_no_new_folder(result: Prediction, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        result.save(tmp_path / "one", {"report.html": fail(RuntimeError())})
    assert snapshot(tmp_path) == {}


def test_failing_writer_leaves_no_new_parent_folders(result: Prediction, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        result.save(tmp_path / "one" / "two" / "three", {"report.html": fail(RuntimeError())})
    assert snapshot(tmp_path) == {}


def test_folder_in_the_way_of_a_file(result: Prediction, tmp_path: Path) -> None:
    (tmp_path / "run.toml").mkdir()
    (tmp_path / "result.json").write_text("old")
    before = snapshot(tmp_path)
    with pytest.raises(CannotWrite, match="for --out"):
        result.save(tmp_path)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("position", [0, 1, 2])
def test_interrupt_between_the_renames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    """Ctrl-C may fall between two renames: all old or all new, never a mixture."""
    for name in "abc":
        (tmp_path / name).write_text("old")
    calls: list[object] = []

    def interrupting(real: Callable[..., None]) -> Callable[..., None]:
        def rename(*arguments: object, **more: object) -> None:
            real(*arguments, **more)
            calls.append(arguments)
            if len(calls) == position + 1:
                signal.raise_signal(signal.SIGINT)

        return rename

    monkeypatch.setattr(os, "replace", interrupting(os.replace))
    monkeypatch.setattr(os, "rename", interrupting(os.rename))
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            write_together(tmp_path, {name: lambda path: path.write_text("new") for name in "abc"})
    finally:
        signal.signal(signal.SIGINT, handler)
    contents = {name: (tmp_path / name).read_text() for name in "abc"}
    assert set(contents.values()) in ({"old"}, {"new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_output_that_is_no_folder(result: Prediction, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CannotWrite) as caught:
        result.save(tmp_path / place)
    assert str(caught.value).startswith(f"{tmp_path / place}: bad output folder for --out (expected ")
    assert snapshot(tmp_path) == {"file": b"mine"}
