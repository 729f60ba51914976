from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import TRAINING_SET
from inksift.curation.training.explain.guided import saliency
from inksift.curation.training.explain.heat import heat_maps
from inksift.curation.training.explain.layers import as_tensor, at_rest, layers_of
from inksift.curation.training.explain.networks import networks_of
from inksift.curation.training.fit import checkpoints
from inksift.curation.training.fit.loop import train
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.pictures import Pictures
from inksift.curation.training.networks import every_network
from inksift.curation.training.networks.base import mean_and_deviation
from tests.explained import SMALL, noise, small_network


@pytest.mark.parametrize("name", every_network())
def test_every_network_answers_by_its_maps(name):
    network, pictures = small_network(name), as_tensor(noise(2))
    with torch.no_grad():
        maps = network.maps(pictures)
        assert torch.equal(network.head(network.pooled(maps)), network(pictures))
    assert len(maps) > 1
    assert all(one.ndim == 4 and len(one) == 2 for one in maps)
    assert all(wide.shape[2] >= narrow.shape[2] for wide, narrow in pairwise(maps))


@pytest.mark.parametrize("name", every_network())
def test_layers_are_pooled_maps_and_features(name):
    network, pixels = small_network(name), noise(35)
    layers = layers_of(network, pixels)
    with torch.no_grad():
        maps = network.maps(as_tensor(pixels[33:]))
        assert np.allclose(layers.features[33:], network.pooled(maps), atol=1e-5)
    for pooled, one, size in zip(layers.maps, maps, layers.sizes, strict=True):
        assert np.allclose(pooled[33:], mean_and_deviation(one), atol=1e-5)
        assert size == (one.shape[1], one.shape[2])


@pytest.mark.parametrize("name", every_network())
def test_explaining_leaves_a_network_as_it_was(name):
    network, pixels = small_network(name).train(), noise(3)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    layers_of(network, pixels)
    heat_maps(network, pixels, [0, 1, 2])
    saliency(network, pixels, layer=0, channel=0)
    after = network.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert [module.training for module in network.modules()] == modes
    assert all(weight.grad is None for weight in network.parameters())
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    assert not any(getattr(module, name) for module in network.modules() for name in hooks)


def test_at_rest_comes_back_after_an_error_too():
    network = small_network("bn_small").train()
    network.dense.eval()

    def fail():
        with at_rest(network):
            assert not network.training
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (network.training, network.dense.training) == (True, False)


def test_layers_are_counted_from_one_and_too_many_are_a_named_error():
    layers = layers_of(small_network("bn_small"), noise(1))
    assert [layers.place(1, "early_layer"), layers.place(None, "late_layer")] == [0, 2]
    assert layers.named(2) == "layer 3 of 3: 256 channels of 4 x 4"
    with pytest.raises(
        ParamError, match=r"explanations\.late_layer: expected 1 to 3, the layers of the network"
    ):
        layers.place(4, "late_layer")


def test_the_network_before_its_training_is_the_one_that_training_began_with(tmp_path):
    rows = TRAINING_SET.frame(
        [
            {
                "image_id": str(k),
                "label": "ab"[k % 2],
                "split": "train",
                "augmentation_seed": -1,
                "weight": 1.0,
            }
            for k in range(4)
        ]
    )
    params = TrainingParams(
        network="bn_small",
        max_epochs=1,
        learning_rate=1e-12,
        weight_decay=0,
        warm_up_epochs=0,
        seed=7,
        threads=1,
    )
    trained = train(rows, Pictures(noise(4), "noise", 4), folder=tmp_path, params=params)
    draw = torch.random.get_rng_state()
    networks = networks_of(trained.checkpoint, seed=7)
    assert torch.equal(torch.random.get_rng_state(), draw)
    pairs = list(zip(networks.before.parameters(), networks.after.parameters(), strict=True))
    assert all(torch.allclose(before, after, atol=1e-8) for before, after in pairs)
    assert networks.classes == ["a", "b"]
    other = networks_of(trained.checkpoint, seed=8).before
    assert not torch.allclose(next(other.parameters()), pairs[0][0], atol=1e-3)


def test_a_frozen_network_has_the_same_layers_before_and_after(tmp_path):
    network = small_network("transfer", 2)
    state = {"network": "transfer", "settings": {"fine_tune": False}, "classes": ["a", "b"]}
    torch.nn.init.zeros_(network.head[-1].weight)
    checkpoints.save(tmp_path / "a.pt", {**state, "best": network.state_dict()})
    assert networks_of(tmp_path / "a.pt", seed=0).same_layers()
    torch.nn.init.zeros_(network.backbone._conv_head.weight)
    checkpoints.save(tmp_path / "b.pt", {**state, "best": network.state_dict()})
    assert not networks_of(tmp_path / "b.pt", seed=0).same_layers()


def test_every_network_is_small_here():
    assert set(SMALL) == set(every_network())
