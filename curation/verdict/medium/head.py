"""The fitted numbers that tell photographs from illustrations, for one embedder: plain JSON, no
code.

A head ships for each embedder that was fitted (`heads/NAME.json`, with its card `heads/NAME.md`); a
user's own, `medium-NAME.json` in the folder of the weights, comes first. `inksift head fit` makes
both."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from curation.base.errors import WeightsError
from curation.verdict.medium.votes import EMBEDDING, VOTERS, Floats, Voter

FORMAT = 2
SILENT = Voter(center=0.0, spread=1.0, weight=0.0, log=False)
_DIGITS = 6


@dataclass(frozen=True)
class Head:
    """Everything fitted. `mean` and `direction` are over the style features of the embedder (see
    `style.py`), of which the first `content` are of its last map: the products of `direction` and a
    picture's deviation from `mean`, summed over these and over the others, are the measures of
    EMBEDDING. `voters` maps each of VOTERS (a signal younger than the head is SILENT); `base` is
    the log-odds of an average picture where photographs and illustrations are equally many.

    `neighbours` near pictures pull a log-odds by `pull_share` of the difference, at most by
    `pull_limit`. `reject_thresholds` and `keep_thresholds` map promised errors to log-odds (at
    equal shares): at or above the first, so large a share of illustrations lies; below the second,
    so large a share of photographs. A picture whose content measures `doubt` standard deviations or
    more is no clear illustration whatever its texture: there content alone would find both equally
    likely. `quality` is the AUROC of each voter on the calibration set: (auroc, low, high)."""

    embedder: str
    content: int
    mean: Floats
    direction: Floats
    voters: Mapping[str, Voter]
    base: float
    neighbours: int
    pull_share: float
    pull_limit: float
    reject_thresholds: Mapping[float, float]
    keep_thresholds: Mapping[float, float]
    doubt: float
    quality: Mapping[str, tuple[float, float, float]]
    photos: int
    illustrations: int

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
            "base": round(self.base, _DIGITS),
            "voters": {name: voter._asdict() for name, voter in self.voters.items()},
            "neighbours": self.neighbours,
            "pull_share": self.pull_share,
            "pull_limit": self.pull_limit,
            "reject_thresholds": {
                str(error): round(cut, 4) for error, cut in self.reject_thresholds.items()
            },
            "keep_thresholds": {
                str(error): round(cut, 4) for error, cut in self.keep_thresholds.items()
            },
            "doubt": round(self.doubt, 4),
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
            plain: dict[str, Any] = json.loads(data)
            if plain.pop("format") != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            head = cls(
                **{
                    key: _DECODED.get(key, lambda value: value)(value)
                    for key, value in plain.items()
                }
            )
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
        yield from (
            f"voter {name} must have {_SOUND}"
            for name, voter in self.voters.items()
            if not _sound(voter)
        )
        if (
            self.mean.shape != self.direction.shape
            or not np.isfinite([self.mean, self.direction]).all()
        ):
            yield "mean and direction must be finite and of one length"
        if self.mean.ndim != 1 or not _count(self.content) or not 0 < self.content < len(self.mean):
            yield f"content must lie within the {self.mean.size} features, as a whole number"
        numbers = ("base", "pull_share", "pull_limit", "doubt")
        yield from (
            f"{name} must be a finite number"
            for name in numbers
            if not _finite(getattr(self, name))
        )
        counts = ("neighbours", "photos", "illustrations")
        yield from (
            f"{name} must be a whole number, at least 0"
            for name in counts
            if not _count(getattr(self, name))
        )
        thresholds = ("reject_thresholds", "keep_thresholds")
        yield from (
            f"{name} must map {_SOUND_THRESHOLDS}"
            for name in thresholds
            if not _sound_thresholds(getattr(self, name))
        )
        if not all(
            len(row) == 3 and all(isinstance(end, int | float) for end in row)
            for row in self.quality.values()
        ):
            yield "quality must give three numbers for each voter"


def load_head(embedder: str, folders: Sequence[Path] = ()) -> Head:
    """The head for that embedder: the user's own in one of `folders`, else the shipped one;
    WeightsError if neither."""
    for folder in folders:
        own = own_head(folder, embedder)
        if own.is_file():
            return Head.of(own.read_bytes(), str(own))
    shipped = resources.files("curation.verdict.medium") / "heads" / f"{embedder}.json"
    if not shipped.is_file():
        raise WeightsError(
            f"no medium head for {embedder}: use embeddings.embedder=efficientnet-lite0 or "
            "verdicts.recipe=camp2022, or fit one with `inksift head fit` and put it in "
            "--weights-dir"
        )
    return Head.of(shipped.read_bytes(), f"{embedder}.json")


def own_head(folder: Path, embedder: str) -> Path:
    """Where a user's own head for that embedder lies in a folder of weights."""
    return folder / f"medium-{embedder}.json"


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
    return bool(thresholds) and all(
        0 < error < 1 and math.isfinite(cut) for error, cut in thresholds.items()
    )


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _numbers(values: Floats) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


def _thresholds(plain: Mapping[str, float]) -> dict[float, float]:
    return {float(error): float(cut) for error, cut in plain.items()}


_DECODED: Mapping[str, Any] = {
    "mean": lambda values: np.array(values, dtype=np.float64),
    "direction": lambda values: np.array(values, dtype=np.float64),
    "voters": lambda plain: {
        name: Voter(**plain[name]) if name in plain else SILENT for name in VOTERS
    },
    "reject_thresholds": _thresholds,
    "keep_thresholds": _thresholds,
    "quality": lambda plain: {name: tuple(row) for name, row in plain.items()},
}
