"""Whether heat maps show what a network looks at: how far the probability of its answer falls with
hot parts hidden.

    python benchmarks/heat.py WORKSPACE [--share 0.2]

On the test pictures of a finished `inksift run`, whose network is asked again with the hottest
share of every picture painted over, once in the grey that training calls mean, once in white. Two
rankings that know nothing of the network stand beside it: blots at random, and ink, which is
darkness, blurred. The higher the fall, the better the heat."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from inksift.curation.base.arrays import Floats32, Pixels
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.explain.heat import heat_maps
from inksift.curation.training.explain.networks import networks_of
from inksift.curation.training.fit.forward import probabilities
from inksift.curation.training.fit.pictures import draw_pictures
from inksift.curation.training.networks.base import Classifier
from inksift.curation.training.resample.recipe import ORIGINAL

PAINTS = {"grey": 171, "white": 255}


def main() -> None:
    """Print a line per ranking, and one line of JSON."""
    options = _options()
    workspace = Workspace(options.workspace)
    classifier = read_parquet(workspace.tables / "classifier.parquet").iloc[0]
    networks = networks_of(workspace.models / classifier["checkpoint"], int(classifier["seed"]))
    pixels = _test_pixels(workspace, int(classifier["image_side_px"]))
    chances = probabilities(networks.after, pixels)
    answers = chances.argmax(axis=1)
    rankings = {
        "grad_cam": heat_maps(networks.after, pixels, answers.tolist(), "grad_cam"),
        "hires_cam": heat_maps(networks.after, pixels, answers.tolist(), "hires_cam"),
        "random": _blots(pixels),
        "ink": _ink(pixels),
    }
    print(
        f"{len(pixels)} test pictures, probability of the answer {chances.max(axis=1).mean():.3f} "
        "on the mean"
    )
    falls = {}
    for name, ranking in rankings.items():
        hidden = _highest(ranking, options.share)
        falls[name] = {
            paint: _fall(networks.after, pixels, hidden, value, chances)
            for paint, value in PAINTS.items()
        }
        print(
            f"{name:10}"
            + "".join(f"  falls by {fall:.3f} in {paint}" for paint, fall in falls[name].items())
        )
    print(json.dumps(falls))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--share", type=float, default=0.2, help="of every picture that is hidden")
    return parser.parse_args()


def _test_pixels(workspace: Workspace, side_px: int) -> Pixels:
    names = ("predictions", "thumbnails", "test_thumbnails")
    predictions, *places = (read_parquet(workspace.tables / f"{name}.parquet") for name in names)
    read = Thumbnails(workspace, pd.concat(places).drop_duplicates("image_id"))
    rows = predictions.assign(augmentation_seed=ORIGINAL)
    pictures = draw_pictures(
        rows, read, side_px=side_px, folder=workspace.models, pictures_version=read.version
    )
    return np.array(pictures.pixels)


def _fall(
    network: Classifier,
    pixels: Pixels,
    hidden: npt.NDArray[np.bool_],
    value: int,
    chances: Floats32,
) -> float:
    asked = probabilities(network, np.where(hidden[..., None], np.uint8(value), pixels))
    answers = chances.argmax(axis=1)
    rows = np.arange(len(pixels))
    return float((chances[rows, answers] - asked[rows, answers]).mean())


def _highest(ranking: Floats32, share: float) -> npt.NDArray[np.bool_]:
    """The same share of every picture: places that are equally hot are taken at random."""
    mixed = np.random.default_rng(0).random(ranking.shape)
    order = np.lexsort((mixed.reshape(len(ranking), -1), ranking.reshape(len(ranking), -1)), axis=1)
    hidden = np.zeros((len(ranking), ranking[0].size), dtype=bool)
    count = round(share * hidden.shape[1])
    np.put_along_axis(hidden, order[:, hidden.shape[1] - count :], values=True, axis=1)
    return hidden.reshape(ranking.shape)


def _blots(pixels: Pixels) -> Floats32:
    rng, side = np.random.default_rng(0), pixels.shape[1]
    return np.stack(
        [cv2.resize(rng.random((8, 8), dtype=np.float32), (side, side)) for _ in pixels]
    )


def _ink(pixels: Pixels) -> Floats32:
    return np.stack(
        [cv2.GaussianBlur((255 - one.mean(axis=2)).astype(np.float32), (0, 0), 6) for one in pixels]
    )


if __name__ == "__main__":
    main()
