"""A replayed history is the history of the run, and its points tell a story that can be true."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from scintidot.deposits.names import MOST_HITS
from scintidot.deposits.options import read_setup
from scintidot.deposits.replay import Shower, shower
from scintidot.deposits.run import deposit
from scintidot.errors import BadValue, ScintidotError
from scintidot.transport.track.books import EVENTS, HOLES, PRIMARY, RECORD_COLUMNS, SURFACE, scratch
from scintidot.transport.track.shapes import cell_of
from scintidot.transport.track.tally import ALL_BOOKS, DEPOSIT, PAIR, empty_tally, run_block

SHOWERS: dict[str, dict[str, Any]] = {
    "cube in vacuum": {"most_deposit": 500},
    "photon": {"most_deposit": 200, "source": "photon 30 keV"},
    "sphere in octane": {"most_deposit": 200, "shape": "sphere", "host": "octane", "energy_keV": 1},
    "shell": {"most_deposit": 200, "material": "CdSe", "shell": "CdS", "edge_length": 4, "energy_keV": 2},
    "composite": {"most_deposit": 50, "composite": "5 % x 3 nm", "box_nm": 30, "host": "octane", "energy_keV": 2},
    "local": {"most_deposit": 200, "treatment": "local"},
}  # fmt: skip


@pytest.fixture(scope="module", params=SHOWERS)
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Shower]:
    options = dict(SHOWERS[request.param])
    one = shower(3, **options)
    del options["most_deposit"]
    return options, one


def test_books_are_those_of_the_run_to_the_bit(case: tuple[dict[str, Any], Shower]) -> None:
    options, one = case
    setup = read_setup(seed=3, threads=1, **options)
    tally = empty_tally()
    run_block(
        np.uint64(3), one.history, 1, setup.tables, setup.geometry(setup.bodies[0]),
        setup.source(setup.spectra[0]), setup.rules, scratch(MOST_HITS), np.empty((0, RECORD_COLUMNS)), tally,
    )  # fmt: skip
    books = tally.sums[ALL_BOOKS:]
    assert one.books["deposit_eV"] == tally.sums[DEPOSIT] > 0
    assert one.books["pairs"] == (None if options.get("treatment") == "local" else tally.sums[PAIR])
    assert one.books["primary_eV"] == books[PRIMARY]
    assert one.books["surface_work_eV"] == books[SURFACE]
    assert one.books["events"] == books[EVENTS]
    assert one.books["holes"] in (None, books[HOLES])
    assert sum(crystal["deposit_eV"] for crystal in one.crystals) == pytest.approx(tally.sums[DEPOSIT])


def test_the_first_histories_add_up_to_the_run() -> None:
    result = deposit(seed=5, histories=40, threads=1)
    total = 0.0
    for history in range(40):
        total += float(shower(5, history).books["deposit_eV"] or 0.0)
    assert total / 40 == result.rows[0]["mean_deposit_eV"]
    largest = shower(5, most_deposit=40)
    assert largest.books["deposit_eV"] == result.rows[0]["largest_deposit_eV"]


def test_points_lie_where_their_region_says(case: tuple[dict[str, Any], Shower]) -> None:
    options, one = case
    columns = one.points
    at = np.column_stack([columns["x_nm"], columns["y_nm"], columns["z_nm"]])
    box = options.get("box_nm")
    inside = np.zeros(len(at), dtype=bool)
    if box:
        assert at.min() >= 0
        assert at.max() <= box
    for crystal in one.crystals:
        away = at - crystal["centre_nm"]
        away = away - box * np.round(away / box) if box else away
        half = crystal["edges_nm"][0] / 2 + 1e-6
        sphere = options.get("shape") == "sphere"
        inside |= np.linalg.norm(away, axis=1) <= half if sphere else np.all(np.abs(away) <= half, axis=1)
        if crystal["core_nm"]:
            core = np.abs(away).max(axis=1) / (crystal["core_nm"][0] / 2)
            assert core[columns["region"] == "core"].max() <= 1 + 1e-9
            assert core[columns["region"] == "shell"].min() >= 1 - 1e-9
    assert inside[columns["region"] != "host"].all()
    assert (columns["region"][columns["event"] == "left"] == "host").all()


def test_every_electron_begins_once_and_ends_at_most_once(case: tuple[dict[str, Any], Shower]) -> None:
    _, one = case
    columns = one.points
    for electron in np.unique(columns["electron"]):
        events = columns["event"][columns["electron"] == electron].tolist()
        assert events[0] == "born"
        assert events.count("born") == 1
        ends = {"stopped", "left", "given_up"} & set(events)
        assert len(ends) == 1
        assert events[-1] in ends
        assert len(set(columns["generation"][columns["electron"] == electron])) == 1


def test_energy_rises_only_at_surfaces_and_by_phonons(case: tuple[dict[str, Any], Shower]) -> None:
    _, one = case
    columns = one.points
    for electron in np.unique(columns["electron"]):
        mine = columns["electron"] == electron
        event, energy = columns["event"][mine][1:], columns["energy_eV"][mine]
        change = np.diff(energy)
        risen = change > 1e-12 * energy[:-1]
        assert set(event[risen]) <= {"crossed", "phonon", "scattered"}
        assert change[event == "phonon"].max(initial=0.0) < 0.1
        assert change[event == "scattered"].max(initial=0.0) < 0.1  # an acoustic phonon, absorbed
        assert change[event == "ionised"].max(initial=-1.0) < 0


def test_energy_of_those_that_leave_is_in_the_books(case: tuple[dict[str, Any], Shower]) -> None:
    _, one = case
    left = one.points["event"] == "left"
    assert one.points["energy_eV"][left].sum() == pytest.approx(one.books["escaped_electrons_eV"], abs=1e-6)
    spent = sum(
        float(one.books[key] or 0)
        for key in ("deposit_eV", "host_deposit_eV", "escaped_eV", "surface_work_eV")
    )
    assert spent == pytest.approx(float(one.books["primary_eV"] or 0), rel=1e-9)


def test_running_books_end_as_the_books_and_lose_nothing(case: tuple[dict[str, Any], Shower]) -> None:
    _, one = case
    running, books = one.running, one.books
    assert {len(column) for column in running.values()} == {len(one.points["event"])}
    for name, column in running.items():
        assert float(column[-1]) == pytest.approx(float(books[name] or 0), rel=1e-12), name
    assert ("holes" in running) == (books["holes"] is not None)
    energies = [running[f"{name}_eV"] for name in ("deposit", "host_deposit", "escaped", "surface_work")]
    under_way = float(books["primary_eV"] or 0) - np.sum(energies, axis=0)
    still_goes = ~np.isin(one.points["event"], ("stopped", "left", "given_up"))
    own = one.points["energy_eV"]
    if (
        one.choices["treatment"] != "local"
    ):  # there a collision is told with the energy before its soft losses
        assert (under_way - own)[still_goes].min() >= -0.1  # phonons that were absorbed
    assert under_way[-1] == pytest.approx(0.0, abs=1e-9 * float(books["primary_eV"] or 0))


def test_a_collision_names_the_shell_that_it_hit(case: tuple[dict[str, Any], Shower]) -> None:
    _, one = case
    shell, hit = one.points["atomic_shell"], one.points["event"] == "ionised"
    assert (shell[~hit] == "").all()
    assert (shell[hit] != "").all()
    assert "valence" in shell[hit] or one.choices["treatment"] == "local"
    elements = {name.split()[0] for name in shell[hit]} - {"valence"}
    assert elements <= {"Cs", "Pb", "Br", "Cd", "Se", "S", "C", "H"}


def test_document_is_json() -> None:
    import json

    document = shower(1, 124).as_json()
    assert document["schema"] == "scintidot.track/1"
    json.dumps(document, allow_nan=False)
    columns = [*document["points"].values(), *document["running_books"].values()]
    assert len({len(column) for column in columns}) == 1
    assert "leaves nothing" not in " ".join(document["warnings"])
    assert "leaves nothing" in shower(1, 0).as_json()["warnings"][-1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"history": -1}, "track: bad number for --history (expected a whole number from 0"),
        ({"most_deposit": 0}, "track: bad number for --most-deposit"),
        ({"history": 3, "most_deposit": 10}, "either --history or --most-deposit"),
        ({"histories": 10}, "one that only a run has"),
        ({"edge_lenght": 10}, "Did you mean 'edge_length'?"),
        (
            {"edge_length": "3,10"},
            "track: bad value for --edge-length (expected one for one history, found 2)",
        ),
        ({"energy_keV": "1,7"}, "track: bad value for --energy-kev"),
        ({"shape": "ball"}, "track: bad name for --shape"),
    ],
)
def test_what_is_no_history_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ScintidotError) as caught:
        shower(**options)
    assert words in str(caught.value)
    assert isinstance(caught.value, BadValue)


def test_a_flight_leaves_every_cell() -> None:
    """At a wall the cell is the one ahead, also where the quotient of place and size is rounded down."""
    rounded = 0
    for cells in range(1, 129):
        size = 30.0 / cells
        for i in range(1, cells):
            rounded += math.floor(i * size / size) != i
            assert cell_of(i * size, 1.0, size, cells) == i
            assert cell_of(i * size, -1.0, size, cells) == i - 1
    assert rounded > 0
