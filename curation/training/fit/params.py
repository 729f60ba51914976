"""Settings of the training, and what the chosen network sets where they say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, ValidationInfo, field_validator

from inksift.curation.base.params import Params
from inksift.curation.training.fit.augment import AugmentRecipe
from inksift.curation.training.fit.optimisers import OptimiserName
from inksift.curation.training.networks import NetworkName, every_network, network_called

if TYPE_CHECKING:
    from inksift.curation.training.networks.base import Network

VERSION = 5
"""Raised whenever a training may take another course: part of the name of checkpoints."""


class TrainingParams(Params):
    """Settings of the training."""

    network: NetworkName = Field("custom", description="Which network is trained")
    depth: int | None = Field(
        None, ge=1, le=7, description="depth_stack only: its convolutions; none: 5"
    )
    width: int | None = Field(
        None, ge=4, le=256, description="depth_stack only: channels of the first; none: 32"
    )
    fine_tune: bool = Field(
        False,
        description="transfer only: the pretrained network learns on; else only the head learns",
    )
    oversampling_recipe: AugmentRecipe = Field(
        "gentle", description="How the copies of small classes are changed"
    )
    image_side_px: int | None = Field(
        None,
        ge=28,
        le=256,
        multiple_of=2,
        description="Side of the square training pictures; none: the network's own",
    )
    crop_share: float | None = Field(
        None,
        ge=0.5,
        le=1,
        description="Side of the cut seen in training, as a share of the side; none: the network's",
    )
    colour_jitter: float = Field(
        0.2, ge=0, le=0.9, description="Largest change of the distance to white in training"
    )
    mirrored_share: float = Field(
        0.5, ge=0, le=0.5, description="Share of the pictures that training sees mirrored"
    )
    dropout: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="Share of the features that the head drops in training; none: the network's "
        "own",
    )
    batch_size: int = Field(32, ge=2, le=4096, description="Pictures per step")
    max_epochs: int = Field(40, ge=1, le=10_000, description="Passes over the training set at most")
    optimiser: OptimiserName = Field(
        "adamw", description="AdamW, Adam, or SGD with Nesterov's momentum"
    )
    learning_rate: float = Field(2e-3, gt=0, le=1, description="Largest learning rate")
    schedule: Literal["cosine", "plateau", "constant"] = Field(
        "cosine",
        description="Fall of the learning rate: to zero over max_epochs, whenever validation stops "
        "gaining, or never",
    )
    warm_up_epochs: int = Field(2, ge=0, le=1000, description="Epochs of rising learning rate")
    plateau_patience: int = Field(
        4, ge=0, le=1000, description="Epochs without a gain before the learning rate falls"
    )
    plateau_factor: float = Field(
        0.4, gt=0, lt=1, description="What the learning rate is multiplied by on a plateau"
    )
    patience: int = Field(
        15, ge=1, le=10_000, description="Epochs without a gain in macro F1 before training stops"
    )
    weight_decay: float = Field(0.02, ge=0, le=1, description="Decay of the weights")
    clip_norm: float | None = Field(
        2.0, gt=0, le=1000, description="Largest norm of the gradient; none: any"
    )
    label_smoothing: float = Field(
        0.05, ge=0, le=0.5, description="Probability spread over the other classes"
    )
    logit_adjustment: float = Field(
        0.0,
        ge=0,
        le=3,
        description="How far the loss corrects for the weights of classes; 1: as if all were equal",
    )
    centre_loss: float = Field(
        0.0, ge=0, le=10, description="Weight of the pull to class centres; 0: none"
    )
    centres_per_class: int = Field(
        1, ge=1, le=64, description="With centre_loss: KMeans centres of every class"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="Of the arithmetic in training; bfloat16 is quicker where the processor has it",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Another seed trains another network")
    threads: int = Field(
        0,
        ge=0,
        le=1024,
        description="Threads that the arithmetic is split over; another number trains another "
        "network, and 0 is 4 on any machine",
    )

    @field_validator("depth", "width", "fine_tune")
    @classmethod
    def _is_read(cls, value: int | None, info: ValidationInfo) -> int | None:
        name = info.data.get("network")
        if value and name and info.field_name not in network_called(name).settings:
            readers = ", ".join(
                other
                for other, network in every_network().items()
                if info.field_name in network.settings
            )
            raise ValueError(
                f"the network {name} does not read it: leave it out, or set "
                f"classifier.network={readers}"
            )
        return value

    @field_validator("dropout")
    @classmethod
    def _has_dropout(cls, share: float | None, info: ValidationInfo) -> float | None:
        name = info.data.get("network")
        if share is not None and name and not network_called(name).drops_out:
            raise ValueError(f"the network {name} drops nothing: leave it out")
        return share

    @field_validator("centre_loss")
    @classmethod
    def _has_features_that_learn(cls, weight: float, info: ValidationInfo) -> float:
        name = info.data.get("network")
        if (
            weight
            and name
            and "fine_tune" in network_called(name).settings
            and not info.data.get("fine_tune")
        ):
            raise ValueError(
                "it moves features, and those are frozen: leave it out, or set "
                "classifier.fine_tune=true"
            )
        return weight

    @field_validator("crop_share")
    @classmethod
    def _suits_the_network(cls, share: float | None, info: ValidationInfo) -> float | None:
        name = info.data.get("network")
        if not name or "image_side_px" not in info.data:
            return share
        if share is None and info.data["image_side_px"] is None:
            return share  # its own side and cuts suit every network: torch stays unimported
        network = network_called(name)
        if share not in (None, 1) and has_one_side(network):
            raise ValueError(
                f"the network {name} takes pictures of one side only, so no cuts: leave it out, or "
                "set 1"
            )
        cut = _cut_px(network, info.data["image_side_px"] or network.side_px, share)
        if cut < network.smallest_px:
            raise ValueError(
                f"the network {name} needs pictures of {network.smallest_px} pixels or more, and "
                "training would see "
                f"cuts of {cut}: set it or classifier.image_side_px higher"
            )
        return share

    def completed(self) -> Self:
        """The same with nothing left to the network that the network sets."""
        network = network_called(self.network)
        own = {
            **network.settings,
            "image_side_px": network.side_px,
            "crop_share": network.crop_share,
        }
        return self.model_copy(
            update={name: own[name] for name in own if getattr(self, name) is None}
        )

    @property
    def side_px(self) -> int:
        """Side of the square training pictures."""
        return self.image_side_px or network_called(self.network).side_px

    def cut_px(self, side_px: int) -> int:
        """Side of the cuts that training sees of pictures of that side: even, since networks halve
        it."""
        return _cut_px(network_called(self.network), side_px, self.crop_share)

    def network_settings(self) -> dict[str, int]:
        """What the network reads, by name."""
        completed = self.completed()
        return {name: getattr(completed, name) for name in network_called(self.network).settings}


def has_one_side(network: Network) -> bool:
    """Whether pictures must have the side that the network was built for."""
    return "image_side_px" in network.settings


def _cut_px(network: Network, side_px: int, share: float | None) -> int:
    return round(side_px * (network.crop_share if share is None else share) / 2) * 2
