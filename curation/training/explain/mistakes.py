"""The pictures that the network gets wrong with the highest confidence."""

from __future__ import annotations

from collections.abc import Iterator

from inksift.curation.base.arrays import Floats32
from inksift.curation.drawing.templating import chance
from inksift.curation.training.explain.beside import beside, heated
from inksift.curation.training.explain.class_heat import heats_for, if_cold, where
from inksift.curation.training.explain.examined import Examined, surest_mistakes
from inksift.curation.training.explain.figures import Row, picture, sentence
from inksift.curation.training.explain.networks import Networks
from inksift.curation.training.explain.params import ExplainParams


def mistakes(networks: Networks, examined: Examined, params: ExplainParams) -> Iterator[Row]:
    """The most confident ones, each beside its heat for the class that it was taken for."""
    rows = examined.rows
    wrong = int((rows["label"] != rows["predicted"]).sum())
    yield sentence("mistakes", _counted(wrong, len(rows), params.mistakes))
    places = surest_mistakes(rows, params.mistakes)
    heats = heats_for(networks, examined, places, rows["predicted"].iloc[places].tolist(), params)
    for place, heat in zip(places, heats, strict=True):
        yield _row(examined, place, heat)


def _row(examined: Examined, place: int, heat: Floats32) -> Row:
    of, pixels = examined.rows.iloc[place], examined.pixels[place]
    label, predicted = of["label"], of["predicted"]
    lines = [
        f"is: {label}",
        f"taken for: {predicted}",
        f"probability {chance(of['confidence'])}",
        if_cold(heat),
    ]
    return picture(
        "mistakes",
        "",
        lines=[*lines, of["path"]],
        alt=f"A test picture of {label} beside its heat for {predicted}: {where(heat)}",
        jpeg=beside(pixels, heated(pixels, heat)),
    )


def _counted(wrong: int, tested: int, shown: int) -> str:
    """How many mistakes there are, in words.

    >>> _counted(3, 9, 2)
    'Of 9 test pictures, 3 are taken for another class; the 2 most confident of them are shown.'
    """
    if not wrong:
        return f"None of {tested:,} test pictures is taken for another class."
    told = (
        f"Of {tested:,} test pictures, {wrong:,} {'is' if wrong == 1 else 'are'} taken for another "
        "class"
    )
    which = "most confident of them is" if shown == 1 else f"{shown} most confident of them are"
    return f"{told}; the {which} shown." if shown < wrong else f"{told}."
