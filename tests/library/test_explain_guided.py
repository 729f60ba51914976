from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that its documentation uses
from torch import nn

from inksift.curation.training.explain.guided import Guided, saliency
from inksift.curation.training.explain.layers import as_tensor, layers_of
from inksift.curation.training.networks import every_network
from inksift.curation.training.networks.base import Classifier
from tests.explained import noise, small_network

PIXELS = noise(2, 16)
RECTIFIERS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "module": nn.ReLU(),
    "module in place": nn.ReLU(inplace=True),
    "module of six": nn.ReLU6(),
    "smooth module": nn.SiLU(),
    "function": F.relu,
    "function of torch": torch.relu,
    "function in place": torch.relu_,
    "method": lambda features: features.relu(),
    "function of six": F.relu6,
}


class Layered(Classifier):
    """1 x 1 convolutions with these weights (out x in), each but the last followed by a
    rectifier."""

    def __init__(
        self, rectify: Callable[[torch.Tensor], torch.Tensor], *weights: Sequence[Sequence[float]]
    ) -> None:
        super().__init__()
        self.rectify = rectify
        self.weights = [torch.tensor(one)[:, :, None, None] for one in weights]

    def maps(self, pictures: torch.Tensor) -> list[torch.Tensor]:
        *first, last = self.weights
        for weight in first:
            pictures = self.rectify(F.conv2d(pictures, weight))
        return [F.conv2d(pictures, last)]


def gradient(network: Classifier, pixels: np.ndarray, channel: int) -> np.ndarray:
    """Of half the squared map, which is the map sent back without any rule."""
    pictures = as_tensor(pixels).requires_grad_()
    excited = network.maps(pictures)[-1][:, channel].clamp(min=0)
    (found,) = torch.autograd.grad(excited.square().sum() / 2, pictures)
    return found.permute(0, 2, 3, 1).numpy()


def test_of_a_linear_network_is_its_gradient():
    network = Layered(nn.ReLU(), [[0.5, -0.2, 0.1], [-1.0, 0.0, 0.3]])
    for channel in (0, 1):
        assert np.allclose(
            saliency(network, PIXELS, layer=0, channel=channel), gradient(network, PIXELS, channel)
        )


@pytest.mark.parametrize("rectify", RECTIFIERS.values(), ids=RECTIFIERS)
def test_drops_what_speaks_against_at_every_way_to_call_a_rectifier(rectify):
    """Red excites the channel by way of the first of two, green keeps it down by way of the
    second."""
    network = Layered(rectify, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[3.0, -1.0]])
    plain, guided = gradient(network, PIXELS, 0), saliency(network, PIXELS, layer=0, channel=0)
    assert plain[..., 1].min() < 0
    assert not guided[..., 1:].any()
    assert np.allclose(guided[..., 0], plain[..., 0], atol=1e-6)
    assert guided[..., 0].max() > 0


def test_only_the_active_part_of_the_map_is_sent_back():
    network = Layered(nn.ReLU(), [[-1.0, 0.0, 0.0]])
    assert not saliency(network, PIXELS, layer=0, channel=0).any()


@pytest.mark.parametrize("name", every_network())
def test_no_rectifier_of_a_network_hands_back_a_negative_gradient(name):
    network, pictures = small_network(name), as_tensor(noise(1)).requires_grad_()
    with Guided():
        last = network.maps(pictures)[-1]
    handed: list[torch.Tensor] = []
    rectifiers = [
        node
        for node in nodes_of(last.grad_fn)
        if node.name() in ("ReluBackward0", "HardtanhBackward0")
    ]
    for node in rectifiers:
        node.register_prehook(lambda gradients: handed.extend(gradients))
    torch.autograd.grad(last.square().sum() / 2, pictures)
    assert len(handed) == len(rectifiers) > 2
    assert all((one >= 0).all() for one in handed)


@pytest.mark.parametrize("name", every_network())
def test_is_finite_the_same_again_and_not_the_gradient(name):
    network, pixels = small_network(name), noise(2)
    means = layers_of(network, pixels).maps[-1]
    busiest = int(means[:, : means.shape[1] // 2].mean(axis=0).argmax())
    guided = saliency(network, pixels, layer=-1, channel=busiest)
    assert guided.shape == pixels.shape
    assert np.isfinite(guided).all()
    assert np.array_equal(guided, saliency(network, pixels, layer=-1, channel=busiest))
    plain = gradient(network, pixels, busiest)
    assert not np.allclose(guided, plain, atol=abs(plain).max() / 100)


def test_ends_with_the_block():
    pictures = torch.tensor([1.0, 2.0], requires_grad=True)
    with Guided():
        inside = torch.relu(pictures)
    outside = torch.relu(pictures)
    against = torch.tensor([-1.0, 1.0])
    assert torch.autograd.grad(inside, pictures, against)[0].tolist() == [0, 1]
    assert torch.autograd.grad(outside, pictures, against)[0].tolist() == [-1, 1]


def test_no_pictures_give_no_saliency():
    assert saliency(small_network("bn_small"), noise(0), layer=0, channel=0).shape == (0, 32, 32, 3)


def nodes_of(node) -> list:
    """Every step back from here."""
    found, waiting = {}, [node]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found[node] = True
            waiting += [before for before, _ in node.next_functions]
    return list(found)
