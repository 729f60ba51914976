"""Settings of the resampling; what they do not mention stays as it is."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from inksift.curation.base.params import NAMES_CLASSES, Params
from inksift.curation.training.resample.weights import Weighing

Factor = Annotated[float, Field(ge=1, le=100)]


class ResampleParams(Params):
    """Settings of the resampling. Sizes of classes are counted in training pictures."""

    undersample_medians: float | None = Field(
        20.0,
        ge=1,
        le=1000,
        description="Largest class, in multiples of the median class; none: no such limit",
    )
    undersample_to: int | None = Field(
        None, ge=1, le=10_000_000, description="Largest class, in pictures; none: no limit"
    )
    undersample_clusters: int | None = Field(
        None,
        ge=2,
        le=1000,
        description="Of a class that is too large, equally many pictures stay of so many KMeans "
        "clusters of its "
        "features; none: pictures drawn at random",
    )
    oversample_medians: float = Field(
        3.0,
        ge=0,
        le=1000,
        description="Smaller classes are filled up to this multiple of the median class; 0: never",
    )
    oversample_share: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Smaller classes are filled up to this share of the largest class left; 0: "
        "never",
    )
    oversample_max_factor: float = Field(
        3.0,
        ge=1,
        le=100,
        description="No class is filled up beyond this multiple of its own pictures",
    )
    oversample_smallest: list[Factor] = Field(
        [],
        max_length=100,
        description="Multiples that the smallest classes come to instead, the smallest first",
    )
    oversample_factors: dict[str, Factor] = Field(
        {},
        max_length=1000,
        description="Multiples that classes come to instead, by name",
        json_schema_extra=NAMES_CLASSES,
    )
    weights: Weighing = Field("balanced", description="How classes weigh in the loss")
    effective_beta: float = Field(
        0.999,
        ge=0,
        lt=1,
        description="With weights=effective: how little a further picture repeats those before it",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Another seed draws other pictures")

    @classmethod
    def nothing(cls) -> Self:
        """Settings under which every class keeps its pictures and weighs by their number."""
        return cls(undersample_medians=None, oversample_medians=0, weights="none")
