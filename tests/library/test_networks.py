from __future__ import annotations

from typing import get_args

import pytest
import torch
from torch import nn

from inksift.curation.base.errors import ParamError
from inksift.curation.training.networks import NetworkName, build_network, every_network
from inksift.curation.training.networks.base import mean_and_deviation, parameter_counts
from inksift.curation.training.networks.residual_inception import Inception

EVERY_SIDE = [
    name for name, network in every_network().items() if "image_side_px" not in network.settings
]
EVERY_WAY = [
    *((name, {}) for name in every_network()),
    ("transfer", {"fine_tune": True}),
    ("depth_stack", {"depth": 7}),
]
LITE0_WEIGHTS = 4_652_008 - 1_281_000
LITE0 = LITE0_WEIGHTS + 42_016
"""EfficientNet-Lite0 without its last layer, and with its running statistics."""


@pytest.fixture(autouse=True)
def _own_generator():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def test_every_network_can_be_chosen():
    assert get_args(NetworkName) == tuple(every_network())


@pytest.mark.parametrize("name", EVERY_SIDE)
@pytest.mark.parametrize("side_px", [32, 50, 96])
def test_gives_finite_logits_at_every_side(name, side_px):
    logits = build_network(name, 7)(torch.rand(2, 3, side_px, side_px))
    assert logits.shape == (2, 7)
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize(("name", "settings"), EVERY_WAY)
@pytest.mark.parametrize("classes", [2, 6, 25])
def test_gives_a_logit_per_class_at_its_own_side(name, settings, classes):
    network, side_px = build_network(name, classes, settings).eval(), every_network()[name].side_px
    with torch.inference_mode():
        logits = network(torch.rand(1, 3, side_px, side_px))
        assert network.head(network.features(torch.zeros(1, 3, side_px, side_px))).shape == (
            1,
            classes,
        )
    assert logits.shape == (1, classes)
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize(("name", "settings"), EVERY_WAY)
def test_gradient_reaches_every_weight_that_learns_even_from_flat_pictures(name, settings):
    side_px = 64 if name in EVERY_SIDE else every_network()[name].side_px
    network = build_network(name, 3, settings)
    pictures = torch.stack([torch.ones(3, side_px, side_px), torch.rand(3, side_px, side_px)])
    network(pictures)[:, 0].sum().backward()
    learning = [weight.grad for weight in network.parameters() if weight.requires_grad]
    still = [weight.grad for weight in network.parameters() if not weight.requires_grad]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in learning)
    assert sum(float(gradient.abs().sum()) > 0 for gradient in learning) > len(learning) / 2
    assert all(gradient is None for gradient in still)


@pytest.mark.parametrize(
    ("width", "counts"),
    [
        (32, (1_422_470, 383_078, 265_190, 228_262, 414_374, 803_366, 1_622_054)),
        (64, (2_844_934, 817_350, 683_974, 814_918, 1_596_742, 3_193_926, 6_469_702)),
    ],
)
def test_parameters_of_depth_stack(width, counts):
    stacks = [
        build_network("depth_stack", 6, {"depth": depth, "width": width}) for depth in range(1, 8)
    ]
    assert tuple(parameter_counts(stack) for stack in stacks) == tuple(
        (count, count) for count in counts
    )


@pytest.mark.parametrize("classes", [2, 6, 10, 25])
@pytest.mark.parametrize(
    ("name", "settings", "body", "trainable_body", "dimension"),
    [
        ("custom", {}, 1_947_904, 1_943_360, 896),
        ("residual_inception", {}, 1_744_160, 1_740_736, 256),
        ("depth_stack", {"depth": 1}, 2_432, 2_432, 32 * 86 * 86),
        ("bn_small", {}, 693_834 - 513 * 10, 692_938 - 513 * 10, 512),
        ("transfer", {}, LITE0 + 4 * 2560, 2 * 2560, 2560),
        ("transfer", {"fine_tune": True}, LITE0 + 4 * 2560, LITE0_WEIGHTS + 2 * 2560, 2560),
    ],
)
def test_parameters_by_class_count(name, settings, body, trainable_body, dimension, classes):
    last = (dimension + 1) * classes
    assert parameter_counts(build_network(name, classes, settings)) == (
        body + last,
        trainable_body + last,
    )


def test_bn_small_of_ten_classes_has_the_published_size():
    assert parameter_counts(build_network("bn_small", 10)) == (693_834, 692_938)


def test_pooling_is_mean_then_deviation():
    features = torch.tensor([[[[1.0, 3.0], [1.0, 3.0]]]])
    assert torch.allclose(mean_and_deviation(features), torch.tensor([[2.0, 1.0]]), atol=1e-4)


def test_inception_keeps_the_size_and_takes_a_quarter_of_its_channels_from_each_branch():
    block = Inception(8, 16)
    pictures = torch.rand(2, 8, 5, 7)
    assert block(pictures).shape == (2, 16, 5, 7)
    assert [branch(pictures).shape[1] for branch in block.branches] == [4] * 4


def test_frozen_features_are_those_of_the_embedder_and_stay_so():
    from inksift.curation.evidence.models.efficientnet import build_embedder as embedder
    from inksift.curation.evidence.models.weights import find_weights

    pixels = torch.randint(0, 256, (1, 224, 224, 3), dtype=torch.uint8)
    network = build_network("transfer", 2).train()
    assert not any(module.training for module in network.backbone.modules())
    with torch.inference_mode():
        expected = embedder("efficientnet-lite0", find_weights("efficientnet-lite0"))(pixels)[
            :, :2560
        ]
        features = network.features(pixels.permute(0, 3, 1, 2) / 255)
    assert torch.allclose(features, expected, atol=1e-2)


def test_fine_tuning_learns_in_training_only():
    network = build_network("transfer", 2, {"fine_tune": True})
    assert network.train().backbone.training
    assert not network.eval().backbone.training
    assert any(
        isinstance(module, nn.BatchNorm2d) and not module.training for module in network.modules()
    )


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(
        ParamError, match="no network called 'vgg'; there are: custom, residual_inception"
    ):
        build_network("vgg", 2)


def test_setting_that_a_network_does_not_read_is_a_named_error():
    with pytest.raises(
        ParamError, match="the network transfer has no setting depth; it has: fine_tune"
    ):
        build_network("transfer", 2, {"depth": 3})
    with pytest.raises(ParamError, match="the network custom has no setting width; it has: none"):
        build_network("custom", 2, {"width": 3})
