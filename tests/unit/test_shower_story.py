"""The story of a shower: a sentence for each point, and a picture that grows step by step."""

from __future__ import annotations

import numpy as np
import pytest

from scintidot.deposits.replay import EVENTS_OF_POINTS, shower
from scintidot.report.shower.scene import scene_of
from scintidot.report.shower.story import story
from scintidot.report.shower.traces import ALWAYS, lines, marks, words_of

OPTIONS = [
    {"most_deposit": 60},
    {"most_deposit": 60, "host": "octane", "energy_keV": 1, "shape": "sphere"},
    {"most_deposit": 60, "material": "CdSe", "shell": "CdS", "edge_length": 4, "energy_keV": 2},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_every_point_is_told(options) -> None:
    document = shower(3, **options).as_json()
    points = document["points"]
    told = story(document, 10**6)
    assert len(told) == len(points["event"])
    assert told[0].startswith("The primary electron sets off with")
    words = {
        "born": "sets off", "scattered": "", "ionised": "collides with an electron of", "crossed": "passes into",
        "reflected": "is reflected", "stopped": "stops in", "left": "escapes with", "phonon": "a phonon of",
        "given_up": "too far out",
    }  # fmt: skip
    assert set(words) == set(EVENTS_OF_POINTS)
    for event, sentence in zip(points["event"], told, strict=True):
        assert words[event] in sentence
        assert sentence.endswith(".")
    for shell, sentence in zip(points["atomic_shell"], told, strict=True):
        if shell not in ("", "valence"):
            assert f"shell {shell.split()[1]} of {shell.split()[0]}" in sentence
    assert story(document, 3) == told[:3]


@pytest.mark.parametrize("options", OPTIONS)
def test_paths_and_marks_grow_with_the_steps(options) -> None:
    document = shower(3, **options).as_json()
    scene = scene_of(document, None)
    traces = [*lines(scene), *marks(document, scene, words_of(document))]
    last = len(scene.points) - 1
    for trace in traces:
        reached = trace["customdata"]
        assert len(reached) == len(trace["x"]) == len(trace["y"]) == len(trace["z"])
        assert (np.diff(reached) >= 0).all()
        assert min(reached) >= ALWAYS
        assert max(reached) <= last
    paths = [trace for trace in traces if trace["mode"] == "lines" and trace["customdata"][0] != ALWAYS]
    for trace in paths:  # a piece of path ends where its step is
        for k, x in enumerate(trace["x"]):
            ends = k + 1 == len(trace["x"]) or trace["x"][k + 1] is None
            if x is not None and ends and scene.inside[trace["customdata"][k]]:
                assert x == pytest.approx(scene.points[trace["customdata"][k]][0], abs=1e-4)
