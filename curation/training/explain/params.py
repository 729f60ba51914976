"""How much of a network is explained."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from inksift.curation.base.params import Params

HeatName = Literal["grad_cam", "hires_cam"]
LAYERS = ("early", "late", "features")


class ExplainParams(Params):
    """Settings of the explanations."""

    classes: int = Field(
        30, ge=1, le=1000, description="Classes with heat maps, the largest of the test set first"
    )
    pictures_per_class: int = Field(
        3, ge=0, le=12, description="Test pictures with a heat map per class; 0: none"
    )
    heat: HeatName = Field(
        "grad_cam", description="How gradients weigh the feature maps in a heat map"
    )
    early_layer: int = Field(
        1, ge=1, le=16, description="The early layer, counted from the picture"
    )
    late_layer: int | None = Field(
        None, ge=1, le=16, description="The late layer, counted so too; none: the last"
    )
    channels: int = Field(
        4, ge=0, le=32, description="Channels shown of the early and of the late layer; 0: none"
    )
    pictures_per_channel: int = Field(3, ge=1, le=12, description="Test pictures shown per channel")
    pictures: int = Field(
        300,
        ge=1,
        le=5000,
        description="Test pictures that layers are compared on; of a larger test set a draw",
    )
    tsne_layers: list[str] = Field(
        ["early", "features"],
        description="Layers laid out by t-SNE: early, late, features (what the head sees); empty: "
        "none",
    )
    perplexity: float = Field(
        30, ge=1, le=200, description="Neighbours that t-SNE keeps near; fewer in small sets"
    )
    mistakes: int = Field(
        24, ge=0, le=200, description="Most confident mistakes that are shown; 0: none"
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Another seed draws other pictures and another t-SNE"
    )

    @property
    def are_of_every_network(self) -> bool:
        """Whether the layers are the first and the last, which every network has."""
        return self.early_layer == 1 and self.late_layer is None

    @field_validator("tsne_layers")
    @classmethod
    def _are_layers(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in LAYERS:
                raise ValueError(f"no layer called {name}; there are: {', '.join(LAYERS)}")
        return names
