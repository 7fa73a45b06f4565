"""A user's own figure: arithmetic over named figures, read without running any code."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.errors import FieldError, nearest
from scintidot.records import FloatArray

LONGEST = 500
"""Letters of an expression."""

_OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.USub: np.negative, ast.UAdd: np.positive,
}  # fmt: skip
FUNCTIONS: dict[str, tuple[Any, int]] = {
    "sqrt": (np.sqrt, 1), "log": (np.log, 1), "log10": (np.log10, 1), "exp": (np.exp, 1), "abs": (np.abs, 1),
    "min": (np.minimum, 2), "max": (np.maximum, 2),
}  # fmt: skip
"""Name -> function and how many arguments it takes."""


@dataclass(frozen=True)
class Expression:
    """Checked arithmetic; call it with arrays by name. What does not exist, such as the root of -1, is nan."""

    text: str
    names: frozenset[str]  # that it reads
    tree: ast.expr

    def __call__(self, values: Mapping[str, FloatArray]) -> FloatArray:
        """The figure where ``values`` has every name."""
        with np.errstate(all="ignore"):
            found = np.asarray(_value(self.tree, values), dtype=float)
        return np.where(np.isfinite(found), found, np.nan)


def read_expression(text: object, known: Collection[str]) -> Expression:
    """Check that a text is arithmetic over ``known`` names.

    Numbers, names with dots (``ctr_ps.formula``), ``+ - * / **``, brackets and `FUNCTIONS`; nothing else is read.

    Raises
    ------
    FieldError
        With the nearest known name, or what else was found.

    Examples
    --------
    >>> half = read_expression("sqrt(tau_ps.harmonic) / 2", ["tau_ps.harmonic"])
    >>> float(half({"tau_ps.harmonic": np.array(16.0)}))
    2.0
    """
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise FieldError("expression", f"text of up to {LONGEST} letters", repr(text)[:60])
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        names = frozenset(_names(tree, known))
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, FieldError):
            raise
        raise FieldError("expression", "arithmetic such as 'ctr_ps.formula * 2'", repr(text)) from None
    return Expression(text.strip(), names, tree)


def _dotted(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return None if before is None else f"{before}.{node.attr}"
    return None


def _names(node: ast.AST, known: Collection[str]) -> set[str]:
    """Names that the tree reads; refuses all that is not arithmetic."""
    name = _dotted(node)
    if name is not None:
        if name not in known:
            raise FieldError("figure", "a known figure or axis", repr(name), nearest(name, known))
        return {name}
    parts: list[ast.expr] = []
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return set()
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        parts = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        parts = [node.operand]
    elif isinstance(node, ast.Call):
        called = _dotted(node.func)
        if called not in FUNCTIONS:
            hint = nearest(str(called), FUNCTIONS)
            raise FieldError("function", "one of " + ", ".join(FUNCTIONS), repr(ast.unparse(node.func)), hint)
        if node.keywords or len(node.args) != FUNCTIONS[called][1]:
            raise FieldError(
                "function", f"{FUNCTIONS[called][1]} argument(s) of {called}", repr(ast.unparse(node))
            )
        parts = node.args
    else:
        raise FieldError("expression", "numbers, figures, + - * / ** and brackets", repr(ast.unparse(node)))
    return set().union(*(_names(part, known) for part in parts))


def _value(node: ast.AST, values: Mapping[str, FloatArray]) -> Any:
    name = _dotted(node)
    if name is not None:
        return values[name]
    if isinstance(node, ast.Constant):
        return np.float64(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.UnaryOp):
        return _OPERATORS[type(node.op)](_value(node.operand, values))
    assert isinstance(node, ast.Call)
    called = _dotted(node.func)
    assert called is not None
    return FUNCTIONS[called][0](*(_value(part, values) for part in node.args))
