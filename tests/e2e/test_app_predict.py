"""Page Predict in a browser: from the form to the downloaded report, cancel, files that are dropped, mistakes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
QUICK = "/predict?edge_length=4%2C8&deposit=continuous&model=poisson-biexciton"
LONG = "/predict?edge_length=10&histories=100000000&relative_error=1e-6"
PATIENT = 240_000  # [ms]
DECAY = b"time_ps,counts\n" + b"".join(b"%d,%d\n" % (100 * i, 1000 >> (i // 8)) for i in range(64))


def field(page: Any, option: str) -> Any:
    """The text field of an option."""
    return (
        page.locator("label.field").filter(has=page.get_by_text(option, exact=False)).locator("input").first
    )


def fault(page: Any, words: str) -> None:
    """Wait until a field says so."""
    page.wait_for_selector(f".field .fault:has-text({json.dumps(words)})")


def drop(page: Any, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("#predict-drop input[type=file]", files=[file])


def download(page: Any, name: str, folder: Path) -> Path:
    """Press a download and keep the file."""
    with page.expect_download() as waiting:
        page.click(f"#predict-result a[download='{name}']")
    path = folder / name
    waiting.value.save_as(path)
    return path


def workers() -> list[int]:
    """Processes of jobs of the app that these tests run."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            parents[int(entry.name)] = (parent, (entry / "cmdline").read_bytes())
        except OSError:
            continue
    ours = {pid for pid, (parent, _) in parents.items() if parent == os.getpid()}
    return [
        pid for pid, (parent, line) in parents.items() if parent in ours and b"scintidot.app.worker" in line
    ]


def test_from_the_form_to_files_that_rerun_to_the_same_numbers(
    open_page: Open, cli: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_page(QUICK)
    assert page.inner_text("#predict-command").startswith("scintidot predict --edge-length 4,8")
    page.click("#predict-run")
    page.wait_for_selector("#predict-run:disabled")
    page.wait_for_selector("#predict-result .card", timeout=PATIENT)
    assert "Best bound of the time resolution" in page.inner_text("#predict-result .cards")
    page.wait_for_selector("#predict-result a[download='report.html']", timeout=PATIENT)
    page.wait_for_selector("#predict-result .figures .js-plotly-plot")
    assert page.locator("#predict-result .figures figure").count() > 6
    report = download(page, "report.html", tmp_path)
    assert "poisson-biexciton" in report.read_text(encoding="utf-8")
    result = json.loads(download(page, "result.json", tmp_path).read_bytes())
    again = cli("predict", download(page, "run.toml", tmp_path), "--json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["rows"] == result["rows"]
    shown = page.inner_text("#predict-result table")
    assert f"{result['rows'][1]['photons_per_nc']:.4g}" in shown

    link = page.url
    other = open_page(link[link.index("/predict") :])
    other.wait_for_selector("#predict-result .card")  # the same run of this app: not run again
    assert field(other, "edge length").input_value() == "4,8"


def test_cancel_ends_the_process_and_leaves_the_page_ready(open_page: Open) -> None:
    page = open_page(LONG)
    for progress in ("track, 10 nm", ""):
        page.click("#predict-run")
        page.wait_for_selector(f"#predict-progress:has(progress):has-text('{progress}')", timeout=PATIENT)
        assert len(workers()) == 1
        page.click("#predict-cancel")
        page.wait_for_selector("#predict-progress:has-text('The run was cancelled.')")
        assert workers() == []
        page.wait_for_selector("#predict-run:enabled")


def test_a_mistake_is_a_sentence_at_its_field(open_page: Open) -> None:
    page = open_page("/predict?edge_length=80")
    fault(page, "found 80 nm")
    field(page, "edge length").fill("5")
    page.wait_for_selector("#predict-command:has-text('--edge-length 5')")
    field(page, "energy").fill("-7")
    fault(page, "Expected more than 0 keV, found -7 keV.")
    page.click("#predict-run")
    page.wait_for_selector("#error:has-text('predict: bad value for --energy (expected what its field says')")
    assert "mend" in page.inner_text("#predict-run-file") or page.locator("#predict-run-file").is_hidden()
    assert workers() == []


def test_files_that_are_dropped_fill_the_form(open_page: Open) -> None:
    page = open_page("/predict")
    run = b'host = "toluene"\n[radiation]\nkinetic_energy_keV = 9\n[deposit]\nmodel = "continuous"\n'
    drop(page, "mine.run.toml", run)
    page.wait_for_selector("#predict-command:has-text('--energy 9')")
    assert "--host toluene" in page.inner_text("#predict-command")
    assert "--deposit continuous" in page.inner_text("#predict-command")
    assert "energy=9" in page.url
    drop(page, "mine.toml", b'based_on = "CsPbBr3"\n')
    page.wait_for_selector("#predict-command:has-text('--material mine.toml')")
    assert page.locator(".field .fault:not(:empty)").count() == 0


def test_a_file_that_is_no_run_file_is_refused_in_a_sentence(open_page: Open) -> None:
    page = open_page("/predict?energy=9")
    for name, content, words in (
        ("run.toml", b"radiation = ", "run.toml: bad syntax"),
        ("two.toml", b"[radiation]\nenergy = 7\n", "two.toml: bad key for radiation.energy"),
        ("large.toml", b"#" * 300_000, "at most 200 kB"),
        ("deep.toml", b"a = [" * 5000, "deep.toml: bad syntax"),
        ("decay.csv", DECAY, "This looks like a decay; open it in Analyse."),
        ("run.exe", b"MZ", "run.exe: bad file for this page"),
        ("<script>.toml", b"a = 1", "<script>.toml: bad key for a"),
    ):
        drop(page, name, content)
        page.wait_for_selector(f"#error:has-text({json.dumps(words)})")
    assert "--energy 9" in page.inner_text("#predict-command")


def test_no_file_of_the_machine_is_read_by_its_name(open_page: Open) -> None:
    page = open_page("/predict?deposit=/etc/passwd&material=../mine.toml")
    fault(page, "found '/etc/passwd'")
    fault(page, "found '../mine.toml'")
