"""JSON as a stranger may send it, read without the liberties that `json` takes."""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.exceptions import HTTPException

MAX_DEPTH = 8
"""Lists and objects inside each other at most."""


def strict_json(body: bytes) -> object:
    """The value of a JSON text in UTF-8; ValueError in words for one that is not, or nested deeper
    than 8 levels.

    Refuses what `json` lets pass: NaN, Infinity, numbers too large for either, a key given twice,
    half characters.

    >>> strict_json(b'{"a": [1, "b"]}')
    {'a': [1, 'b']}
    """
    try:
        value = json.loads(
            body.decode(),
            parse_constant=_no_number,
            parse_float=_finite,
            object_pairs_hook=_each_key_once,
        )
        _check(value, MAX_DEPTH)
    except RecursionError:
        raise ValueError(f"expected JSON of at most {MAX_DEPTH} levels") from None
    except UnicodeError:
        raise ValueError("expected JSON in UTF-8") from None
    except ValueError as error:
        raise ValueError(f"expected JSON: {error}") from None
    return value


def parsed_body(body: bytes) -> object:
    """The value of the body of a request; HTTPException 400 in words where it has none."""
    try:
        return strict_json(body)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number")


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError(f"{text[:20]} is too large")
    return float(text)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("an object has a key twice")
    return dict(pairs)


def _check(value: object, levels: int) -> None:
    if isinstance(value, str):
        value.encode()
    if isinstance(value, dict | list):
        if not levels:
            raise ValueError(f"more than {MAX_DEPTH} levels")
        for part in [*value, *(value.values() if isinstance(value, dict) else ())]:
            _check(part, levels - 1)
