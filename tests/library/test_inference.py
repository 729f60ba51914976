"""Networks are exported once, checked, and give the same answer from any number of threads."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from inksift.curation.base.errors import SchemaError
from inksift.curation.evidence.models import inference
from inksift.curation.evidence.models.inference import (
    Eager,
    NetworkSource,
    Session,
    one_by_one,
    open_network,
)


class Toy(nn.Module):
    """A small network: one convolution, flattened, of any picture size."""

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.convolution = nn.Conv2d(3, channels, 3, padding=1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.convolution(picture.permute(0, 3, 1, 2).float() / 255).flatten(2)


class Builder:
    """Builds the toy, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> nn.Module:
        self.times += 1
        return Toy().eval()


@pytest.fixture
def builder() -> Builder:
    return Builder()


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch) -> None:
    monkeypatch.setattr(inference, "_has_cuda", lambda: False)


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_an_export_is_made_once_and_agrees_with_torch_at_every_size(builder, tmp_path):
    network = NetworkSource("toy", builder, ((32, 32), (16, 32)))
    first, second = open_network(network, tmp_path), open_network(network, tmp_path)
    assert builder.times == 1
    assert isinstance(second, Session)
    eager = Eager(Toy().eval(), "cpu")
    for size in ((32, 32), (8, 40), (64, 24)):
        assert np.allclose(first(picture(*size)), eager(picture(*size)), atol=1e-5)
        assert (first(picture(*size)) == second(picture(*size))).all()
    assert {path.name for path in tmp_path.iterdir()} == {"toy-v1.onnx", "toy-v1.sha256"}


@pytest.mark.parametrize("damage", ["torn", "flipped", "no record"])
def test_a_damaged_export_is_made_again(builder, tmp_path, damage):
    network = NetworkSource("toy", builder, ((32, 32),))
    expected = open_network(network, tmp_path)(picture(32, 32))
    file = tmp_path / "toy-v1.onnx"
    data = file.read_bytes()
    if damage == "no record":
        (tmp_path / "toy-v1.sha256").unlink()
    else:
        file.write_bytes(
            data[: len(data) // 2]
            if damage == "torn"
            else data[:99] + bytes([data[99] ^ 1]) + data[100:]
        )
    assert (open_network(network, tmp_path)(picture(32, 32)) == expected).all()
    assert builder.times == 2
    assert file.read_bytes() == data


def test_one_session_serves_many_threads(builder, tmp_path):
    run = open_network(NetworkSource("toy", builder, ((32, 32),)), tmp_path)
    pictures = [picture(32, 32, seed) for seed in range(40)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, pictures))
    assert all((run(one) == answer).all() for one, answer in zip(pictures, together, strict=True))


def test_without_onnx_torch_runs_the_network(builder, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(inference, "_has_onnx", lambda: False)
    with caplog.at_level(logging.WARNING):
        run = open_network(NetworkSource("toy", builder, ((32, 32),)), tmp_path)
    assert run.runtime == "torch cpu"
    assert "slower" in caplog.text
    assert run(picture(32, 32)).shape == (4, 1024)
    assert not list(tmp_path.iterdir())


def test_an_export_that_disagrees_with_torch_is_not_used(builder, tmp_path, monkeypatch, caplog):
    other = inference.export_onnx(nn.Sequential(Toy(), nn.Sigmoid()).eval(), ((32, 32),))
    monkeypatch.setattr(inference, "export_onnx", lambda module, examples: other)
    with caplog.at_level(logging.WARNING):
        run = open_network(NetworkSource("toy", builder, ((32, 32),)), tmp_path)
    assert isinstance(run, Eager)
    assert "differs from torch" in caplog.text
    assert not list(tmp_path.iterdir())


def test_networks_are_exported_one_at_a_time():
    """Torch fails where a second export begins meanwhile, as of a second call in a notebook."""
    inside, met = [], []

    class Slow(Toy):
        def forward(self, picture):
            inside.append(1)
            met.append(len(inside))
            time.sleep(0.2)
            inside.pop()
            return super().forward(picture)

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(inference.export_onnx, [Slow(), Slow()], [((8, 8),)] * 2))
    assert made[0] == made[1]
    assert max(met) == 1


def test_a_gpu_out_of_memory_moves_the_network_to_the_cpu(caplog):
    class Big(Toy):
        """Too big for any device but the CPU."""

        def to(self, device):
            self.device = device
            return self

        def forward(self, pixels):
            if self.device != "cpu":
                raise torch.OutOfMemoryError("no memory left")
            return super().forward(pixels)

    run = Eager(Big().eval(), "meta")
    with caplog.at_level(logging.WARNING):
        answer = run(picture(32, 32))
    assert (answer == Eager(Toy().eval(), "cpu")(picture(32, 32))).all()
    assert run.runtime == "torch cpu"
    assert "out of memory" in caplog.text


@pytest.mark.parametrize("bad", [{0}, {6}, {3, 4}, set(range(7)), set()])
def test_only_the_pictures_that_a_model_cannot_do_are_lost(bad):
    def model(batch):
        if bad & {int(one.flat[0]) for one in batch}:
            raise RuntimeError("cannot")
        return [int(one.flat[0]) for one in batch]

    pictures = [np.full((2, 2, 3), value, dtype=np.uint8) for value in range(7)]
    assert one_by_one(model, pictures, "toy") == [
        None if value in bad else value for value in range(7)
    ]


def test_a_model_that_answers_for_other_pictures_is_broken_code():
    with pytest.raises(SchemaError, match="toy: expected 2 answers, got 1"):
        one_by_one(lambda batch: [0], [picture(2, 2), picture(2, 2)], "toy")


def test_an_interrupt_is_not_an_answer():
    def model(batch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one_by_one(model, [picture(2, 2)] * 2, "toy")
