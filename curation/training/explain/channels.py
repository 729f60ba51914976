"""Which channels of a layer are worth a look, and which pictures excite them."""

from __future__ import annotations

import numpy as np

from inksift.curation.base.arrays import Floats32, Integers


def telling_channels(means: Floats32, most: int) -> list[int]:
    """The most active channels, for n x channels means over each of at least one picture.

    None that is never active, and none that the same picture excites most as one before it: many
    channels of a layer say the same."""
    activity, favourites = means.mean(axis=0), means.argmax(axis=0)
    order = [
        int(channel) for channel in np.argsort(-activity, kind="stable") if activity[channel] > 0
    ]
    first_of = {favourites[channel]: channel for channel in reversed(order)}
    return [channel for channel in order if first_of[favourites[channel]] == channel][:most]


def exciting_pictures(means: Floats32, channel: int, most: int) -> Integers:
    """Where the pictures stand in which the channel is most active, but for those in which it is
    not."""
    order = np.argsort(-means[:, channel], kind="stable")
    exciting: Integers = order[means[order, channel] > 0][:most]
    return exciting
