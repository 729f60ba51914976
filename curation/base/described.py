"""Settings in words: what each may be, what it is by default, and why. The command line, the
reference page and the Launchpad of Dagster tell the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from inksift.curation.base.params import Params


class Described(NamedTuple):
    """One setting. Values stand between backticks, as in Markdown."""

    name: str
    allowed: str
    """Its kind and bounds."""
    default: str
    meaning: str
    """What it does, and why one would change it."""


def described(params: type[Params]) -> list[Described]:
    """Every setting of a stage, in the order in which it declares them.

    >>> from pydantic import Field
    >>> class Dice(Params):
    ...     sides: int = Field(6, ge=2, le=100, description="Faces of a die")
    >>> described(Dice)
    [Described(name='sides', allowed='whole number, from 2 to 100', default='`6`', \
meaning='Faces of a die')]
    """
    schema = params.model_json_schema()["properties"]
    fields = params.model_fields
    return [
        Described(
            name,
            _allowed(told),
            value_told(fields[name].get_default(call_default_factory=True)),
            told.get("description", ""),
        )
        for name, told in schema.items()
    ]


def value_told(value: object) -> str:
    """A value as a person writes it.

    >>> value_told(None), value_told(True), value_told(0.5)
    ('none', '`true`', '`0.5`')
    """
    if value is None:
        return "none"
    if value == "":
        return "empty"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _allowed(schema: Mapping[str, Any]) -> str:
    """The values that a JSON schema allows."""
    if "anyOf" in schema:
        return " or ".join(_allowed(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"a list of: {_allowed(schema['items'])}"
    if schema.get("type") == "object":
        return f"by name: {_allowed(schema.get('additionalProperties', {}))}"
    if schema.get("type") == "boolean":
        return "`true`, `false`"
    kinds = {"integer": "whole number", "number": "number", "string": "text", "null": "none"}
    return ", ".join([kinds[schema.get("type", "string")], *_bounds(schema)])


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    least = "above" if "exclusiveMinimum" in schema else "from"
    most = "below" if "exclusiveMaximum" in schema else "to"
    if low is not None:
        yield f"{least} {_number(low)}" + (f" {most} {_number(high)}" if high is not None else "")
    elif high is not None:
        yield f"{most} {_number(high)}".replace("to ", "up to ")
    if "multipleOf" in schema:
        yield f"in steps of {_number(schema['multipleOf'])}"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,g}"
