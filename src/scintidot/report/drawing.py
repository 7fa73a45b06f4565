"""Figures of matplotlib that show themselves in a notebook and know nothing of pyplot."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Drawing(Figure):
    """A figure as any other of matplotlib: change its axes, and `savefig` it."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
        return buffer.getvalue()
