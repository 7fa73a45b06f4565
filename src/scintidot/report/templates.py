"""Pages from the templates of this folder."""

from __future__ import annotations

from typing import Any

from scintidot.output import as_text


def render(template: str, **values: Any) -> str:
    """The text of a page; a name that the template uses and ``values`` lacks is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("scintidot.report", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = as_text
    return environment.get_template(template).render(**values)
