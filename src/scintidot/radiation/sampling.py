"""Random numbers from a tabulated density, by its inverse cumulative distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.records import FloatArray


@dataclass(frozen=True, eq=False)
class InverseTable:
    """A density that is linear between nodes, normalised, with its cumulative distribution."""

    nodes: FloatArray  # rising
    density: FloatArray
    cumulative: FloatArray  # 0 at the first node, 1 at the last

    @classmethod
    def of(cls, nodes: FloatArray, density: FloatArray) -> InverseTable:
        """From the values of a density, not normalised, at rising nodes."""
        parts = np.diff(nodes) * (density[1:] + density[:-1]) / 2
        cumulative = np.concatenate([[0.0], np.cumsum(parts)])
        return cls(nodes, density / cumulative[-1], cumulative / cumulative[-1])

    def probability(self, x: FloatArray | float) -> FloatArray:
        """Probability of a value below ``x``."""
        x = np.clip(x, self.nodes[0], self.nodes[-1])
        i = np.clip(np.searchsorted(self.nodes, x, side="right") - 1, 0, len(self.nodes) - 2)
        step = x - self.nodes[i]
        slope = (self.density[i + 1] - self.density[i]) / (self.nodes[i + 1] - self.nodes[i])
        return np.asarray(self.cumulative[i] + step * (self.density[i] + slope * step / 2))

    def __call__(self, uniform: FloatArray | float) -> FloatArray:
        """Values for uniform numbers between 0 and 1; exact inverse of `probability`."""
        u = np.asarray(uniform, dtype=float)
        i = np.clip(np.searchsorted(self.cumulative, u, side="right") - 1, 0, len(self.nodes) - 2)
        width = self.nodes[i + 1] - self.nodes[i]
        low, slope = self.density[i], (self.density[i + 1] - self.density[i]) / width
        rest = u - self.cumulative[i]
        root = low + np.sqrt(np.maximum(low**2 + 2 * slope * rest, 0.0))
        step = np.divide(2 * rest, root, out=np.zeros_like(rest), where=root > 0)
        return np.asarray(self.nodes[i] + np.clip(step, 0.0, width))
