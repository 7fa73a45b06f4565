"""Runs of the comparisons as they are kept for the site."""

import pytest


@pytest.fixture
def record(root, monkeypatch):
    monkeypatch.syspath_prepend(root)
    from validation import record

    return record


def test_a_run_is_read_as_it_was_recorded_and_replaces_the_last_one(record, tmp_path):
    from validation.case import Case, Row

    path = tmp_path / "results.json"
    row = Row("stopping power [a]", 'Au, "1 keV"', "eV/nm", 12.3456789, 12.0, 0.1)
    assert record.read_runs(path) == {}
    for seconds in (1.0, 2.0):
        record.record_run("inelastic", [Case("Stopping", "Somebody 1990", "", [row, row])], seconds, path)
    record.record_run("elastic", [Case("Angles", "Somebody 1991", "", [])], 3.0, path)
    runs = record.read_runs(path)
    assert list(runs) == ["elastic", "inelastic"]
    assert runs["inelastic"].seconds == 2.0
    (kept, _) = runs["inelastic"].cases[0].rows
    assert kept == Row("stopping power [a]", 'Au, "1 keV"', "eV/nm", 12.3457, 12.0, 0.1)
    assert kept.passed == row.passed
