"""The fitted numbers that tell photographs from illustrations, for one embedder: plain JSON, no
code.

A head ships for each embedder that was fitted (`heads/NAME.json`, with its card `heads/NAME.md`); a
user's own, `medium-NAME.json` in the folder of the weights, comes first. `inksift head fit` makes
both."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from inksift.curation.base.errors import WeightsError
from inksift.curation.verdict.medium.votes import EMBEDDING, VOTERS, Floats, Voter

FORMAT = 3
"""Of the file; a head of another format is refused."""

SILENT = Voter(center=0.0, spread=1.0, weight=0.0, log=False)
"""The voter of a signal younger than the head."""


@dataclass(frozen=True)
class HeadDigits:
    """How exactly a head is stored: more than a verdict shows, so that rounding changes none."""

    base: int = 6
    """Decimals of the base, log-odds."""

    thresholds: int = 4
    """Decimals of the thresholds, log-odds."""

    features: int = 5
    """Significant digits of the numbers per feature."""


_DIGITS = HeadDigits()
_SHIPPED = Path(__file__).with_name("heads")


@dataclass(frozen=True)
class Head:
    """Everything fitted, for one embedder."""

    embedder: str
    """The network whose features it reads."""

    content: int
    """How many of the d style features (see `style.py`) are of the network's last map; they come
    first."""

    mean: Floats
    """Mean of each feature over the calibration set, d."""

    direction: Floats
    """Weight of each feature, d. Its products with a picture's deviations from `mean`, summed over
    the first `content` features and over the others, are the measures of EMBEDDING."""

    voters: Mapping[str, Voter]
    """How each of VOTERS votes; SILENT for a signal younger than the head."""

    base: float
    """Log-odds of an average picture where photographs and illustrations are equally many."""

    neighbours: int
    """How many near pictures of the folder pull a log-odds."""

    pull_share: float
    """By which share of the difference they pull."""

    pull_limit: float
    """By how many log-odds at most."""

    reject_thresholds: Mapping[float, float]
    """Log-odds (at equal shares) by promised error: so large a share of illustrations lies at or
    above."""

    keep_thresholds: Mapping[float, float]
    """Log-odds by promised error: so large a share of photographs lies below."""

    quality: Mapping[str, tuple[float, float, float]]
    """AUROC of each voter on the calibration set and its 95 % interval: value, low, high. Without
    those that nothing is known of."""

    photos: int
    """Photographs in the calibration set."""

    illustrations: int
    """Illustrations in it."""

    def embedding_measures(self, style: npt.NDArray[np.float32]) -> Floats:
        """The measures of EMBEDDING of n pictures, n x 2, from their style features, n x dimension.

        Each picture is computed alone, so that its answer does not depend on how many others there
        are."""
        measured = [
            np.add.reduceat((row - self.mean) * self.direction, [0, self.content]) for row in style
        ]
        return np.array(measured, dtype=np.float64).reshape(len(style), len(EMBEDDING))

    def reweighted(self, weights: Mapping[str, float], base: float) -> Self:
        """The same head with other weights of its voters, and another base."""
        voters = {name: voter._replace(weight=weights[name]) for name, voter in self.voters.items()}
        return replace(self, voters=voters, base=base)

    def to_json(self) -> bytes:
        """The head as it is stored."""
        plain = {
            "format": FORMAT,
            "embedder": self.embedder,
            "content": self.content,
            "base": round(self.base, _DIGITS.base),
            "voters": {name: voter._asdict() for name, voter in self.voters.items()},
            "neighbours": self.neighbours,
            "pull_share": self.pull_share,
            "pull_limit": self.pull_limit,
            "reject_thresholds": _rounded_thresholds(self.reject_thresholds),
            "keep_thresholds": _rounded_thresholds(self.keep_thresholds),
            "quality": {name: list(row) for name, row in self.quality.items()},
            "photos": self.photos,
            "illustrations": self.illustrations,
            "mean": _numbers(self.mean),
            "direction": _numbers(self.direction),
        }
        return (json.dumps(plain) + "\n").encode()

    @classmethod
    def of(cls, data: bytes, name: str) -> Self:
        """The head in `data`; WeightsError names the file when it is none, or of another format."""
        try:
            plain = json.loads(data)
            if plain.pop("format") != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            fields = {
                key: _DECODED[key](value) if key in _DECODED else value
                for key, value in plain.items()
            }
            head = cls(**fields)
            head._check()
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise WeightsError(
                f"{name} is not a medium head ({error}): fit one with `inksift head fit`"
            ) from error
        return head

    def _check(self) -> None:
        problem = next(self._problems(), "")
        if problem:
            raise ValueError(problem)

    def _problems(self) -> Iterator[str]:
        """What keeps the head from judging, in words; what comes later holds only where nothing
        came before."""
        if any(self.voters[name] is SILENT for name in EMBEDDING):
            yield f"its voters lack {' or '.join(EMBEDDING)}"
        for name, voter in self.voters.items():
            if not _sound(voter):
                yield f"voter {name} must have {_SOUND}"
        of_one_length = self.mean.shape == self.direction.shape
        if not of_one_length or not np.isfinite([self.mean, self.direction]).all():
            yield "mean and direction must be finite and of one length"
        if self.mean.ndim != 1 or not _count(self.content) or not 0 < self.content < len(self.mean):
            yield f"content must lie within the {self.mean.size} features, as a whole number"
        for name in ("base", "pull_share", "pull_limit"):
            if not _finite(getattr(self, name)):
                yield f"{name} must be a finite number"
        for name in ("neighbours", "photos", "illustrations"):
            if not _count(getattr(self, name)):
                yield f"{name} must be a whole number, at least 0"
        for name in ("reject_thresholds", "keep_thresholds"):
            if not _sound_thresholds(getattr(self, name)):
                yield f"{name} must map {_SOUND_THRESHOLDS}"
        if not all(_is_interval(row) for row in self.quality.values()):
            yield "quality must give three numbers for each voter"


def load_head(embedder: str, folders: Sequence[Path] = ()) -> Head:
    """The head for that embedder: the user's own in one of `folders`, else the shipped one;
    WeightsError if neither."""
    for folder in folders:
        own = own_head(folder, embedder)
        if own.is_file():
            return Head.of(own.read_bytes(), str(own))
    shipped = _SHIPPED / f"{embedder}.json"
    if not shipped.is_file():
        raise WeightsError(
            f"no medium head for {embedder}: use embeddings.embedder=efficientnet-lite2 or "
            "efficientnet-lite0, or verdicts.recipe=camp2022, or fit one with `inksift head fit` "
            "and put it in --weights-dir"
        )
    return Head.of(shipped.read_bytes(), f"{embedder}.json")


def own_head(folder: Path, embedder: str) -> Path:
    """Where a user's own head for that embedder lies in a folder of weights."""
    return folder / f"medium-{embedder}.json"


def head_files(folders: Sequence[Path]) -> list[Path]:
    """All heads that may judge, for whatever embedder: the user's own in `folders`, and the shipped
    ones."""
    own = (folder.glob(own_head(folder, "*").name) for folder in folders)
    return [*sorted(chain.from_iterable(own)), *sorted(_SHIPPED.glob("*.json"))]


def digest(head: Head) -> str:
    """A short digest of everything in the head."""
    return hashlib.sha256(head.to_json()).hexdigest()[:16]


_SOUND = "a finite center and weight, a spread above 0, and log true or false"
_SOUND_THRESHOLDS = "at least one error, between 0 and 1, to finite numbers"


def _sound(voter: Voter) -> bool:
    numbers = (voter.center, voter.spread, voter.weight)
    return (
        all(_finite(number) for number in numbers)
        and voter.spread > 0
        and isinstance(voter.log, bool)
    )


def _sound_thresholds(thresholds: Mapping[float, float]) -> bool:
    sound = [0 < error < 1 and math.isfinite(at) for error, at in thresholds.items()]
    return bool(sound) and all(sound)


def _is_interval(row: Sequence[object]) -> bool:
    return len(row) == 3 and all(isinstance(end, int | float) for end in row)


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _numbers(values: Floats) -> list[float]:
    return [float(f"{value:.{_DIGITS.features}g}") for value in values]


def _rounded_thresholds(thresholds: Mapping[float, float]) -> dict[str, float]:
    return {str(error): round(at, _DIGITS.thresholds) for error, at in thresholds.items()}


def _thresholds(plain: Mapping[str, float]) -> dict[float, float]:
    return {float(error): float(at) for error, at in plain.items()}


def _array(plain: Sequence[float]) -> Floats:
    return np.array(plain, dtype=np.float64)


def _voters(plain: Mapping[str, Mapping[str, Any]]) -> dict[str, Voter]:
    return {name: Voter(**plain[name]) if name in plain else SILENT for name in VOTERS}


def _quality(plain: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(row) for name, row in plain.items()}


_DECODED: Mapping[str, Callable[[Any], Any]] = {
    "mean": _array,
    "direction": _array,
    "voters": _voters,
    "reject_thresholds": _thresholds,
    "keep_thresholds": _thresholds,
    "quality": _quality,
}
"""How what JSON holds becomes a field, where it is not the field itself."""
