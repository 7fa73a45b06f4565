"""README and docs: their commands run, their examples hold."""

import re
import shlex
import tomllib
from typing import Any

import pytest

import scintidot
from scintidot import predict
from scintidot.config import RunConfig
from scintidot.errors import EXIT_CODES
from scintidot.materials.card import Card
from scintidot.results import FIGURES


def blocks(path, language):
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.S)


@pytest.fixture
def readme_folder(root, tmp_path, monkeypatch):
    """A folder with the README's card and the saved run that its commands name."""
    (card,) = blocks(root / "README.md", "toml")
    (tmp_path / "mine.toml").write_text(card, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_the_readme_runs(root, readme_folder, cli, monkeypatch):
    monkeypatch.setattr("scintidot.report.page.write_report", lambda _, path: path.write_text("report"))
    lines = [line for block in blocks(root / "README.md", "sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("scintidot")]
    assert len(commands) >= 8
    for command in commands:
        assert cli(*command[1:]).code == 0, command
    assert (readme_folder / "my-report" / "result.nc").stat().st_size > 0


def test_python_of_the_readme_runs(root, readme_folder):
    (code,) = blocks(root / "README.md", "python")
    exec(compile(code, "README.md", "exec"), {})
    assert (readme_folder / "my-report" / "result.json").exists()


def test_python_of_the_page_on_python_runs(root, tmp_path, monkeypatch, capsys):
    page = root / "docs/python.md"
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks(page, "python")), "docs/python.md", "exec"), {})
    assert "edge-length" in capsys.readouterr().out
    assert (tmp_path / "report.html").stat().st_size > 100_000
    text = page.read_text(encoding="utf-8")
    for name in scintidot.__all__:
        assert f"`{name}`" in text, name


def test_run_file_of_the_docs_is_the_default(root):
    documented = tomllib.loads(blocks(root / "docs/files.md", "toml")[0])
    assert RunConfig.model_validate(documented) == RunConfig()
    names = {key: set(part) for key, part in RunConfig().model_dump().items() if isinstance(part, dict)}
    by_default_none = {"model", "auger_law", "retained_fraction", "traps", "events", "energy_unit", "table"}
    for section, keys in names.items():
        assert keys - by_default_none <= set(documented[section]) <= keys


def test_result_keys_and_exit_codes_are_documented(root):
    text = (root / "docs/files.md").read_text(encoding="utf-8")
    for name in FIGURES:
        assert all(f"`{part}`" in text for part in name.split("."))
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in text


@pytest.mark.parametrize(
    "page",
    ["interactions.md", "sources.md", "excitation.md", "streams.md", "timing.md", "decays.md", "model.md"],
)
def test_commands_of_a_page_run(root, tmp_path, monkeypatch, cli, page):
    monkeypatch.chdir(tmp_path)
    lines = [line for block in blocks(root / "docs" / page, "sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("scintidot")]
    assert len(commands) >= 2
    for command in commands:
        assert cli(*command[1:]).code == 0, command


def test_python_of_the_page_on_streams_runs(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(root / "docs/streams.md", "python")
    names: dict[str, Any] = {}
    exec(compile(code, "streams.md", "exec"), names)
    emitted, counts = names["result"]["emitted"], names["counts"]
    assert len(counts["time_ps"]) == pytest.approx(20_000 * emitted["photons_per_event"])
    assert (counts["transition"] == names["biexcitons"]).sum() == emitted["by_transition"]["XX"]


def test_python_and_card_of_the_page_on_interactions_run(root, tmp_path):
    page = root / "docs/interactions.md"
    (code,) = blocks(page, "python")
    exec(compile(code, "interactions.md", "exec"), {})
    (card,) = blocks(page, "toml")
    (tmp_path / "mine.toml").write_text(card, encoding="utf-8")
    import scintidot

    row = scintidot.inelastic(tmp_path / "mine.toml", 1000)["rows"][0]
    assert 1 < row["imfp_nm"] < 4


def test_keys_of_the_interaction_documents_are_described(root):
    import scintidot

    text = (root / "docs/files.md").read_text(encoding="utf-8")
    documents = [
        scintidot.elastic("C", 1000),
        scintidot.inelastic("CsPbBr3", 1000, model="ashley"),
        scintidot.low_energy("CsPbBr3", 1),
        scintidot.attenuation("water", 30),
        scintidot.relaxation("C", "K"),
        scintidot.source_spectrum("fe55"),
    ]
    for document in documents:
        assert {"schema", "version", "choices", "warnings", "bibliography"} <= set(document)
        assert f"`{document['schema']}`" in text
        for row in document.get("rows", []):
            assert [key for key in row if f"`{key}`" not in text] == []


def test_card_of_the_docs_predicts(root, tmp_path):
    card = tmp_path / "mine.toml"
    card.write_text(blocks(root / "docs/material-cards.md", "toml")[1], encoding="utf-8")
    result = predict(material=card, edge_length=[5, 6.5, 8, 12], deposit="continuous")
    assert [row["quantum_yield"] for row in result.rows] == pytest.approx([0.55, 0.725, 0.9, 0.9])
    low, high = result.rows[0]["band"]["quantum_yield"]
    assert (low, high) == pytest.approx((0.5, 0.6))
    assert result.choices["material_changes"] == [
        "quantum_yield: log-normal law -> points 0.55 at 5 nm, 0.9 at 8 nm"
    ]
    assert "Integrating sphere, batch 7" in [reference.title for reference in result.references]


def test_card_sections_are_documented(root):
    text = (root / "docs/material-cards.md").read_text(encoding="utf-8")
    for name in Card.model_fields:
        assert re.search(rf"`{name}[`.]", text), name
