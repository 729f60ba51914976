from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import interpolate

from inksift.curation.training.explain.heat import heat_maps
from inksift.curation.training.explain.layers import as_tensor
from inksift.curation.training.networks import every_network
from inksift.curation.training.networks.base import Classifier
from tests.explained import Looking, noise, small_network

METHODS = ("grad_cam", "hires_cam")
LEFT = (torch.arange(16) < 8).float().expand(16, 16)
GREY = np.full((1, 16, 16, 3), 128, np.uint8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", every_network())
def test_is_finite_between_nothing_and_one_and_the_same_again(name, method):
    network, pixels = small_network(name), noise(35)
    heat = heat_maps(network, pixels, [k % 3 for k in range(35)], method)
    assert heat.shape == (35, 32, 32)
    assert np.isfinite(heat).all()
    assert set(heat.max(axis=(1, 2)).round(5)) <= {0, 1}
    assert heat.min() >= 0
    assert np.array_equal(heat, heat_maps(network, pixels, [k % 3 for k in range(35)], method))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", every_network())
def test_of_a_picture_does_not_depend_on_its_neighbours(name, method):
    network, pixels = small_network(name), noise(3)
    together = heat_maps(network, pixels, [0, 1, 2], method)
    alone = heat_maps(network, pixels[1:2], [1], method)
    assert np.allclose(together[1], alone[0], atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_lies_left_where_only_the_left_is_looked_at(method):
    heat = heat_maps(Looking(LEFT, [1.0]), GREY, [0], method)[0]
    assert (heat[:, :8] == 1).all()
    assert not heat[:, 8:].any()


@pytest.mark.parametrize("method", METHODS)
def test_is_nothing_where_everything_speaks_against_the_class(method):
    heat = heat_maps(Looking(LEFT, [1.0, -1.0]), GREY.repeat(2, axis=0), [0, 1], method)
    assert heat[0].max() == 1
    assert not heat[1].any()


def test_no_pictures_give_no_heat():
    assert heat_maps(Looking(LEFT, [1.0]), GREY[:0], []).shape == (0, 16, 16)


class Pooling(Classifier):
    """Two maps of two channels each, the second of half the side; the head sees what `pool` makes
    of both."""

    def __init__(self, pool, weights: Sequence[float]) -> None:
        super().__init__()
        self.pool = pool
        self.head = nn.Linear(4, 1, bias=False)
        self.head.weight = nn.Parameter(torch.tensor([weights]))

    def maps(self, pictures):
        return [pictures[:, :2], nn.functional.avg_pool2d(pictures[:, 1:], 2)]

    def pooled(self, maps):
        return torch.cat([self.pool(one) for one in maps], dim=1)


@pytest.mark.parametrize("method", METHODS)
def test_of_means_is_the_class_activation_map_of_every_map_added_up(method):
    """Zhou et al. 2016: with means and one linear layer, a channel's weight is the layer's own."""
    weights = [1.0, -0.5, 0.3, 2.0]
    network, pixels = Pooling(lambda one: one.mean((2, 3)), weights), noise(2)
    first, second = network.maps(as_tensor(pixels))
    wide = 1.0 * first[:, 0] - 0.5 * first[:, 1]
    narrow = 0.3 * second[:, 0] + 2.0 * second[:, 1]
    added = wide + interpolate(narrow[:, None], (32, 32), mode="bilinear")[:, 0]
    expected = added.clamp(min=0) / added.amax((1, 2), keepdim=True)
    assert np.allclose(heat_maps(network, pixels, [0, 0], method), expected, atol=1e-5)


def test_of_deviations_is_seen_by_hires_cam_alone():
    """The mean gradient of a deviation is zero, so Grad-CAM sees the mean only, which is the same
    everywhere here."""
    network = Pooling(
        lambda one: one.mean((2, 3)) + 9 * one.std((2, 3), correction=0), [1.0, 0.0, 0.0, 0.0]
    )
    pixels = np.full((1, 32, 32, 3), 128, np.uint8)
    pixels[:, :, :16] += np.where(np.indices((32, 16)).sum(axis=0) % 2, 100, -100).astype(np.uint8)[
        None, :, :, None
    ]
    blocks = [
        heat_maps(network, pixels, [0], method)[0].reshape(32, 2, 16).mean((0, 2))
        for method in METHODS
    ]
    assert blocks[0][0] == pytest.approx(blocks[0][1], rel=0.05)
    assert blocks[1][0] > 3 * blocks[1][1]


def test_custom_is_explained_by_all_the_maps_that_its_head_sees():
    """What is left of the heat when the head has weights for the first of them only is still some,
    and another."""
    network, pixels = small_network("custom"), noise(1)
    whole = heat_maps(network, pixels, [0], "hires_cam")
    with torch.no_grad():
        network.head[-1].weight[:, 128:] = 0
    first = heat_maps(network, pixels, [0], "hires_cam")
    assert first.any()
    assert not np.allclose(first, whole, atol=0.05)
