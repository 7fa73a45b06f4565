"""``scintidot deposit`` as a user meets it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scintidot
from scintidot.deposits import bulk, engine, histories, result
from scintidot.errors import CannotWrite
from scintidot.transport.track.books import ESCAPES
from scintidot.transport.track.tally import ALL_BOOKS

Cli = Callable[..., Any]
SMALL = ("deposit", "--edge-length", "10", "--histories", "3000", "--json")


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    return scintidot.deposit(edge_length=[3, 10], energy_keV=[7, 20], histories=20_000).as_json()


def test_document_has_the_keys_that_were_promised(small: dict[str, Any], root: Path) -> None:
    assert small["schema"] == "scintidot.deposit/1"
    assert {
        "rows", "pair_creation_energy_eV", "fano_factor", "ledger_max_relative_error", "choices", "warnings",
    } <= set(small)  # fmt: skip
    assert {
        "edge_length_nm", "energy_keV", "histories", "mean_deposit_eV", "standard_error_eV", "hit_fraction",
        "mean_deposit_per_hit_eV", "fraction_above_eV", "quantiles_eV", "mean_pairs", "mean_pairs_per_hit",
        "escaped_eV", "histories_per_second_per_core",
    } <= set(small["rows"][0])  # fmt: skip
    assert set(small["rows"][0]["fraction_above_eV"]) == {"5", "10", "50", "100"}
    assert [(row["edge_length_nm"], row["energy_keV"]) for row in small["rows"]] == [
        (3, 7), (3, 20), (10, 7), (10, 20),
    ]  # fmt: skip
    assert small["ledger_max_relative_error"] < 1e-9
    text = (root / "docs/track.md").read_text(encoding="utf-8")
    assert [key for key in small["rows"][0] if f"`{key}`" not in text] == []


def test_figures_of_a_row_hang_together(small: dict[str, Any]) -> None:
    for row in small["rows"]:
        spent = sum(
            row[key] for key in ("mean_deposit_eV", "escaped_eV", "host_deposit_eV", "surface_work_eV")
        )
        assert spent == pytest.approx(1e3 * row["energy_keV"], rel=1e-9)
        assert row["mean_deposit_eV"] == pytest.approx(
            row["hit_fraction"] * row["mean_deposit_per_hit_eV"], rel=1e-9
        )
        assert row["escaped_eV"] == pytest.approx(
            row["escaped_electrons_eV"] + row["escaped_photons_eV"], rel=1e-12
        )
        above = list(row["fraction_above_eV"].values())
        assert above == sorted(above, reverse=True)
        assert list(row["quantiles_eV"].values()) == sorted(row["quantiles_eV"].values())
        assert row["mean_pairs"] <= min(row["mean_holes"], row["mean_electrons"]) + 1e-9
        assert 0 < row["held_by_pairs_eV"] < row["mean_deposit_eV"]
    assert 2.25 < small["pair_creation_energy_eV"] < 3.2 * 2.25
    assert 0.02 < small["fano_factor"] < 0.3


def test_same_seed_same_bits_whatever_the_threads() -> None:
    options = {"edge_length": [5], "host": "octane", "histories": 1500, "cut_eV": 15}
    one, two, other = (
        scintidot.deposit(**options, threads=threads, seed=seed) for threads, seed in ((1, 3), (2, 3), (2, 4))
    )
    first, second, third = (result.entries[0].tally for result in (one, two, other))
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(first.sums, third.sums)


def test_range_rejection_changes_nothing_but_the_time() -> None:
    options = {"edge_length": [10], "energy_keV": 2, "host": "octane", "cut_eV": 20, "histories": 3000}
    fast, whole = (scintidot.deposit(**options, whole_tracks=w).rows[0] for w in (False, True))
    error = np.hypot(fast["standard_error_eV"], whole["standard_error_eV"])
    assert abs(fast["mean_deposit_eV"] - whole["mean_deposit_eV"]) < 4 * error
    assert fast["stopped_by_range"] > 0 == whole["stopped_by_range"]
    assert fast["events_per_history"] < whole["events_per_history"]


def test_stops_at_the_wanted_error() -> None:
    result = scintidot.deposit(edge_length=[10], histories=10**7, relative_error=0.02)
    row = result.rows[0]
    assert row["standard_error_eV"] <= 0.02 * row["mean_deposit_eV"]
    assert row["histories"] < 200_000
    short = scintidot.deposit(edge_length=[3], histories=2000, relative_error=0.001)
    assert any("0.001 was asked for" in note for note in short.warnings)


NOTHING_HIT = {"edge_length": 2, "histories": 100, "seed": 3, "threads": 1}
"""At 100 keV."""


def test_a_run_without_a_hit_is_not_a_precise_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BLOCK_IN_VACUUM", 4)
    result = scintidot.deposit(energy_keV=100, relative_error=0.5, **NOTHING_HIT)
    assert (result.rows[0]["hit_fraction"], result.rows[0]["histories"]) == (0, 100)
    assert any("0.5 was asked for" in note for note in result.warnings)


def test_a_figure_that_one_row_lacks_is_there_for_the_others() -> None:
    data = scintidot.deposit(energy_keV=[100, 1], **NOTHING_HIT).to_xarray()
    assert np.isnan(data["mean_deposit_per_hit_eV"].to_numpy()).tolist() == [True, False]
    flat = scintidot.deposit(edge_length="8x8x3,8x8x4", shape="cuboid", histories=20, threads=1).to_xarray()
    assert flat["edges_nm"].to_numpy().tolist() == [[8, 8, 3], [8, 8, 4]]
    assert flat["edges_nm"].attrs["units"] == "nm"


def test_escapes_that_the_histogram_lacks_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = histories.scratch
    monkeypatch.setattr(
        histories, "scratch", lambda *a, **k: usual(*a, **k)._replace(escapes=np.empty((1, 1)))
    )
    result = scintidot.deposit(energy_keV=1, histories=200, threads=2)  # threads that have no memory yet
    tally = result.entries[0].tally
    assert tally.escapes.sum() <= 200
    missing = int(tally.sums[ALL_BOOKS + ESCAPES] - tally.escapes.sum())
    assert missing > 0
    assert any(note.startswith(f"{missing} of ") for note in result.warnings)


def test_shapes_shells_photons_and_boxes_run() -> None:
    common = {"histories": 1500, "seed": 2}
    cube, flat = (
        scintidot.deposit(edge_length=size, shape="cuboid", **common).rows[0] for size in ("8x8x8", "16x16x2")
    )
    assert cube["edge_length_nm"] is None
    assert flat["edges_nm"] == [16, 16, 2]
    assert flat["mean_deposit_eV"] < cube["mean_deposit_eV"]  # equal volume, shorter paths
    coated = scintidot.deposit(edge_length=[5], shell="ZnO", shell_thickness_nm=1, **common)
    assert coated.rows[0]["edges_nm"] == [7, 7, 7]
    photon = scintidot.deposit(edge_length=[10], source="photon 30 keV", **common).rows[0]
    assert photon["hit_fraction"] > 0.8  # the absorbing atom leaves holes, if nothing else
    assert photon["escaped_photons_eV"] > 0
    box = scintidot.deposit(
        composite="20 % x 5 nm", box_nm=40, host="octane", **{**common, "histories": 20}
    ).rows[0]
    assert box["volume_fraction"] == pytest.approx(0.2, abs=0.002)
    assert box["crystals"] == round(0.2 * 40**3 / 125)
    assert 0.2 < box["kept_share"] < 0.8


def test_woodcock_and_surface_tracking_agree() -> None:
    common = {
        "composite": "15 % x 6 nm",
        "box_nm": 60,
        "host": "octane",
        "surface": "none",
        "cut_eV": 20,
        "energy_keV": 1,
    }
    rows = [
        scintidot.deposit(**common, tracking=tracking, histories=600, seed=seed).rows[0]
        for tracking, seed in (("surface", 5), ("woodcock", 6))
    ]
    error = np.hypot(*(row["standard_error_eV"] for row in rows))
    assert abs(rows[0]["mean_deposit_eV"] - rows[1]["mean_deposit_eV"]) < 4 * error
    assert rows[1]["hits_per_event"] == pytest.approx(rows[0]["hits_per_event"], rel=0.1)


def test_histograms_are_written_and_agree_with_the_row(cli: Cli, tmp_path: Path) -> None:
    import xarray

    document = strict(cli(*SMALL, "--out", tmp_path / "d.nc").out)
    with xarray.open_dataset(tmp_path / "d.nc", engine="h5netcdf") as data:
        row = document["rows"][0]
        assert int(data.events_by_deposit.sum()) == row["histories"]
        assert int(data.hits_by_deposit.sum()) == round(row["hits_per_event"] * row["histories"])
        assert (
            int(data.hits_by_pairs.sum())
            == int(data.hits_by_deposit.sum())
            == int(data.hits_by_charges.sum())
        )
        assert float(data.deposit_by_depth.sum()) == pytest.approx(row["mean_deposit_eV"], rel=1e-9)
        assert data.attrs["schema"] == "scintidot.deposit/1"
        assert all("units" in data[name].attrs for name in data.data_vars)


def test_a_file_that_cannot_be_written_is_refused_before_the_run(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "folder.nc").mkdir()
    for option, path in (
        ("--out", "/proc/none/d.nc"),
        ("--out", tmp_path / "folder.nc"),
        ("--escapes", "/proc/none/e.mcpl"),
    ):
        done = cli("deposit", option, path, "--histories", "1e12", "--threads", 1)
        assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
        assert option in done.err


def test_numbers_come_out_even_if_their_file_does_not(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise CannotWrite(where="d.nc", what="output folder", who="--out", expected="space", found="none")

    monkeypatch.setattr(result.DepositResult, "save", full)
    done = cli("deposit", "--histories", "100", "--json", "--out", tmp_path / "d.nc")
    assert done.code == 5
    assert strict(done.out)["rows"][0]["histories"] == 100
    assert "found none" in done.err


@pytest.mark.parametrize("how", ["raised", "marked"])
def test_interrupt_in_the_bulk_leaves_the_rows(cli: Cli, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """The engine marks what it has of the bulk, or has nothing yet."""
    usual = bulk.follow_all

    def stopped(*args: Any, **options: Any) -> engine.Outcome:
        outcome = usual(*args, **options)
        if how == "raised":
            raise KeyboardInterrupt
        return replace(outcome, interrupted=True)

    monkeypatch.setattr(bulk, "follow_all", stopped)
    done = cli("deposit", "--histories", "100", "--json", "--seed", 987)  # of which nothing is kept
    assert done.code == 130
    document = strict(done.out)
    assert document["partial"]
    assert [row["histories"] for row in document["rows"]] == [100]
    assert "partial" not in document["rows"][0]
    assert document["pair_creation_energy_eV"] is document["fano_factor"] is None
    assert any("Interrupted" in note for note in document["warnings"])


def test_table_for_people(cli: Cli) -> None:
    code, out, err = cli("deposit", "--edge-length", "10", "--histories", "2000")
    assert code == 0
    assert "deposit per event [eV]" in out
    assert "Pair creation in the bulk" in out
    assert err.startswith("note: ")


MISTAKES = {
    "eV for keV": (["--energy-kev", "7000"], 4, "7000 eV is 7 keV"),
    "photon beyond": (["--source", "photon 511 keV"], 4, "1 to 100 keV"),
    "two sources": (["--energy-kev", "7", "--source", "fe55"], 2, "either --energy-kev or --source"),
    "unknown start": (["--start", "middle"], 2, "--start"),
    "matrix alone": (["--start", "matrix"], 2, "--composite"),
    "crossing photon": (
        ["--source", "photon 30 keV", "--start", "crossing"],
        2,
        "uniform or matrix for photons",
    ),
    "box alone": (["--box-nm", "100"], 2, "--composite '74 x 3 nm'"),
    "no box": (["--composite", "74 x 3 nm"], 2, "for --box-nm"),
    "too dense": (
        ["--composite", "60 % x 5 nm", "--box-nm", "40", "--host", "octane"],
        4,
        "--packing lattice",
    ),
    "composite in words": (["--composite", "many", "--box-nm", "40"], 2, "'74 x 3 nm'"),
    "low cut": (["--cut-ev", "1"], 2, "at least 2.25 eV"),
    "no phonons on the card": (["--material", "octane", "--phonons", "acoustic"], 3, "phonons"),
    "treatment": (["--treatment", "fast"], 2, "track, local"),
    "histories": (["--histories", "1.5"], 2, "--histories"),
    "no histories": (["--histories", "0"], 2, "--histories"),
    "error in percent": (["--relative-error", "2"], 4, "--relative-error"),
    "seed": (["--seed", "-1"], 2, "--seed"),
    "not netCDF": (["--out", "d.csv"], 2, "ends in .nc"),
    "platelet as cube": (["--edge-length", "20x20x3"], 2, "--shape cuboid"),
    "shell on cuboid": (
        ["--shell", "ZnO", "--shape", "cuboid", "--edge-length", "5x5x5"],
        2,
        "cube or sphere",
    ),
    "woodcock with surfaces": (["--tracking", "woodcock"], 2, "--surface none"),
    "negative size": (["--edge-length", "-3"], 4, "at least 0.5 and at most"),
    "unknown source": (["--source", "radium"], 2, "source"),
    "vacuum as crystal": (["--material", "vacuum"], 3, "vacuum"),
}


@pytest.mark.parametrize(("options", "code", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line(cli: Cli, options: list[str], code: int, words: str) -> None:
    done = cli("deposit", *options)
    assert len(done.err.splitlines()) == 1, done.err
    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_positions_from_a_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("x_nm,y_nm,z_nm,edge_length_nm\n5,5,5,4\n15,15,15,6\n19.5,5,15,3\n")
    box = (
        "deposit",
        "--composite",
        "3 x 5 nm",
        "--box-nm",
        "20",
        "--packing",
        str(path),
        "--histories",
        "50",
    )
    row = strict(cli(*box, "--json").out)["rows"][0]
    assert row["crystals"] == 3
    assert row["volume_fraction"] == pytest.approx((4**3 + 6**3 + 3**3) / 20**3)
    box = ("deposit", "--composite", "2 x 5 nm", *box[3:])
    path.write_text("x_nm,y_nm,z_nm\n5,5,5\n7,5,5\n")
    done = cli(*box)
    assert (done.code, "rows 2 and 3 overlap" in done.err) == (3, True)
    path.write_text("x,y\n5,5\n")
    assert "columns x_nm, y_nm, z_nm" in cli(*box).err


TELLS_OF_BLOCKS = """
import sys
from scintidot.cli.main import main
from scintidot.deposits import engine

usual = engine.check


def told(*arguments):
    usual(*arguments)
    print("one block", file=sys.stderr, flush=True)


engine.check = told
main()
"""
"""The command line, which says on standard error when a block of histories is done."""


def test_interrupt_gives_what_is_done() -> None:
    """Ctrl-C in a long run: a whole document of the histories that were finished, marked, and exit code 130."""
    command = [
        sys.executable, "-c", TELLS_OF_BLOCKS, "deposit", "--edge-length", "10", "--host", "octane", "--whole-tracks",
        "--histories", "1e7", "--threads", "2", "--json",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (xdist ignores it)
    )  # fmt: skip
    assert process.stderr is not None
    while "one block" not in (line := process.stderr.readline()):
        assert line, "it ended before the first block was done"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    document = strict(out)
    row = document["rows"][0]
    assert document["partial"]
    assert row["partial"]
    assert 0 < row["histories"] < 10**7
    assert any("Interrupted" in note for note in document["warnings"])
