"""Rebalancing a last layer: each method by hand-computed answers, and all of them on all
networks."""

from __future__ import annotations

import copy
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inksift.curation.base.errors import DataError, ParamError
from inksift.curation.base.tables import TRAINING_SET
from inksift.curation.training.fit.forward import logits_of
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks import build_network, every_network
from inksift.curation.training.networks.base import Classifier
from inksift.curation.training.rebalance.choice import best_value, macro_f1_of
from inksift.curation.training.rebalance.fit import relearned
from inksift.curation.training.rebalance.last_layer import LastLayer, last_layer, with_last_layer
from inksift.curation.training.rebalance.logit_adjustment import adjusted, log_priors
from inksift.curation.training.rebalance.params import READ_BY, Method, RebalanceParams
from inksift.curation.training.rebalance.rebalance import rebalance
from inksift.curation.training.rebalance.tau_norm import tau_normalised
from inksift.curation.training.rebalance.views import (
    balanced_places,
    changed_features,
    still_features,
)

METHODS = get_args(Method)
SIDE = 32
TRAINING = TrainingParams(image_side_px=SIDE, threads=1)
QUICK: dict[str, dict[str, Any]] = {
    "crt": {"views": 2, "per_class": 6},
    "feature_gan": {"views": 2, "per_class": 6, "gan_steps": 2},
}
"""Settings that keep a method short."""


class Toy(Classifier):
    """The mean of every channel, and a linear layer."""

    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(3, classes))

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures.mean((2, 3))


@pytest.fixture(autouse=True)
def _own_generator():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def quick(method: str, **settings: Any) -> RebalanceParams:
    return RebalanceParams(method=method, **{**QUICK.get(method, {}), **settings})


def examples(
    sizes: dict[str, int], validation: int = 2, side: int = SIDE
) -> tuple[pd.DataFrame, np.ndarray]:
    """Training pictures of classes of these sizes, each class of a shade of its own, and validation
    pictures of all."""
    names = [("train", label, k) for label, size in sizes.items() for k in range(size)]
    names += [("validation", label, k) for label in sizes for k in range(validation)]
    rows = [
        {
            "image_id": f"{s}-{label}-{k}",
            "label": label,
            "split": s,
            "augmentation_seed": -1,
            "weight": 1.0,
        }
        for s, label, k in names
    ]
    rng = np.random.default_rng(0)
    shades = np.array([40 + 50 * list(sizes).index(label) for _, label, _ in names])[
        :, None, None, None
    ]
    pixels = (
        shades
        + rng.integers(-30, 30, (len(names), side, side, 3))
        + rng.integers(-9, 9, (len(names), 1, 1, 3))
    )
    return TRAINING_SET.frame(rows), pixels.clip(0, 255).astype(np.uint8)


def clouds(*sizes: int, apart: float = 4.0) -> tuple[np.ndarray, np.ndarray]:
    """Classes of these sizes around 0, `apart`, 2 * `apart`, ... on the first of two axes, all of
    deviation 1."""
    rng = np.random.default_rng(0)
    targets = np.repeat(np.arange(len(sizes)), sizes)
    features = rng.normal(size=(len(targets), 2))
    features[:, 0] += apart * targets
    return features.astype(np.float32), targets


def border(layer: LastLayer) -> float:
    """Where on the first axis a layer of two classes is undecided."""
    weights, biases = layer.weights[1] - layer.weights[0], layer.biases[1] - layer.biases[0]
    return float(-biases / weights[0])


# --- tau-normalisation


def test_tau_one_makes_all_norms_one_and_zero_leaves_them():
    layer = LastLayer(np.array([[3.0, 4.0], [0.0, 0.5]]), np.array([1.0, -1.0]))
    assert tau_normalised(layer, 1.0).weights == pytest.approx(np.array([[0.6, 0.8], [0.0, 1.0]]))
    assert tau_normalised(layer, 0.0).weights == pytest.approx(layer.weights)
    assert tau_normalised(layer, 0.5).weights[0] == pytest.approx(np.array([3.0, 4.0]) / np.sqrt(5))
    assert tau_normalised(layer, 1.0).biases.tolist() == [0, 0]


def test_a_class_of_no_weight_stays_so():
    layer = tau_normalised(LastLayer(np.array([[0.0, 0.0], [0.0, 2.0]]), np.zeros(2)), 1.0)
    assert layer.weights.tolist() == [[0, 0], [0, 1]]


@given(st.floats(0, 4), st.integers(0, 1000))
def test_tau_turns_no_weight(tau, seed):
    weights = np.random.default_rng(seed).normal(size=(4, 3)) + 0.1
    normalised = tau_normalised(LastLayer(weights, np.zeros(4)), tau).weights
    norms = np.linalg.norm(weights, axis=1)
    assert np.linalg.norm(normalised, axis=1) == pytest.approx(norms ** (1 - tau), rel=1e-6)
    cosines = (weights * normalised).sum(axis=1) / (norms * np.linalg.norm(normalised, axis=1))
    assert cosines == pytest.approx(np.ones(4))


# --- logit adjustment


def test_biases_fall_by_the_log_of_the_shares():
    layer = LastLayer(np.eye(2), np.array([0.5, 0.5]))
    priors = log_priors(np.array([0, 0, 0, 1]), np.ones(4), corrected=0.0)
    assert adjusted(layer, priors, 2.0).biases == pytest.approx(
        [0.5 - 2 * np.log(0.75), 0.5 - 2 * np.log(0.25)]
    )
    assert adjusted(layer, priors, 0.0).biases == pytest.approx(layer.biases)


@given(st.integers(2, 9), st.floats(0, 3))
def test_equal_priors_change_no_ranking(classes, strength):
    layer = LastLayer(np.random.default_rng(classes).normal(size=(classes, 3)), np.zeros(classes))
    priors = log_priors(np.repeat(np.arange(classes), 5), np.ones(5 * classes), corrected=0.0)
    features = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    assert (
        adjusted(layer, priors, strength).logits(features).argmax(1)
        == layer.logits(features).argmax(1)
    ).all()


def test_what_the_loss_took_out_is_not_taken_out_again():
    targets = np.array([0, 0, 0, 1])
    assert log_priors(targets, np.ones(4), corrected=1.0) == pytest.approx([0, 0])
    assert np.ptp(log_priors(targets, np.array([1.0, 1, 1, 3]), corrected=0.0)) == pytest.approx(0)
    assert log_priors(targets, np.array([1.0, 1, 1, 2]), corrected=1.0) == pytest.approx([0, 0])
    assert np.diff(log_priors(targets, np.array([1.0, 1, 1, 2]), corrected=0.5)) == pytest.approx(
        [np.log(2 / 3) / 2]
    )


def test_with_the_strength_of_theory_an_ideal_classifier_becomes_the_balanced_one():
    """Two normal distributions of deviation 1 at 0 and 4: log odds 4 x - 8 + log prior ratio."""
    ideal = LastLayer(np.array([[0.0, 0.0], [4.0, 0.0]]), np.array([np.log(0.9), np.log(0.1) - 8]))
    priors = log_priors(np.repeat([0, 1], [90, 10]), np.ones(100), corrected=0.0)
    assert border(ideal) > 2.5
    assert border(adjusted(ideal, priors, 1.0)) == pytest.approx(2.0)


# --- the layer learned anew


def test_cross_entropy_and_decay_are_balanced_where_it_stops():
    """The gradient of what it makes small is 0, with weights for features of mean 0 and deviation
    1."""
    for sizes in ((40, 10), (40, 10, 5)):
        features, targets = clouds(*sizes, apart=1.0)
        shares = 1 / (np.array(sizes)[targets] * len(sizes))
        scaled = (features - shares @ features) / np.sqrt(
            shares @ (features - shares @ features) ** 2
        )
        layer = relearned(features, targets, decay=0.5)
        deviation = np.sqrt(shares @ (features - shares @ features) ** 2)
        logits = torch.from_numpy(layer.logits(features))
        wrong = logits.softmax(1).numpy() - np.eye(len(sizes))[targets]
        gradient = (wrong * shares[:, None]).T @ scaled + 0.5 * layer.weights * deviation
        assert np.abs(gradient).max() < 1e-3
        assert np.abs(shares @ wrong).max() < 1e-3


def test_the_border_between_unequal_classes_moves_to_the_middle():
    features, targets = clouds(2000, 50)
    plain = LastLayer(np.array([[0.0, 0.0], [4.0, 0.0]]), np.array([0.0, -8 - np.log(40)]))
    assert border(plain) > 2.9
    assert border(relearned(features, targets, decay=0.01)) == pytest.approx(2.0, abs=0.35)


def test_sizes_of_classes_do_not_matter_and_repeats_neither():
    features, targets = clouds(30, 10)
    once = relearned(features, targets, decay=0.1)
    repeated = relearned(
        np.concatenate([features, features[:30]]),
        np.concatenate([targets, targets[:30]]),
        decay=0.1,
    )
    assert repeated.weights == pytest.approx(once.weights, abs=5e-3)


def test_a_feature_that_is_always_the_same_has_no_weight():
    features, targets = clouds(20, 5)
    features[:, 1] = 1000.0
    layer = relearned(features, targets, decay=0.1)
    assert layer.weights[:, 1].tolist() == [0, 0]
    assert np.isfinite(layer.biases).all()


# --- what is chosen, and on what


def test_the_best_value_is_that_of_the_highest_score_then_the_nearest_to_one():
    assert best_value({0.0: 0.2, 2.0: 0.9, 1.0: 0.8}) == 2.0
    assert best_value({0.5: 0.8, 1.5: 0.8, 1.1: 0.8}) == 1.1
    assert best_value({0.5: 0.8, 1.5: 0.8}) == 0.5
    assert best_value({}) == 1.0


def test_macro_f1_counts_only_classes_that_are_there():
    features = np.array([[0.0], [0.0], [1.0]], np.float32)
    steep = LastLayer(np.array([[0.0], [10.0], [0.0]]), np.array([0.0, -5.0, -9.0]))
    scores = macro_f1_of(
        {1.0: steep, 2.0: LastLayer(-steep.weights, -steep.biases)}, features, np.array([0, 0, 1])
    )
    assert scores[1.0] == 1.0
    assert scores[2.0] == 0.0


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(1, 5), st.integers(1, 40))
def test_views_are_spread_evenly_over_the_pictures_of_a_class(sizes, views, per_class):
    targets = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(0)
    places = balanced_places(rng.permutation(targets), views=views, per_class=per_class, rng=rng)
    counts = np.bincount(places, minlength=len(targets))
    assert len(places) == sum(min(per_class, views * size) for size in sizes)
    assert counts.max() <= views
    shuffled = np.random.default_rng(0).permutation(targets)
    assert all(np.ptp(counts[shuffled == target]) <= 1 for target in range(len(sizes)))


def test_still_features_times_the_layer_are_the_logits_of_predictions():
    network = build_network("custom", 3).eval()
    _, pixels = examples({"a": 2, "b": 2})
    positions = np.arange(len(pixels))
    logits = last_layer(network).logits(still_features(network, pixels, positions))
    assert logits == pytest.approx(logits_of(network, pixels, positions).numpy(), abs=1e-5)


def test_views_without_change_are_the_pictures():
    network = build_network("custom", 3).eval()
    _, pixels = examples({"a": 2, "b": 2})
    same = TrainingParams(image_side_px=SIDE, crop_share=1.0, colour_jitter=0, mirrored_share=0)
    mirrored = same.model_copy(update={"mirrored_share": 0.5})
    positions = np.arange(len(pixels))
    still, moved = (
        changed_features(network, pixels, positions, training=t, seed=0) for t in (same, mirrored)
    )
    logits = last_layer(network).logits(still)
    with torch.inference_mode():
        expected = network(torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255).numpy()
    assert logits == pytest.approx(expected, abs=1e-5)
    turned = np.abs(still - moved).max(axis=1) > 1e-4
    assert 0 < turned.sum() < len(turned)


# --- settings


@pytest.mark.parametrize("name", READ_BY)
@pytest.mark.parametrize("method", METHODS)
def test_a_setting_that_the_method_does_not_read_is_refused(name, method):
    other = {"tau": 0.5, "strength": 0.5, "decay": 0.5}.get(name, 3)
    if method in READ_BY[name]:
        assert (
            getattr(
                RebalanceParams.of("balanced_classifier", {"method": method, name: other}), name
            )
            == other
        )
    else:
        refusal = (
            rf"balanced_classifier.{name}: .*{method} does not read it: .*method={READ_BY[name][0]}"
        )
        with pytest.raises(ParamError, match=refusal):
            RebalanceParams.of("balanced_classifier", {"method": method, name: other})


def test_every_setting_says_who_reads_it():
    assert set(RebalanceParams.model_fields) == {"method", "seed", *READ_BY}


# --- the whole


def toy(darker_first: float = 0.0) -> Toy:
    """Tells dark pictures from light ones; a bias of the first class shifts the border."""
    network = Toy()
    with torch.no_grad():
        network.head[-1].weight.copy_(torch.tensor([[-10.0] * 3, [10.0] * 3]))
        network.head[-1].bias.copy_(torch.tensor([7.0 + darker_first, -7.0]))
    return network


def recall_of_the_light(network: Classifier, rows: pd.DataFrame, pixels: np.ndarray) -> float:
    light = np.flatnonzero((rows["label"] == "light") & (rows["split"] == "validation"))
    return float((logits_of(network, pixels, light).argmax(1) == 1).float().mean())


@pytest.mark.parametrize("method", ["crt", "logit_adjustment", "feature_gan"])
def test_a_class_that_its_size_held_down_is_known_again(method):
    rows, pixels = examples({"dark": 60, "light": 3}, validation=20)
    held_down = toy(darker_first=9.0)
    assert recall_of_the_light(held_down, rows, pixels) < 0.2
    found = rebalance(
        held_down, rows, pixels, quick(method, **MORE.get(method, {})), training=TRAINING
    )
    assert recall_of_the_light(found.network, rows, pixels) > 0.9


MORE: dict[str, dict[str, Any]] = {
    "crt": {"per_class": 50},
    "feature_gan": {"per_class": 50, "gan_steps": 30},
}


@pytest.mark.parametrize(
    ("method", "name"), [("tau_norm", "tau"), ("logit_adjustment", "strength")]
)
def test_what_is_chosen_is_the_best_on_the_validation_pictures(method, name):
    rows, pixels = examples({"dark": 60, "light": 3}, validation=10)
    found = rebalance(toy(3.0), rows, pixels, quick(method), training=TRAINING)
    curve = found.curves.set_index("at")["value"]
    assert found.figures["validation_macro_f1"] == curve.max() == curve[found.figures[name]]
    given_it = rebalance(
        toy(3.0), rows, pixels, quick(method, **{name: found.figures[name]}), training=TRAINING
    )
    assert np.array_equal(last_layer(given_it.network).weights, last_layer(found.network).weights)
    assert np.array_equal(last_layer(given_it.network).biases, last_layer(found.network).biases)


@pytest.mark.parametrize(
    ("method", "name"), [("tau_norm", "tau"), ("logit_adjustment", "strength")]
)
def test_without_validation_pictures_theory_decides(method, name):
    rows, pixels = examples({"dark": 6, "light": 2}, validation=0)
    assert rebalance(toy(), rows, pixels, quick(method), training=TRAINING).figures == {name: 1.0}


def test_with_none_the_network_answers_as_before():
    rows, pixels = examples({"dark": 6, "light": 2})
    network = build_network("custom", 2).eval()
    same = rebalance(network, rows, pixels, RebalanceParams(), training=TRAINING)
    positions = np.arange(len(pixels))
    assert torch.equal(
        logits_of(same.network, pixels, positions), logits_of(network, pixels, positions)
    )
    assert same.figures == {}
    assert same.curves.empty


@pytest.mark.parametrize("name", every_network())
@pytest.mark.parametrize("method", METHODS)
def test_every_method_on_every_network(method, name):
    """A class of one picture, one that validation lacks, nothing in which pictures of a class
    differ: never a NaN."""
    own = {"depth": 1, "width": 4} if name == "depth_stack" else {}
    training = TrainingParams(network=name, image_side_px=SIDE, crop_share=1.0, threads=1, **own)
    network = build_network(name, 3, training.network_settings()).train()
    before = copy.deepcopy(network.state_dict())
    rows, pixels = examples({"a": 4, "b": 3, "c": 1}, validation=1)
    pixels[(rows["label"] == "b").to_numpy()] = 255
    rows, pixels = rows[:-1], pixels[:-1]
    threads, draw = torch.get_num_threads(), torch.random.get_rng_state()
    first, again = (
        rebalance(network, rows, pixels, quick(method), training=training) for _ in range(2)
    )
    assert torch.equal(torch.random.get_rng_state(), draw)
    assert torch.get_num_threads() == threads
    assert network.training
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    states = first.network.state_dict(), again.network.state_dict()
    assert all(torch.isfinite(value).all() for value in states[0].values())
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())
    earlier = [key for key in before if not torch.equal(before[key], states[0][key])]
    assert set(earlier) <= {f"{last_name(network)}.weight", f"{last_name(network)}.bias"}
    assert first.curves.equals(again.curves)
    assert np.isfinite(list(first.figures.values())).all()
    assert not first.network.training


def last_name(network: nn.Module) -> str:
    """The name of the last linear layer among the modules."""
    return [name for name, module in network.named_modules() if isinstance(module, nn.Linear)][-1]


@pytest.mark.parametrize("method", METHODS)
def test_of_one_shade_nothing_can_be_told_and_nothing_breaks(method):
    rows, pixels = examples({"a": 3, "b": 2})
    pixels[:] = 255
    found = rebalance(Toy(), rows, pixels, quick(method), training=TRAINING)
    assert torch.isfinite(logits_of(found.network, pixels, np.arange(len(pixels)))).all()


@pytest.mark.parametrize("method", ["crt", "feature_gan"])
def test_another_seed_draws_other_views(method):
    rows, pixels = examples({"a": 9, "b": 4})
    layers = [
        last_layer(
            rebalance(Toy(), rows, pixels, quick(method, seed=seed), training=TRAINING).network
        )
        for seed in (0, 1)
    ]
    assert not np.allclose(layers[0].weights, layers[1].weights)


def test_rows_of_other_classes_are_a_named_error():
    rows, pixels = examples({"a": 2, "b": 2})
    with pytest.raises(DataError, match="tells 3 classes apart, the training rows have 2"):
        rebalance(Toy(classes=3), rows, pixels, quick("crt"), training=TRAINING)


def test_a_last_layer_that_is_not_linear_is_a_named_error():
    network = Toy()
    network.head = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    with pytest.raises(ParamError, match=r"ends in ReLU.*balanced_classifier.method=none"):
        last_layer(network)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_a_layer_put_into_a_copy_is_there(seed):
    rng = np.random.default_rng(seed)
    layer = LastLayer(rng.normal(size=(2, 3)), rng.normal(size=2))
    network = Toy()
    kept = copy.deepcopy(network.state_dict())
    found = last_layer(with_last_layer(network, layer))
    assert found.weights == pytest.approx(layer.weights, abs=1e-6)
    assert found.biases == pytest.approx(layer.biases, abs=1e-6)
    assert all(torch.equal(value, kept[key]) for key, value in network.state_dict().items())
