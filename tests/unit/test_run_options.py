"""Every option of a prediction is described for a form, from the model of the run file itself."""

from __future__ import annotations

import pytest

from scintidot.config import OPTIONS, make_config
from scintidot.errors import BadFile, ScintidotError
from scintidot.limits import checked_materials
from scintidot.run_options import as_written, run_options


def test_every_option_is_described() -> None:
    options = run_options()
    assert list(options) == list(OPTIONS)
    assert all(option.meaning for option in options.values())
    assert options["energy"].unit == "keV"
    assert options["edge_length"].unit == "nm"
    assert options["trapping_rate"].unit == "1/ps"
    assert options["outcoupling"].unit == ""


@pytest.mark.parametrize("option", run_options().values(), ids=run_options())
def test_default_and_every_name_are_read_as_they_are_shown(option) -> None:
    if option.default:
        assert make_config(options={option.name: option.default}) == make_config()
    for name, meaning in option.names.items():
        make_config(options={option.name: name})
        assert meaning
    if option.names and not option.free:
        with pytest.raises(ScintidotError):
            checked_materials(make_config(options={option.name: "no such name"}), lambda one: ("test", one))


def test_values_are_written_as_they_are_read() -> None:
    config = make_config(options={"edge_length": "3.3, 8.7", "rise_time": "0.05 ns"})
    assert as_written(config.nanocrystal.edge_length_nm) == "3.3, 8.7"
    assert as_written(config.timing.rise_time_ps) == "50"


def test_a_run_file_that_was_sent_is_read_without_looking_for_its_files() -> None:
    from scintidot.config import read_run_file

    config = read_run_file(b'material = "./mine.toml"\n[deposit]\nmodel = "../deposits.csv"\n', "run.toml")
    assert (config.material, config.deposit.model) == ("./mine.toml", "../deposits.csv")
    for content, words in (
        (b"a = [" * 5000, "run.toml: bad syntax"),
        (b"\xff", "run.toml: bad syntax"),
        (b'based_on = "CsPbBr3"', "found a material card"),
        (b"[timing]\nrise_time_ps = -1", "run.toml: bad value for timing.rise_time_ps"),
        (b"[timing]\nrise = 1", "run.toml: bad key for timing.rise"),
    ):
        with pytest.raises(BadFile, match=r"\S") as caught:
            read_run_file(content, "run.toml")
        assert words in str(caught.value)
