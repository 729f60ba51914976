"""Where the network looks to know each class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from inksift.curation.base.arrays import Floats32, Integers
from inksift.curation.drawing.templating import chance
from inksift.curation.training.explain.beside import beside, heated
from inksift.curation.training.explain.examined import Examined, surest_of_class
from inksift.curation.training.explain.figures import Row, picture, sentence
from inksift.curation.training.explain.heat import heat_maps
from inksift.curation.training.explain.networks import Networks
from inksift.curation.training.explain.params import ExplainParams

_METHODS = {
    "grad_cam": "The heat is that of Grad-CAM (Selvaraju et al. 2017). It leaves out what the "
    "deviation of a channel "
    "over the picture tells the head, where the head sees such; explanations.heat=hires_cam shows "
    "that too.",
    "hires_cam": "The heat is that of HiResCAM (Draelos and Carin 2020).",
}
_ROWS, _COLUMNS = ("top", "middle", "bottom"), ("left", "centre", "right")


def class_heat(networks: Networks, examined: Examined, params: ExplainParams) -> Iterator[Row]:
    """For every class, its surest test pictures beside their heat for it."""
    shown, absent = _shown_classes(networks.classes, examined, params.classes)
    yield sentence(
        "heat",
        " ".join([_METHODS[params.heat], *_left_out(len(shown), len(networks.classes), absent)]),
    )
    for label in shown:
        places = surest_of_class(examined.rows, label, params.pictures_per_class)
        heats = heats_for(networks, examined, places, [label] * len(places), params)
        for place, heat in zip(places, heats, strict=True):
            yield _row(examined, place, label, heat)


def heats_for(
    networks: Networks,
    examined: Examined,
    places: Integers,
    labels: Sequence[str],
    params: ExplainParams,
) -> Floats32:
    """Heat maps of the pictures at these places, each for a class that the network knows."""
    targets = [networks.classes.index(label) for label in labels]
    return heat_maps(networks.after, examined.pixels[places], targets, params.heat)


def if_cold(heat: Floats32) -> str:
    """What to say below a picture without heat; nothing where there is some."""
    return "" if heat.any() else "no place speaks for the class"


def where(heat: Floats32) -> str:
    """The ninth of the picture with the most heat, in words.

    >>> where(np.outer([0, 0, 1], [0, 1, 0]))
    'strongest at the bottom centre'
    """
    if not heat.any():
        return "none anywhere"
    thirds = (np.array_split(row, 3, axis=1) for row in np.array_split(heat, 3))
    sums = [part.mean() for part in chain.from_iterable(thirds)]
    row, column = divmod(int(np.argmax(sums)), 3)
    return f"strongest at the {_ROWS[row]} {_COLUMNS[column]}"


def _row(examined: Examined, place: int, label: str, heat: Floats32) -> Row:
    of, pixels = examined.rows.iloc[place], examined.pixels[place]
    known = "known" if of["predicted"] == label else f"taken for {of['predicted']}"
    return picture(
        "heat",
        label,
        lines=[f"{known}, probability {chance(of['confidence'])}", if_cold(heat), of["path"]],
        alt=f"A test picture of {label}, {known}, beside its heat for {label}: {where(heat)}",
        jpeg=beside(pixels, heated(pixels, heat)),
    )


def _shown_classes(classes: Sequence[str], examined: Examined, most: int) -> tuple[list[str], int]:
    """The largest of the known classes in the test set, by name, and how many have no test
    picture."""
    sizes = examined.rows["label"].value_counts().sort_index()
    tested = [
        label
        for label in sizes.sort_values(ascending=False, kind="stable").index
        if label in set(classes)
    ]
    return sorted(tested[:most]), len(classes) - len(tested)


def _left_out(shown: int, known: int, absent: int) -> Iterator[str]:
    if absent:
        yield (
            f"Of the {known} classes, {absent} {'has' if absent == 1 else 'have'} no test picture."
        )
    if shown < known - absent:
        yield f"Shown are the {shown} classes with the most test pictures (explanations.classes)."
