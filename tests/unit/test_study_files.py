"""Study files: what is read, what is refused and with which words; expressions; bands as distributions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import BadFile, FieldError, ScintidotError
from scintidot.provenance import Quantity
from scintidot.studies.axes import NAMES, NUMBERS, STEPS, Axis, grid
from scintidot.studies.expression import read_expression
from scintidot.studies.reading import read_plan
from scintidot.studies.result import as_dict
from scintidot.studies.uncertainty import DISTRIBUTIONS, quasi_random, value_at

BASE: dict[str, Any] = {
    "base": {"deposit": "continuous"},
    "vary": {"edge_length": "3 to 9 nm, 4 points"},
    "objective": [{"figure": "ctr_ps.formula"}],
    "method": {"kind": "sweep"},
}


def plan(**changes: Any) -> Any:
    """A small study with some sections replaced."""
    return read_plan({**BASE, **changes})


# --- axes ---


def test_a_range_is_read_in_any_unit_and_in_two_spellings() -> None:
    text = plan(vary={"edge_length": "30 to 90 angstrom, 4 points, log"}).axes[0]
    table = plan(vary={"edge_length": {"from": "3 nm", "to": 9, "points": 4, "spacing": "log"}}).axes[0]
    assert text == table
    assert text.values == pytest.approx([3, 3 * 3 ** (1 / 3), 3 * 3 ** (2 / 3), 9])


def test_numbers_of_the_card_and_lists_are_axes() -> None:
    axes = plan(
        vary={"quantum_yield": {"peak": "70 to 95 %"}, "exciton.lifetime": ["9 ns", 8000], "host": ["octane", "PMMA"],
              "edge_length": [5]}
    ).axes  # fmt: skip
    assert [axis.name for axis in axes] == ["quantum_yield.peak", "exciton.lifetime", "host", "edge_length"]
    assert axes[0].ends == pytest.approx((0.7, 0.95))
    assert axes[1].values == (8000.0, 9000.0)
    assert axes[2].named


@given(st.floats(0, 1))
def test_places_along_an_axis_stay_inside_and_rise(share: float) -> None:
    axes = [
        Axis("edge_length", "nm", (3.0, 9.0), (3.0, 9.0)),
        Axis("edge_length", "nm", (3.0, 9.0), (3.0, 9.0), logarithmic=True),
        Axis("jitter_sigma", "ps", (3.0, 9.0), (3.0, 9.0)),
        Axis("edge_length", "nm", (3.0, 5.0, 9.0)),
    ]
    for axis in axes:
        low, value, high = axis.at(np.array([0.0, share, 1.0]))
        assert low == 3
        assert high == pytest.approx(9)
        assert 3 <= value <= 9 * (1 + 1e-12)
    assert axes[0].at(np.array(share)) == pytest.approx(3 + 6 * share)


def test_a_range_that_needs_its_own_computation_is_taken_in_steps() -> None:
    axis = Axis("rise_time", "ps", (50.0, 150.0), (50.0, 150.0))
    assert len(set(axis.at(np.linspace(0, 1, 1000)).tolist())) == STEPS


def test_a_grid_has_every_combination() -> None:
    points = grid([Axis("edge_length", "nm", (3.0, 5.0)), Axis("host", "1", ("octane", "PMMA", "water"))])
    assert len(set(zip(points["edge_length"], points["host"], strict=True))) == 6


def test_every_option_of_a_prediction_is_an_axis_or_steers_the_computation() -> None:
    from scintidot.config import OPTIONS

    rest = set(OPTIONS) - {*NUMBERS, *NAMES}
    assert rest == {
        "local_deposit_below",
        "histories",
        "relative_error",
        "seed",
        "events",
        "energy_unit",
        "table",
        "traps",
    }
    for name, unit in NUMBERS.items():
        suffix = {"1": "", "1/ps": "_per_ps", "1/MeV": "_per_MeV"}.get(unit, f"_{unit}")
        assert OPTIONS[name].endswith(suffix)


def test_the_saved_study_is_complete_and_reads_the_same() -> None:
    import tomli_w

    first = plan(
        title="t",
        base={"deposit": "continuous", "card": {"exciton.lifetime": "8 ns"}},
        vary={"edge_length": "3 to 9 nm, 4 points, log", "host": ["octane", "water"]},
        objective=[
            {
                "expression": "ctr_ps.formula * edge_length",
                "name": "cost",
                "direction": "minimise",
                "unit": "ps",
            },
            {"figure": "tau_ps.harmonic", "edge_length": "5 nm"},
        ],
        constraint=[{"figure": "light_yield_photons_per_MeV", "at_least": 10, "at_most": 1e5}],
        method={"kind": "sobol", "samples": 16, "second_order": True},
        uncertainty={
            "distribution": "normal",
            "choices": {"auger_law": ["published-efficiency", "volume-scaling"]},
        },
    )
    again = read_plan(_parsed(tomli_w.dumps(as_dict(first))))
    assert as_dict(again) == as_dict(first)
    assert again.identity == first.identity


def _parsed(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


def test_the_study_file_of_the_docs_and_the_examples_are_read(root: Path) -> None:
    text = re.findall(r"```toml\n(.*?)```", (root / "docs/study.md").read_text(encoding="utf-8"), flags=re.S)[
        0
    ]
    documented = read_plan(_parsed(text))
    assert documented.card == {"exciton.lifetime": 8500.0}
    assert len(documented.varied["edge_length"].values) == 25
    examples = sorted((root / "examples").glob("study-*.toml"))
    assert len(examples) >= 3
    for path in examples:
        assert read_plan(path).title


# --- faults ---

FAULTS = {
    "axis": ({"vary": {"edge_lenght": [3]}}, "vary.edge_lenght", "Did you mean 'edge_length'?"),
    "loading": ({"vary": {"loading": [0.1]}}, "vary.loading", "Did you mean 'volume_fraction'?"),
    "not an axis": ({"vary": {"histories": [100]}}, "vary.histories", "steers the computation"),
    "unit": ({"vary": {"edge_length": "3 keV to 9 keV"}}, "vary.edge_length", "an energy"),
    "range": ({"vary": {"edge_length": "9 to 3 nm"}}, "vary.edge_length", "lower end first"),
    "text": ({"vary": {"edge_length": "big"}}, "vary.edge_length", "a range"),
    "log": ({"vary": {"edge_length": [5], "size_dispersion": "0 to 0.1, log"}}, "vary.size_dispersion", "above 0"),
    "size": ({"vary": {"edge_length": "3 to 90 nm"}}, "vary.edge_length", "90 nm"),
    "probability": (
        {"vary": {"edge_length": [5], "quantum_yield.peak": [0.8, 1.2]}}, "vary.quantum_yield.peak", "at most 1",
    ),
    "host": ({"vary": {"edge_length": [5], "host": ["octne"]}}, "vary.host", "octane"),
    "figure": ({"objective": [{"figure": "ctr_ps.formla"}]}, "objective[0].figure", "Did you mean 'ctr_ps.formula'?"),
    "direction": ({"objective": [{"figure": "mean_excitons"}]}, "objective[0].direction", "maximise"),
    "key": ({"objective": [{"figure": "ctr_nc", "unti": "ps"}]}, "objective[0].unti", "Did you mean 'unit'?"),
    "section": ({"varyy": {}}, "varyy", "Did you mean 'vary'?"),
    "kind": ({"method": {"kind": "sobl"}}, "method.kind", "Did you mean 'sobol'?"),
    "power of two": ({"method": {"kind": "sobol", "samples": 100}}, "method.samples", "Take 64 or 128."),
    "one objective": ({"method": {"kind": "pareto"}}, "objective", "two or three"),
    "limit unit": (
        {"constraint": [{"figure": "ctr_ps.formula", "at_most": "3 nm"}]}, "constraint[0].at_most", "a time",
    ),
    "contradiction": (
        {"constraint": [{"figure": "mean_excitons", "at_least": 100}, {"figure": "mean_excitons", "at_most": 50}]},
        "constraint[1]", "at least 100 and at most 50",
    ),
    "certain number": ({"uncertainty": {"numbers": ["density"]}}, "uncertainty.numbers", "low and high"),
    "axis and choice": (
        {"vary": {"edge_length": [5], "auger": ["cubic"]},
         "uncertainty": {"choices": {"auger": ["cubic", "quadratic"]}}},
        "uncertainty.choices.auger", "not an axis",
    ),
    "sizes": ({"vary": {"energy": [7]}}, "base.edge_length", "one edge length"),
    "loading of nothing": ({"vary": {"edge_length": [5], "volume_fraction": [0.1]}}, "vary.volume_fraction", "sample"),
    "base": ({"base": {"edge_lenght": 3}}, "base.edge_lenght", "Did you mean 'edge_length'?"),
    "base value": ({"base": {"host": "octane", "energy": "7 nm"}}, "base.energy", "a length"),
    "choices": ({"uncertainty": {"choices": "x"}}, "uncertainty.choices", "a table [uncertainty.choices]"),
    "one choice": ({"uncertainty": {"choices": {"auger": ["cubic"]}}}, "uncertainty.choices.auger", "2 or more names"),
    "no list": ({"uncertainty": {"numbers": 5}}, "uncertainty.numbers", "a list of names"),
    "no name": ({"uncertainty": {"numbers": [1]}}, "uncertainty.numbers", "a list of names"),
    "unknown word": ({"uncertainty": {"numbers": "crad"}}, "uncertainty.numbers", "Did you mean 'card'?"),
    "over": ({"method": {"kind": "sobol", "over": 5}}, "method.over", "a list of names"),
    "over names": ({"method": {"kind": "sobol", "over": [{}]}}, "method.over", "a list of names"),
    "switch": ({"method": {"kind": "sobol", "second_order": "yes"}}, "method.second_order", "true or false"),
    "card": ({"base": {"card": 3}}, "base.card", "a table [base.card]"),
    "format": ({"format": "scintidot-study/9"}, "format", "scintidot-study/1"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_line_with_its_key(fault: str) -> None:
    changes, who, words = FAULTS[fault]
    with pytest.raises(ScintidotError) as caught:
        plan(**changes)
    assert caught.value.who == who
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_energy_range_needs_the_analytic_deposit_where_designs_are_searched() -> None:
    changes = {
        "base": {"edge_length": 5},
        "vary": {"energy": "5 to 9 keV"},
        "method": {"kind": "optimum"},
    }
    with pytest.raises(BadFile, match="continuous"):
        plan(**changes)
    assert plan(**{**changes, "base": {"edge_length": 5, "deposit": "continuous"}}).axes[0].ends == (5.0, 9.0)


def test_a_card_lies_beside_the_study_file(tmp_path: Path, write_card: Callable[..., Path]) -> None:
    write_card('name = "mine"\n')
    path = tmp_path / "study.toml"
    path.write_text(
        '[base]\nmaterial = "./mine.toml"\ndeposit = "continuous"\n[vary]\nedge_length = [5]\n'
        '[[objective]]\nfigure = "ctr_nc"\n[method]\nkind = "sweep"\n'
    )
    assert read_plan(path).material(read_plan(path).base).name == "mine"


# --- expressions ---

LEAVES = st.one_of(
    st.floats(-9, 9).map(lambda x: f"{x:.3f}"), st.sampled_from(["tau_ps.harmonic", "edge_length"])
)


def trees(depth: int) -> st.SearchStrategy[str]:
    """Expressions of up to so many levels."""
    if depth == 0:
        return LEAVES
    part = trees(depth - 1)
    return st.one_of(
        LEAVES,
        st.tuples(part, st.sampled_from("+-*/"), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        part.map(lambda text: f"-{text}"),
        part.map(lambda text: f"sqrt(abs({text}))"),
        st.tuples(part, part).map(lambda t: f"max({t[0]}, {t[1]})"),
    )


@given(trees(3))
def test_an_expression_has_the_value_that_python_gives_it(text: str) -> None:
    if len(text) > 400:
        return
    values = {"tau_ps.harmonic": np.array([2.0, 3.0]), "edge_length": np.array([5.0, 7.0])}
    found = read_expression(text, values)(values)
    scope = {"np": np, "t": values["tau_ps.harmonic"], "e": values["edge_length"]}
    source = text.replace("tau_ps.harmonic", "t").replace("edge_length", "e")
    source = source.replace("max(", "np.maximum(").replace("sqrt(", "np.sqrt(").replace("abs(", "np.abs(")
    source = ast.unparse(_floats(ast.parse(source, mode="eval")))
    with np.errstate(all="ignore"):
        expected = np.asarray(eval(source, scope), dtype=float)
    expected = np.where(np.isfinite(expected), expected, np.nan)
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-12)


def _floats(tree: ast.AST) -> ast.AST:
    class Wrap(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            return ast.parse(f"np.float64({node.value!r})", mode="eval").body

    return ast.fix_missing_locations(Wrap().visit(tree))


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "open('x')", "edge_length.__class__", "[1, 2]", "lambda: 1",
        "edge_length if 1 else 2", "edge_length == 3", "'text'", "True", "1j", "sqrt(edge_length, 2)", "sqrt(x=2)",
        "edge_length; 1", "", "(" * 300,
        "edge_length" + "+1" * 300, "f'{edge_length}'", "edge_length[0]", "(1).real", "9 ** edge_lenth",
    ],
)  # fmt: skip
def test_nothing_but_arithmetic_is_read(text: str) -> None:
    with pytest.raises(FieldError):
        read_expression(text, ["edge_length"])


def test_a_huge_power_is_no_work_and_no_number() -> None:
    found = read_expression("9 ** 9 ** 9 ** 9", [])({})
    assert np.isnan(found)


# --- bands as distributions ---

BANDS = st.tuples(st.floats(0.1, 5), st.floats(0, 3), st.floats(0, 3)).map(
    lambda t: Quantity(t[0], "1", (), "estimate", low=t[0] - t[1], high=t[0] + t[2])
)


@given(BANDS, st.sampled_from(list(DISTRIBUTIONS)), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_within_the_band(band: Quantity, kind: str, one: float, other: float) -> None:
    assert band.low is not None
    assert band.high is not None
    low, a, b, high = value_at(band, [0.0, min(one, other), max(one, other), 1.0], kind)
    assert low == pytest.approx(band.low)
    assert high == pytest.approx(band.high)
    assert band.low <= a <= b + 1e-12
    assert b <= band.high
    assert value_at(band, np.nan, kind) == band.value


def test_the_distributions_are_those_that_they_are_called() -> None:
    band = Quantity(0.8, "1", (), "estimate", low=0.6, high=0.9)
    u = (np.arange(200_000) + 0.5) / 200_000
    uniform, triangular, normal = (value_at(band, u, kind) for kind in ("uniform", "triangular", "normal"))
    assert uniform.mean() == pytest.approx(0.75, rel=1e-6)
    assert uniform.std() == pytest.approx(0.3 / np.sqrt(12), rel=1e-4)
    assert triangular.mean() == pytest.approx((0.6 + 0.8 + 0.9) / 3, rel=1e-6)
    assert np.median(normal) == pytest.approx(0.8)
    inside = (normal > 0.8 - 0.2 / 1.959964) & (normal < 0.8 + 0.1 / 1.959964)
    assert inside.mean() == pytest.approx(
        0.682689 / 0.95, rel=1e-3
    )  # one standard deviation to each side, cut


def test_quasi_random_points_fill_the_cube_evenly_and_depend_on_the_seed() -> None:
    points = quasi_random(256, 3, 1)
    assert points.shape == (256, 3)
    assert np.all((points >= 0) & (points < 1))
    counts = np.histogramdd(points, bins=(2, 2, 2))[0]
    assert abs(counts - 32).max() <= 8
    np.testing.assert_array_equal(points, quasi_random(256, 3, 1))
    assert not np.allclose(points, quasi_random(256, 3, 2))
