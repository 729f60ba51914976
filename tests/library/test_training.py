from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from threadpoolctl import threadpool_info
from torch import nn

from inksift.curation.base.errors import DataError, ParamError, TrainingError
from inksift.curation.base.tables import TRAINING_SET
from inksift.curation.training.evaluation import predict
from inksift.curation.training.fit import checkpoints
from inksift.curation.training.fit.arithmetic import THREADS, arithmetic_threads
from inksift.curation.training.fit.classifiers import CLASSIFIER, network_of
from inksift.curation.training.fit.jitter import jittered
from inksift.curation.training.fit.loop import load_trained, train, training_key
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.pictures import Pictures
from inksift.curation.training.fit.schedule import best_epoch, cosine_rate, plateau_rate
from inksift.curation.training.networks import Network, every_network
from inksift.curation.training.networks.base import parameter_counts
from inksift.curation.training.rebalance.checkpoint import Stored, rebalance_checkpoint
from inksift.curation.training.rebalance.params import RebalanceParams

SIDE = 32
QUICK = TrainingParams(
    image_side_px=SIDE, batch_size=8, max_epochs=5, warm_up_epochs=1, learning_rate=0.01, threads=1
).model_copy(update={"network": "toy"})
"""Settings of a toy that is known only while these tests run."""


def toy_network(classes: int) -> nn.Module:
    """Has what a resumed training could get wrong: batch statistics and dropout."""
    layers = (
        nn.Conv2d(3, 8, 5, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
    )
    return nn.Sequential(*layers, nn.Dropout(0.2), nn.Linear(32, classes))


TOY = Network("toy", toy_network, side_px=SIDE)


@pytest.fixture(scope="module", autouse=True)
def _toy_network():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(every_network(), "toy", TOY)
        yield


def shape(label: str, rng: np.random.Generator) -> np.ndarray:
    """A filled circle or square of a random colour at a random place on white."""
    picture = np.full((SIDE, SIDE, 3), 255, np.uint8)
    x, y, radius = (int(value) for value in rng.integers((11, 11, 6), (21, 21, 10)))
    colour = [int(value) for value in rng.integers(0, 200, 3)]
    if label == "circle":
        return cv2.circle(picture, (x, y), radius, colour, -1)
    return cv2.rectangle(picture, (x - radius, y - radius), (x + radius, y + radius), colour, -1)


def toys(train_size: int = 24, validation_size: int = 8) -> tuple[pd.DataFrame, Pictures]:
    rng = np.random.default_rng(0)
    sizes = {"train": train_size, "validation": validation_size}
    names = [
        (split, label, k)
        for split, n in sizes.items()
        for label in ("circle", "square")
        for k in range(n)
    ]
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
    pixels = np.stack([shape(label, rng) for _, label, _ in names])
    return TRAINING_SET.frame(rows), Pictures(pixels, "toys", len(pixels))


def without_seconds(curves: pd.DataFrame) -> pd.DataFrame:
    return curves.drop(columns="seconds")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    return folder, train(*toys(), folder=folder, params=QUICK)


def test_loss_falls_and_nothing_but_the_checkpoint_stays(finished):
    folder, trained = finished
    assert trained.curves["train_loss"].iloc[-1] < trained.curves["train_loss"].iloc[0]
    assert [file.name for file in folder.iterdir()] == [trained.checkpoint.name]
    assert trained.best_epoch == trained.curves["validation_macro_f1"].idxmax()
    assert not trained.resumed
    assert not trained.reused


def test_second_call_reuses_and_another_setting_does_not(finished):
    folder, trained = finished
    again = train(*toys(), folder=folder, params=QUICK)
    assert again.reused
    assert again.curves.equals(trained.curves)
    other = QUICK.model_copy(update={"learning_rate": 1e-4, "max_epochs": 1})
    assert not train(*toys(), folder=folder, params=other).reused


def test_same_seed_same_network_and_global_state_untouched(finished, tmp_path):
    threads, draw = torch.get_num_threads(), torch.random.get_rng_state()
    again = train(*toys(), folder=tmp_path, params=QUICK)
    assert without_seconds(again.curves).equals(without_seconds(finished[1].curves))
    assert torch.equal(torch.random.get_rng_state(), draw)
    assert torch.get_num_threads() == threads


def test_stopped_training_resumes_to_the_same_end(finished, tmp_path, monkeypatch):
    real, saved = checkpoints.save, []

    def stop_after_two(path, state):
        real(path, state)
        saved.append(path)
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "save", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        train(*toys(), folder=tmp_path, params=QUICK)
    monkeypatch.setattr(checkpoints, "save", real)
    resumed = train(*toys(), folder=tmp_path, params=QUICK)
    assert resumed.resumed
    assert without_seconds(resumed.curves).equals(without_seconds(finished[1].curves))
    weights, expected = (
        load_trained(end.checkpoint)[0].state_dict() for end in (resumed, finished[1])
    )
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


@pytest.mark.slow
def test_killed_training_resumes_to_the_same_end(finished, tmp_path):
    code = f"""
import importlib.util, os, signal, pathlib
from inksift.curation.training.fit import checkpoints
spec = importlib.util.spec_from_file_location("toys", {str(Path(__file__))!r})
toys = importlib.util.module_from_spec(spec); spec.loader.exec_module(toys)
real, calls = checkpoints.write_atomically, []
def killed_in_the_third_save(path, data):
    calls.append(path)
    if len(calls) == 3:
        path.with_name(".partial-half").write_bytes(data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    real(path, data)
checkpoints.write_atomically = killed_in_the_third_save
toys.every_network()["toy"] = toys.TOY
toys.train(*toys.toys(), folder=pathlib.Path({str(tmp_path)!r}), params=toys.QUICK)
"""
    child = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=300,
    )
    assert child.returncode == -signal.SIGKILL
    resumed = train(*toys(), folder=tmp_path, params=QUICK)
    assert resumed.resumed
    assert without_seconds(resumed.curves).equals(without_seconds(finished[1].curves))


def learnt_and_balanced(folder: Path, threads: int = 0) -> Stored:
    """The default network after two epochs, its last layer balanced."""
    training = TrainingParams(image_side_px=SIDE, batch_size=16, max_epochs=2, threads=threads)
    rebalancing = RebalanceParams(method="feature_gan", views=2, per_class=16, gan_steps=2)
    rows, pictures = toys(16, 4)
    trained = train(rows, pictures, folder=folder, params=training)
    return rebalance_checkpoint(
        trained.checkpoint, rows, pictures, folder=folder, params=rebalancing, training=training
    )


def same_weights(one: Stored, other: Stored) -> bool:
    """Whether two networks are equal bit by bit."""
    weights, others = (load_trained(made.checkpoint)[0].state_dict() for made in (one, other))
    return all(torch.equal(value, others[name]) for name, value in weights.items())


ON_ONE_CORE = """
import importlib.util, os, pathlib, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
spec = importlib.util.spec_from_file_location("toys", sys.argv[1])
toys = importlib.util.module_from_spec(spec); spec.loader.exec_module(toys)
toys.learnt_and_balanced(pathlib.Path(sys.argv[2]))
"""
"""A process of its own, since libraries count cores and threads when they are loaded."""


def test_same_network_on_any_number_of_cores(tmp_path):
    subprocess.run(
        [sys.executable, "-c", ON_ONE_CORE, __file__, str(tmp_path / "one core")],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
        check=True,
        timeout=300,
    )
    there, here = (learnt_and_balanced(tmp_path / name) for name in ("one core", "all cores"))
    assert there.reused
    assert not here.reused
    assert same_weights(there, here)


def test_another_number_of_threads_trains_another_network(tmp_path):
    """Or the test before could not fail."""
    one, two = (learnt_and_balanced(tmp_path, threads) for threads in (1, 2))
    assert not same_weights(one, two)


@pytest.mark.parametrize(("wanted", "there"), [(0, THREADS), (1, 1), (3, 3)])
def test_arithmetic_has_as_many_threads_as_asked_for(wanted, there):
    def of_blas() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = torch.get_num_threads(), of_blas()
    with arithmetic_threads(wanted):
        assert torch.get_num_threads() == there
        assert set(of_blas()) == {1}
    assert (torch.get_num_threads(), of_blas()) == before


@pytest.mark.slow
def test_default_network_learns_circles_from_squares(tmp_path):
    params = TrainingParams(
        image_side_px=SIDE, batch_size=8, max_epochs=12, crop_share=1.0, threads=1
    )
    rows, pictures = toys(48, 16)
    trained = train(rows, pictures, folder=tmp_path, params=params)
    rng = np.random.default_rng(1)
    unseen = pd.DataFrame(
        {"image_id": [str(k) for k in range(40)], "label": ["circle", "square"] * 20}
    ).astype("str")
    guesses = predict(
        trained.checkpoint, unseen, np.stack([shape(label, rng) for label in unseen["label"]])
    )
    assert (guesses["label"] == guesses["predicted"]).mean() >= 0.9


def test_early_stop(tmp_path):
    params = QUICK.model_copy(
        update={"learning_rate": 1e-30, "max_epochs": 9, "patience": 2, "warm_up_epochs": 0}
    )
    trained = train(*toys(4, 2), folder=tmp_path, params=params)
    assert len(trained.curves) == trained.best_epoch + 3 < 9


def test_loss_that_is_no_number_stops_with_the_last_good_state_on_disk(tmp_path, monkeypatch):
    from inksift.curation.training.fit import loop as training

    real = training.learn

    def burst(network, *args, epoch, **settings):
        learnt = real(network, *args, epoch=epoch, **settings)
        return learnt | {"train_loss": float("nan")} if epoch == 2 else learnt

    monkeypatch.setattr(training, "learn", burst)
    with pytest.raises(TrainingError, match=r"loss of epoch 2 .* set classifier.learning_rate"):
        train(*toys(), folder=tmp_path, params=QUICK)
    state = checkpoints.load(next(tmp_path.glob("*.progress.pt")))
    assert len(state["curves"]) == 2
    assert all(torch.isfinite(value).all() for value in state["best"].values())


def test_one_class_is_a_named_error(tmp_path):
    rows, pictures = toys(4, 0)
    with pytest.raises(DataError, match="two classes"):
        train(rows[:4], Pictures(pictures.pixels[:4], "", 0), folder=tmp_path, params=QUICK)


def test_unknown_network_is_a_named_error(tmp_path):
    with pytest.raises(ParamError, match="no network called 'vgg'"):
        train(*toys(2, 0), folder=tmp_path, params=QUICK.model_copy(update={"network": "vgg"}))


def of(**settings) -> TrainingParams:
    return TrainingParams.of("classifier", settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"network": "vgg"},
            "classifier.network: input should be 'custom', 'residual_inception'.* got 'vgg'",
        ),
        (
            {"depth": 3},
            "classifier.depth: .*the network custom does not read it.* "
            "classifier.network=depth_stack",
        ),
        (
            {"network": "transfer", "width": 64},
            "classifier.width: .*the network transfer does not read it",
        ),
        (
            {"network": "depth_stack", "fine_tune": True},
            "classifier.fine_tune: .* set classifier.network=transfer",
        ),
        (
            {"network": "depth_stack", "crop_share": 0.75},
            "classifier.crop_share: .*pictures of one side only",
        ),
        (
            {"network": "transfer", "image_side_px": 32},
            "classifier.crop_share: .*needs pictures of 32 .* cuts of 24",
        ),
        ({"network": "depth_stack", "depth": 8}, "classifier.depth: .*less than or equal to 7"),
    ],
)
def test_bad_combination_is_told_in_words_before_training(settings, message):
    with pytest.raises(ParamError, match=message):
        of(**settings)


@pytest.mark.parametrize("name", [name for name in every_network() if name != "toy"])
def test_network_sets_its_side_unless_another_is_given(name):
    own, network = of(network=name), every_network()[name]
    assert own.side_px == network.side_px
    assert own.cut_px(own.side_px) >= network.smallest_px
    assert of(network=name, image_side_px=96).side_px == 96
    assert of(network=name, image_side_px=96).cut_px(96) == (96 if name == "depth_stack" else 72)


def test_same_training_has_one_key_however_it_is_written_and_any_other_another():
    rows, _ = toys(2, 0)
    plain = training_key(rows, "", of(network="depth_stack"))
    written = of(network="depth_stack", depth=5, width=32, image_side_px=172, crop_share=1.0)
    assert training_key(rows, "", written) == plain
    others = (
        of(),
        of(network="depth_stack", depth=4),
        of(network="transfer"),
        of(network="transfer", fine_tune=True),
    )
    assert len({plain, *(training_key(rows, "", other) for other in others)}) == 5


def test_pictures_of_another_side_are_a_named_error(tmp_path):
    params = of(network="depth_stack", image_side_px=64, max_epochs=1)
    with pytest.raises(
        ParamError, match="the pictures are 32 x 32 pixels, the network expects 64 x 64"
    ):
        train(*toys(2, 0), folder=tmp_path, params=params)


@pytest.mark.parametrize(
    "chosen",
    [
        {"network": "custom"},
        {"network": "residual_inception"},
        {"network": "depth_stack", "depth": 2, "width": 8},
        {"network": "bn_small"},
        {"network": "transfer"},
        {"network": "transfer", "fine_tune": True},
    ],
    ids=lambda chosen: chosen["network"] + ("-tuned" if "fine_tune" in chosen else ""),
)
def test_every_network_resumes_to_the_same_end(chosen, tmp_path, monkeypatch):
    whole_pictures = {"crop_share": 1.0} if chosen["network"] == "transfer" else {}
    params = of(
        **chosen,
        **whole_pictures,
        image_side_px=SIDE,
        batch_size=8,
        max_epochs=2,
        warm_up_epochs=1,
        threads=1,
    )
    whole = train(*toys(4, 2), folder=tmp_path / "whole", params=params)
    real = checkpoints.save

    def stop_after_one(path, state):
        real(path, state)
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "save", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        train(*toys(4, 2), folder=tmp_path / "parts", params=params)
    monkeypatch.setattr(checkpoints, "save", real)
    resumed = train(*toys(4, 2), folder=tmp_path / "parts", params=params)
    assert resumed.resumed
    assert without_seconds(resumed.curves).equals(without_seconds(whole.curves))
    (network, classes), (expected, _) = (load_trained(end.checkpoint) for end in (resumed, whole))
    assert classes == ["circle", "square"]
    assert parameter_counts(network) == resumed.parameters == whole.parameters
    weights = network.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in expected.state_dict().items())


def test_frozen_network_leaves_training_as_it_came(tmp_path):
    params = of(
        network="transfer",
        image_side_px=SIDE,
        crop_share=1.0,
        batch_size=8,
        max_epochs=1,
        threads=1,
    )
    trained, _ = load_trained(train(*toys(4, 2), folder=tmp_path, params=params).checkpoint)
    fresh = every_network()["transfer"].build(2, fine_tune=False).backbone.state_dict()
    assert all(
        torch.equal(trained.backbone.state_dict()[name], value) for name, value in fresh.items()
    )


def test_the_report_names_the_network_of_a_classifier():
    row = {
        "checkpoint": "a.pt",
        "network": "transfer",
        "settings": '{"fine_tune": false}',
        "parameters": 9,
    }
    classifier = CLASSIFIER.frame(
        [
            row
            | {
                "trainable_parameters": 5,
                "image_side_px": 224,
                "best_epoch": 0,
                "seed": 0,
                "rebalancing": "{}",
            }
        ]
    )
    assert network_of(classifier) == {
        "name": "transfer",
        "settings": {"fine_tune": False},
        "rebalancing": {},
        "parameters": 9,
        "trainable_parameters": 5,
        "image_side_px": 224,
    }


@pytest.mark.parametrize("size", [1, 4, 5])
def test_any_number_of_rows_and_no_validation_will_do(size, tmp_path):
    params = QUICK.model_copy(update={"max_epochs": 1, "batch_size": 3})
    assert len(train(*toys(size, 0), folder=tmp_path, params=params).curves) == 1


def test_class_missing_in_validation_is_no_matter(tmp_path):
    rows, pictures = toys(4, 2)
    keep = ~((rows["split"] == "validation") & (rows["label"] == "circle")).to_numpy()
    some = Pictures(pictures.pixels[keep], "", 0)
    assert len(train(rows[keep], some, folder=tmp_path, params=QUICK).curves) == QUICK.max_epochs


@pytest.mark.parametrize("place", [0.1, 0.5, 0.999])
def test_damaged_checkpoint_is_set_aside(place, tmp_path, caplog):
    path = tmp_path / "some.pt"
    checkpoints.save(path, {"weights": torch.arange(5000)})
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    path.write_bytes(data[: len(data) if place < 0.9 else len(data) // 2])
    assert checkpoints.load(path) is None
    assert "damaged" in caplog.text
    assert not path.exists()


def test_prediction_of_no_pictures_is_an_empty_table(finished):
    empty = pd.DataFrame({"image_id": [], "label": []}).astype("str")
    assert predict(finished[1].checkpoint, empty, np.empty((0, SIDE, SIDE, 3), np.uint8)).empty


def test_prediction_does_not_depend_on_the_neighbours(finished):
    rows, pictures = toys()
    together = predict(finished[1].checkpoint, rows, pictures.pixels)
    alone = predict(finished[1].checkpoint, rows[:1], pictures.pixels[:1])
    assert together["confidence"][0] == pytest.approx(alone["confidence"][0], abs=1e-5)
    assert together["confidence"].between(0.5, 1).all()


def test_missing_checkpoint_is_a_named_error(tmp_path):
    with pytest.raises(TrainingError, match="train again"):
        load_trained(tmp_path / "none.pt")


def test_plateau_rate_is_that_of_torch():
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=1.0)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, "max", factor=0.5, patience=2, threshold=0, eps=0
    )
    scores = np.random.default_rng(0).random(60).tolist()
    for epoch, score in enumerate(scores):
        plateau.step(score)
        rate = plateau_rate(scores[: epoch + 1], 1.0, warm_up=0, patience=2, factor=0.5)
        assert rate == pytest.approx(optimiser.param_groups[0]["lr"])


def test_both_schedules_warm_up_alike_and_cosine_ends_near_zero():
    rates = [cosine_rate(epoch, 1.0, warm_up=3, epochs=50) for epoch in range(50)]
    warm = [
        plateau_rate([0.5] * epoch, 1.0, warm_up=3, patience=99, factor=0.5) for epoch in range(4)
    ]
    assert rates[:4] == warm == [0.25, 0.5, 0.75, 1.0]
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert 0 < rates[-1] < 0.01


def test_best_epoch_breaks_ties_by_loss_then_by_time():
    assert best_epoch([0.1, 0.5, 0.5, 0.5], [1.0, 0.9, 0.8, 0.8]) == 2
    assert best_epoch([], []) == -1


def test_jitter_cuts_mirrors_and_keeps_white():
    pictures = torch.rand(64, 20, 20, 3)
    pictures[:, :, :, 0] = torch.arange(20) / 20
    cut = jittered(pictures, 16, torch.Generator().manual_seed(0), amount=0.0)
    rising = cut[:, 0, 0, -1] > cut[:, 0, 0, 0]
    assert cut.shape == (64, 3, 16, 16)
    assert 16 < int(rising.sum()) < 48
    assert len({float(row[0, 0, 0]) for row in cut}) > 4
    white = jittered(torch.ones(4, 20, 20, 3), 16, torch.Generator().manual_seed(0), amount=0.9)
    assert torch.equal(white, torch.ones(4, 3, 16, 16))


def test_jitter_follows_its_generator():
    pictures = torch.rand(8, 20, 20, 3)
    first, again, other = (
        jittered(pictures, 16, torch.Generator().manual_seed(seed), amount=0.5)
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
