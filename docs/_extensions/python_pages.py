"""The Python reference: one page for each public name, and for each class that public functions take or return."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from pieces import code, contents, fence, table, text

import scintidot

GROUPS = {
    "Predict": ("simulation", "config", "results"),
    "Energy that nanocrystals keep": ("deposits",),
    "Light and time": ("calculators", "coincidence", "excitation", "photon_stream", "light_yield"),
    "From measured files": ("measured",),
    "Electrons, photons, sources": ("interactions",),
    "Design studies": ("study", "studies"),
    "Materials": ("materials",),
    "Reports and figures": ("report",),
    "Errors": ("errors",),
}
"""Heading -> parts of the package. A name of another part has a place among ``Further``."""


def pages() -> Iterator[tuple[str, str]]:
    """The overview and a page for each name."""
    public = {name: getattr(scintidot, name) for name in dir(scintidot) if name != "__version__"}
    classes = dict(sorted(_classes_of(public.values())))
    parts = [
        "# Python",
        "What a name needs is loaded when it is first used, so that `import scintidot` costs nothing.",
    ]
    for heading, members in _grouped(public).items():
        rows = [[f"[{code(f'scintidot.{name}')}]({name}.md)", _first(public[name])] for name in members]
        parts += [f"## {heading}", table(["name", "what it is"], rows)]
    rows = [[f"[{code(found.__name__)}]({name}.md)", _first(found)] for name, found in classes.items()]
    parts += [
        "## What they take and return",
        table(["class", "what it is"], rows),
        contents([*public, *classes]),
    ]
    yield "python/index.md", "\n\n".join(parts)
    for name, thing in public.items():
        yield f"python/{name}.md", _page(f"scintidot.{name}", thing)
    for name, found in classes.items():
        yield f"python/{name}.md", _page(name, found)


def _grouped(public: dict[str, Any]) -> dict[str, list[str]]:
    home = {part: heading for heading, parts in GROUPS.items() for part in parts}
    found: dict[str, list[str]] = {heading: [] for heading in [*GROUPS, "Further"]}
    for name, thing in public.items():
        found[home.get(thing.__module__.split(".")[1], "Further")].append(name)
    return {heading: members for heading, members in found.items() if members}


def _classes_of(public: Iterable[Any]) -> Iterator[tuple[str, type]]:
    """Classes of the package in the signatures of functions and the fields of classes that are not public names."""
    public = list(public)
    for thing in public:
        for annotation in inspect.get_annotations(thing).values():
            for word in re.findall(r"\w+", str(annotation)):
                found = getattr(sys.modules[thing.__module__], word, None)
                if (
                    inspect.isclass(found)
                    and found.__module__.startswith("scintidot.")
                    and found not in public
                ):
                    yield f"{found.__module__}.{found.__name__}", found


def _first(thing: Any) -> str:
    return text((inspect.getdoc(thing) or "").split("\n\n")[0])


def _page(dotted: str, thing: Any) -> str:
    kind, options = (
        ("class", [":members:", ":exclude-members: model_config"])
        if inspect.isclass(thing)
        else ("function", [])
    )
    directive = "\n   ".join([f".. auto{kind}:: {dotted}", *options])
    return f"# {dotted.rpartition('.')[2]}\n\n{fence('{eval-rst}', directive)}"
