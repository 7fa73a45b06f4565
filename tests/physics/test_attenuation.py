"""The document ``scintidot.attenuation/1``: sums, order, choices, faults."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import BadFile, BadValue, OutOfRange
from scintidot.interactions.attenuation import attenuation
from scintidot.radiation.photons import COMPTON


def test_document():
    document = attenuation("CsPbBr3", [7, 30, 511])
    assert document["schema"] == "scintidot.attenuation/1"
    assert [row["energy_keV"] for row in document["rows"]] == [7, 30, 511]
    first, _, last = document["rows"]
    assert first["mass_attenuation_cm2_per_g"]["total"] == pytest.approx(270.992, rel=1e-4)
    assert last["mass_attenuation_cm2_per_g"]["total"] == pytest.approx(0.112068, rel=1e-4)
    assert first["shell_fractions"]["Pb"]["K"] == 0.0
    assert last["shell_fractions"]["Pb"]["K"] > 0.5
    assert set(document["choices"]["fraction_tables_end_keV"]) == {"Br", "Cs", "Pb"}
    assert {"compton", "compton_meaning"} <= set(document["choices"])
    assert {"xraylib_nist", "stoumpos_2013"} <= {entry["key"] for entry in document["bibliography"]}
    json.dumps(document, allow_nan=False)


@given(energy=st.floats(1.0, 800.0), material=st.sampled_from(["CsPbBr3", "octane", "PVT"]))
def test_every_sum_closes(energy, material):
    row = attenuation(material, [energy])["rows"][0]
    parts = row["mass_attenuation_cm2_per_g"]
    assert sum(parts[name] for name in ("photoelectric", "compton", "rayleigh")) == pytest.approx(
        parts["total"]
    )
    assert row["linear_attenuation_per_cm"] * row["mean_free_path_mm"] == pytest.approx(10.0)
    shells = row["shell_fractions"]
    for element, share in row["element_fractions"].items():
        assert sum(shells[element].values()) == pytest.approx(share, abs=1e-12)
    assert sum(row["element_fractions"].values()) == pytest.approx(1.0, abs=1e-12)
    event = row["photoelectric_event"]
    whole = sum(event[f"{part}_energy_eV"] for part in ("photoelectron", "fluorescence", "outer_shell"))
    assert whole + event["auger_energy_eV"] == pytest.approx(1e3 * energy, rel=1e-12)
    assert 0 < row["mass_energy_transfer_cm2_per_g"] < parts["total"]


def test_rows_keep_the_order_of_the_energies():
    rows = attenuation("CsPbBr3", [30, 7, 30])["rows"]
    assert [row["energy_keV"] for row in rows] == [30, 7, 30]
    assert rows[0] == rows[2]


@pytest.mark.parametrize("energies", [7, 7.0, "7", ["7 keV"], ["7000 eV"], np.array([7.0]), (7,)])
def test_ways_to_give_an_energy(energies):
    assert attenuation("CsPbBr3", energies)["rows"] == attenuation("CsPbBr3", [7])["rows"]


def test_choices_of_compton():
    parts = {
        name: attenuation("octane", [2], compton=name)["rows"][0]["mass_attenuation_cm2_per_g"]
        for name in COMPTON
    }
    assert parts["bound"] == parts["doppler"]
    assert parts["bound"]["compton"] < 0.5 * parts["free-electron"]["compton"]
    assert parts["bound"]["photoelectric"] == parts["free-electron"]["photoelectric"]


def test_an_edge_nearby_is_warned_of():
    near = attenuation("CsPbBr3", [13.0])["warnings"]
    assert any("L3 edge of Pb (13.04 keV)" in line for line in near)
    assert not any("edge" in line for line in attenuation("CsPbBr3", [30])["warnings"])
    assert any("uncertain" in line for line in attenuation("CsPbBr3", [30, 2])["warnings"])


def test_density_of_an_own_card_scales_lengths_only(write_card):
    card = write_card(
        '[density]\nvalue = 0.63234\nunit = "g/cm3"\nsource = "xraylib_nist"\nprovenance = "estimate"\n',
        based_on="octane",
    )
    own, shipped = attenuation(card, [30])["rows"][0], attenuation("octane", [30])["rows"][0]
    assert own["mass_attenuation_cm2_per_g"] == shipped["mass_attenuation_cm2_per_g"]
    assert own["mean_free_path_mm"] == pytest.approx(shipped["mean_free_path_mm"] / 0.9)


@pytest.mark.parametrize(
    ("kind", "material", "energies", "words"),
    [
        (BadValue, "CsPbBr4", [7], ["--material", "Did you mean 'CsPbBr3'?"]),
        (BadFile, "vacuum", [7], ["vacuum.toml", "composition", "found none"]),
        (BadValue, "CsPbBr3", [], ["--energy-kev", "one or more energies"]),
        (BadValue, "CsPbBr3", "", ["--energy-kev", "one or more energies"]),
        (BadValue, "CsPbBr3", [-7], ["more than 0"]),
        (BadValue, "CsPbBr3", [0], ["more than 0"]),
        (BadValue, "CsPbBr3", [float("nan")], ["finite"]),
        (BadValue, "CsPbBr3", [float("inf")], ["finite"]),
        (BadValue, "CsPbBr3", ["seven"], ["energy"]),
        (BadValue, "CsPbBr3", ["7 nm"], ["energy"]),
        (BadValue, "CsPbBr3", [None], ["energy"]),
        (OutOfRange, "CsPbBr3", [7, 801], ["1 keV to 800 keV", "xraylib", "801 keV"]),
        (OutOfRange, "CsPbBr3", [0.999], ["1 keV to 800 keV", "xraylib"]),
        (OutOfRange, "CsPbBr3", [7000], ["Did you mean 7 keV"]),
    ],
)
def test_faults_get_one_line(kind, material, energies, words):
    with pytest.raises(kind) as caught:
        attenuation(material, energies)
    line = str(caught.value)
    assert "\n" not in line
    for word in words:
        assert word in line


def test_unknown_compton_model():
    with pytest.raises(BadValue, match="Did you mean 'doppler'"):
        attenuation("CsPbBr3", [7], compton="Doppler")
