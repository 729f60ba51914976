"""The base of every stage's settings: frozen, closed, bounded."""

from __future__ import annotations

import hashlib
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.config import JsonDict

from inksift.curation.base.errors import ParamError
from inksift.curation.base.nearest import did_you_mean

NAMES_CLASSES: JsonDict = {"names": "classes"}
"""What marks a setting whose names are those of classes, as `json_schema_extra` of its field."""

SECRET = "secret"
"""The type of an error about a value that is not to be repeated."""


class Params(BaseModel):
    """Settings of one stage. Unknown names and values out of range are errors, and nothing changes
    after creation."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def of(cls, stage: str, values: dict[str, Any]) -> Self:
        """These settings from plain values; ParamError names the stage, the setting and the legal
        range."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ParamError("\n".join(_lines(stage, cls, error))) from None

    def digest(self) -> str:
        """A short digest of all values, part of the version under which measurements are stored."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def class_names_in(params: Params) -> dict[str, list[str]]:
    """The classes that settings name, by the name of the setting."""
    fields = type(params).model_fields
    marked = [name for name, field in fields.items() if field.json_schema_extra == NAMES_CLASSES]
    return {name: list(getattr(params, name)) for name in marked}


def _lines(stage: str, cls: type[Params], error: ValidationError) -> list[str]:
    return [_line(stage, cls, problem) for problem in error.errors()]


def _line(stage: str, cls: type[Params], problem: Any) -> str:
    name = ".".join(str(part) for part in (stage, *problem["loc"]))
    if problem["type"] == "extra_forbidden":
        known = _known(cls, problem["loc"])
        meant = did_you_mean(str(problem["loc"][-1]), known)
        return f"no setting called {name}; there are: {', '.join(known)}{meant}"
    came = "" if problem["type"] == SECRET else f", got {problem['input']!r}"
    return f"{name}: {_said(problem)}{came}"


def _known(cls: type[Params], loc: tuple[Any, ...]) -> list[str]:
    """The names of the settings among which the last one of `loc` was looked for."""
    for part in loc[:-1]:
        inner = cls.model_fields[part].annotation
        cls = inner if isinstance(inner, type) and issubclass(inner, Params) else cls
    return list(cls.model_fields)


def _said(problem: Any) -> str:
    """What is wrong with a value, in words of this project: a validator's own, or pydantic's
    without its jargon."""
    if problem["type"] in ("dict_type", "model_type"):
        return "input should be name: value pairs"
    if problem["type"] == "path_type":
        return "input should be a path, in quotes where YAML takes it for something else"
    words = str(problem["msg"]).removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
