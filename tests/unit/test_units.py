"""Units at the edge."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import BadValue
from scintidot.units import convert, dimension_of, parse_quantity

POSITIVE = st.floats(min_value=1e-12, max_value=1e12)


def read(value: object, unit: str, **kwargs: str) -> float:
    return parse_quantity(value, unit, where="test", who="--x", **kwargs)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("7 keV", "eV", 7000.0),
        ("7keV", "eV", 7000.0),
        (" 7  keV ", "eV", 7000.0),
        ("7.keV", "eV", 7000.0),
        (".5 keV", "eV", 500.0),
        ("+1e-3 MeV", "eV", 1000.0),
        ("1.5E3eV", "eV", 1500.0),
        ("-2 eV", "eV", -2.0),
        ("10.7 nm", "nm", 10.7),
        ("33 angstrom", "nm", 3.3),
        ("33 Å", "nm", 3.3),
        ("33 \u212b", "nm", 3.3),  # the angstrom sign of its own
        ("0.5 µm", "nm", 500.0),
        ("0.5 μm", "nm", 500.0),
        ("0.5 um", "nm", 500.0),
        ("9 ns", "ps", 9000.0),
        ("1 µs", "ps", 1e6),
        ("4856 kg/m^3", "g/cm3", 4.856),
        ("4856 kg/m3", "g/cm3", 4.856),
        ("4856 kg/m**3", "g/cm3", 4.856),
        ("4.856 g cm^-3", "g/cm3", 4.856),
        ("4.856 g cm-3", "g/cm3", 4.856),
        ("1 angstrom^3", "nm3", 1e-3),
        ("1 nm³", "nm3", 1.0),
        ("0.1 1/ns", "1/ps", 1e-4),
        ("0.1/ns", "1/ps", 1e-4),
        ("0.1 ns^-1", "1/ps", 1e-4),
        ("0.1 ns⁻¹", "1/ps", 1e-4),
        ("1e4 photons/MeV", "1/MeV", 1e4),
        ("10 photon/keV", "1/MeV", 1e4),
        ("7 MeV/mm", "eV/nm", 7.0),
        ("300 K", "K", 300.0),
        ("50 %", "1", 0.5),
        ("0.5", "1", 0.5),
        ("7\u00a0keV", "eV", 7000.0),  # no-break space
    ],
)
def test_reads_text(text: str, unit: str, value: float) -> None:
    assert math.isclose(read(text, unit), value, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("factor", "unit", "target"), [(1e3, "ns", "ps"), (1e3, "keV", "eV"), (0.1, "Å", "nm")]
)
def test_decimal_factors_are_clean(factor: float, unit: str, target: str) -> None:
    assert read(f"1 {unit}", target) == factor


@pytest.mark.parametrize("value", [3, 3.0, "3", np.float64(3)])
def test_bare_number_is_in_the_documented_unit(value: object) -> None:
    assert read(value, "nm") == 3.0
    assert read(value, "eV", bare_unit="keV") == 3000.0
    assert isinstance(read(value, "nm"), float)


@given(POSITIVE)
def test_text_of_a_float_reads_back_bit_by_bit(value: float) -> None:
    assert read(f"{value!r} nm", "nm") == value
    assert read(repr(value), "nm") == value
    assert read(value, "nm") == value


@pytest.mark.parametrize(
    ("there", "here"),
    [("keV", "eV"), ("angstrom", "nm"), ("ns", "ps"), ("kg/m^3", "g/cm3"), ("1/ns", "1/ps"), ("rad", "deg")],
)
@given(value=POSITIVE)
def test_there_and_back(there: str, here: str, value: float) -> None:
    out = convert(value, here, there, where="test", who="x")
    assert math.isclose(convert(out, there, here, where="test", who="x"), value, rel_tol=1e-12)


@given(st.floats(min_value=1e-6, max_value=1e6), st.floats(min_value=1e-6, max_value=1e6))
def test_conversion_is_linear(one: float, two: float) -> None:
    assert math.isclose(read(f"{one!r} keV", "eV") * two, read(f"{two!r} keV", "eV") * one, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("7 nm", "eV", "'7 nm', a length"),
        ("7 keV", "nm", "'7 keV', an energy"),
        ("7 ps", "1/ps", "'7 ps', a time"),
        ("7 kV", "eV", "'7 kV', a voltage). Did you mean 'keV'?"),
        ("7 1/ps", "ps", "'7 1/ps', a rate"),
        ("7 g/cm3", "nm", "'7 g/cm3', a density"),
        ("7 nm", "1", "'7 nm', a length"),
        ("7 nm2", "nm", "'7 nm2', another dimension"),
        ("7 A", "nm", "'7 A', another dimension"),
        ("7 frog", "nm", "'7 frog', an unknown unit"),
        ("7 nm)", "nm", "'7 nm)', an unknown unit"),
        ("20 degC", "K", "'20 degC', a scale with its own zero"),
        ("20 °C", "K", "'20 °C', a scale with its own zero"),
        ("3 dB", "1", "'3 dB', a scale with its own zero"),
        ("1_000", "1", "'1 _000', an unknown unit"),
    ],
)
def test_refuses_the_wrong_dimension(text: str, unit: str, words: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(text, unit)
    assert words in str(caught.value)
    assert str(caught.value).startswith("test: bad unit for --x (expected ")


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "nm", "nan", "inf", "-inf", "NaN nm", "1e400", "1e400 nm", "-1e999", "--3", "3.3.3", "3 5",
        "3,5", "3,5 nm", "1,000.5 nm", "1e", "3.3-5 nm", True, False, None, [3], {}, b"3 nm", 3j,
        math.nan, math.inf, -math.inf,
    ],
)  # fmt: skip
def test_refuses_what_is_no_finite_number(value: object) -> None:
    with pytest.raises(BadValue) as caught:
        read(value, "nm")
    assert str(caught.value).startswith("test: bad ")
    assert len(str(caught.value).splitlines()) == 1


def test_refuses_an_integer_too_large_for_a_float() -> None:
    with pytest.raises(BadValue):
        read(10**400, "nm")


@pytest.mark.parametrize("value", [np.int64(3), np.float32(3)])
def test_numbers_of_numpy_are_numbers(value: object) -> None:
    assert read(value, "nm") == 3.0


@pytest.mark.parametrize("text", ["3,5", "3,5 nm", " -3,5nm"])
def test_guesses_a_decimal_comma(text: str) -> None:
    with pytest.raises(BadValue, match=r"Write the decimal point as '\.', not ','"):
        read(text, "nm")


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    line = "read"
    try:
        assert math.isfinite(read(text, "nm"))
    except BadValue as error:
        line = str(error)
    assert len(line.splitlines()) == 1


def test_dimension_of_names_the_documented_units() -> None:
    assert dimension_of("nm") == "a length"
    assert dimension_of("furlong") == "a length"
