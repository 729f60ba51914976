"""The base of every stage's settings: frozen, closed, bounded."""

from __future__ import annotations

import hashlib
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from curation.base.errors import ParamError


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


def _lines(stage: str, cls: type[Params], error: ValidationError) -> list[str]:
    return [_line(stage, cls, problem) for problem in error.errors()]


def _line(stage: str, cls: type[Params], problem: Any) -> str:
    name = ".".join(str(part) for part in (stage, *problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"no setting called {name}; there are: {', '.join(cls.model_fields)}"
    return f"{name}: {_said(problem)}, got {problem['input']!r}"


def _said(problem: Any) -> str:
    """What is wrong with a value, in words of this project: a validator's own, or pydantic's
    without its jargon."""
    if problem["type"] in ("dict_type", "model_type"):
        return "input should be name: value pairs"
    words = str(problem["msg"]).removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
