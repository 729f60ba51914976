"""Settings of the rebalancing, and which method reads which."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from inksift.curation.base.params import Params

VERSION = 3
"""Raised whenever another last layer may come out, so that stored tables are made anew."""

Method = Literal["none", "crt", "tau_norm", "logit_adjustment", "feature_gan"]
_ANEW: tuple[Method, ...] = ("crt", "feature_gan")
READ_BY: dict[str, tuple[Method, ...]] = {
    "tau": ("tau_norm",),
    "strength": ("logit_adjustment",),
    "views": _ANEW,
    "per_class": _ANEW,
    "decay": _ANEW,
    "gan_steps": ("feature_gan",),
    "gan_directions": ("feature_gan",),
}


class RebalanceParams(Params):
    """Settings of the rebalancing. A setting that the chosen method does not read is refused."""

    method: Method = Field(
        "none", description="How the last layer of the trained network is balanced; none: as it is"
    )
    tau: float | None = Field(
        None,
        ge=0,
        le=4,
        description="tau_norm only: power of the norms; none: chosen on the validation pictures",
    )
    strength: float | None = Field(
        None,
        ge=0,
        le=4,
        description="logit_adjustment only: how far; none: chosen on the validation pictures",
    )
    views: int = Field(
        4,
        ge=1,
        le=100,
        description="crt, feature_gan: most views of a picture, each changed as in training",
    )
    per_class: int = Field(
        1000,
        ge=1,
        le=100_000,
        description="crt, feature_gan: views that a class gives at most, or is filled up to",
    )
    decay: float = Field(
        0.1, gt=0, le=1000, description="crt, feature_gan: pull of the new weights to zero"
    )
    gan_steps: int = Field(
        500,
        ge=0,
        le=100_000,
        description="feature_gan only: steps of the generator; 0: normal distributions",
    )
    gan_directions: int = Field(
        64,
        ge=1,
        le=4096,
        description="feature_gan only: directions in which generated features deviate",
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Another seed draws other views and features"
    )

    @field_validator(*READ_BY)
    @classmethod
    def _is_read(cls, value: Any, info: ValidationInfo) -> Any:
        name, method = str(info.field_name), info.data.get("method")
        if method and method not in READ_BY[name] and value != cls.model_fields[name].default:
            readers = " or ".join(READ_BY[name])
            raise ValueError(
                f"the method {method} does not read it: leave it out, or set "
                f"balanced_classifier.method={readers}"
            )
        return value
