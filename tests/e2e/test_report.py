"""The report: self-contained, complete, and saying what was chosen."""

import base64
import re
from html.parser import HTMLParser

import pytest

import scintidot
from scintidot.output import as_text
from scintidot.report.figures import draw_all
from scintidot.report.first_page import first_page, variations_of
from scintidot.report.page import write_report
from scintidot.variations import alternatives


class Strict(HTMLParser):
    """Checks that every element is closed in order and nothing is loaded from outside."""

    VOID = ("meta", "link", "br", "img", "hr", "input", "path", "use", "rect", "circle", "line")

    def __init__(self):
        super().__init__()
        self.open, self.loads = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data") or (name == "href" and tag in ("link", "image", "script")):
                self.loads.append(value)

    def handle_startendtag(self, tag, attrs):
        if tag not in self.VOID:
            self.handle_starttag(tag, attrs)
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def default(tmp_path_factory):
    return report(tmp_path_factory.mktemp("default"))


@pytest.fixture
def _plain_pictures(monkeypatch):
    """Drawing takes longest; where the words are asked for, others have drawn the same figures."""
    monkeypatch.setattr("scintidot.report.figures_common.to_svg", lambda _: "<svg></svg>")


def report(tmp_path, **options):
    result = scintidot.predict(**options)
    path = tmp_path / "report.html"
    write_report(result, path)
    return result, path.read_text(encoding="utf-8")


def test_self_contained_and_well_formed(default):
    _, text = default
    parser = Strict()
    parser.feed(text)
    assert parser.open == []
    assert parser.loads == []
    assert "<script" not in text
    assert not re.search(r"@import|url\((?!#)", text)


@pytest.mark.usefixtures("_plain_pictures")
def test_says_every_choice_warning_and_source(tmp_path):
    result, text = report(
        tmp_path, statistics="paper", retained_fraction=0.25, start="centre", host="toluene", edge_length=[4, 9],
        histories=500,
    )  # fmt: skip
    plain = (
        text.replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .replace("&#34;", '"')
    )
    for warning in result.warnings:
        assert warning in plain
    for key, value in result.choices.items():
        assert f"<dt>{key}</dt>" in text
        if isinstance(value, str):
            assert value in plain
    assert "statistics paper" in text
    assert "ξ = 0.25" in text
    for reference in result.references:
        assert reference.title in plain
    assert "retained_fraction = 0.25" in plain


def test_figures_of_the_paper_with_tables(default):
    result, text = default
    plots = {plot.name: plot for plot in draw_all(result)}
    simulated = {"events", "occupancy"}
    exact = {"models", "emission"}
    always = {"headline", "family", "deposit", "intensity", "timing", "decays", "sensitivity"}
    assert always | simulated | exact == set(plots)
    for plot in plots.values():
        assert plot.table
        assert all(len(line) == len(plot.columns) for line in plot.table)
        assert plot.title in text
    timing = plots["timing"]
    assert timing.table[4][timing.columns.index("ctr_ps.formula")] == result.rows[4]["ctr_ps"]["formula"]
    family = plots["family"]
    first = dict(zip(family.columns, family.table[0], strict=True))
    assert (first["mean_excitons"], first["auger_efficiency"]) == (0.3, 0.0)
    assert first["photons"] == pytest.approx(0.3, rel=1e-9)  # every pair gives its photon


def test_first_page_answers_and_says_what_it_rests_on(default):
    result, text = default
    first = text[text.index('<section class="first">') : text.index("</section>")]
    fastest = min(result.rows, key=lambda row: row["tau_ps"]["harmonic"])
    low, high = fastest["band"]["tau_ps"]["harmonic"]
    value = as_text(fastest["tau_ps"]["harmonic"], 3)
    sentence = f"Fastest: {fastest['edge_length_nm']:g} nm, harmonic lifetime {value} ps"
    assert f"{sentence} ({as_text(low, 3)} to {as_text(high, 3)})." in first
    assert first.index("Fastest") < first.index("How sure") < first.index("What this rests on")
    assert "<svg" in first
    others = alternatives(result)
    rows = first_page(result, others).rests_on.rows
    assert 2 <= len(rows) <= 5
    start = next(line for line in others if line.choice == "start" and not line.chosen)
    changes = {line.assumption: line for line in variations_of(result, others)}
    assert changes["where electrons start"].outputs.keys() == start.figures.keys()
    middle = text.index('id="figures"')
    order = [text.index(f'id="{part}"') for part in ("tables", "choices", "card", "bibliography", "run")]
    assert [middle, *order] == sorted([middle, *order])


def test_effect_of_an_assumption_is_that_of_a_run_with_it():
    result = scintidot.predict(edge_length=[4, 9], deposit="continuous")
    rows = first_page(result, alternatives(result)).rests_on.rows
    row = next(row for row in rows if row[0] == "pair creation energy")
    changed = scintidot.predict(edge_length=[4, 9], deposit="continuous", pair_creation_energy=row[2])
    shortest = [min(one["tau_ps"]["harmonic"] for one in run.rows) for run in (result, changed)]
    assert row[4].startswith(f"{100 * (shortest[1] / shortest[0] - 1):+.0f} %")


def test_bibtex_is_attached(default):
    result, text = default
    attached = re.search(r'download="references.bib" href="data:application/x-bibtex;base64,([^"]+)"', text)
    bibliography = base64.b64decode(attached[1]).decode()
    for reference in result.references:
        assert f"{{{reference.key}," in bibliography


def test_deterministic(default, tmp_path):
    assert report(tmp_path)[1] == default[1]


@pytest.mark.usefixtures("_plain_pictures")
def test_changed_numbers_are_marked(tmp_path):
    card = tmp_path / "mine.toml"
    card.write_text(
        'based_on = "CsPbBr3"\n[exciton.lifetime]\nvalue = 5\nunit = "ns"\nsource = "fratelli_2024"\n'
        'provenance = "measured"\n'
    )
    result, text = report(tmp_path, material=card, edge_length=5, deposit="continuous")
    assert result.material.name == "CsPbBr3 (mine.toml)"
    assert result.choices["material_changes"] == ["exciton.lifetime: 9000 (8000 to 10000) -> 5000"]
    assert "changed: 9000 (8000 to 10000) -&gt; 5000." in text
    assert "card changed in exciton.lifetime: 9000 (8000 to 10000) -&gt; 5000" in text


@pytest.mark.parametrize(
    "options",
    [
        {"edge_length": 5.0, "histories": 500},
        {"edge_length": [4, 20], "size_dispersion": 0.1, "deposit": "continuous"},
        {"energy": "100 keV", "shape": "sphere", "edge_length": [4, 12], "histories": 200},
    ],
)
def test_unusual_runs_draw_too(tmp_path, options):
    _, text = report(tmp_path, **options)
    assert not re.search(r">\s*-?(nan|inf)\b", text)


def test_a_sample_without_light_draws_too(tmp_path):
    card = tmp_path / "dark.toml"
    number = "source = 'fratelli_2024', provenance = 'measured' }"
    card.write_text(
        'based_on = "CsPbBr3"\n[quantum_yield]\nform = "points"\n[[quantum_yield.points]]\n'
        f"edge_length = {{ value = 5, unit = 'nm', {number}\nquantum_yield = {{ value = 0, unit = '1', {number}\n"
    )
    _, text = report(tmp_path, material=card, edge_length=[4, 6], deposit="continuous")
    assert "<svg" in text


def test_a_dark_size_wins_nothing(tmp_path):
    card = tmp_path / "half.toml"
    number = "source = 'fratelli_2024', provenance = 'measured' }"
    points = "".join(
        "[[quantum_yield.points]]\n"
        f"edge_length = {{ value = {edge}, unit = 'nm', {number}\n"
        f"quantum_yield = {{ value = {value}, unit = '1', {number}\n"
        for edge, value in ((4, 0), (5, 0), (9, 0.8))
    )
    card.write_text(f'based_on = "CsPbBr3"\n[quantum_yield]\nform = "points"\n{points}')
    result, text = report(tmp_path, material=card, edge_length=[4, 9], deposit="continuous")
    assert result.rows[0]["tau_ps"]["harmonic"] is None
    assert text.count('<td class="words">9 nm</td>') == 6


def test_hostile_text_is_escaped(tmp_path):
    card = tmp_path / "mine.toml"
    card.write_text('based_on = "CsPbBr3"\nname = "<b>x</b>"\n')
    _, text = report(tmp_path, material=str(card), edge_length=5, deposit="continuous")
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
