"""What training makes small, and by which steps."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from inksift.curation.base.errors import ParamError
from inksift.curation.training.fit.centre_loss import Centres, centre_loss, find_centres
from inksift.curation.training.fit.epochs import Examples, learn
from inksift.curation.training.fit.objective import Objective, objective_of, prior_offsets
from inksift.curation.training.fit.optimisers import optimiser_of
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.schedule import constant_rate, cosine_rate
from inksift.curation.training.networks import build_network, every_network
from inksift.curation.training.networks.base import Classifier, set_dropout

SIDE = 28


class Toy(Classifier):
    """A mean colour and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(3, 2))

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures.mean((2, 3))


def params(**settings: Any) -> TrainingParams:
    settings = {"image_side_px": SIDE, "batch_size": 8, "warm_up_epochs": 0} | settings
    return TrainingParams.of("classifier", settings)


def examples(*sizes: int) -> Examples:
    """Classes of these sizes: the first dark, the second light, nearly."""
    rng = np.random.default_rng(0)
    targets = np.repeat(np.arange(len(sizes)), sizes)
    grey = (
        100
        + 60 * targets[:, None, None, None]
        + rng.integers(-60, 60, (len(targets), SIDE, SIDE, 3))
    )
    pixels = (grey + rng.integers(-30, 30, (len(targets), 1, 1, 1))).clip(0, 255).astype(np.uint8)
    return Examples(
        pixels, np.arange(len(targets)), torch.from_numpy(targets), torch.ones(len(targets))
    )


def trained(some: Examples, epochs: int = 30, **settings: Any) -> Toy:
    torch.manual_seed(0)
    network = Toy()
    set_dropout(network, 0.0)
    chosen = params(**settings)
    optimiser = optimiser_of(network.parameters(), chosen.optimiser, rate=0.1, decay=0.0)
    for epoch in range(epochs):
        learn(network, optimiser, some, epoch=epoch, rate=0.1, params=chosen)
    return network.eval()


def test_the_plain_objective_is_weighted_cross_entropy() -> None:
    torch.manual_seed(0)
    network = Toy().eval()
    pictures, targets = torch.rand(4, 3, SIDE, SIDE), torch.tensor([0, 1, 1, 0])
    weights = torch.tensor([1.0, 2.0, 0.5, 1.0])
    loss, logits = Objective(smoothing=0.1)(network, pictures, targets, weights)
    losses = cross_entropy(network(pictures), targets, reduction="none", label_smoothing=0.1)
    assert torch.equal(logits, network(pictures))
    assert torch.allclose(loss, (losses * weights).sum() / 4.5)


def test_offsets_are_log_shares() -> None:
    assert prior_offsets(np.array([30.0, 10.0]), 1.0) == pytest.approx(np.log([0.75, 0.25]))
    assert prior_offsets(np.array([30.0, 10.0]), 0.0).tolist() == [0, 0]


def test_classes_that_weigh_the_same_are_not_corrected_again() -> None:
    params = TrainingParams(network="bn_small", logit_adjustment=1.0)
    targets, weights = torch.tensor([0, 0, 0, 1]), torch.tensor([2 / 3, 2 / 3, 2 / 3, 2.0])
    plain, balanced = (
        objective_of(params, targets, some, None).offsets for some in (torch.ones(4), weights)
    )
    assert np.diff(plain) == pytest.approx([np.log(1 / 3)])
    assert np.diff(balanced) == pytest.approx([0], abs=1e-6)


def test_no_pull_to_centres_where_features_are_frozen() -> None:
    with pytest.raises(ParamError, match=r"classifier\.centre_loss.*frozen.*fine_tune=true"):
        TrainingParams.of("classifier", {"network": "transfer", "centre_loss": 0.1})
    assert TrainingParams(network="transfer", fine_tune=True, centre_loss=0.1).centre_loss == 0.1


def test_logit_adjustment_gives_the_small_class_its_room() -> None:
    some = examples(120, 6)
    small = torch.from_numpy(some.pixels[-6:]).float().permute(0, 3, 1, 2) / 255
    plain, adjusted = (trained(some, logit_adjustment=strength) for strength in (0.0, 1.0))
    with torch.inference_mode():
        lean = [
            float((network(small)[:, 1] - network(small)[:, 0]).mean())
            for network in (plain, adjusted)
        ]
    assert lean[1] > lean[0] + 0.5


def test_centres_are_class_means_and_split_a_class_of_two_looks() -> None:
    features = np.array([[0, 0], [2, 0], [9, 9], [10, 10], [-9, -9], [-10, -10]], np.float32)
    targets = np.array([0, 0, 1, 1, 1, 1])
    one = find_centres(features, targets, 1, seed=0)
    assert one.points.tolist() == [[1, 0], [0, 0]]
    two = find_centres(features, targets, 2, seed=0)
    assert two.owners.tolist() == [0, 0, 1, 1]
    assert sorted(two.points[2:].tolist()) == [[-9.5, -9.5], [9.5, 9.5]]


def test_equal_features_have_one_centre() -> None:
    centres = find_centres(np.ones((5, 3), np.float32), np.array([0, 0, 0, 1, 1]), 4, seed=0)
    assert centres.owners.tolist() == [0, 1]
    losses = centre_loss(torch.ones(2, 3), torch.tensor([0, 1]), centres)
    assert torch.isfinite(losses).all()


def test_centre_loss_is_nothing_on_the_own_centre_and_one_on_anothers() -> None:
    centres = Centres(torch.tensor([[0.0, 0.0], [4.0, 0.0]]), torch.tensor([0, 1]))
    features = torch.tensor([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0], [1.0, 0.0]])
    losses = centre_loss(features, torch.tensor([0, 0, 0, 0]), centres)
    assert losses.tolist() == pytest.approx([0, 0.5, 1, 1 / 10])


def test_centre_loss_pulls_a_class_together() -> None:
    some = examples(32, 32)
    pictures = torch.from_numpy(some.pixels).float().permute(0, 3, 1, 2) / 255

    def spread(centre_loss: float) -> float:
        """Squared distance to the mean of the class, as a share of that between the two means."""
        torch.manual_seed(1)
        network = build_network("bn_small", 2)
        chosen = params(network="bn_small", seed=1, centre_loss=centre_loss)
        optimiser = optimiser_of(network.parameters(), "adamw", rate=1e-3, decay=0.0)
        for epoch in range(8):
            learn(network, optimiser, some, epoch=epoch, rate=1e-3, params=chosen)
        with torch.inference_mode():
            features = network.eval().features(pictures)  # type: ignore[operator]
        means = torch.stack([features[some.targets == target].mean(0) for target in (0, 1)])
        within = (features - means[some.targets]).square().sum(1).mean()
        return float(within / (means[0] - means[1]).square().sum())

    assert spread(1.0) < 0.7 * spread(0.0)


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd"])
def test_every_optimiser_learns_and_leaves_what_is_frozen(name: Any) -> None:
    some = examples(20, 20)
    network = Toy()
    set_dropout(network, 0.0)
    network.head[1].bias.requires_grad_(False)  # type: ignore[index]
    before = copy.deepcopy(network.state_dict())
    optimiser = optimiser_of(network.parameters(), name, rate=0.05, decay=0.01)
    curve = [
        learn(network, optimiser, some, epoch=epoch, rate=0.05, params=params())
        for epoch in range(5)
    ]
    assert curve[-1]["train_loss"] < curve[0]["train_loss"]
    assert torch.equal(network.state_dict()["head.1.bias"], before["head.1.bias"])


@pytest.mark.parametrize(
    "settings", [{"clip_norm": None}, {"precision": "bfloat16"}, {"mirrored_share": 0.0}]
)
def test_every_way_of_training_learns(settings: dict[str, Any]) -> None:
    some = examples(20, 20)
    network = trained(some, epochs=20, **settings)
    with torch.inference_mode():
        guessed = network(torch.from_numpy(some.pixels).float().permute(0, 3, 1, 2) / 255).argmax(1)
    assert float((guessed == some.targets).float().mean()) > 0.75
    assert all(weight.dtype == torch.float32 for weight in network.parameters())


def test_clipping_bounds_a_step_and_none_does_not() -> None:
    some = examples(8, 8)

    def step(clip_norm: float | None) -> float:
        torch.manual_seed(0)
        network = Toy()
        before = network.head[1].weight.detach().clone()  # type: ignore[index]
        optimiser = optimiser_of(network.parameters(), "sgd", rate=1.0, decay=0.0)
        learn(
            network,
            optimiser,
            some,
            epoch=0,
            rate=1.0,
            params=params(clip_norm=clip_norm, batch_size=16),
        )
        return float((network.head[1].weight.detach() - before).norm())  # type: ignore[index]

    assert step(1e-3) < 2.5e-3 < step(None)


def test_dropout_is_that_of_the_setting_or_the_networks_own() -> None:
    for name, said in every_network().items():
        network = build_network(name, 2)
        head = network.head.modules()  # type: ignore[union-attr]
        assert said.drops_out == any(isinstance(module, nn.Dropout) for module in head)
    network = build_network("custom", 2)
    set_dropout(network, None)
    assert [module.p for module in network.modules() if isinstance(module, nn.Dropout)] == [0.2]
    set_dropout(network, 0.5)
    assert [module.p for module in network.modules() if isinstance(module, nn.Dropout)] == [0.5]


def test_dropout_of_a_network_without_any_is_refused() -> None:
    with pytest.raises(
        ParamError, match=r"classifier.dropout: .*the network depth_stack drops nothing"
    ):
        TrainingParams.of("classifier", {"network": "depth_stack", "dropout": 0.1})


def test_constant_rate_warms_up_like_the_others() -> None:
    warming = [constant_rate(epoch, 1.0, warm_up=3) for epoch in range(3)]
    assert warming == [cosine_rate(epoch, 1.0, warm_up=3, epochs=9) for epoch in range(3)]
    assert constant_rate(50, 1.0, warm_up=3) == 1.0
