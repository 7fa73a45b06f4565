"""``scintidot photons`` from the command line and from Python."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot import photons, predict
from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetics.exact import ExactDecay, exact_rates

FAST = ("--edge-length", 8.7, "--mean-excitons", 2)


def test_the_command_of_the_issue(cli: Callable[..., Any], tmp_path: Path) -> None:
    for end in (".ptu", ".parquet", ".npz"):
        out = tmp_path / f"FILE{end}"
        done = cli(
            "photons",
            "--edge-length",
            8.7,
            "--events",
            1000,
            "--deposit",
            "continuous",
            "--out",
            out,
            "--json",
        )
        assert done.code == 0, done.err
        document = json.loads(done.out)
        assert document["schema"] == "scintidot.photons/1"
        assert document["file"] == str(out)
        assert out.stat().st_size > 1000
        assert done.err == ""


def test_json_and_python_are_one(cli: Callable[..., Any]) -> None:
    document = json.loads(cli("photons", *FAST, "--events", 500, "--json").out)
    assert document == photons(edge_length=8.7, mean_excitons=2, events=500)
    emitted, recorded = document["emitted"], document["recorded"]
    assert document["choices"]["mean_excitons"] == pytest.approx(2)
    assert sum(emitted["by_transition"].values()) == emitted["photons"] == recorded["photons"]
    assert emitted["photons"] <= emitted["pairs"]
    assert any("estimate" in warning for warning in document["warnings"])
    for choice in ("model", "radiative", "auger", "recording", "statistics", "auger_law"):
        assert document["choices"][f"{choice}_meaning"]


def test_table_for_people(cli: Callable[..., Any]) -> None:
    done = cli("photons", *FAST, "--events", 200)
    assert done.code == 0
    for word in ("trion-", "n>=3", "Photons per event", "<N> = 2"):
        assert word in done.out


def test_mean_comes_from_the_deposit_as_in_a_prediction() -> None:
    predicted = predict(edge_length=8.7, deposit="continuous").rows[0]
    document = photons(edge_length=8.7, deposit="continuous", events=10)
    choices = document["choices"]
    assert choices["mean_excitons"] == pytest.approx(predicted["mean_excitons"], rel=1e-12)
    assert choices["band_gap_eV"] == pytest.approx(predicted["band_gap_eV"])
    assert choices["quantum_yield"] == pytest.approx(predicted["quantum_yield"])
    assert choices["deposit"] == "continuous"
    assert any("straight path" in warning or "continuous" in warning for warning in document["warnings"])


@pytest.mark.parametrize("model", ["carriers", "ladder"])
def test_stream_agrees_with_the_exact_decay(model: str) -> None:
    """Photons per event and their mean time, with every option that changes rates."""
    chosen: dict[str, Any] = {
        "retained_fraction": 0.3, "quantum_yield": 0.6, "radiative": "saturating", "auger": "quadratic",
    }  # fmt: skip
    trapping = {"trapping_rate": 2e-4, "detrapping_rate": 1e-4, "neutralisation_rate": 1e-5}
    document = photons(
        edge_length=10, mean_excitons=1.5, statistics="exponential", exciton_lifetime="8 ns", events=40_000,
        model=model, trap_loss_rate=2e-5, **chosen, **trapping,
    )  # fmt: skip
    taken = document["choices"]
    rates = exact_rates(
        exciton_rate=1 / 8000,
        auger_rate=1 / taken["auger_lifetime_ps"],
        trap_loss_rate=2e-5,
        **chosen,
        **trapping,
    )
    decay = ExactDecay(model, rates, pair_distribution(1.5, "exponential"))
    emitted = document["emitted"]
    error = emitted["photons_per_event_standard_error"]
    assert abs(emitted["photons_per_event"] - float(decay.photons)) < 3 * error
    assert error < 0.01
    exact_mean = float(decay.first_moment / decay.photons)
    spread = math.sqrt(float(decay.second_moment / decay.photons) - exact_mean**2)
    assert abs(emitted["mean_photon_time_ps"] - exact_mean) < 4 * spread / math.sqrt(emitted["photons"])


def test_weights_of_a_file(cli: Callable[..., Any], tmp_path: Path) -> None:
    weights = tmp_path / "pairs.csv"
    weights.write_text("n,weight\n2,1\n4,3\n")
    document = json.loads(
        cli("photons", "--edge-length", 8.7, "--statistics", weights, "--events", 400, "--json").out
    )
    assert document["choices"]["mean_excitons"] == pytest.approx(3.5)
    pairs = document["emitted"]["pairs"]
    assert abs(pairs / 400 - 3.5) < 3 * math.sqrt(0.75 / 400)


def test_compound_statistics_of_simulated_deposits(tmp_path: Path) -> None:
    """From a file of deposits: one event in four leaves 60 eV."""
    deposits = tmp_path / "deposits.csv"
    deposits.write_text(
        "# events: 400\nevent,nanocrystal,edep_eV\n" + "".join(f"{n},0,60\n" for n in range(100))
    )
    options: dict[str, Any] = {"edge_length": 8.7, "deposit": str(deposits), "events": 2000}
    single = photons(**options, statistics="poisson")
    compound = photons(**options, statistics="compound")
    assert single["choices"]["mean_excitons"] == pytest.approx(compound["choices"]["mean_excitons"], rel=1e-6)
    assert compound["emitted"]["photons_per_event"] < 0.6 * single["emitted"]["photons_per_event"]


def test_card_without_emission_has_lines_at_the_gap(tmp_path: Path) -> None:
    from scintidot.photon_stream.sample import lines_of

    spectrum, warnings = lines_of(None, 2.4)
    assert np.all(spectrum.line == 2.4)
    assert spectrum.sigma == 0
    assert len(warnings) == 1
    card = tmp_path / "mine.toml"
    card.write_text(
        'based_on = "CsPbBr3"\nname = "mine"\n[emission]\nform = "gaussian"\n'
        'line_width_fwhm = { value = 0.1, unit = "eV", source = "raino_2022", provenance = "measured" }\n'
        'trion_shift = { value = -5, unit = "meV", source = "raino_2022", provenance = "measured" }\n'
    )
    document = photons(edge_length=8.7, mean_excitons=1, material=str(card), events=5)
    lines = document["choices"]["lines_eV"]
    assert lines["trion+"] == lines["trion-"] == pytest.approx(lines["X"] + 0.005)


BAD = {
    "size": (("--mean-excitons", 2), "--edge-length"),
    "sizes": (("--edge-length", "5,8", "--mean-excitons", 2), "--edge-length"),
    "events": ((*FAST, "--events", "0"), "--events"),
    "broken events": ((*FAST, "--events", "10.5"), "--events"),
    "model": ((*FAST, "--model", "carier"), "Did you mean 'carriers'"),
    "law": ((*FAST, "--radiative", "n3"), "--radiative"),
    "statistics": ((*FAST, "--statistics", "paper"), "no probabilities"),
    "compound": ((*FAST, "--statistics", "compound"), "compound needs the simulated deposits"),
    "file and mean": ((*FAST, "--statistics", "pairs.csv"), "pairs.csv"),
    "no file": (("--edge-length", 8.7, "--statistics", "pairs.csv"), "pairs.csv"),
    "continuous compound": (
        ("--edge-length", 8.7, "--statistics", "compound", "--deposit", "continuous"), "--deposit track",
    ),
    "no statistics": ((*FAST, "--statistics", ""), "expected one of poisson, exponential, or a file"),
    "device": ((*FAST, "--device", "gpu"), "one of auto, cpu, cuda"),
    "file from a GPU": ((*FAST, "--device", "cuda", "--out", "a.npz"), "cpu with --out"),
    "dead time": ((*FAST, "--dead-time", "-1"), "--dead-time"),
    "unit": ((*FAST, "--period", "3 eV"), "--period"),
    "bins": ((*FAST, "--bin-width", "1 us"), "--bin-width"),
    "dark counts": ((*FAST, "--dark-count-rate", "1e9", "--period", "1 ms"), "--dark-count-rate"),
    "recording": ((*FAST, "--recording", "startstop"), "start-stop"),
    "endless": (
        (*FAST, "--trapping-rate", 900, "--detrapping-rate", 900, "--exciton-lifetime", "1 s", "--events", 9),
        "--trapping-rate",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_mistakes_are_one_line(
    name: str, cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, words = BAD[name]
    done = cli("photons", *arguments)
    assert done.code in (2, 3, 4)
    assert done.out == ""
    (line,) = done.err.splitlines()
    assert words in line


def test_a_spread_of_sizes_is_refused() -> None:
    from scintidot.errors import BadValue

    with pytest.raises(BadValue, match="one nanocrystal has one size"):
        photons(edge_length=8.7, mean_excitons=1, size_dispersion=0.1)


def test_start_stop_warns_of_pile_up() -> None:
    document = photons(edge_length=8.7, mean_excitons=2, recording="start-stop", events=2000)
    assert any("piles up" in warning for warning in document["warnings"])
    assert document["recorded"]["lost"]["dead_time_or_start_stop"] > 0


def test_choices_of_an_unlimited_trap_are_those_of_a_prediction() -> None:
    document = photons(edge_length=8.7, mean_excitons=1, events=5, exciton_lifetime="8 ns")
    assert document["choices"]["traps"] == "never full"
    assert document["choices"]["exciton_lifetime_ps"] == pytest.approx(8000, rel=1e-14)


def test_a_gpu_counts_for_an_ideal_instrument(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same document as on the CPU; here the CPU stands in for the kernel, which `tests/parity` compares."""
    from types import SimpleNamespace

    from scintidot.kinetics.stream import count_photons

    def stand_in(*arguments: Any, first: int, **options: Any) -> Any:
        assert first == 0
        return count_photons(*arguments, **options)

    monkeypatch.setitem(
        sys.modules, "scintidot.kinetics.stream_cuda", SimpleNamespace(count_photons_cuda=stand_in)
    )
    monkeypatch.setattr("scintidot.scale.computing.why_no_cuda", lambda: "")
    options: dict[str, Any] = {"edge_length": 8.7, "mean_excitons": 2, "events": 3000}
    on_gpu, on_cpu = photons(**options, device="cuda"), photons(**options)
    assert on_gpu["choices"].pop("device") == "cuda"
    assert on_cpu["choices"].pop("device") == "cpu"
    assert on_gpu["recorded"] == on_cpu["recorded"]
    assert on_gpu["emitted"]["by_transition"] == on_cpu["emitted"]["by_transition"]
    assert on_gpu["emitted"]["mean_photon_time_ps"] == pytest.approx(on_cpu["emitted"]["mean_photon_time_ps"])


def test_no_gpu_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    from scintidot.errors import BadValue

    monkeypatch.setattr("scintidot.scale.computing.why_no_cuda", lambda: "no GPU at all")
    with pytest.raises(BadValue, match=r"--device .*no GPU at all"):
        photons(edge_length=8.7, mean_excitons=2, events=10, device="cuda")
