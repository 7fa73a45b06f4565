"""The whole forward path: each choice acts as its physics says, and the bands hold."""

from functools import partial

import numpy as np
import pytest

import scintidot
from scintidot.calculators import nanocrystal_kinetics

predict = partial(
    scintidot.predict, deposit="continuous"
)  # fast; the simulated deposits have tests of their own


def column(result, *path):
    rows = []
    for row in result.rows:
        value = row
        for key in path:
            value = value[key]
        rows.append(value)
    return np.array(rows)


@pytest.fixture(scope="module")
def default():
    return predict()


def test_sizes_of_the_paper(default):
    assert list(column(default, "edge_length_nm")) == [3.3, 3.5, 3.9, 6.9, 8.7, 10.7, 13.5, 14.7]


def test_central_result_of_the_paper(default):
    """<N> grows nearly in proportion to size and tau_EFF accelerates with size, in spite of a slower biexciton."""
    edge, mean = column(default, "edge_length_nm"), column(default, "mean_excitons")
    assert np.corrcoef(edge, mean)[0, 1] > 0.999
    assert np.all(np.diff(column(default, "tau_ps", "harmonic")) < 0)
    assert np.all(np.diff(column(default, "tau_ps", "instrument")) < 0)
    assert np.all(np.diff(column(default, "biexciton_lifetime_ps")) > 0)
    assert np.all(np.diff(column(default, "auger_efficiency")) < 0)


def test_rows_agree_with_the_kinetics_alone():
    """Two routes to the same nanocrystal: the prediction, and the kinetics from the figures it reports."""
    for model in ("carriers", "ladder", "poisson-biexciton", "paper"):
        statistics = "paper" if model == "paper" else "poisson"
        row = predict(edge_length=5.0, statistics=statistics, model=model, retained_fraction=0.3).rows[0]
        alone = nanocrystal_kinetics(
            model=model,
            statistics=statistics,
            mean_excitons=row["mean_excitons"],
            auger_efficiency=row["auger_efficiency"],
            retained_fraction=0.3,
            exciton_rate=1 / 9000,
            quantum_yield=row["quantum_yield"],
        )
        assert alone["photons"] == pytest.approx(row["photons_per_nc"], rel=1e-10)
        assert alone["ctr_nc"] == pytest.approx(row["ctr_nc"], rel=1e-10)
        for name, value in alone["tau_ps"].items():
            curve = 1e-6 if model in ("carriers", "ladder") and name in ("instrument", "one_over_e") else 1e-9
            assert value == pytest.approx(row["tau_ps"][name], rel=curve)


def test_ensemble_is_photons_times_number(default):
    photons, relative = column(default, "photons_per_nc"), column(default, "intensity_ensemble_relative")
    expected = photons / column(default, "edge_length_nm") ** 3
    assert relative == pytest.approx(expected / expected.max(), rel=1e-12)
    assert relative.max() == 1


def test_anchor_of_the_light_yield(default):
    """10^4 photons/MeV at 8.7 nm; CTR from the row's own harmonic lifetime."""
    row = default.rows[4]
    assert row["light_yield_photons_per_MeV"] == pytest.approx(1e4, rel=1e-12)
    expected = 3.330218444630791 * np.sqrt(100 * row["tau_ps"]["harmonic"] / 5110)
    assert row["ctr_ps"]["formula"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("scaling", ["photons-per-nanocrystal", "photons-per-deposited-energy"])
def test_light_yield_scaling(scaling):
    result = predict(light_yield_scaling=scaling)
    basis = column(result, "photons_per_nc")
    if scaling == "photons-per-deposited-energy":
        basis = basis / column(result, "mean_deposit_eV")
    assert column(result, "light_yield_photons_per_MeV") == pytest.approx(1e4 * basis / basis[4], rel=1e-12)


def test_detection_scales_as_the_root(default):
    dimmer = predict(outcoupling=0.5, detection_efficiency=0.5)
    ratio = column(dimmer, "ctr_ps", "formula") / column(default, "ctr_ps", "formula")
    assert ratio == pytest.approx(2, rel=1e-12)


def test_pair_creation_energy_by_name():
    gap = predict(edge_length=8.7).rows[0]["band_gap_eV"]
    for name, expected in (
        ("alig-bloom", 2.8 * gap),
        ("klein", 2.8 * gap + 0.75),
        ("fratelli", 4.2 * gap),
        ("7.5 eV", 7.5),
    ):
        row = predict(edge_length=8.7, pair_creation_energy=name).rows[0]
        assert row["pair_creation_energy_eV"] == pytest.approx(expected, rel=1e-12)
        assert row["mean_excitons"] == pytest.approx(row["mean_deposit_eV"] / expected, rel=1e-12)


def test_energy_lowers_the_deposit():
    deposits = [predict(edge_length=8.7, energy=f"{e} keV").rows[0]["mean_deposit_eV"] for e in (1, 7, 100)]
    assert deposits[0] > deposits[1] > deposits[2]


def test_dispersion_small_limit_and_direction(default):
    narrow = predict(size_dispersion=1e-6)
    for key in ("photons_per_nc", "mean_deposit_eV", "intensity_ensemble_relative"):
        assert column(narrow, key) == pytest.approx(column(default, key), rel=1e-5)
    broad = predict(size_dispersion=0.15, edge_length=[5, 10])
    exact = predict(edge_length=[5, 10])
    # <V> = d^3 (1 + s^2)^3 for a log-normal distribution of mean d
    ratio = column(exact, "nanocrystals_per_gram") / column(broad, "nanocrystals_per_gram")
    assert ratio == pytest.approx((1 + 0.15**2) ** 3, rel=1e-9)


def test_band_is_the_quadrature_of_single_changes(default, tmp_path):
    """Against cards on disk in which one number stands at its low or its high."""
    for row in default.rows:
        for key, (low, high) in row["band"]["tau_ps"].items():
            assert low <= row["tau_ps"][key] <= high
    quantities = dict(default.material.card.quantities())
    centre, down, up = default.rows[4]["photons_per_nc"], 0.0, 0.0
    for key in default.figures.single:
        changes = []
        for end in (quantities[key].low, quantities[key].high):
            card = tmp_path / "mine.toml"
            card.write_text(
                f'based_on = "CsPbBr3"\n[{key}]\nvalue = {end!r}\nunit = "{quantities[key].unit}"\n'
                'source = "fratelli_2024"\nprovenance = "estimate"\n'
            )
            row = predict(material=card, edge_length=8.7).rows[0]
            changes.append(np.log(row["photons_per_nc"] / centre))
        down, up = down + min(*changes, 0) ** 2, up + max(*changes, 0) ** 2
    low, high = default.rows[4]["band"]["photons_per_nc"]
    assert low == pytest.approx(centre * np.exp(-np.sqrt(down)), rel=1e-9)
    assert high == pytest.approx(centre * np.exp(np.sqrt(up)), rel=1e-9)


def test_better_samples_are_better(tmp_path):
    """A brighter card raises the light yield and improves the CTR."""
    card = tmp_path / "mine.toml"
    card.write_text(
        'based_on = "CsPbBr3"\n[quantum_yield.peak]\nvalue = 0.95\nunit = "1"\nsource = "fratelli_2024"\n'
        'provenance = "measured"\n'
    )
    mine, shipped = (predict(edge_length=8.7, material=m).rows[0] for m in (card, "CsPbBr3"))
    assert mine["light_yield_photons_per_MeV"] / 1e4 == pytest.approx(
        mine["photons_per_nc"] / shipped["photons_per_nc"]
    )
    assert mine["ctr_ps"]["formula"] < 0.95 * shipped["ctr_ps"]["formula"]
    assert mine["ctr_ps"]["formula"] / shipped["ctr_ps"]["formula"] == pytest.approx(
        mine["ctr_nc"] / shipped["ctr_nc"]
    )
    own = predict(edge_length=8.7, material=card, light_yield=12_000, light_yield_material="own")
    assert own.rows[0]["light_yield_photons_per_MeV"] == pytest.approx(12_000)


def test_xi_of_another_sample_and_xi_not_known(tmp_path):
    """Another sample: light and lifetime change alike. Not known: the measured light yield stays."""
    card = tmp_path / "mine.toml"
    card.write_text(
        'based_on = "CsPbBr3"\n[biexciton.retained_fraction]\nvalue = 0.9\nunit = "1"\nsource = "fratelli_2024"\n'
        'provenance = "measured"\n'
    )
    sample, option, shipped = (
        predict(edge_length=8.7, **choice).rows[0]
        for choice in ({"material": card}, {"retained_fraction": 0.9}, {})
    )
    assert sample["ctr_ps"]["formula"] == pytest.approx(shipped["ctr_ps"]["formula"], rel=1e-12)
    assert option["light_yield_photons_per_MeV"] == pytest.approx(1e4)
    ratio = option["tau_ps"]["harmonic"] / shipped["tau_ps"]["harmonic"]
    assert option["ctr_ps"]["formula"] / shipped["ctr_ps"]["formula"] == pytest.approx(ratio**0.5)
    assert shipped["band"]["light_yield_photons_per_MeV"] == pytest.approx([1e4, 1e4])


@pytest.mark.parametrize(
    "sample", [{"shape": "sphere"}, {"size_dispersion": 0.1}, {"retained_fraction": 1.0}]
)
@pytest.mark.parametrize("scaling", ["photons-per-nanocrystal", "photons-per-deposited-energy"])
def test_own_light_yield_is_that_of_the_row(sample, scaling):
    result = predict(
        edge_length=[6, 9], light_yield=12_000, light_yield_edge_length=9, light_yield_material="own",
        light_yield_scaling=scaling, **sample,
    )  # fmt: skip
    assert result.rows[1]["light_yield_photons_per_MeV"] == pytest.approx(12_000)
    assert result.rows[1]["band"]["light_yield_photons_per_MeV"] == pytest.approx([12_000, 12_000])


def test_light_yield_above_the_pairs_is_warned_of():
    result = predict(edge_length=8.7, light_yield_edge_length=1.8)
    assert any("exceeds the number of pairs per MeV" in warning for warning in result.warnings)


def test_rule_that_the_reference_does_not_have(tmp_path):
    card = tmp_path / "mine.toml"
    numbers = "source = 'fratelli_2024', provenance = 'estimate' }"
    card.write_text(
        'based_on = "CsPbBr3"\n[pair_creation.mine]\ndescription = "tried"\n'
        f"gap_factor = {{ value = 3.5, unit = '1', {numbers}\noffset = {{ value = 0, unit = 'eV', {numbers}\n"
    )
    row = predict(edge_length=8.7, material=card, pair_creation_energy="mine").rows[0]
    assert row["pair_creation_energy_eV"] == pytest.approx(3.5 * row["band_gap_eV"])
    assert row["light_yield_photons_per_MeV"] == pytest.approx(1e4)


def test_band_of_a_dark_sample(tmp_path):
    """A yield of zero with a band: the band of light starts at zero; lifetimes of no light do not exist."""
    numbers = "unit = '1', source = 'fratelli_2024', provenance = 'estimate' }"
    size = "{ value = 5, unit = 'nm', source = 'fratelli_2024', provenance = 'measured' }"
    card = tmp_path / "mine.toml"
    card.write_text(
        'based_on = "CsPbBr3"\n[quantum_yield]\nform = "points"\n[[quantum_yield.points]]\n'
        f"edge_length = {size}\nquantum_yield = {{ value = 0, low = 0, high = 0.02, {numbers}\n"
    )
    row = predict(edge_length=5, material=card, statistics="poisson").rows[0]
    assert row["band"]["quantum_yield"] == pytest.approx([0, 0.02])
    assert row["photons_per_nc"] == 0
    assert row["band"]["photons_per_nc"][0] == 0 < row["band"]["photons_per_nc"][1]
    assert row["tau_ps"]["harmonic"] is None


def test_fixing_a_number_narrows_the_band(default):
    fixed = predict(retained_fraction=0.5)
    wide = default.figures.high["photons_per_nc"] - default.figures.low["photons_per_nc"]
    narrow = fixed.figures.high["photons_per_nc"] - fixed.figures.low["photons_per_nc"]
    assert fixed.figures.central["photons_per_nc"] == pytest.approx(default.figures.central["photons_per_nc"])
    assert np.all(narrow < wide)


def test_paper_statistics_is_warned_of():
    result = predict(statistics="paper")
    assert any("1.146" in warning and "more excitons than pairs" in warning for warning in result.warnings)
    assert not any("1.146" in warning for warning in predict().warnings)


def test_no_photon_from_nothing(default):
    assert np.all(column(default, "photons_per_nc") <= column(default, "mean_excitons"))


def test_a_simulation_in_which_nothing_is_hit_predicts_no_light():
    """Few histories at a small size: no deposit, no excitons, no lifetime, and no fault."""
    result = scintidot.predict(edge_length=2, histories=100, energy="100 keV", host="vacuum", seed=3)
    row = result.rows[0]
    assert row["hit_fraction"] == row["mean_deposit_eV"] == row["mean_excitons"] == row["photons_per_nc"] == 0
    assert row["tau_ps"]["harmonic"] is None
    assert row["occupancy"]["compound"]["one_exciton"] == 0
    with pytest.raises(scintidot.ScintidotError, match="--histories"):
        scintidot.predict(edge_length=2, histories=1)


def test_own_pair_creation_energy_leaves_the_known_sample_as_it_is(write_card):
    """Its light yield was measured on CsPbBr3 of 4.2 gaps a pair, whatever a pair costs in the sample of the run."""
    number = 'value = 3.0\nunit = "1"\nsource = "fratelli_2024"\nprovenance = "estimate"\n'
    card = write_card(f"[pair_creation.fratelli.gap_factor]\n{number}")
    options = {"edge_length": [5, 12], "deposit": "continuous"}
    own, usual = predict(material=str(card), **options), predict(**options)
    for mine, known in zip(own.rows, usual.rows, strict=True):
        assert mine["mean_excitons"] == pytest.approx(known["mean_excitons"] * 4.2 / 3.0, rel=1e-12)
        photons = mine["photons_per_nc"] / known["photons_per_nc"]
        light_yield = mine["light_yield_photons_per_MeV"] / known["light_yield_photons_per_MeV"]
        assert light_yield == pytest.approx(photons, rel=1e-12)
