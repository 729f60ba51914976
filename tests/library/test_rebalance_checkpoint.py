"""A rebalanced checkpoint opens like the one that it came from, and is made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from inksift.curation.base.tables import TRAINING_SET
from inksift.curation.training.fit import checkpoints
from inksift.curation.training.fit.loop import load_trained
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.pictures import Pictures
from inksift.curation.training.networks import build_network
from inksift.curation.training.rebalance.checkpoint import Stored, rebalance_checkpoint
from inksift.curation.training.rebalance.last_layer import last_layer, with_last_layer
from inksift.curation.training.rebalance.logit_adjustment import adjusted
from inksift.curation.training.rebalance.params import RebalanceParams

SIDE = 28
TRAINING = TrainingParams(network="bn_small", image_side_px=SIDE, threads=1)
ADJUSTED = RebalanceParams(method="logit_adjustment", strength=1.0)
LABELS = ["fox"] * 6 + ["owl"] * 2


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A finished checkpoint of a network that has learned nothing."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        best = build_network("bn_small", 2).state_dict()
    state = {
        "network": "bn_small",
        "settings": {},
        "parameters": [0, 0],
        "classes": ["fox", "owl"],
        "best": best,
    }
    checkpoints.save(tmp_path / "first.pt", {**state, "best_epoch": 3, "curves": []})
    return tmp_path / "first.pt"


def rows() -> pd.DataFrame:
    names = [(f"{label}-{number}", label) for number, label in enumerate(LABELS)]
    return TRAINING_SET.frame(
        [
            {
                "image_id": image_id,
                "label": label,
                "split": "train",
                "augmentation_seed": -1,
                "weight": 1.0,
            }
            for image_id, label in names
        ]
    )


def pictures() -> Pictures:
    pixels = np.random.default_rng(0).integers(0, 256, (len(LABELS), SIDE, SIDE, 3), dtype=np.uint8)
    return Pictures(pixels, "drawn", len(pixels))


def made(trained: Path, params: RebalanceParams = ADJUSTED) -> Stored:
    return rebalance_checkpoint(
        trained, rows(), pictures(), folder=trained.parent, params=params, training=TRAINING
    )


def test_it_holds_the_rebalanced_network_and_the_same_classes(trained):
    network, classes = load_trained(made(trained).checkpoint)
    before, same_classes = load_trained(trained)
    expected = with_last_layer(
        before, adjusted(last_layer(before), np.log([0.75, 0.25]), 1.0)
    ).state_dict()
    assert classes == same_classes == ["fox", "owl"]
    assert all(torch.equal(value, expected[name]) for name, value in network.state_dict().items())
    assert not torch.equal(network.state_dict()["head.1.bias"], before.state_dict()["head.1.bias"])


def test_it_is_made_once_and_anew_for_other_settings(trained):
    first, again = made(trained), made(trained)
    assert (first.reused, again.reused) == (False, True)
    assert first.checkpoint == again.checkpoint != trained
    assert first.figures == again.figures == {"strength": 1.0}
    assert first.curves.equals(again.curves)
    assert made(trained, RebalanceParams(method="tau_norm", tau=1.0)).checkpoint != first.checkpoint
    assert checkpoints.load(first.checkpoint)["best_epoch"] == 3


def test_a_damaged_one_is_made_again(trained):
    first = made(trained)
    kept = first.checkpoint.read_bytes()
    first.checkpoint.write_bytes(kept[: len(kept) // 2])
    assert not made(trained).reused
    assert load_trained(first.checkpoint)[1] == ["fox", "owl"]


def test_what_was_drawn_on_the_way_is_kept_with_it(trained):
    quick = RebalanceParams(method="feature_gan", views=1, per_class=4, gan_steps=3)
    first, again = made(trained, quick), made(trained, quick)
    assert len(first.curves) == 3
    assert first.curves.equals(again.curves)
    assert first.figures["generated"] == 2


def test_with_none_it_is_the_checkpoint_itself(trained):
    assert made(trained, RebalanceParams()).checkpoint == trained
    assert [file.name for file in trained.parent.iterdir()] == ["first.pt"]
