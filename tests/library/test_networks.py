from __future__ import annotations

import pytest
import torch

from curation.errors import ParamError
from curation.networks import NETWORKS, build
from curation.networks.custom import mean_and_deviation


@pytest.fixture(autouse=True)
def _own_generator():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("side_px", [32, 50, 96])
def test_gives_finite_logits_at_every_side(name, side_px):
    logits = build(name, 7)(torch.rand(2, 3, side_px, side_px))
    assert logits.shape == (2, 7)
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_gradient_reaches_every_weight_even_from_flat_pictures(name):
    network = build(name, 3)
    pictures = torch.stack([torch.ones(3, 64, 64), torch.rand(3, 64, 64)])
    network(pictures)[:, 0].sum().backward()
    gradients = [weight.grad for weight in network.parameters()]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)
    assert sum(float(gradient.abs().sum()) > 0 for gradient in gradients) > len(gradients) / 2


@pytest.mark.parametrize("name", NETWORKS)
def test_is_small(name):
    assert 1e5 < sum(weight.numel() for weight in build(name, 20).parameters()) < 3e6


def test_pooling_is_mean_then_deviation():
    features = torch.tensor([[[[1.0, 3.0], [1.0, 3.0]]]])
    assert torch.allclose(mean_and_deviation(features), torch.tensor([[2.0, 1.0]]), atol=1e-4)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ParamError, match="no network called 'vgg'; there are: custom"):
        build("vgg", 2)
