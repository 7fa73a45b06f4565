"""The first minutes: what to try, the demonstration, the doctor, files to start from, how much is said."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from scintidot.cli import loudness
from scintidot.cli.broken_library import broken_library
from scintidot.cli.commands import app
from scintidot.cli.progress import progress
from scintidot.cli.sections import SECTIONS
from scintidot.cli.welcome import TASKS
from scintidot.config import RunConfig
from scintidot.materials.library import load_material
from scintidot.templates.card import card
from scintidot.templates.run_file import EXAMPLES, MEANINGS, TEMPLATES, run_file
from scintidot.templates.study import study_file

Cli = Callable[..., Any]
SOURCE = Path(__file__).resolve().parents[2] / "src" / "scintidot"
NOTED = ("inelastic", "--material", "CsPbBr3", "--energy-ev", "100", "--model", "ashley")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


# --- what to try -------------------------------------------------------------------------------------------


def test_alone_it_says_what_to_try(cli: Cli) -> None:
    code, out, err = cli()
    assert (code, err) == (0, "")
    assert len(out.splitlines()) <= 24
    commands = [line.strip() for line in out.splitlines() if line.startswith("    scintidot")]
    assert commands == [command for tries in TASKS.values() for command in tries]
    known = get_command(app).commands  # type: ignore[attr-defined]
    assert {command.split()[1] for command in commands} <= set(known)


def test_help_shows_every_command_by_what_it_is_for(cli: Cli) -> None:
    out = cli("--help").out
    assert max(map(len, out.splitlines())) <= 80
    known = get_command(app).commands  # type: ignore[attr-defined]
    assert {name for commands in SECTIONS.values() for name in commands} == set(known)
    for name in known:
        (section,) = [title for title, commands in SECTIONS.items() if name in commands]
        words = SECTIONS[section][name]
        assert re.search(rf"^{section}:\n(  .*\n)*  {name} +{re.escape(words)}$", out, flags=re.M)


# --- the demonstration -------------------------------------------------------------------------------------


def test_demo_shows_the_whole_loop(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scintidot.cli.demo.SIZES", (8.7,))
    monkeypatch.setattr("scintidot.report.page.write_report", lambda _, path: path.write_text("report"))
    folder = Path("my demo")
    code, out, _ = cli("demo", "--out", folder)
    assert code == 0
    parts = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert json.loads((folder / "demo.json").read_text())["files"] == [p for p in parts if p != "demo.json"]
    assert {"prediction/report.html", "measurement/decay.csv", "analysis/report.html"} <= set(parts)
    put_in = json.loads((folder / "prediction/result.json").read_text())["rows"][0]["mean_excitons"]
    found = json.loads((folder / "analysis/result.json").read_text())["mean_excitons"]
    assert abs(found["value"] - put_in) < 4 * found["error"]
    commands = [shlex.split(line) for line in out.splitlines() if line.startswith("    scintidot ")]
    files = [word for words in commands for word in words if word.startswith(str(folder))]
    assert len(files) == 3
    assert all(Path(file).is_file() for file in files)
    assert list(Path().iterdir()) == [folder]


@pytest.fixture
def _quick_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    def predict(folder: Path, _: object) -> None:
        folder.mkdir()
        (folder / "report.html").write_text("new")
        raise KeyboardInterrupt

    monkeypatch.setattr("scintidot.cli.demo._predict", predict)


@pytest.mark.usefixtures("_quick_demo")
def test_demo_interrupted_leaves_what_was_there(cli: Cli) -> None:
    assert cli("demo").code == 130
    assert list(Path().iterdir()) == []
    Path("scintidot-demo").mkdir()
    Path("scintidot-demo/demo.json").write_text('{"files": ["old.txt"]}')
    Path("scintidot-demo/old.txt").write_text("old")
    assert cli("demo").code == 130
    assert sorted(path.name for path in Path().rglob("*")) == ["demo.json", "old.txt", "scintidot-demo"]


@pytest.mark.usefixtures("_quick_demo")
def test_demo_overwrites_nothing_of_others(cli: Cli) -> None:
    Path("there").mkdir()
    Path("there/thesis.tex").write_text("mine")
    code, out, err = cli("demo", "--out", "there")
    assert (code, out) == (5, "")
    assert "found thesis.tex). Nothing was overwritten" in err


# --- the doctor --------------------------------------------------------------------------------------------


def checks(cli: Cli) -> tuple[int, dict[str, dict[str, Any]]]:
    code, out, err = cli("doctor", "--json")
    document = json.loads(out)
    assert err == ""
    assert document["schema"] == "scintidot.doctor/1"
    assert (document["status"] == "problem") == (code == 6)
    for check in document["checks"]:
        assert check["status"] in ("ok", "note", "problem")
        assert check["status"] == "ok" or check["mend"]
    return code, {check["name"]: check for check in document["checks"]}


def test_doctor_finds_nothing_wrong_here(cli: Cli) -> None:
    code, found = checks(cli)
    assert code == 0
    for name in (
        "Python",
        "libraries",
        "compiled libraries",
        "compiler",
        "threads",
        "known number",
        "this folder",
    ):
        assert found[name]["status"] in ("ok", "note")
    assert found["known number"]["found"] == "computes a known decay to 12 digits"
    assert {name for name in found if name.startswith("extra ")} >= {
        "extra app",
        "extra cuda",
        "extra geant4",
    }
    assert "scintidot is ready." in cli("doctor").out


def test_doctor_says_how_to_mend(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = metadata.version

    def version(name: str) -> str:
        if name == "uproot":
            raise metadata.PackageNotFoundError(name)
        return "1.0" if name == "numba" else installed(name)

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr("importlib.metadata.version", version)
    monkeypatch.setattr("scintidot.calculators.nanocrystal_kinetics", lambda **_: {}["photons"])
    monkeypatch.setattr(
        "importlib.metadata.requires", lambda _: ["numba>=1.2", "numpy>=1.26", 'uproot>=5.6; extra == "root"']
    )
    code, found = checks(cli)
    assert code == 6
    assert found["cache"]["status"] == "problem"
    assert "SCINTIDOT_CACHE" in found["cache"]["mend"]
    assert found["numba"]["found"] == "1.0, older than 1.2"
    assert found["numba"]["mend"] == "pip install --upgrade 'numba>=1.2'"
    assert found["extra root"]["mend"] == "pip install 'scintidot[root]'"
    assert found["known number"]["status"] == "problem"


def test_doctor_outlives_a_broken_library(tmp_path: Path) -> None:
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba/__init__.py").write_text('raise ImportError("libLLVM.so is missing")')
    path = os.pathsep.join([str(tmp_path), str(SOURCE.parent)])
    command = [sys.executable, "-m", "scintidot", "doctor"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (6, "")
    assert re.search(r"PROBLEM numba +it does not load: ImportError: libLLVM.so is missing", done.stdout)


@pytest.mark.parametrize(
    ("library", "text", "found"),
    [
        ("pydantic", 'raise ImportError("DLL load failed")', "ImportError: DLL load failed"),
        ("pydantic", 'raise SystemError("pydantic-core is too old")', "SystemError: pydantic-core is too old"),
        ("typer", "import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
    ],
)  # fmt: skip
def test_a_library_that_stops_the_start_is_named_with_its_mend(
    tmp_path: Path, library: str, text: str, found: str
) -> None:
    (tmp_path / library).mkdir()
    (tmp_path / library / "__init__.py").write_text(text)
    path = os.pathsep.join([str(tmp_path), str(SOURCE.parent)])
    done = subprocess.run(
        [sys.executable, "-m", "scintidot", "doctor"], env={**os.environ, "PYTHONPATH": path}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (6, "")
    assert done.stderr == (
        f"scintidot: bad library for {library} (expected one that can be imported, found {found}). "
        f"Mend it: pip install --force-reinstall {library}\n"
    )


@pytest.mark.parametrize(
    "text", ["import scintidot.no_such", "import no_such", "from numpy import no_such", "1 / 0"]
)
def test_faults_of_our_own_are_not_blamed_on_libraries(text: str) -> None:
    with pytest.raises((ImportError, ZeroDivisionError)) as caught:
        exec(text, {"__name__": "scintidot.module"})
    assert broken_library(caught.value.with_traceback(caught.tb.tb_next)) is None


def test_a_library_that_is_missing_is_named() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        exec(
            "raise ModuleNotFoundError('No module named typer', name='typer')",
            {"__name__": "scintidot.module"},
        )
    assert "--force-reinstall typer" in str(broken_library(caught.value.with_traceback(caught.tb.tb_next)))


# --- files to start from -----------------------------------------------------------------------------------


def uncommented(text: str) -> str:
    """With every key that is behind '#'."""
    return re.sub(r"^# ([\w.-]+ = )", r"\1", text, flags=re.M)


@pytest.mark.parametrize("template", TEMPLATES)
def test_run_file_is_the_default_prediction(template: str) -> None:
    assert RunConfig.model_validate(tomllib.loads(run_file(template))) == RunConfig()


def test_run_file_has_every_key_and_nothing_else() -> None:
    def keys(model: Any, above: str = "") -> set[str]:
        found = set()
        for name, field in model.model_fields.items():
            part = hasattr(field.annotation, "model_fields")
            found |= keys(field.annotation, f"{above}{name}.") if part else {above + name}
        return found

    def flat(data: dict[str, Any], above: str = "") -> set[str]:
        return {
            key
            for name, value in data.items()
            for key in (flat(value, f"{above}{name}.") if isinstance(value, dict) else {above + name})
        }

    written = tomllib.loads(uncommented(run_file()))
    assert flat(written) == keys(RunConfig) == set(MEANINGS)
    assert flat(tomllib.loads(run_file())) == keys(RunConfig) - set(EXAMPLES)
    RunConfig.model_validate(written)  # the examples hold


def test_run_file_tells_unit_limits_and_names() -> None:
    text = " ".join(line.removeprefix("# ") for line in run_file().splitlines())
    assert "[nm]; more than 0" in text
    assert "One of n2, n, saturating." in text
    assert "One of poisson, exponential, compound, paper." in text


def test_card_is_that_of_the_base_and_holds_every_number(tmp_path: Path) -> None:
    own = {}
    for name, text in (("as_it_is", card()), ("uncommented", uncommented(card()))):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        own[name] = dict(load_material(str(tmp_path / f"{name}.toml")).card.quantities())
    base = dict(load_material("CsPbBr3").card.quantities())
    assert own["as_it_is"] == base
    assert own["uncommented"].keys() == base.keys()
    for key, number in own["uncommented"].items():
        assert (number.value, number.low, number.high) == (base[key].value, base[key].low, base[key].high)
        assert number.source == ("my_notebook",)


def test_study_is_one(tmp_path: Path) -> None:
    reading = pytest.importorskip("scintidot.studies.reading")
    (tmp_path / "study.toml").write_text(study_file(), encoding="utf-8")
    assert [axis.name for axis in reading.read_plan(tmp_path / "study.toml").axes] == ["edge_length"]
    assert tomllib.loads(study_file())["format"] == "scintidot-study/1"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ([], "run.toml"),
        (["--material"], "mine.toml"),
        (["my run.toml"], "my run.toml"),
        (["--material", "my card.toml"], "my card.toml"),
    ],
)
def test_init_writes_what_its_last_line_takes(cli: Cli, options: list[str], name: str) -> None:
    out = cli("init", *options).out
    command = shlex.split(out.splitlines()[-1].removeprefix("Edit it, then: "))
    assert command[-1] == f"./{name}"
    assert cli(*command[1:], "--deposit", "continuous", "--edge-length", "5", "--json").code == 0
    before = Path(name).read_text()
    code, _, err = cli("init", *options)
    assert code == 5
    assert "Nothing was overwritten" in err
    assert Path(name).read_text() == before


# --- how much is said --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, len(NOTED)], ids=["before", "after"])
def test_quiet_and_verbose_before_and_after_the_command(cli: Cli, place: int) -> None:
    def say(option: str) -> Any:
        return cli(*NOTED[:place], option, *NOTED[place:])

    usual = cli(*NOTED)
    assert usual.err.startswith("note: ")
    assert say("--quiet") == (0, usual.out, "")
    kinetics = ("kinetics", "--mean-excitons", "1", "--auger-efficiency", "0.5")
    predict = ("predict", "--deposit", "continuous", "--edge-length", "5", "--json")
    assert "INFO" not in cli(*predict).err
    told = cli("-v", *predict) if place == 0 else cli(*predict, "-v")
    assert "INFO scintidot.simulation: CsPbBr3 in octane, 1 sizes: deposit continuous" in told.err
    json.loads(told.out)
    assert "INFO" not in cli(*kinetics).err  # it is forgotten


def test_quiet_and_verbose_together_are_refused(cli: Cli) -> None:
    assert cli("kinetics", "--quiet", "--verbose").code == 2
    assert cli("-v", "kinetics", "-q").code == 2


def test_errors_come_when_quiet(cli: Cli) -> None:
    code, _, err = cli("--quiet", "predict", "--host", "octan")
    assert code == 2
    assert "bad name for --host" in err


def test_library_says_nothing_by_itself() -> None:
    assert any(
        isinstance(handler, logging.NullHandler) for handler in logging.getLogger("scintidot").handlers
    )
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "cli":
            calls = (
                node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
            )
            assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls), (
                path
            )


def test_progress_shows_step_share_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("scintidot.cli.progress.SHOWN_AFTER_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    told = logging.getLogger("scintidot.backends")
    loudness.start()
    with progress() as show:
        for share in (0.25, 0.5):
            show("track, 5 nm", share)
        told.info("compiling", extra={"step": "compiling kernels, once"})
        wait_for(capsys, "compiling kernels, once", "50%", "left")
        told.info("compiled", extra={"step": ""})
        wait_for(capsys, "track, 5 nm")


def wait_for(capsys: pytest.CaptureFixture[str], *words: str) -> None:
    """Until the bar has been drawn with all words."""
    seen = ""
    for _ in range(200):
        seen += capsys.readouterr().err
        if all(word in seen for word in words):
            return
        time.sleep(0.05)
    raise AssertionError(seen)


def test_progress_is_silent_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scintidot.cli.progress.SHOWN_AFTER_S", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as in a cell of Jupyter, which is no terminal
    with progress() as show:
        show("step", 0.5)
        time.sleep(0.1)
    assert capsys.readouterr() == ("", "")
