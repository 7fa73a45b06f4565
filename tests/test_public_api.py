"""The public names: a change here is a change for users and belongs in the changelog."""

from __future__ import annotations

import inspect
import re

import pytest

import scintidot

PUBLIC = [
    "Prediction",
    "RunConfig",
    "ScintidotError",
    "__version__",
    "analyse_decay",
    "analyse_series",
    "analyse_spectrum",
    "analyse_ta",
    "attenuation",
    "build_tables",
    "coincidence_time_resolution",
    "computing",
    "deposit",
    "elastic",
    "inelastic",
    "load_material",
    "low_energy",
    "nanocrystal_kinetics",
    "photons",
    "plan_measurement",
    "plot",
    "predict",
    "relaxation",
    "repeated_excitation",
    "sample_light",
    "shower",
    "source_spectrum",
    "study",
]

PREDICT_OPTIONS = [
    "auger", "auger_law", "deposit", "detection_efficiency", "detrapping_rate", "edge_length", "energy",
    "energy_unit", "events", "histories", "host", "jitter_sigma",
    "light_yield", "light_yield_edge_length", "light_yield_material", "light_yield_scaling",
    "local_deposit_below", "material", "model", "outcoupling", "pair_creation_energy", "radiative",
    "relative_error", "response", "retained_fraction", "rise_time", "seed", "shape", "size_dispersion", "start",
    "statistics", "table", "trap_loss_rate", "trapping_rate", "traps",
]  # fmt: skip


def test_public_names_are_pinned() -> None:
    assert dir(scintidot) == PUBLIC
    assert sorted(scintidot.__all__) == PUBLIC


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_public_name_resolves_and_explains_itself(name: str) -> None:
    thing = getattr(scintidot, name)
    assert thing.__name__ == name
    assert len(inspect.getdoc(thing) or "") > 20


FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(scintidot, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring_of_a_function_is_complete(name: str) -> None:
    """All sections, and a word on every parameter; examples run as doctests."""
    function = getattr(scintidot, name)
    text = inspect.getdoc(function) or ""
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text
    assert ">>> " in text
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        assert parameter.kind is parameter.VAR_KEYWORD or re.search(rf"\b{parameter.name}\b", text), parameter
    assert signature.return_annotation is not inspect.Signature.empty


def test_version_is_text() -> None:
    assert [part.isdigit() for part in scintidot.__version__.split(".")[:2]] == [True, True]


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'predct'"):
        _ = scintidot.predct


def test_options_of_predict_are_pinned() -> None:
    from scintidot.config import OPTIONS

    assert sorted(OPTIONS) == PREDICT_OPTIONS


def test_editors_complete_the_options_of_predict() -> None:
    from scintidot.config import OPTIONS
    from scintidot.options import PredictOptions

    assert set(PredictOptions.__annotations__) == set(OPTIONS)
    assert "Unpack[PredictOptions]" in str(inspect.signature(scintidot.predict))


def test_editors_complete_the_options_of_simulations() -> None:
    from scintidot.config import OPTIONS
    from scintidot.deposits.keywords import DepositOptions, ShowerOptions
    from scintidot.deposits.options import read_setup
    from scintidot.light_yield.keywords import SampleOptions
    from scintidot.light_yield.options import read_sample
    from scintidot.photon_stream.inputs import OF_CRYSTAL, OF_INSTRUMENT, PhotonsOptions

    of_a_run = {"histories", "relative_error", "seed", "threads"}
    of_a_stream = {*OPTIONS, *OF_CRYSTAL, *OF_INSTRUMENT} - {"seed", "events", "statistics"}
    said_by_computing = {"device"}
    assert (
        set(DepositOptions.__annotations__) == {*inspect.signature(read_setup).parameters} - said_by_computing
    )
    assert set(ShowerOptions.__annotations__) == set(DepositOptions.__annotations__) - of_a_run
    assert set(SampleOptions.__annotations__) == set(inspect.signature(read_sample).parameters)
    assert set(PhotonsOptions.__annotations__) == of_a_stream
    for function, options in (
        (scintidot.deposit, "DepositOptions"), (scintidot.shower, "ShowerOptions"),
        (scintidot.sample_light, "SampleOptions"), (scintidot.photons, "PhotonsOptions"),
    ):  # fmt: skip
        assert f"Unpack[{options}]" in str(inspect.signature(function))


def test_editors_complete_the_further_keywords_of_the_analyses() -> None:
    from scintidot.measured.keywords import SpectrumOptions, TransientOptions
    from scintidot.measured.spectrum.quantities import KEYWORDS
    from scintidot.measured.transient.options import read_options

    assert set(TransientOptions.__annotations__) == set(inspect.signature(read_options).parameters)
    assert set(SpectrumOptions.__annotations__) == set(KEYWORDS)
    assert "Unpack[TransientOptions]" in str(inspect.signature(scintidot.analyse_ta))
    assert "Unpack[SpectrumOptions]" in str(inspect.signature(scintidot.analyse_spectrum))


def test_every_error_is_a_scintidot_error_with_its_exit_code() -> None:
    from scintidot import errors

    kinds = {errors.BadValue: 2, errors.BadFile: 3, errors.OutOfRange: 4, errors.CannotWrite: 5}
    for kind, code in kinds.items():
        assert issubclass(kind, scintidot.ScintidotError)
        assert kind.exit_code == code
        assert code in errors.EXIT_CODES
