"""The pages, in the order of the navigation.

Each is a module with ``PATH``, ``TITLE``, ``layout(state) -> Component`` (the texts of a link; raises `ScintidotError`
for a bad one) and ``register(app)`` for its callbacks.
"""

from __future__ import annotations

from scintidot.app.pages import analyse, explore, materials, predict, shower

PAGES = (explore, predict, shower, analyse, materials)
