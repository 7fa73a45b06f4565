"""``scintidot excitation`` as a user meets it: spellings, keys, one line for each mistake."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]

PAIRS = ("--mean-excitons", "0.8", "--auger-efficiency", "0.9")
STEADY = ("excitation", *PAIRS, "--event-rate", "1e-9")
PULSES = ("excitation", *PAIRS, "--mode", "pulses", "--period-ps", "100 ns")
DOSE = ("--edge-length", "8.7", "--deposit-ev", "25.8", "--dose-rate-gy-per-s", "1")

COMMON = {
    "schema", "version", "choices", "mean_pairs_per_event", "mean_pairs_found", "photons_isolated",
    "g2_zero_isolated", "pile_up_ratio", "events_until_dark", "bound", "warnings", "bibliography",
}  # fmt: skip
TRANSITIONS = {"total", "X", "XX", "n>=3", "trion-", "trion+"}
FINDS = {"empty", "occupied", "charged", "trapped", "dark"}


def document(cli: Cli, *arguments: object) -> dict[str, Any]:
    code, out, err = cli(*arguments, "--json")
    assert (code, err) == (0, "")

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    return dict(json.loads(out, parse_constant=refuse))


def test_steady(cli: Cli) -> None:
    result = document(cli, *STEADY, "--delays-ps", "0, 1e4")
    assert result["schema"] == "scintidot.excitation/1"
    assert set(result) == COMMON | {
        "event_rate_per_ps", "emission_rate_per_ps", "photons_per_event", "event_finds", "g2",
    }  # fmt: skip
    assert set(result["photons_per_event"]) == set(result["photons_isolated"]) == TRANSITIONS
    assert set(result["event_finds"]) == FINDS
    assert [row["delay_ps"] for row in result["g2"]] == [0, 1e4]
    light = result["photons_per_event"]
    assert math.isclose(sum(light.values()), 2 * light["total"], rel_tol=1e-12)
    assert math.isclose(result["emission_rate_per_ps"]["total"], 1e-9 * light["total"], rel_tol=1e-12)
    assert round(result["photons_isolated"]["total"], 4) == 0.4761
    assert result["event_finds"]["dark"] is None
    assert any("trions" in warning for warning in result["warnings"])


def test_pulses(cli: Cli) -> None:
    result = document(cli, *PULSES, "--pulses", "3", "--neutralisation-rate", "1 /us")
    assert set(result) == COMMON | {
        "period_ps", "emission_curve", "photons_per_pulse", "pulse_finds", "first_pulses", "g2_peaks",
        "two_pulses_ratio",
    }  # fmt: skip
    assert result["period_ps"] == 1e5
    assert [row["pulse"] for row in result["first_pulses"]] == [1, 2, 3]
    first = result["first_pulses"][0]
    assert first["empty"] == 1
    assert first["photons"] == pytest.approx(result["photons_isolated"]["total"], rel=1e-3)
    assert [row["time_ps"] for row in result["emission_curve"]][::26] == [0]
    assert result["emission_curve"][-1]["time_ps"] == pytest.approx(1e5)
    assert result["warnings"] == []


def test_events_faster_than_the_model_say_so(cli: Cli) -> None:
    options = (
        "excitation",
        "--auger-efficiency",
        "0.9",
        "--mean-excitons",
        "0.1",
        "--retained-fraction",
        "1",
    )
    assert document(cli, *options, "--event-rate", "1e-5")["warnings"] == []
    crowded = document(cli, *options, "--event-rate", "1 /ns")["warnings"]
    assert [
        warning for warning in crowded if "every 1e+03 ps, an exciton lives 1e+04 ps" in warning
    ] == crowded
    absurd = document(cli, *options, "--event-rate", "1e3")["warnings"]
    assert any("not physical" in warning for warning in absurd)


def test_the_bound_of_the_states_is_a_fault_of_this_command(cli: Cli) -> None:
    traps = ("--trapping-rate", "1e-3", "--detrapping-rate", "1e-4", "--traps", "100")
    outcome = cli(
        "excitation", "--auger-efficiency", "0.9", "--mean-excitons", "30", "--event-rate", "1e-9", *traps
    )
    assert outcome.code == 4
    assert outcome.err.startswith("excitation: bad size for the carriers model")


def test_dark_ladder_says_so(cli: Cli) -> None:
    result = document(cli, *STEADY, "--model", "ladder")
    assert result["photons_per_event"]["total"] == 0
    assert result["g2"] is None
    assert result["events_until_dark"] == pytest.approx(10, rel=0.02)
    assert "dark, on average after 10.02 events" in result["warnings"][0]


def test_rate_from_the_dose_rate(cli: Cli) -> None:
    by_card = document(cli, "excitation", *PAIRS, *DOSE)
    density = by_card["choices"]["density_g_per_cm3"]
    kilograms = density * 1e3 * 8.7e-9**3
    assert by_card["event_rate_per_ps"] == pytest.approx(
        kilograms / (25.8 * 1.602176634e-19) * 1e-12, rel=1e-9
    )
    by_hand = document(cli, "excitation", *PAIRS, *DOSE, "--density", density, "--shape", "sphere")
    ratio = by_hand["event_rate_per_ps"] / by_card["event_rate_per_ps"]
    assert ratio == pytest.approx(math.pi / 6, rel=1e-9)


def test_distribution_from_a_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("n,weight\n0,1\n2,1\n", encoding="utf-8")
    options = ("--auger-efficiency", "0", "--event-rate", "1e-9", "--statistics", path)
    result = document(cli, "excitation", *options)
    assert result["mean_pairs_per_event"] == 1
    assert result["photons_per_event"]["total"] == pytest.approx(1, rel=1e-9)
    exponential = document(cli, "excitation", *options[:-1], "exponential", "--mean-excitons", "0.5")
    assert exponential["photons_per_event"]["total"] == pytest.approx(0.5, rel=1e-7)


@pytest.mark.parametrize("command", [STEADY, PULSES, (*STEADY, "--model", "ladder")])
def test_tables(cli: Cli, command: tuple[str, ...]) -> None:
    code, out, _ = cli(*command)
    assert code == 0
    assert "light over that of events alone" in out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("excitation", *PAIRS), "excitation: bad option for --event-rate (expected --event-rate or"),
        (
            (*STEADY, "--period-ps", "1"),
            "bad option for --period-ps (expected none in mode steady, found '1')",
        ),
        ((*STEADY, "--edge-length", "5"), "bad option for --edge-length (expected none with --event-rate"),
        ((*PULSES, "--event-rate", "1"), "bad option for --event-rate (expected none in mode pulses"),
        ((*PULSES, "--deposit-ev", "1"), "bad option for --deposit-ev (expected none in mode pulses"),
        (("excitation", *PAIRS, "--mode", "pulses"), "bad option for --period-ps"),
        ((*PULSES, "--pulses", "2.5"), "for --pulses (expected a whole number"),
        ((*PULSES, "--period-ps", "-3"), "bad value for --period-ps"),
        ((*STEADY, "--model", "leader"), "Did you mean 'ladder'?"),
        ((*STEADY, "--mode", "pulse"), "Did you mean 'pulses'?"),
        ((*STEADY, "--statistics", "paper"), "no probabilities"),
        ((*STEADY, "--event-rate", "2 nm"), "--event-rate"),
        ((*STEADY, "--delays-ps", "-1"), "bad value for --delays-ps"),
        ((*STEADY, "--retained-fraction", "50"), "Is this in percent?"),
        (("excitation", *PAIRS, *DOSE[2:]), "bad option for --edge-length"),
        (("excitation", *PAIRS, *DOSE, "--density", "5", "--material", "CsPbBr3"), "--material"),
        (("excitation", *PAIRS, *DOSE, "--shape", "rod"), "bad name for --shape"),
        ((*STEADY, "--radiative", "n3"), "excitation: bad name for --radiative"),
        ((*STEADY, "--auger", "quartic"), "excitation: bad name for --auger"),
        (
            ("excitation", *PAIRS, *DOSE, "--material", "octane"),
            "for --material (expected a scintillator, found octane",
        ),
        (("excitation", *PAIRS, *DOSE, "--material", "./no.toml"), "no.toml: bad file for --material"),
        ((*STEADY, "--trapping-rate", "1e-3"), "bad bound for up to"),
    ],
)
def test_mistakes_are_one_line(cli: Cli, arguments: tuple[str, ...], line: str) -> None:
    code, out, err = cli(*arguments)
    assert code in (2, 3, 4)
    assert out == ""
    assert err.count("\n") == 1
    assert line in err


def test_weak_events_keep_their_pairs_of_photons(cli: Cli) -> None:
    """g2(0) of weak pulses is the ratio of the quantum yields, however weak: 0.1 here (Nair 2011)."""
    for mean in ("1e-6", "4e-5", "1e-3"):
        document = json.loads(
            cli("excitation", "--mean-excitons", mean, "--auger-efficiency", "0.9", "--retained-fraction", "1",
                "--event-rate", "1e-9", "--json").out
        )  # fmt: skip
        assert document["g2_zero_isolated"] == pytest.approx(0.1, rel=2e-3)


def test_dark_nanocrystals_under_pulses_warn_of_nothing_but_that(cli: Cli) -> None:
    done = cli("excitation", "--mode", "pulses", "--period-ps", "1e5", "--mean-excitons", "0.8",
               "--auger-efficiency", "0.9", "--quantum-yield", "0", "--json")  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["two_pulses_ratio"] is None
