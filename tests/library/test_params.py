"""Settings are closed and bounded, and say what would be legal."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from curation.errors import ParamError
from curation.params import Params


class ToyParams(Params):
    distance: int = Field(8, ge=0, le=64)
    share: float = 0.5


def test_an_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(ParamError, match=r"no setting called toys\.distence; there are: distance, share"):
        ToyParams.of("toys", {"distence": 3})


def test_a_value_out_of_range_names_the_range() -> None:
    with pytest.raises(ParamError, match=r"toys\.distance: .*less than or equal to 64, got 99"):
        ToyParams.of("toys", {"distance": 99})


def test_nothing_changes_after_creation() -> None:
    with pytest.raises(ValidationError):
        ToyParams().distance = 3  # type: ignore[misc]


def test_the_digest_follows_the_values() -> None:
    assert ToyParams().digest() == ToyParams(distance=8).digest()
    assert ToyParams().digest() != ToyParams(distance=9).digest()
