"""What the channels of a layer respond to: the test pictures that excite them most, and what in
those does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from inksift.curation.base.arrays import Floats32
from inksift.curation.training.explain.beside import as_colours, beside
from inksift.curation.training.explain.channels import exciting_pictures, telling_channels
from inksift.curation.training.explain.examined import Examined
from inksift.curation.training.explain.figures import Row, picture, sentence
from inksift.curation.training.explain.guided import saliency
from inksift.curation.training.explain.layers import Layers
from inksift.curation.training.explain.networks import Networks
from inksift.curation.training.explain.params import ExplainParams


def responses(
    section: Literal["early", "late"],
    networks: Networks,
    examined: Examined,
    layers: Layers,
    place: int,
    params: ExplainParams,
) -> Iterator[Row]:
    """Of the layer at `place` of `layers`, which are those of the examined pictures."""
    channels, _ = layers.sizes[place]
    means = layers.maps[place][:, :channels]
    yield sentence(section, f"{layers.named(place).capitalize()}.")
    for channel in telling_channels(means, params.channels):
        exciting = exciting_pictures(means, channel, params.pictures_per_channel)
        excited_by = saliency(
            networks.after, examined.pixels[exciting], layer=place, channel=channel
        )
        for picture_place, pixels in zip(exciting, excited_by, strict=True):
            yield _row(section, examined, picture_place, channel, pixels)


def _row(
    section: Literal["early", "late"],
    examined: Examined,
    place: int,
    channel: int,
    excited_by: Floats32,
) -> Row:
    of = examined.rows.iloc[place]
    return picture(
        section,
        f"Channel {channel}",
        lines=[of["label"], of["path"]],
        alt=f"A test picture of {of['label']} beside what excites channel {channel} in it",
        jpeg=beside(examined.pixels[place], as_colours(excited_by)),
    )
