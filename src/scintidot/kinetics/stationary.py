"""Stationary distribution of a generator whose rates span many decades."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray


def stationary(matrix: Any) -> FloatArray:
    """p >= 0 with Q p = 0 and sum 1; shape (states,).

    Only the states that are visited for ever count; with several closed sets of states it is the one that holds the
    state of the highest number (the empty or the dark nanocrystal, by the order of `generator`). One state
    is given the weight 1 and its equation dropped. What is left is an M-matrix, dominated by the diagonal of its
    columns: elimination keeps the signs, and the digits as long as that state is visited often. So the first solution
    tells the most probable state, and the second is for that one.

    ``matrix``, Q with columns as states left, is a csc_array or a dense array. [1/ps]
    """
    kept = _visited_for_ever(matrix)
    part = matrix[kept][:, kept]
    weight = _with_one_given(part, len(kept) - 1)
    weight = _with_one_given(part, int(np.argmax(weight)))
    probability = np.zeros(matrix.shape[0])
    probability[kept] = weight / weight.sum()
    return probability


def _visited_for_ever(matrix: Any) -> npt.NDArray[np.int64]:
    """States of the closed set."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array(matrix)
    away = (links.row != links.col) & (links.data > 0)
    into, out = links.row[away], links.col[away]
    count, label = connected_components(
        coo_array((np.ones(len(out)), (out, into)), shape=links.shape), connection="strong"
    )
    closed = np.ones(count, dtype=bool)
    closed[label[out[label[out] != label[into]]]] = False
    last = max(np.flatnonzero(closed[label]))
    return np.flatnonzero(label == label[last])


def _with_one_given(matrix: Any, given: int) -> FloatArray:
    """Weights relative to the state ``given``, shape (states,)."""
    others = np.delete(np.arange(matrix.shape[0]), given)
    weight = np.ones(matrix.shape[0])
    if not len(others):
        return weight
    inner, into = matrix[others][:, others], matrix[others][:, [given]]
    if isinstance(matrix, np.ndarray):
        solution = np.linalg.solve(inner, -into)
    else:
        from scipy.sparse.linalg import splu

        solution = splu(inner.tocsc()).solve(-into.toarray())
    weight[others] = np.maximum(solution.ravel(), 0.0)
    return weight
