"""Networks run on pictures: exported to ONNX once, checked against torch, then run by ONNX Runtime.

On this kind of work one thread per picture beats several threads on one picture, so a session has
one thread and is shared by all workers. Torch runs the network itself where there is a CUDA GPU, or
where onnx or onnxruntime is absent. A network takes one picture at a time, so what it says of a
picture never depends on its neighbours."""

from __future__ import annotations

import importlib.util
import logging
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.errors import SchemaError
from inksift.curation.base.rgb import Rgb
from inksift.curation.store.files import file_digest, write_atomically

if TYPE_CHECKING:
    from torch import nn

RunNetwork = Callable[[Rgb], Floats32]
"""A network at work: height x width x 3, uint8 -> its one output for this picture, without the
batch axis."""

_Result = TypeVar("_Result")
VERSION = 1
"""Raised whenever networks are exported otherwise: part of the name of stored graphs."""

LEAST_COSINE = 0.9999
"""Least cosine between a graph's answer and that of the network it was made of."""

OPSET = 18
"""Version of ONNX's operators that graphs are made of."""

_EXPORTING = threading.Lock()
"""Torch exports one network at a time in a process, and so do we where threads run beside."""

log = logging.getLogger("inksift")


@dataclass(frozen=True)
class NetworkSource:
    """How to get a network. `name` stands for architecture, weights and head, and names the
    exported file; `build` makes the torch module, 1 x height x width x 3 uint8 -> 1 x ... float32,
    in evaluation mode; it is tried on pictures of the sizes in `examples` (height, width in
    pixels), and takes any size when there are several."""

    name: str
    build: Callable[[], nn.Module]
    examples: tuple[tuple[int, int], ...]


def open_network(network: NetworkSource, folder: Path) -> RunNetwork:
    """The network ready to run, from any number of threads; an export is kept in `folder` for the
    next time."""
    if _has_cuda():
        return Eager(network.build(), "cuda")
    if not _has_onnx():
        log.warning(
            "onnx or onnxruntime is not installed: %s runs on torch, two to four times slower",
            network.name,
        )
        return Eager(network.build(), "cpu")
    file = folder / f"{network.name}-v{VERSION}.onnx"
    if _is_sound(file):
        return Session(file.read_bytes())
    return _exported(network, file)


def one_by_one(
    model: Callable[[Sequence[Rgb]], Sequence[_Result]], pictures: Sequence[Rgb], name: str
) -> list[_Result | None]:
    """The model's answer for every picture; when it raises on a batch, the batch is halved until
    only the pictures that it cannot do are left, and those get None. SchemaError when it answers
    for another number of pictures."""
    try:
        answers = model(pictures)
    except MemoryError:  # a fact about this machine at this moment
        raise
    except (
        Exception
    ) as error:  # whatever else a model raises on a picture is a fact about that picture
        if len(pictures) == 1:
            log.warning("%s failed on a picture: %s: %s", name, type(error).__name__, error)
            return [None]
        half = len(pictures) // 2
        return one_by_one(model, pictures[:half], name) + one_by_one(model, pictures[half:], name)
    if len(answers) != len(pictures):
        raise SchemaError(f"{name}: expected {len(pictures)} answers, got {len(answers)}")
    return list(answers)


class Session:
    """A network in ONNX Runtime, on one thread of the CPU per call."""

    runtime = "onnxruntime"

    def __init__(self, model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, picture: Rgb) -> Floats32:
        answer: Floats32 = self._session.run(None, {"picture": picture[None]})[0][0]
        return answer


class Eager:
    """A network in torch, one call at a time; out of memory on the GPU, it moves to the CPU for
    good."""

    def __init__(self, module: nn.Module, device: str) -> None:
        self._module = module.to(device)
        self._device = device
        self._lock = threading.Lock()

    @property
    def runtime(self) -> str:
        """Where it runs."""
        return f"torch {self._device}"

    def __call__(self, picture: Rgb) -> Floats32:
        import torch

        with self._lock:
            try:
                return self._forward(picture)
            except torch.OutOfMemoryError:
                if self._device == "cpu":
                    raise
                log.warning("the GPU is out of memory: going on on the CPU")
                self._module, self._device = self._module.to("cpu"), "cpu"
                return self._forward(picture)

    def _forward(self, picture: Rgb) -> Floats32:
        import torch

        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(picture))[None].to(self._device)
            answer: Floats32 = self._module(pixels)[0].cpu().numpy()
            return answer


def _exported(network: NetworkSource, file: Path) -> RunNetwork:
    module = network.build()
    model = export_onnx(module, network.examples)
    session, eager = Session(model), Eager(module.eval(), "cpu")
    worst = min(_agreement(session, eager, size) for size in network.examples)
    if worst < LEAST_COSINE:
        log.warning(
            "the export of %s differs from torch (cosine %.6f): running torch instead",
            network.name,
            worst,
        )
        return eager
    write_atomically(file, model)
    write_atomically(_record(file), file_digest(file).encode())
    return session


def export_onnx(module: nn.Module, examples: Sequence[tuple[int, int]]) -> bytes:
    """An ONNX model of `module`, traced on a picture of the first size; any height and width when
    there are several."""
    import torch

    buffer, free = BytesIO(), {1: "height", 2: "width"}
    with _EXPORTING, warnings.catch_warnings(), torch.no_grad():
        warnings.filterwarnings(
            "ignore", "You are using the legacy TorchScript-based ONNX export", DeprecationWarning
        )
        warnings.filterwarnings("ignore", "The feature will be removed", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding - Only steps=1", UserWarning)
        torch.onnx.export(
            module,
            (torch.from_numpy(_noise(examples[0]))[None],),
            buffer,  # type: ignore[arg-type]
            dynamo=False,
            opset_version=OPSET,
            input_names=["picture"],
            output_names=["answer"],
            dynamic_axes={"picture": free, "answer": _free_axes(module, examples)}
            if len(examples) > 1
            else None,
        )
    return buffer.getvalue()


def _free_axes(module: nn.Module, examples: Sequence[tuple[int, int]]) -> dict[int, str]:
    import torch

    first, second = (module(torch.from_numpy(_noise(size))[None]).shape for size in examples[:2])
    return {
        axis: f"axis{axis}" for axis, (a, b) in enumerate(zip(first, second, strict=True)) if a != b
    }


def _agreement(one: RunNetwork, other: RunNetwork, size: tuple[int, int]) -> float:
    picture = _noise(size)
    a, b = (run(picture).astype(np.float64).ravel() for run in (one, other))
    return float(a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), np.finfo(float).tiny))


def _noise(size: tuple[int, int]) -> Rgb:
    return np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)


def _record(file: Path) -> Path:
    return file.with_suffix(".sha256")


def _is_sound(file: Path) -> bool:
    record = _record(file)
    return file.is_file() and record.is_file() and record.read_text() == file_digest(file)


def _has_onnx() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("onnx", "onnxruntime"))


def _has_cuda() -> bool:
    """Whether torch can use a GPU; it is imported only where there is a sign of one."""
    if not any(Path(sign).exists() for sign in ("/dev/nvidiactl", "/dev/dxg")):
        return False
    import torch

    return bool(torch.cuda.is_available())
