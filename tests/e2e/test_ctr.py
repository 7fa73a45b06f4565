"""``scintidot ctr``: spellings, keys, choices, one line for each mistake."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scintidot
from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetics.exact import ExactDecay, exact_rates
from scintidot.timing.bounds import cramer_rao_bound, information
from scintidot.timing.coincidence import coincidence_resolution, label_formula
from scintidot.timing.density import Response
from scintidot.timing.order_statistics import Quantiles, best_photon

Cli = Callable[..., Any]
LIGHT = (
    "ctr",
    "--decay",
    "0.3:250,0.7:10000",
    "--rise-time-ps",
    "0",
    "--jitter-sigma-ps",
    "40",
    "--photons",
    "1500",
)
ANCHOR = ("ctr", "--decay", "1037", "--rise-time-ps", "100", "--jitter-sigma-ps", "40", "--photons", "5110")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(cli: Cli, *arguments: object) -> dict[str, Any]:
    code, out, err = cli(*arguments, "--json")
    assert (code, err) == (0, "")
    document: dict[str, Any] = json.loads(out)
    return document


def test_command_of_the_issue(cli: Cli) -> None:
    document = answer(cli, *LIGHT, "--monte-carlo", "1000")
    assert document["schema"] == "scintidot.ctr/1"
    assert {"schema", "version", "choices", "ctr_ps", "best_photon_index", "warnings"} <= set(document)
    ctr = document["ctr_ps"]
    assert set(ctr) == {"formula", "cramer_rao", "best_photon", "maximum_likelihood"}
    assert ctr["cramer_rao"] == pytest.approx(16.828, abs=1e-3)
    likelihood = ctr["maximum_likelihood"]
    assert likelihood["value"] == pytest.approx(ctr["cramer_rao"], abs=3 * likelihood["standard_error"] + 0.2)
    assert ctr["formula"] == 0
    assert any("says nothing" in warning for warning in document["warnings"])
    assert answer(cli, *LIGHT, "--monte-carlo", "1000", "--threads", "2")["ctr_ps"] == ctr
    assert answer(cli, *LIGHT, "--monte-carlo", "1000", "--seed", "2")["ctr_ps"] != ctr


def test_anchor_and_statistics_of_the_photon_number(cli: Cli) -> None:
    document = answer(cli, *ANCHOR)
    ctr = document["ctr_ps"]
    assert ctr["formula"] == pytest.approx(15.00, abs=0.005)
    assert ctr["cramer_rao"] == pytest.approx(13.10, abs=0.005)
    assert ctr["best_photon"] == pytest.approx(16.03, abs=0.005)
    assert ctr["maximum_likelihood"] is None
    assert document["best_photon_index"] == 118  # counted from 0
    fixed = answer(cli, *ANCHOR, "--photon-number", "fixed")
    assert fixed["ctr_ps"]["cramer_rao"] == ctr["cramer_rao"]
    assert fixed["ctr_ps"]["best_photon"] == pytest.approx(15.83, abs=0.005)


def test_effective_lifetime_is_one_exponential_where_there_is_jitter(cli: Cli) -> None:
    old = ("ctr", "--rise-time-ps", "100", "--tau-eff-ps", "1037", "--photons", "5110")
    assert set(answer(cli, *old)["ctr_ps"]) == {"formula"}
    assert answer(cli, *old, "--jitter-sigma-ps", "40")["ctr_ps"] == answer(cli, *ANCHOR)["ctr_ps"]


def test_label_formula_alone_only_without_other_options(cli: Cli) -> None:
    """Any other option is read, so that the whole document comes, or its fault."""
    old = ("ctr", "--rise-time-ps", "100", "--tau-eff-ps", "1037", "--photons", "5110")
    fixed = answer(cli, *old, "--photon-number", "fixed")
    assert fixed["ctr_ps"]["formula"] == pytest.approx(answer(cli, *old)["ctr_ps"]["formula"], rel=1e-12)
    assert fixed["ctr_ps"]["best_photon"] > 0
    unlike = answer(cli, *old, "--other-photons", "3")
    assert unlike["choices"]["coincidence"] == "two unlike detectors"
    far = answer(cli, "ctr", "--rise-time-ps", "1e11", "--tau-eff-ps", "1e12", "--photons", "1")
    assert far["ctr_ps"]["formula"] == pytest.approx(3.330218 * 1e23**0.5)


@pytest.mark.parametrize("decay", [{"decay": "1037"}, {"effective_lifetime": 1037}])
@pytest.mark.parametrize(
    "name", sorted({*inspect.signature(scintidot.coincidence_time_resolution).parameters} - {"progress"})
)
def test_every_keyword_is_read(name: str, decay: dict[str, Any]) -> None:
    given = {**decay, "rise_time": 100, "photons": 5110, name: "foo"}
    with pytest.raises(scintidot.ScintidotError):
        scintidot.coincidence_time_resolution(**given)


def test_spellings_of_other_commands(cli: Cli) -> None:
    other = [
        {"--rise-time-ps": "--rise-time", "--jitter-sigma-ps": "--jitter-sigma"}.get(x, x) for x in ANCHOR
    ]
    assert answer(cli, *other) == answer(cli, *ANCHOR)
    for command in (["predict", "--rise-time"], ["predict", "--jitter-sigma"], ["photons", "--jitter-sigma"]):
        one, two = cli(*command, "foo"), cli(*command[:-1], f"{command[-1]}-ps", "foo")
        assert one == two
        assert (one.code, f"for {command[-1]}" in one.err) == (2, True)


def test_photons_too_few_for_a_simulation(cli: Cli) -> None:
    document = answer(cli, *ANCHOR[:-1], "1e-9", "--monte-carlo", "100")
    assert document["ctr_ps"]["maximum_likelihood"] == {"value": None, "standard_error": None}
    for words in (
        "100 % of the simulated events have no photon",
        "Fewer than two",
        "100 % of the events do not",
    ):
        assert any(words in warning for warning in document["warnings"])


def test_pulses_too_few_for_a_simulation(cli: Cli) -> None:
    pulse = ("--pulse-rise-ps", "300", "--pulse-fall-ps", "5000", "--leading-edge-events", "100")
    edge = answer(cli, *ANCHOR[:-1], "1", *pulse, "--threshold", "0.7")["ctr_ps"]["leading_edge"]
    assert edge["simulated"]["value"] > 0
    none = answer(cli, *ANCHOR[:-1], "1e-6", *pulse)
    assert none["ctr_ps"]["leading_edge"]["simulated"] == {"value": None, "standard_error": None}
    assert any("100 % of the simulated signals stay below" in warning for warning in none["warnings"])


def test_fixed_number_of_photons_is_whole_in_every_figure(cli: Cli) -> None:
    found, whole = (
        answer(cli, *ANCHOR[:-1], photons, "--photon-number", "fixed", "--monte-carlo", "100")
        for photons in ("19.6", "20")
    )
    assert found["ctr_ps"] == whole["ctr_ps"]
    assert found["detectors"][0]["photons"] == 20
    assert any("20 instead of 19.6" in warning for warning in found["warnings"])
    emitted = ("--detector", "fbk-nuv-hd", "--emitted-photons", "1", "--emission-nm", "420")
    refused = cli("ctr", "--decay", "1037", *emitted, "--photon-number", "fixed")
    assert (refused.code, "for --emitted-photons" in refused.err) == (4, True)


def test_no_bound_without_jitter(cli: Cli) -> None:
    document = answer(cli, "ctr", "--decay", "1037", "--rise-time-ps", "100", "--photons", "5110")
    assert document["ctr_ps"]["cramer_rao"] is None
    assert document["ctr_ps"]["best_photon"] > 0
    assert any("diverges" in warning for warning in document["warnings"])
    refused = cli("ctr", "--decay", "1037", "--photons", "5110")
    assert refused.code == 4
    assert "diverges" in refused.err
    spread = answer(cli, "ctr", "--decay", "1037", "--photons", "5110", "--optical-spread-sigma-ps", "40")
    assert spread["ctr_ps"]["cramer_rao"] > 0


def test_python_and_units(cli: Cli) -> None:
    document = answer(
        cli, "ctr", "--decay", "0.3:0.25 ns,0.7:10 ns", "--jitter-sigma-ps", "0.04 ns", "--photons", "1500"
    )
    again = scintidot.coincidence_time_resolution(decay="3:250,7:10000", jitter_sigma=40, photons=1500)
    assert again["ctr_ps"]["cramer_rao"] == pytest.approx(document["ctr_ps"]["cramer_rao"], rel=1e-12)
    assert any("sum to 10" in warning for warning in again["warnings"])


def test_auger_component_of_the_same_light_lowers_the_formula_and_not_the_bound() -> None:
    """F(0) and photons fixed, light moved into a component much faster than the jitter: the formula stays."""
    rows = []
    for fast in (1.0, 5.0, 25.0):  # amplitude 3e-4 per ps and photon in the fast part, n F(0) constant
        share = 3e-4 * fast
        rest = (1 - share) / (1e-3 - 3e-4)
        row = scintidot.coincidence_time_resolution(
            decay=f"{share}:{fast},{1 - share}:{rest}", rise_time=10, jitter_sigma=40, photons=2000
        )["ctr_ps"]
        rows.append((row["formula"], row["cramer_rao"]))
    assert np.ptp([row[0] for row in rows]) < 1e-9 * rows[0][0]
    assert rows[0][1] > rows[1][1] > rows[2][1]


def test_auger_recombination_worsens_the_bound_although_the_formula_does_not_move() -> None:
    """The same nanocrystals with more Auger recombination: fewer photons, the same F(0)."""
    rows = []
    for efficiency in (0.0, 0.5, 0.9, 0.99):
        light = scintidot.nanocrystal_kinetics(
            model="poisson-biexciton", mean_excitons=2.0, auger_efficiency=efficiency
        )
        parts = light["components"]
        row = scintidot.coincidence_time_resolution(
            decay=",".join(f"{part['fraction']}:{part['lifetime_ps']}" for part in parts),
            rise_time=100,
            jitter_sigma=40,
            photons=3000 * light["photons"],
        )["ctr_ps"]
        rows.append((row["formula"], row["cramer_rao"], row["best_photon"]))
    _check_that_only_the_formula_stays(rows)


def test_auger_recombination_of_carriers_worsens_the_bound_although_the_formula_does_not_move() -> None:
    """The exact decay of 3000 nanocrystals at once, as a sum of exponentials."""
    rows = []
    response = Response.gaussian(40.0)
    for efficiency in (0.0, 0.5, 0.9, 0.99):
        rates = exact_rates(
            exciton_rate=1e-4, quantum_yield=1.0, retained_fraction=0.5,
            auger_rate=4e-4 * efficiency / (1 - efficiency),
        )  # fmt: skip
        exact = ExactDecay("carriers", rates, pair_distribution(2.0, "poisson"))
        light, photons = exact.exponentials, 3000 * float(exact.photons)
        formula = label_formula(100.0, float(exact.photons / exact.initial_rate), photons)
        bound = cramer_rao_bound(information(light, 100.0, response, photons))
        photon = best_photon(Quantiles.of(light, 100.0, response), photons)
        rows.append((float(formula), float(bound), float(coincidence_resolution(photon.standard_deviation))))
    _check_that_only_the_formula_stays(rows)


def _check_that_only_the_formula_stays(rows: list[tuple[float, float, float]]) -> None:
    formula, bound, photon = np.array(rows).T
    assert np.ptp(formula) < 1e-9 * formula[0]
    assert (np.diff(bound) > 0).all()
    assert (np.diff(photon) > 0).all()
    assert bound[-1] > 1.5 * bound[0]


def test_unlike_detectors(cli: Cli) -> None:
    same = answer(cli, *ANCHOR, "--other-photons", "5110")["ctr_ps"]
    assert same["cramer_rao"] == pytest.approx(answer(cli, *ANCHOR)["ctr_ps"]["cramer_rao"], rel=1e-12)
    other = (
        "--other-decay",
        "300",
        "--other-rise-time-ps",
        "10",
        "--other-jitter-sigma-ps",
        "5",
        "--other-photons",
        "1e4",
    )
    both = answer(cli, *ANCHOR, *other, "--monte-carlo", "500")
    alone = answer(
        cli, "ctr", "--decay", "300", "--rise-time-ps", "10", "--jitter-sigma-ps", "5", "--photons", "1e4"
    )
    for name in ("formula", "cramer_rao", "best_photon"):
        expected = np.hypot(alone["ctr_ps"][name], answer(cli, *ANCHOR)["ctr_ps"][name]) / 2**0.5
        assert both["ctr_ps"][name] == pytest.approx(expected, rel=1e-9)
    assert len(both["detectors"]) == 2
    likelihood = both["ctr_ps"]["maximum_likelihood"]
    assert likelihood["value"] == pytest.approx(
        both["ctr_ps"]["cramer_rao"], abs=4 * likelihood["standard_error"]
    )


def test_measured_response(cli: Cli, tmp_path: Path) -> None:
    """A sampled Gaussian gives what the Gaussian gives, widened by its steps."""
    time = np.arange(-200.0, 201.0, 8.0)
    lines = [f"{t},{w}" for t, w in zip(time + 1000, np.exp(-0.5 * (time / 40) ** 2), strict=True)]
    (tmp_path / "irf.csv").write_text("time_ps,weight\n# laser\n" + "\n".join(lines) + "\n")
    rest = ("ctr", "--decay", "1037", "--rise-time-ps", "100", "--photons", "5110")
    measured = answer(cli, *rest, "--response", "irf.csv")
    gaussian = answer(cli, *rest, "--jitter-sigma-ps", str(np.hypot(40, 8)))
    for name in ("cramer_rao", "best_photon"):
        assert measured["ctr_ps"][name] == pytest.approx(gaussian["ctr_ps"][name], rel=1e-4)


def test_detector_card(cli: Cli) -> None:
    document = answer(
        cli, "ctr", "--decay", "40 ns", "--rise-time-ps", "60", "--detector", "fbk-nuv-hd",
        "--emitted-photons", "8000", "--emission-nm", "420", "--emission-fwhm-nm", "15",
    )  # fmt: skip
    (side,) = document["detectors"]
    assert side["photons"] == pytest.approx(8000 * 0.63, rel=1e-9)
    assert side["response_sigma_ps"] == pytest.approx(100 / 2.354820, rel=1e-6)
    assert side["dark_rate_per_ps"] == pytest.approx(9e5 * 1e-12, rel=1e-9)
    assert "gola_2019" in [entry["key"] for entry in document["bibliography"]]


def test_leading_edge(cli: Cli) -> None:
    edge = (
        *ANCHOR,
        "--leading-edge",
        "--pulse-rise-ps",
        "300",
        "--pulse-fall-ps",
        "5000",
        "--noise-sigma",
        "1",
    )
    document = answer(cli, *edge, "--leading-edge-events", "1000")
    found = document["ctr_ps"]["leading_edge"]
    assert found["value"] > document["ctr_ps"]["cramer_rao"]
    simulated = found["simulated"]
    assert simulated["value"] == pytest.approx(found["value"], abs=4 * simulated["standard_error"])
    (best,) = found["threshold_photoelectrons"]
    other = answer(cli, *edge, "--threshold", str(3 * best))["ctr_ps"]["leading_edge"]
    assert other["value"] > found["value"]


def test_energies(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "energies.csv").write_text("energy_keV,weight\n100,1\n0,0\n511,3\n")
    document = answer(cli, *ANCHOR[:-2], "--energies", "energies.csv", "--photons-per-kev", "10")
    found = document["energies"]
    assert found["mean_energy_keV"] == pytest.approx(0.25 * 100 + 0.75 * 511)
    assert found["ctr_ps"]["from_standard_deviation"] > found["ctr_ps"]["of_mean_energy"]
    bounds = [event["cramer_rao_ps"] for event in found["events"]]
    assert bounds[0] / bounds[1] == pytest.approx(5.11**0.5)
    squares = 0.25 * bounds[0] ** 2 + 0.75 * bounds[1] ** 2
    assert found["ctr_ps"]["from_standard_deviation"] == pytest.approx(squares**0.5)


def test_table(cli: Cli) -> None:
    out = cli(*LIGHT).out
    for word in ("Cramer-Rao bound", "16.83 ps FWHM", "best single photon", "photon 42"):
        assert word in out


MISTAKES = {
    "no fraction": (["ctr", "--decay", "0.3:250,10000", *LIGHT[5:]], 2, "has no fraction"),
    "no number": (["ctr", "--decay", "0.3:fast", *LIGHT[5:]], 2, "for --decay"),
    "no light": (["ctr", "--decay", "0:250", *LIGHT[5:]], 2, "for --decay"),
    "negative light": (["ctr", "--decay", "2:1000,-1:10", *LIGHT[5:]], 2, "a curve below 0"),
    "zero lifetime": (["ctr", "--decay", "0", *LIGHT[5:]], 2, "for --decay"),
    "a length": (["ctr", "--decay", "1:5 nm", *LIGHT[5:]], 2, "a length"),
    "no decay": (["ctr", *LIGHT[5:]], 2, "for --decay"),
    "two decays": ([*LIGHT, "--tau-eff-ps", "100"], 2, "either --decay or --tau-eff-ps"),
    "two responses": ([*LIGHT, "--response", "x.csv"], 2, "either --jitter-sigma-ps or --response"),
    "no photons": ([*LIGHT[:-2]], 2, "for --photons"),
    "negative jitter": (["ctr", "--decay", "1", "--photons", "9", "--jitter-sigma-ps", "-1"], 2, "--jitter-sigma-ps"),
    "no time at all": (["ctr", "--decay", "1", "--photons", "9", "--rise-time-ps", "1e-300"], 2, "at least 1e-06 ps"),
    "unknown statistics": ([*LIGHT, "--photon-number", "fix"], 2, "Did you mean 'fixed'?"),
    "few events": ([*LIGHT, "--monte-carlo", "10"], 2, "for --monte-carlo"),
    "signs of a seed": ([*LIGHT, "--seed", "--5"], 2, "for --seed"),
    "a digit that is none": ([*LIGHT, "--seed", "²"], 2, "for --seed"),
    "a seed too long": ([*LIGHT, "--seed", "9" * 5000], 2, "for --seed"),
    "half an event": ([*LIGHT, "--monte-carlo", "1000.5"], 2, "a whole number"),
    "too many photons": ([*LIGHT[:-1], "1e9", "--monte-carlo", "1000"], 4, "for --monte-carlo"),
    "no pulse": ([*LIGHT, "--leading-edge"], 2, "for --pulse-rise-ps"),
    "pulse that falls first": (
        [*LIGHT, "--leading-edge", "--pulse-rise-ps", "30", "--pulse-fall-ps", "3"], 2, "for --pulse-rise-ps",
    ),
    "pulse of no length": (
        [*LIGHT, "--pulse-rise-ps", "0", "--pulse-fall-ps", "1e-9"], 2, "for --pulse-fall-ps",
    ),
    "pulse much shorter than the jitter": (
        [*LIGHT, "--pulse-rise-ps", "0", "--pulse-fall-ps", "1e-3"], 4, "for --pulse-fall-ps",
    ),
    "rise of the pulse shorter still": (
        [*LIGHT, "--pulse-rise-ps", "1e-4", "--pulse-fall-ps", "1e4"], 4, "for --pulse-rise-ps",
    ),
    "rise of no length": ([*LIGHT, "--pulse-rise-ps", "1e-9", "--pulse-fall-ps", "3"], 2, "for --pulse-rise-ps"),
    "no signal": (
        [*LIGHT[:-1], "1e-9", "--pulse-rise-ps", "30", "--pulse-fall-ps", "3000"], 4, "a rising edge",
    ),
    "no rise for the formula": (["ctr", "--tau-eff-ps", "100", "--photons", "9"], 2, "for --rise-time-ps"),
    "lifetime beyond the bound": (
        ["ctr", "--tau-eff-ps", "1e12", "--jitter-sigma-ps", "40", "--photons", "9"], 2, "for --tau-eff-ps",
    ),
    "a line and no light of it": ([*LIGHT, "--emission-nm", "420"], 2, "--emitted-photons with it"),
    "a width and no line": ([*LIGHT, "--emission-fwhm-nm", "foo"], 2, "for --emission-fwhm-nm"),
    "half a photon": ([*LIGHT[:-1], "0.5", "--photon-number", "fixed"], 4, "for --photons"),
    "half a photon of the other": (
        [*LIGHT, "--other-photons", "0.5", "--photon-number", "fixed"], 4, "for --other-photons",
    ),
    "threshold above the peak": (
        [*LIGHT, "--threshold", "1e5", "--pulse-rise-ps", "30", "--pulse-fall-ps", "3000"], 4, "for --threshold",
    ),
    "unknown detector": ([*LIGHT[:-4], "--photons", "9", "--detector", "fbk-nuv"], 2, "Did you mean 'fbk-nuv-hd'?"),
    "no card": ([*LIGHT, "--detector", "mine.toml"], 3, "mine.toml: bad file for --detector"),
    "infrared": (
        [*LIGHT[:-2], "--detector", "fbk-nuv-hd", "--emitted-photons", "9", "--emission-nm", "900"], 4, "--emission-nm",
    ),
    "emitted on nothing": ([*LIGHT[:-2], "--emitted-photons", "9"], 2, "a --detector"),
    "no response": (["ctr", "--decay", "1", "--photons", "9", "--response", "none.csv"], 3, "none.csv: bad file"),
    "energies without light": ([*LIGHT[:-2], "--energies", "e.csv"], 2, "for --photons-per-kev"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_one_line(cli: Cli, arguments: list[str], code: int, words: str) -> None:
    outcome = cli(*arguments)
    assert outcome.code == code
    assert outcome.out == ""
    assert len(outcome.err.splitlines()) == 1
    assert words in outcome.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time_ps,weight\n0,1\n1,2\n3,1\n4,1\n", "not in equal steps"),
        ("time_ps,weight\n0,1\n1,x\n", "irf.csv:3: bad row"),
        ("0 1\n1 1\n", "2 times"),
        ("a,b\n", "no weight above 0"),
        ("0,1\n1,-1\n2,1\n3,1\n", "a weight of at least 0"),
        ("0,1\nnan,1\n", "irf.csv:2: bad row"),
        ("0,1\n1,inf\n", "a weight of at least 0"),
    ],
)
def test_bad_response(cli: Cli, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "irf.csv").write_text(text)
    outcome = cli("ctr", "--decay", "1037", "--photons", "100", "--response", "irf.csv")
    assert outcome.code == 3
    assert words in outcome.err
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("value = 0.63", "value = 1.3"), "for efficiency[0]"),
        (("gola_2019", "nobody_1900"), "a known reference"),
        (("crosstalk", "crosstlak"), "Did you mean 'crosstalk'?"),
        (("wavelength_nm = 420", ""), "a table with wavelength_nm"),
    ],
)
def test_bad_card(cli: Cli, tmp_path: Path, change: tuple[str, str], words: str) -> None:
    from importlib import resources

    card = (resources.files("scintidot.timing") / "data/fbk-nuv-hd.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(card.replace(*change))
    outcome = cli("ctr", "--decay", "1037", "--photons", "100", "--detector", "./mine.toml")
    assert outcome.code == 3
    assert len(outcome.err.splitlines()) == 1
    assert words in outcome.err


def test_card_with_a_reference_of_its_own(cli: Cli, tmp_path: Path) -> None:
    from importlib import resources

    card = (resources.files("scintidot.timing") / "data/fbk-nuv-hd.toml").read_text(encoding="utf-8")
    own = "\n[references.us_2026]\nauthors = 'Us'\ntitle = 'Our laser'\nyear = 2026\n"
    (tmp_path / "mine.toml").write_text(card.replace("gundacker_2020", "us_2026") + own)
    document = answer(cli, "ctr", "--decay", "1037", "--photons", "100", "--detector", "./mine.toml")
    assert "Our laser" in [entry["title"] for entry in document["bibliography"]]
    (tmp_path / "mine.toml").write_text(card + "\n[references.us_2026]\nname = 'Us'\n")
    assert cli("ctr", "--decay", "1037", "--photons", "100", "--detector", "./mine.toml").code == 3


def test_efficiency_over_a_spectrum(tmp_path: Path) -> None:
    """Straight between two points: the mean over a narrow Gaussian is the value at its peak."""
    from scintidot.timing.detectors import load_detector

    numbers = "unit = '1', source = 'gola_2019', provenance = 'estimate'"
    (tmp_path / "mine.toml").write_text(
        "[single_photon_time_resolution_fwhm]\nvalue = 90\nunit = 'ps'\nsource = 'gola_2019'\nprovenance = 'measured'\n"
        f"[[efficiency]]\nwavelength_nm = 400\nvalue = 0.2\n{numbers.replace(', ', chr(10))}\n"
        f"[[efficiency]]\nwavelength_nm = 600\nvalue = 0.6\n{numbers.replace(', ', chr(10))}\n"
    )
    card = load_detector(str(tmp_path / "mine.toml"))
    assert card.efficiency_over(500, 0) == pytest.approx(0.4)
    assert card.efficiency_over(480, 20) == pytest.approx(0.36, rel=1e-9)
    assert card.efficiency_at(610) == pytest.approx(0.6)
    with pytest.raises(scintidot.ScintidotError, match="beyond"):
        card.efficiency_over(600, 200)
