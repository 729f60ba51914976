"""Settings are closed and bounded, and say what would be legal."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError, field_validator

from inksift.curation.base.errors import ParamError
from inksift.curation.base.params import Params


class ToyParams(Params):
    distance: int = Field(8, ge=0, le=64)
    share: float = 0.5
    shares: dict[str, float] = Field({})

    @field_validator("share")
    @classmethod
    def _is_no_quarter(cls, share: float) -> float:
        if share == 0.25:
            raise ValueError("A quarter is none")
        return share


def test_an_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(
        ParamError, match=r"no setting called toys\.distence; there are: distance, share, shares"
    ):
        ToyParams.of("toys", {"distence": 3})


def test_a_value_out_of_range_names_the_range() -> None:
    with pytest.raises(ParamError, match=r"toys\.distance: .*less than or equal to 64, got 99"):
        ToyParams.of("toys", {"distance": 99})


def test_what_a_validator_says_stands_alone() -> None:
    with pytest.raises(ParamError, match=r"^toys\.share: a quarter is none, got 0\.25$"):
        ToyParams.of("toys", {"share": 0.25})


def test_a_mapping_is_called_by_what_is_written() -> None:
    with pytest.raises(
        ParamError, match=r"^toys\.shares: input should be name: value pairs, got 3$"
    ):
        ToyParams.of("toys", {"shares": 3})
    with pytest.raises(ParamError, match=r"^toys: input should be name: value pairs, got 3$"):
        ToyParams.of("toys", 3)  # type: ignore[arg-type]


def test_nothing_changes_after_creation() -> None:
    with pytest.raises(ValidationError):
        ToyParams().distance = 3  # type: ignore[misc]


def test_the_digest_follows_the_values() -> None:
    assert ToyParams().digest() == ToyParams(distance=8).digest()
    assert ToyParams().digest() != ToyParams(distance=9).digest()
