"""The pixel signals, in the order of their columns. A new one costs one file and one line here."""

from __future__ import annotations

from inksift.curation.gather.signals import chroma, colours, edges, entropy, flat_area, noise
from inksift.curation.gather.signals.base import Signal

SIGNALS: tuple[Signal, ...] = (
    edges.SIGNAL,
    chroma.SIGNAL,
    entropy.SIGNAL,
    flat_area.SIGNAL,
    noise.SIGNAL,
    colours.SIGNAL,
)
