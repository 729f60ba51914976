"""How layers sort the test pictures, before and after training: t-SNE in two and in three
dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from inksift.curation.base.arrays import AnyFloats
from inksift.curation.training.explain.figures import Row, plot, sentence
from inksift.curation.training.explain.layers import Layers
from inksift.curation.training.explain.params import ExplainParams
from inksift.curation.training.explain.scatter import Points, scatter_2d, scatter_3d
from inksift.curation.training.explain.tsne import same_class_neighbours, tsne

_DRAWN: tuple[tuple[int, str, Callable[[Points, Sequence[str]], bytes]], ...] = (
    (2, "in two dimensions", scatter_2d),
    (3, "in three dimensions, from two sides", scatter_3d),
)


def neighbourhoods(
    moments: Mapping[str, Layers],
    places: Mapping[str, int],
    labels: Sequence[str],
    params: ExplainParams,
) -> Iterator[Row]:
    """Of every chosen layer, the pictures of these classes (at least one) as points at each of
    `moments`, which holds layers by when they were so; `places` says where the named layers stand
    in them."""
    yield sentence("tsne", _by_chance(labels))
    for name in dict.fromkeys(params.tsne_layers):
        for drawn, (moment, layers) in product(_DRAWN, moments.items()):
            heading, vectors = _layer(layers, name, places)
            yield _row(heading, moment, vectors, drawn, labels, params)


def _row(
    heading: str,
    moment: str,
    vectors: AnyFloats,
    drawn: tuple[int, str, Callable[[Points, Sequence[str]], bytes]],
    labels: Sequence[str],
    params: ExplainParams,
) -> Row:
    """The plot; that in two dimensions also says how often neighbours in the layer are of the same
    class."""
    dimensions, in_words, draw = drawn
    points = tsne(vectors, dimensions=dimensions, perplexity=params.perplexity, seed=params.seed)
    told = f"{moment}, {in_words}"
    lines = [told[0].upper() + told[1:]]
    if dimensions == 2:
        near = same_class_neighbours(vectors, np.array(labels, object))
        lines.append(f"nearest neighbour of the same class: {_percent(near)}")
    alt = f"{len(labels)} test pictures of {len(set(labels))} classes as points, {told}"
    return plot("tsne", heading, lines=lines, alt=alt, png=draw(points, labels))


def _layer(layers: Layers, name: str, places: Mapping[str, int]) -> tuple[str, AnyFloats]:
    """The layer in words, and what it makes of the pictures."""
    if name == "features":
        return f"What the head sees: {layers.features.shape[1]:,} numbers", layers.features
    place = places[name]
    return f"{name.capitalize()}: {layers.named(place)}", layers.maps[place]


def _by_chance(labels: Sequence[str]) -> str:
    """How often a neighbour would be of the same class if layers sorted nothing.

    >>> _by_chance(["a", "a", "b"])
    'Of 3 test pictures, two drawn at random are of the same class in 33 % of all cases.'
    """
    sizes = pd.Series(list(labels)).value_counts()
    pairs = len(labels) * (len(labels) - 1)
    share = _percent(float((sizes * (sizes - 1)).sum() / pairs) if pairs else float("nan"))
    return (
        f"Of {len(labels):,} test pictures, two drawn at random are of the same class in {share} "
        "of all cases."
    )


def _percent(share: float) -> str:
    return "unknown" if np.isnan(share) else f"{share:.0%}".replace("%", " %")
