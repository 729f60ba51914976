"""All explanations of a trained network, as one table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inksift.curation.base.errors import DataError
from inksift.curation.training.explain.class_heat import class_heat
from inksift.curation.training.explain.examined import Examined
from inksift.curation.training.explain.figures import FIGURES, Row, sentence
from inksift.curation.training.explain.layers import Layers, layers_of
from inksift.curation.training.explain.mistakes import mistakes
from inksift.curation.training.explain.neighbourhoods import neighbourhoods
from inksift.curation.training.explain.networks import Networks
from inksift.curation.training.explain.params import ExplainParams
from inksift.curation.training.explain.responses import responses
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks import build_network
from inksift.curation.training.networks.base import Classifier


def explain(networks: Networks, examined: Examined, params: ExplainParams) -> pd.DataFrame:
    """FIGURES on a network and the test pictures that it is examined on.

    ParamError when the network has fewer layers than the settings ask for, DataError when other
    classes were predicted than it knows."""
    unknown = sorted(set(examined.rows["predicted"]) - set(networks.classes))
    if unknown:
        raise DataError(f"the network knows no class {unknown[0]!r}: materialise predictions again")
    return FIGURES.frame(list(_rows(networks, examined, params)))


def demand_layers(training: TrainingParams, params: ExplainParams) -> None:
    """ParamError when the network of `training` has no such layers as `params` ask for."""
    network, side_px = (
        build_network(training.network, 2, training.network_settings()),
        training.side_px,
    )
    if isinstance(network, Classifier):
        _places(layers_of(network, np.zeros((1, side_px, side_px, 3), np.uint8)), params)


def _rows(networks: Networks, examined: Examined, params: ExplainParams) -> Iterator[Row]:
    if examined.rows.empty:
        yield sentence("mistakes", "There is no test picture, so nothing can be shown.")
        return
    drawn = examined.drawn(params.pictures, params.seed)
    after = layers_of(networks.after, drawn.pixels)
    places = _places(after, params)
    if params.mistakes:
        yield from mistakes(networks, examined, params)
    if params.pictures_per_class:
        yield from class_heat(networks, examined, params)
    if params.channels:
        yield from responses("early", networks, drawn, after, places["early"], params)
        yield from responses("late", networks, drawn, after, places["late"], params)
    if params.tsne_layers:
        yield from neighbourhoods(
            _moments(networks, drawn, after), places, drawn.rows["label"].tolist(), params
        )


def _places(layers: Layers, params: ExplainParams) -> dict[str, int]:
    return {
        "early": layers.place(params.early_layer, "early_layer"),
        "late": layers.place(params.late_layer, "late_layer"),
    }


def _moments(networks: Networks, drawn: Examined, after: Layers) -> dict[str, Layers]:
    if networks.same_layers():
        return {"before and after training, which left this layer as it was": after}
    return {"before training": layers_of(networks.before, drawn.pixels), "after training": after}
