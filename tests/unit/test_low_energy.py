"""The document of slow electrons: what it says, what it warns of, what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scintidot.errors import BadFile, BadValue, OutOfRange, ScintidotError
from scintidot.interactions.low_energy import MASSES, PHONONS, low_energy
from scintidot.interactions.slow_electrons import low_energy_model, zone_edge
from scintidot.materials.library import load_material
from scintidot.transport import acoustic, phonons, surface
from scintidot.transport.surface import SURFACES

ENERGIES = [0.1, 1.0, 5.0, 50.0, 150.0]


def test_document() -> None:
    document = low_energy("CsPbBr3", ENERGIES, host="octane")
    json.dumps(document, allow_nan=False)
    assert document["schema"] == "scintidot.low-energy/1"
    assert [row["energy_eV"] for row in document["rows"]] == ENERGIES
    keys = {entry["key"] for entry in document["bibliography"]}
    assert {"froehlich_1954", "schreiber_fitting_2002", "tao_2019", "schiller_1973"} <= keys
    assert "fratelli_2024" not in keys
    for name in ("phonons", "surface", "mass"):
        assert document["choices"][f"{name}_meaning"]


def test_rows_are_the_kernels_at_the_numbers_of_the_card() -> None:
    (row,) = low_energy("CsPbBr3", [5.0], temperature=200, mass="effective")["rows"]
    card = load_material("CsPbBr3").card
    section, affinity = card.phonons, card.electrons.electron_affinity.value
    energy, mass = section.longitudinal_optical_energy.value, section.effective_mass.value
    coupling = 1 / section.optical_permittivity.value - 1 / section.static_permittivity.value
    n = phonons.occupation(energy, 200)
    assert row["lo_emission_per_nm"] == pytest.approx(phonons.emission(5.0, energy, coupling, mass, n))
    assert row["lo_absorption_per_nm"] == pytest.approx(phonons.absorption(5.0, energy, coupling, mass, n))
    net = (row["lo_emission_per_nm"] - row["lo_absorption_per_nm"]) * energy
    assert row["lo_energy_loss_eV_per_nm"] == pytest.approx(net)
    crystal = acoustic.acoustic_phonons(
        4.0, 2.2, card.density.value, zone_edge(load_material("CsPbBr3")), mass, 200
    )
    assert row["acoustic_per_nm"] == pytest.approx(acoustic.inverse_mean_free_path(5.0, crystal))
    assert row["transmission_normal"] == surface.quantum_transmission(5.0, 1.0, affinity)
    assert row["energy_outside_eV"] == pytest.approx(5.0 - affinity)


def test_bands_hold_what_the_sources_disagree_on() -> None:
    (row,) = low_energy("CsPbBr3", [5.0], host="octane")["rows"]
    for name, band in row["band"].items():
        assert band["low"] <= row[name] <= band["high"]
    potential = row["band"]["acoustic_per_nm"]  # Xi is known to a factor of 2, the rate goes as its square
    assert potential["high"] / row["acoustic_per_nm"] >= 4
    barrier = low_energy("CsPbBr3", [5.0])["rows"][0]["band"]["transmission_isotropic"]
    with_host = row["band"]["transmission_isotropic"]
    assert with_host["high"] / with_host["low"] > barrier["high"] / barrier["low"]


def test_switches_leave_out_what_they_name() -> None:
    def keys(**choice: str) -> set[str]:
        return set(low_energy("CsPbBr3", [5.0], **choice)["rows"][0])

    assert not any("acoustic" in key or "mott" in key for key in keys(phonons="froehlich"))
    assert not any(key.startswith("lo_") for key in keys(phonons="acoustic"))
    assert keys(phonons="none", surface="none") == {"energy_eV", "band"}
    assert not any("transmission" in key for key in keys(surface="none"))
    for choice, names in (("phonons", PHONONS), ("surface", SURFACES), ("mass", MASSES)):
        for name in names:
            assert low_energy("CsPbBr3", [5.0], **{choice: name})["choices"][choice] == name


def test_two_vibrations_of_silica_share_its_polarisation() -> None:
    document = low_energy("SiO2", [5.0])
    modes = document["parameters"]["polar_modes"]
    assert [mode["energy_eV"] for mode in modes] == pytest.approx([0.153, 0.063])
    assert sum(mode["coupling"] for mode in modes) == pytest.approx(1 / 2.25 - 1 / 3.84)


def test_hosts_and_metals() -> None:
    water = low_energy("water", [5.0], phonons="none")["rows"][0]
    assert 0.9 < water["transmission_normal"] < 1
    gold = low_energy("Au", [5.0, 20.0], phonons="acoustic")["rows"]
    assert gold[0]["transmission_normal"] == 0
    assert gold[0]["energy_outside_eV"] is None
    assert gold[0]["critical_angle_deg"] is None
    assert gold[1]["energy_outside_eV"] == pytest.approx(20 - 14.3)


def test_one_vibration_split_in_two_scatters_as_before(write_card: Callable[..., Path]) -> None:
    number = '{{ value = {}, unit = "{}", source = "fratelli_2024", provenance = "measured" }}'
    eps = {"static": 25.0, "optical": 4.3}
    text = load_material("CsPbBr3").content.decode()
    text = "\n".join(line for line in text.splitlines() if not line.startswith("longitudinal_optical_energy"))
    for below in (10.0, eps["static"]):
        text += f"\n[[phonons.modes]]\nenergy = {number.format(0.019, 'eV')}\n"
        text += f"permittivity_below = {number.format(below, '1')}\n"
    split = low_energy(str(write_card(text, based_on=None)), [1.0])["rows"][0]
    assert split["lo_emission_per_nm"] == pytest.approx(
        low_energy("CsPbBr3", [1.0])["rows"][0]["lo_emission_per_nm"]
    )


@pytest.mark.parametrize(
    ("material", "energy", "choice", "words"),
    [
        ("CsPbBr3", 0.5, {}, "mass m* at the band edge"),
        ("CsPbBr3", 5.0, {"mass": "effective"}, "no longer parabolic"),
        ("CsPbBr3", 0.2, {"mass": "effective"}, "polaron"),
        ("Si", 5.0, {}, "not polar"),
        ("CsPbBr3", 150.0, {}, "free-atom cross sections"),
    ],
)
def test_warnings(material: str, energy: float, choice: dict[str, str], words: str) -> None:
    assert any(words in warning for warning in low_energy(material, [energy], **choice)["warnings"])


def test_no_warning_where_the_models_hold() -> None:
    assert low_energy("CsPbBr3", [5.0])["warnings"] == []
    assert low_energy("CdS", [0.2], mass="effective")["warnings"] == []


MISTAKES = {
    "phonons": (("CsPbBr3", [5]), {"phonons": "frohlich"}, BadValue, "Did you mean 'froehlich'?"),
    "surface": (("CsPbBr3", [5]), {"surface": "quantum"}, BadValue, "Did you mean 'quantum-step'?"),
    "mass": (("CsPbBr3", [5]), {"mass": "heavy"}, BadValue, "one of free, effective"),
    "material": (("CsPbBr", [5]), {}, BadValue, "Did you mean 'CsPbBr3'?"),
    "host": (("CsPbBr3", [5]), {"host": "octan"}, BadValue, "Did you mean 'octane'?"),
    "no energy": (("CsPbBr3", []), {}, BadValue, "one or more energies"),
    "too low": (("CsPbBr3", [0.01]), {}, OutOfRange, "0.05 and at most 200 eV"),
    "too high": (("CsPbBr3", [1, "7 keV"]), {}, OutOfRange, "found 7000 eV"),
    "not finite": (("CsPbBr3", [float("nan")]), {}, BadValue, "a finite number"),
    "no number": (("CsPbBr3", ["five"]), {}, BadValue, "an energy"),
    "another unit": (("CsPbBr3", ["5 nm"]), {}, BadValue, "a length"),
    "cold": (("CsPbBr3", [5]), {"temperature": -1}, OutOfRange, "for --temperature"),
    "hot": (("CsPbBr3", [5]), {"temperature": 1e4}, OutOfRange, "1000 K"),
    "no phonons on the card": (("octane", [5]), {}, BadFile, "choose --phonons none"),
    "no polarisation": (("Au", [5]), {}, BadFile, "phonons.static_permittivity"),
    "no mass": (("Au", [5]), {"phonons": "acoustic", "mass": "effective"}, BadFile, "choose --mass free"),
}


@pytest.mark.parametrize(("arguments", "choice", "kind", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_get_one_line(
    arguments: tuple[str, list[float]], choice: dict[str, str], kind: type[ScintidotError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        low_energy(*arguments, **choice)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_card_without_an_affinity(write_card: Callable[..., Path]) -> None:
    text = load_material("octane").content.decode().split("electron_affinity")[0]
    path = write_card(text, based_on=None)
    with pytest.raises(BadFile, match=r"electrons\.electron_affinity .*--surface none"):
        low_energy_model(load_material(path), phonons="none")
