"""The shell completes commands, options and the names that options take."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import Any, get_args

import pytest

from scintidot import named_choices
from scintidot.cli.commands import app


def complete(line: str) -> set[str]:
    words = line.split(" ")
    environment = {
        **os.environ,
        "_SCINTIDOT_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted({'numba', 'scipy', 'pint'} & set(sys.modules)), file=sys.stderr))\n"
        "from scintidot.cli.main import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr.splitlines()[-1] == "[]"  # what is slow to load is not loaded
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("scintidot an", {"analyse"}),
        ("scintidot predict --host o", {"octane"}),
        ("scintidot cache clear --kind d", {"deposit"}),
        ("scintidot analyse decay --model p", {"paper", "poisson-biexciton"}),
    ],
)
def test_shell_completes(line: str, names: set[str]) -> None:
    assert complete(line) == names


def of_source() -> dict[tuple[str, str], Any]:
    """Where the names that are known without loading come from."""
    from scintidot import config, geometry, kinetic_options
    from scintidot.analysis.decay.shapes import NAMES  # noqa: F401 (the module loads)
    from scintidot.analysis.spectra.absorption import PEAKS
    from scintidot.deposits import names
    from scintidot.excitation.document import MODES
    from scintidot.excitons.distribution import STATISTICS
    from scintidot.interactions import inelastic, low_energy
    from scintidot.kinetics import exact, laws
    from scintidot.kinetics.lifetimes import DEFINITIONS
    from scintidot.materials.library import load_material, scintillator_names
    from scintidot.photon_stream.inputs import RECORDINGS
    from scintidot.radiation.photons import COMPTON
    from scintidot.scale.computing import DEVICES
    from scintidot.transport.elastic.cross_sections import MODELS
    from scintidot.transport.inelastic.exchange import EXCHANGE

    card = load_material("CsPbBr3").card
    return {
        ("predict", "model"): kinetic_options.KINETIC_MODELS,
        ("kinetics", "model"): kinetic_options.KINETIC_MODELS,
        ("excitation", "model"): exact.MODELS,
        ("excitation", "mode"): MODES,
        ("predict", "statistics"): STATISTICS,
        ("predict", "deposit"): config.DEPOSITS,
        ("predict", "material"): scintillator_names(),
        ("predict", "shape"): geometry.SHAPES,
        ("predict", "start"): geometry.STARTS,
        ("predict", "light_yield_scaling"): config.LIGHT_YIELD_SCALINGS,
        ("predict", "radiative"): laws.RADIATIVE,
        ("predict", "auger"): laws.AUGER,
        ("predict", "auger_law"): card.auger.laws,  # type: ignore[union-attr]
        ("predict", "pair_creation_energy"): card.pair_creation,
        ("analyse series", "tau_definition"): DEFINITIONS,
        ("deposit", "shape"): names.SHAPES,
        ("deposit", "start"): set(names.START_MEANINGS) - {"file"},
        ("deposit", "treatment"): names.TREATMENTS,
        ("deposit", "elastic"): names.ELASTIC,
        ("deposit", "pairs"): names.PAIR_RULES,
        ("deposit", "surface"): names.SURFACE_NUMBERS,
        ("low-energy", "phonons"): low_energy.PHONONS,
        ("elastic", "model"): MODELS,
        ("inelastic", "model"): inelastic.MODELS,
        ("inelastic", "exchange"): EXCHANGE,
        ("attenuation", "compton"): COMPTON,
        ("photons", "recording"): RECORDINGS,
        ("photons", "device"): DEVICES,
        ("analyse spectrum", "peak"): PEAKS,
    }


def test_names_are_those_of_the_models() -> None:
    for (command, option), names in of_source().items():
        assert set(named_choices.names_of(command, option)) == set(names), (command, option)


def test_names_belong_to_options_that_exist() -> None:
    known: dict[str, set[str]] = {}

    def walk(tree: Any, above: str = "") -> None:
        for entry in tree.registered_commands:
            parameters = inspect.signature(entry.callback, eval_str=True).parameters
            path = f"{above} {entry.name}".strip()
            known[path] = {name for name, one in parameters.items() if get_args(one.annotation)}
        for group in tree.registered_groups:
            walk(group.typer_instance, f"{above} {group.name}".strip())

    walk(app)
    everywhere = set().union(*known.values())
    assert set(named_choices.OF_OPTION) <= everywhere
    for command, option in named_choices.OF_COMMAND:
        assert option in known[command], (command, option)
