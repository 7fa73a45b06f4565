"""A mistake on the command line is answered with a command that works: it is parsed here, too."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from scintidot.cli.arguments import rejoined
from scintidot.cli.commands import app

Cli = Callable[..., Any]

DECAY = "time_ps,counts\n" + "\n".join(f"{16 * i},{int(1000 * 0.9**i)}" for i in range(64)) + "\n"
SPECTRUM = (
    "Wavelength (nm),absorbance\n" + "\n".join(f"{400 + 2 * i},{1 / (i + 1):.4f}" for i in range(100)) + "\n"
)
FILES = {
    "decay.csv": DECAY,
    "irf.csv": DECAY,
    "times.csv": DECAY.replace("time_ps", "time"),
    "absorption.csv": SPECTRUM,
    "samples.csv": "sample,edge_length_nm,mean_excitons,quantum_yield\na,5,0.4,0.5\nb,8,1.2,0.8\n",
    "deposits.csv": "# events: 10\nevent,nanocrystal,energy_eV\n1,1,20\n",
    "run.toml": 'format = "scintidot-run/1"\nhost = "toluene"\n',
    "mine.toml": 'based_on = "CsPbBr3"\nname = "mine"\n',
}

REMEDIES = {
    "command, misspelt": ("predic", "predict"),
    "command without its group": ("decay decay.csv --irf irf.csv", "analyse decay decay.csv --irf irf.csv"),
    "command of a group, misspelt": ("analyse decy decay.csv", "analyse decay decay.csv"),
    "command in the wrong group": ("analyse tcspc --bins 100", "simulate tcspc --bins 100"),
    "command of the root in a group": ("materials predict", "predict"),
    "American spelling": ("analyze decay decay.csv", "analyse decay decay.csv"),
    "a list with decimal commas": (
        "predict --edge-length '3,3;5,0'", "predict --edge-length 3.3,5.0",
    ),
    "times without a unit": (
        "analyse decay times.csv --irf irf.csv", "analyse decay times.csv --irf irf.csv --time-unit ns",
    ),
    "another word": ("fit decay.csv", "analyse decay decay.csv"),
    "help as a command": ("help", "--help"),
    "run file alone": ("run.toml", "predict run.toml"),
    "card alone": ("mine.toml", "predict --material ./mine.toml"),
    "decay alone": ("decay.csv", "analyse decay decay.csv"),
    "spectrum alone": ("absorption.csv", "analyse spectrum absorption.csv"),
    "samples alone": ("samples.csv", "analyse series samples.csv"),
    "deposits alone": ("deposits.csv", "deposit-file deposits.csv"),
    "option before the command": ("--edge-length 5 predict", "predict --edge-length 5"),
    "option, misspelt": ("predict --edge-lenght 5", "predict --edge-length 5"),
    "option of another command": ("predict --energy-kev 7", "predict --energy 7"),
    "another word for an option": ("predict --size 5", "predict --edge-length 5"),
    "short option": ("predict -o there", "predict --out there"),
    "option with =": ("predict --edge-lenght=5", "predict --edge-length=5"),
    "list with blanks": ("predict --json --edge-length 3.3, 5", "predict --json --edge-length 3.3,5"),
    "list without commas": ("deposit --energy-kev 7 30", "deposit --energy-kev 7,30"),
    "list in quotes": ("predict --edge-length '5 7'", "predict --edge-length 5,7"),
    "unit without quotes": ("predict --energy 7 keV", "predict --energy '7 keV'"),
    "eV for keV": ("deposit --energy-kev 7000", "deposit --energy-kev '7000 eV'"),
    "angstrom": ("predict --edge-length 33,50", "predict --edge-length '33,50 angstrom'"),
    "percent": ("light --volume-fraction 5", "light --volume-fraction '5 %'"),
    "swapped": ("predict --energy 5nm --edge-length 7keV", "predict --energy 7keV --edge-length 5nm"),
    "name of a host": ("predict --host octan", "predict --host octane"),
    "name with =": ("predict --host=octan", "predict --host=octane"),
    "name of a model": ("predict --model laddr", "predict --model ladder"),
    "name of a source": ("sources show am24", "sources show am241"),
    "decay as run file": ("predict decay.csv", "analyse decay decay.csv"),
    "card as run file": ("predict mine.toml", "predict --material ./mine.toml"),
    "run file as card": ("materials check run.toml", "predict run.toml"),
    "run file to another command": ("deposit run.toml", "predict run.toml"),
    "run file as decay": ("analyse decay run.toml --irf none", "predict run.toml"),
    "decay as spectrum": ("analyse spectrum decay.csv", "analyse decay decay.csv"),
    "spectrum as decay": ("analyse decay absorption.csv --irf none", "analyse spectrum absorption.csv"),
    "decay as series": ("analyse series decay.csv", "analyse decay decay.csv"),
    "file, misspelt": ("analyse decay decya.csv --irf none", "analyse decay decay.csv --irf none"),
    "run file, misspelt": ("predict runn.toml", "predict run.toml"),
    "no response": ("analyse decay decay.csv", "analyse decay decay.csv --irf irf.csv"),
    "no file": ("analyse decay", "analyse decay decay.csv"),
    "no options": ("elastic", "elastic --element Pb --energy-ev 100,1000,7000"),
    "one option": ("elastic --element Au", "elastic --element Au --energy-ev 100,1000,7000"),
    "no rates": ("kinetics", "kinetics --mean-excitons 1 --auger-efficiency 0.9"),
    "no excitons": ("kinetics --auger-efficiency 0.5", "kinetics --auger-efficiency 0.5 --mean-excitons 1"),
    "no light": ("simulate tcspc", "simulate tcspc --auger-efficiency 0.9 --mean-excitons 2"),
    "no size": ("photons", "photons --edge-length 8.7"),
    "no picture": ("track", "track --out picture.png"),
    "kind of picture": ("track --out x.bmp", "track --out x.png"),
    "no name": ("materials show", "materials show CsPbBr3"),
    "template": ("init --template mini", "init --template minimal"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")


def parse(arguments: list[str]) -> None:
    """Read the arguments as the command line does, and stop there."""
    command: Any = typer.main.get_command(app)
    name = "scintidot"
    context = command.make_context(name, list(arguments), resilient_parsing=arguments == ["--help"])
    while rest := [*context._protected_args, *context.args]:  # type: ignore[attr-defined]
        name, command, rest = context.command.resolve_command(context, rest)  # type: ignore[attr-defined]
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize(("mistake", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_mistake_is_answered_with_a_command_that_works(cli: Cli, mistake: str, remedy: str) -> None:
    code, out, err = cli(*shlex.split(mistake))
    assert code in (2, 3, 4)
    assert out == ""
    (line,) = err.splitlines()
    assert line.rpartition(" Try: ")[2] == f"scintidot {remedy}"
    parse(shlex.split(remedy))


NO_REMEDY = {
    "a command that is nothing": ("frobnicate", "See: scintidot --help"),
    "an option that is nothing": ("predict --frobnicate", "See: scintidot predict --help"),
    "an option of others": ("predict --temperature 77", "It belongs to: deposit, track, low-energy."),
    "a group alone": ("materials", "a command is missing: list, show, check, build."),
    "an option without its value": ("ctr --photons", "See: scintidot ctr --help"),
    "a faulty card": ("materials check faulty.toml", "Did you mean 'lifetime'?"),
    "a file that exists": ("init run.toml", "Nothing was overwritten; name another."),
}


@pytest.mark.parametrize(("mistake", "words"), NO_REMEDY.values(), ids=NO_REMEDY)
def test_where_no_command_is_known_none_is_made_up(cli: Cli, mistake: str, words: str) -> None:
    Path("faulty.toml").write_text('based_on = "CsPbBr3"\n[exciton]\nlifetme = 5\n', encoding="utf-8")
    code, out, err = cli(*mistake.split())
    assert code in (2, 3, 5)
    assert out == ""
    (line,) = err.splitlines()
    assert words in line
    assert "Try:" not in line


def test_remedy_that_fails_hides_no_error(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault in the remedy")

    monkeypatch.setattr("scintidot.cli.mistakes._remedy", broken)
    code, _, err = cli("predict", "--host", "octan")
    assert code == 2
    assert err.startswith("scintidot predict: bad name for --host")


def test_what_stands_together_stays() -> None:
    assert rejoined(["predict", "run.toml", "--energy", "7"]) is None
