"""Figures of a prediction, interactive, from the plain data of `work.page_of`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from scintidot.app.figures import COLOURS, DARK, DASHES, template

EDGE = "edge length [nm]"
HEIGHT = 330  # [pixels]

Values = Sequence[float | None]


@dataclass(frozen=True)
class Drawn:
    """One figure with its heading and what it says in a line."""

    title: str
    figure: Any
    caption: str
    broad: bool = False  # it has long names beside it


def draw(shown: dict[str, Any], theme: str) -> list[Drawn]:
    """Every figure of a prediction."""
    plots = shown["plots"]
    return [
        _against_size(
            shown, theme, "Time resolution", "CTR [ps FWHM]",
            {"ctr_ps.formula": "formula", "ctr_ps.cramer_rao": "Cramér-Rao bound"},
            "By the formula of the figure of merit, and the bound that no estimator can beat.",
        ),
        _against_size(
            shown, theme, "Effective lifetime", "lifetime [ps]",
            {
                "tau_ps.harmonic": "harmonic", "tau_ps.instrument": "instrument",
                "tau_ps.mean_photon_time": "mean photon time", "tau_ps.one_over_e": "1/e",
            },
            "Four definitions, which are different quantities.", log=True,
        ),
        _against_size(
            shown, theme, "Light of one nanocrystal", "photons", {"photons_per_nc": "photons after one event"},
            "A larger crystal keeps more of the energy of an event.",
        ),
        _against_size(
            shown, theme, "Light for the energy kept", "photons/MeV",
            {"photons_per_MeV_deposited": "photons per MeV kept"},
            "For equal absorbed dose.",
        ),
        _against_size(
            shown, theme, "Energy kept", "mean deposit [eV]", {"mean_deposit_eV": "this run"},
            "By one nanocrystal, mean over every event; by other deposit models where they were run.",
            others=plots["deposits"] or {}, log=True,
        ),
        _against_size(
            shown, theme, "Excitons", "⟨N⟩", {"mean_excitons": "mean number of excitons"},
            "Energy kept over the pair-creation energy.",
        ),
        _decays(shown, theme),
        *([] if plots["emission"] is None else [_spectra(shown, theme), _transitions(shown, theme)]),
        _models(shown, theme),
        _sensitivity(shown, theme),
    ]  # fmt: skip


def _figure(theme: str, x: str, y: str, **layout: Any) -> Any:
    import plotly.graph_objects as go

    return go.Figure(
        layout={
            "template": template(theme), "height": HEIGHT, "xaxis": {"title": {"text": x}},
            "yaxis": {"title": {"text": y}, "rangemode": "tozero"},
            "margin": {"l": 60, "r": 12, "t": 34, "b": 48},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}, **layout,
        }
    )  # fmt: skip


def _against_size(
    shown: dict[str, Any], theme: str, title: str, y: str, keys: dict[str, str], caption: str, *,
    log: bool = False, others: dict[str, Values] | None = None,
) -> Drawn:  # fmt: skip
    """Figures against size: curves with their bands, the sizes of the run as points."""
    edges, curves, points = shown["edges"], shown["plots"]["curves"], shown["plots"]["points"]
    figure = _figure(theme, EDGE, y)
    for i, (key, name) in enumerate(keys.items()):
        colour, dash = COLOURS[theme][i], DASHES[i]
        central, low, high = curves[key]
        figure.add_scatter(
            x=[*curves["edges"], *reversed(curves["edges"])], y=[*high, *reversed(low)], fill="toself",
            fillcolor=_faint(colour), line={"width": 0}, hoverinfo="skip", showlegend=False, legendgroup=key,
        )  # fmt: skip
        figure.add_scatter(
            x=curves["edges"], y=central, name=name, legendgroup=key, mode="lines",
            line={"color": colour, "dash": dash}, hoverinfo="skip",
        )  # fmt: skip
        value, below, above = points[key]
        figure.add_scatter(
            x=edges, y=value, name=name, legendgroup=key, showlegend=False, mode="markers",
            marker={"color": colour, "size": 8}, customdata=list(zip(below, above, strict=True)),
            hovertemplate="%{x:.3g} nm: %{y:.3g} (%{customdata[0]:.3g} to %{customdata[1]:.3g})<extra></extra>",
        )  # fmt: skip
    for i, (name, values) in enumerate((others or {}).items(), start=1):
        figure.add_scatter(
            x=edges, y=values, name=name, mode="lines+markers", line={"color": COLOURS[theme][i], "dash": DASHES[i]},
            hovertemplate="%{x:.3g} nm: %{y:.3g}<extra></extra>",
        )  # fmt: skip
    highest = max((above for key in keys for above in points[key][2] if above is not None), default=0.0)
    if log:
        figure.update_yaxes(type="log", rangemode="normal", dtick=1 if _decades(curves, keys) > 1.5 else None)
    elif highest > 0:  # the smallest sizes of the curves may go far beyond
        figure.update_yaxes(range=[0, 1.15 * highest], autorange=False)
    return Drawn(title, figure, caption)


def _decades(curves: dict[str, Any], keys: dict[str, str]) -> float:
    """How many decades the curves span."""

    values = [value for key in keys for value in curves[key][0] if value]
    return math.log10(max(values) / min(values)) if values else 0.0


def _faint(colour: str) -> str:
    """A colour of the ground of a band."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"


def shades(count: int, theme: str) -> list[str]:
    """Colours of an ordered set, told apart in grey too: dark to light, and on dark ground only the lighter ones."""
    from plotly.colors import sample_colorscale

    low, high = (0.3, 1.0) if theme == DARK else (0.0, 0.85)
    places = [low + (high - low) * i / max(count - 1, 1) for i in range(count)]
    return list(sample_colorscale("Viridis", places))


def _of_sizes(
    shown: dict[str, Any], theme: str, figure: Any, x: Values, curves: Sequence[Values], words: str
) -> None:
    """A curve for each size."""
    edges = shown["edges"]
    for i, (edge, curve, colour) in enumerate(zip(edges, curves, shades(len(edges), theme), strict=True)):
        figure.add_scatter(
            x=x, y=curve, name=f"{edge:g} nm", mode="lines",
            line={"color": colour, "width": 2, "dash": DASHES[i % 2]},
            hovertemplate=f"{edge:g} nm, {words}<extra></extra>",
        )  # fmt: skip


def _decays(shown: dict[str, Any], theme: str) -> Drawn:
    decays = shown["plots"]["decays"]
    figure = _figure(theme, "time [ns]", "F(t)/F(0)")
    _of_sizes(shown, theme, figure, decays["time_ns"], decays["curves"], "%{x:.3g} ns: %{y:.3g}")
    figure.update_yaxes(type="log", range=[-3, 0.05], rangemode="normal", dtick=1)
    figure.update_xaxes(range=[0, 20])
    figure.update_layout(legend={"orientation": "v", "y": 1, "x": 1.02, "yanchor": "top"})
    return Drawn("Decay of the light", figure, "Without instrument response; the start of each is 1.")


def _spectra(shown: dict[str, Any], theme: str) -> Drawn:
    emission = shown["plots"]["emission"]
    figure = _figure(theme, "photon energy [eV]", "photons per energy")
    _of_sizes(shown, theme, figure, emission["energy_eV"], emission["spectra"], "%{x:.4g} eV")
    figure.update_layout(legend={"orientation": "v", "y": 1, "x": 1.02, "yanchor": "top"})
    return Drawn("Emission spectrum", figure, "All light of each size; the highest point of each is 1.")


def _transitions(shown: dict[str, Any], theme: str) -> Drawn:
    transitions = shown["plots"]["emission"]["transitions"]
    totals = [sum(value or 0.0 for value in row) or 1.0 for row in zip(*transitions.values(), strict=True)]
    figure = _figure(theme, EDGE, "share of the photons", barmode="stack")
    figure.update_layout(legend={"traceorder": "normal"})
    figure.update_xaxes(type="category")
    for i, (name, values) in enumerate(transitions.items()):
        figure.add_bar(
            x=[f"{edge:g}" for edge in shown["edges"]],
            y=[(value or 0.0) / total for value, total in zip(values, totals, strict=True)],
            name=name, marker={"color": COLOURS[theme][i]},
            hovertemplate=f"%{{x}} nm, {name}: %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    return Drawn(
        "Where the light comes from", figure, "Excitons, biexcitons, trions, and more carriers than these."
    )


def _models(shown: dict[str, Any], theme: str) -> Drawn:
    figure = _figure(theme, EDGE, "CTR bound [ps FWHM]")
    for i, (model, bounds) in enumerate(shown["plots"]["models"].items()):
        figure.add_scatter(
            x=shown["edges"], y=bounds, name=model, mode="lines+markers",
            line={"color": COLOURS[theme][i], "dash": DASHES[i]},
            hovertemplate=f"{model}, %{{x:.3g}} nm: %{{y:.3g}}<extra></extra>",
        )  # fmt: skip
    return Drawn(
        "Kinetic models side by side", figure, "The same deposits; each scaled to the known sample by itself."
    )


def _sensitivity(shown: dict[str, Any], theme: str) -> Drawn:
    """Bars of the figure of time resolution; the longest first."""
    found = shown["plots"]["sensitivity"]
    changes = found["changes"]

    def longest(key: str) -> float:
        return float(max(abs(value or 0.0) for value in changes[key]))

    keys = [key for key in sorted(changes, key=longest) if longest(key) > 0.05][-8:]
    figure = _figure(theme, "change of the CTR bound [%]", "", barmode="overlay")
    for i, end in enumerate(("low", "high")):
        figure.add_bar(
            x=[changes[key][i] for key in keys], y=[escape(key) for key in keys], orientation="h", name=f"at {end}",
            marker={"color": COLOURS[theme][i], "opacity": 0.85},
            hovertemplate="%{y} at " + end + ": %{x:+.2g} %<extra></extra>",
        )  # fmt: skip
    return Drawn(
        "Which number to measure first", figure,
        f"At {found['edge']:g} nm, each uncertain number of the card at its low and its high end.", broad=True,
    )  # fmt: skip
