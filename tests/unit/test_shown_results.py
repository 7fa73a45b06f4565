"""Results show themselves: in a terminal in a line, in a notebook as short, escaped HTML; datasets carry units."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray

import scintidot
from scintidot.documents import Document, figures_of
from scintidot.output import as_text
from scintidot.units import dimension_of

DOCUMENTS = {
    "attenuation": lambda: scintidot.attenuation("CsPbBr3", "10, 30 keV"),
    "coincidence_time_resolution": lambda: scintidot.coincidence_time_resolution(
        rise_time=100, effective_lifetime=900, photons=2000
    ),
    "elastic": lambda: scintidot.elastic("Pb", [1000.0]),
    "inelastic": lambda: scintidot.inelastic("CsPbBr3", [1000.0], model="ashley"),
    "low_energy": lambda: scintidot.low_energy("CsPbBr3", [1.0, 5.0]),
    "nanocrystal_kinetics": lambda: scintidot.nanocrystal_kinetics(mean_excitons=2.3, auger_efficiency=0.9),
    "photons": lambda: scintidot.photons(
        edge_length=8.7, mean_excitons=1, events=50, threads=1, deposit="continuous"
    ),
    "plan_measurement": lambda: scintidot.plan_measurement(auger_efficiency=0.9, mean_excitons=1),
    "relaxation": lambda: scintidot.relaxation("Pb", "K"),
    "repeated_excitation": lambda: scintidot.repeated_excitation(
        mean_excitons=0.8, auger_efficiency=0.9, event_rate=1e-9
    ),
    "source_spectrum": lambda: scintidot.source_spectrum("am241-59"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_its_json_and_shows_itself(name: str) -> None:
    document = DOCUMENTS[name]()
    assert isinstance(document, Document)
    assert json.loads(json.dumps(document)) == document
    line, page = repr(document), document._repr_html_()
    assert document["schema"] in line
    assert "\n" not in line
    assert len(line) < 700
    assert len(page) < 40_000
    for warning in document.get("warnings", []):
        assert warning[:40].replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in page


@pytest.fixture(scope="module")
def prediction() -> scintidot.Prediction:
    return scintidot.predict(edge_length=[4, 8], deposit="continuous")


def test_prediction_shows_figures_with_units_and_bands(prediction: scintidot.Prediction) -> None:
    page = prediction._repr_html_()
    for heading in ("edge length [nm]", "τ harmonic [ps]", "CTR bound [ps]", "photons per NC"):
        assert heading in page
    low, high = prediction.rows[1]["band"]["tau_ps"]["harmonic"]
    assert f"({as_text(low, 3)} to {as_text(high, 3)})" in page
    assert "CsPbBr3 at 4, 8 nm" in repr(prediction)
    assert "background:none" in page  # the page's own colours, light or dark


@pytest.mark.parametrize(
    "shown",
    [lambda: scintidot.RunConfig(host="toluene"), lambda: scintidot.shower(edge_length=5)],
    ids=["config", "shower"],
)
def test_other_results_show_themselves(shown: Callable[[], Any]) -> None:
    assert shown()._repr_html_().count("<table>") >= 1


def test_material_shows_itself_in_a_line_and_in_a_notebook(tmp_path: Path) -> None:
    """The card and the tables that hang on it, too, which are thousands of numbers."""
    path = tmp_path / "mine.toml"
    path.write_text('based_on = "CsPbBr3"\nname = "<b>mine"\n[exciton]\nlifetime = { value = 7, unit = "ns", '
                    'source = "fratelli_2024", provenance = "measured" }\n')  # fmt: skip
    material = scintidot.load_material(path)
    for shown in (material, material.card, material.scintillator(), material.energy_loss):
        assert len(repr(shown)) < 400
        assert "\n" not in repr(shown)
    page = material._repr_html_()
    assert "&lt;b&gt;mine (CsPbBr3, scintillator)" in page
    assert "9000 (8000 to 10000) -&gt; 7000" in page
    assert "2.25 eV, measured: wessels_2023" in page
    assert len(page) < 40_000


def test_hostile_text_is_escaped_in_a_notebook() -> None:
    evil = "<script>alert(1)</script>"
    document = Document(
        schema=evil, material=evil, rows=[{evil: evil, "x_nm": 1.0}], choices={evil: evil}, warnings=[evil],
        bibliography=[{"authors": evil, "title": evil, "published_in": evil, "year": 1}],
    )  # fmt: skip
    page = document._repr_html_()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 8


def test_errors_and_units_stand_with_their_values() -> None:
    document = {"tau_ps": 12.34, "tau_error_ps": 0.56, "stopping_power_eV_per_nm": 19.6}
    assert figures_of(document) == [("tau", "12.34 ± 0.56 ps"), ("stopping power", "19.6 eV/nm")]


def study(kind: str) -> Any:
    """A small design study by each method."""
    more = {} if kind == "sweep" else {"samples": 16}
    figures = ("ctr_ps.formula", "photons_per_nc")[: 2 if kind == "pareto" else 1]
    return scintidot.study(
        {
            "base": {"deposit": "continuous"},
            "vary": {"edge_length": "4 to 9 nm, 3 points"},
            "objective": [{"figure": figure} for figure in figures],
            "method": {"kind": kind, **more},
            "uncertainty": {
                "numbers": ["biexciton.retained_fraction"],
                **({} if kind in ("sweep", "sobol") else {"draws": 2}),
            },
        }
    )


def test_every_variable_of_every_dataset_has_a_unit_that_can_be_read(
    prediction: scintidot.Prediction,
) -> None:
    datasets: list[xarray.Dataset] = [
        prediction.to_xarray(),
        scintidot.deposit(edge_length=5, histories=100, threads=1).to_xarray(),
        scintidot.build_tables("CsPbBr3"),
        *(study(kind).to_xarray() for kind in ("sweep", "sobol", "pareto", "optimum")),
    ]
    for dataset in datasets:
        for name, variable in dataset.variables.items():
            assert variable.attrs.get("long_name"), name
            assert dimension_of(variable.attrs["units"]), name  # raises where it cannot be read


def test_a_long_table_says_what_it_leaves_out() -> None:
    from scintidot.report.templates import LONGEST_TABLE, tables_of

    def table(rows: int) -> Any:
        return tables_of({"rows": [{"energy_keV": float(i), "share": 0.5} for i in range(rows)]})[0]

    assert table(LONGEST_TABLE).note == ""
    note = table(LONGEST_TABLE + 40).note
    assert note == f"First {LONGEST_TABLE} of {LONGEST_TABLE + 40} rows; the result as JSON has all of them."
    assert len(table(LONGEST_TABLE + 40).rows) == LONGEST_TABLE
