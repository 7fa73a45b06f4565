"""From a pydantic validation error to the one clear line."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from scintidot.errors import BadFile, FieldError, ScintidotError, nearest


def explain(
    error: ValidationError,
    model: type[BaseModel],
    where: str,
    kind: type[ScintidotError] = BadFile,
    inside: tuple[str, ...] = (),
) -> ScintidotError:
    """The first fault as file, dotted key, expected, found and nearest valid name."""
    fault = error.errors()[0]
    location = [*inside, *(str(part) for part in fault["loc"])]
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, ValidationError):  # of a part that was validated on its own
        return explain(cause, model, where, kind, tuple(location))
    who = ".".join(location) or "the file"
    if isinstance(cause, FieldError):
        return cause.at(kind, where=where, who=who)
    if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        valid = _fields_at(model, location[:-1])
        hint = nearest(location[-1], valid) if valid else None
        return kind(
            where=where, what="key", who=who, expected="a known key", found=repr(location[-1]), hint=hint
        )
    if fault["type"] in ("missing", "missing_argument"):
        return kind(where=where, what="file", who=who, expected="this key", found="no such key")
    expected = fault["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return kind(where=where, what="value", who=who, expected=expected, found=repr(fault["input"]))


def _fields_at(model: Any, path: list[str]) -> list[str]:
    """Valid keys of the model that stands at ``path``; empty where any key goes."""
    for part in path:
        fields = {
            name: field for candidate in _models(model) for name, field in candidate.model_fields.items()
        }
        if part in fields:
            model = fields[part].annotation
        elif typing.get_origin(model) is dict:
            model = typing.get_args(model)[1]
        else:
            return []
    return sorted({name for candidate in _models(model) for name in candidate.model_fields})


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType, typing.Annotated):
        return [model for argument in typing.get_args(annotation) for model in _models(argument)]
    return []
