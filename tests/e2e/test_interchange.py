"""The page on other programs: its examples run and its table reads."""

from __future__ import annotations

import json
import re

import pytest

from scintidot.interchange.deposits import deposit_row, read_deposits, write_deposits


def blocks(root, language):
    page = (root / "docs/interchange.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.S)


def test_python_of_the_page_runs(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    codes = blocks(root, "python")
    assert len(codes) == 2
    for code in codes:
        names = {}
        exec(compile(code, "interchange.md", "exec"), names)
        if "deposits" in names:
            assert names["deposits"].assumptions == ("',' is the decimal sign",)
            assert names["deposits"].energy == pytest.approx([16.75, 880])


def test_table_of_the_page_becomes_a_row_of_json(root, tmp_path):
    (text,) = blocks(root, "csv")
    (tmp_path / "steps.csv").write_text(text, encoding="utf-8")
    deposits = read_deposits(tmp_path / "steps.csv")
    again = read_deposits(write_deposits(tmp_path / "new" / "deposits.h5", deposits))
    row = json.loads(json.dumps(deposit_row(again, edge_length=8.7, energy_keV=7.0)))
    assert row["histories"] == 100_000
    assert row["mean_deposit_eV"] == pytest.approx(896.75e-5)
    assert row["hit_fraction"] == pytest.approx(2e-5)
    assert row["fraction_above_eV"] == {"5": 2e-5, "10": 2e-5, "50": 1e-5, "100": 1e-5}


def test_page_names_every_treatment_and_model(root):
    from scintidot.interchange.geant4 import EM_MODELS, TREATMENTS

    page = (root / "docs/interchange.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page or f'"{name}"' in page for name in (*TREATMENTS, *EM_MODELS))
