"""Equations as MathML, which browsers draw themselves: no script, no font and no network."""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

_LOGGER = logging.getLogger(__name__)


def _as_mathml(node: nodes.Element, display: str) -> str:
    """The element ``math``; commands that latex2mathml does not know stay in it as they are, which is a warning."""
    converted: str = convert(node.astext(), display=display)
    unknown = set(re.findall(r"\\\w+", converted))
    if unknown:
        _LOGGER.warning("unknown in an equation: %s", ", ".join(sorted(unknown)), location=node)
    return converted


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(_as_mathml(node, "inline"))
    raise nodes.SkipNode


def _display(translator: HTML5Translator, node: nodes.math_block) -> None:
    attributes = {"ids": node["ids"]} if node["ids"] else {}
    translator.body.append(translator.starttag(node, "div", CLASS="math", **attributes))
    translator.body.append(_as_mathml(node, "block"))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make ``html_math_renderer = "mathml"`` known."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
