"""The site: ``make docs`` builds it, without a network, into ``docs/_build/html``."""

from __future__ import annotations

import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]  # the repository: `validation` is not installed

from scintidot import __version__  # noqa: E402

project = "scintidot"
author = "The scintidot developers"
copyright = "the scintidot developers, BSD-3-Clause"
version = release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "mathml",
    "generated_pages",
    "shell_cells",
]
exclude_patterns = ["_build"]
smartquotes = False  # options begin with two hyphens
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!scintidot\.).*"),  # names of other libraries: nothing is fetched
    ("py:.*", r"scintidot\.[a-z_]+\..*"),  # inner parts, where they have no page
]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # a kept result would hide that the code has changed
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
default_role = "autolink"  # names between single backquotes in docstrings
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_rtype = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80

html_theme = "furo"
html_title = f"scintidot {__version__}"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_copy_source = html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True


def setup(app: Sphinx) -> None:
    """Pygments has no lexer for CSV."""
    app.add_lexer("csv", TextLexer)
