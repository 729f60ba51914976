"""Hashes to search in: random ones with planted neighbours, and the crowds that drawings make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RADIUS = 8

Pairs = tuple[np.ndarray, np.ndarray]


def planted(number: int) -> tuple[np.ndarray, Pairs]:
    """Random hashes, a tenth of them 0 to 8 bits from one of a few others, and which is near
    which."""
    rng = np.random.default_rng(number)
    hashes = rng.integers(0, 2**64, number, dtype=np.uint64)
    copies, others = np.split(
        rng.permutation(number)[: number // 10 + number // 40], [number // 10]
    )
    originals = rng.choice(others, len(copies))
    hashes[copies] = flipped(hashes[originals], rng)
    return hashes, (originals, copies)


def flipped(hashes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The hashes with 0 to 8 bits changed."""
    places = rng.random((len(hashes), 64)).argsort(axis=1)[:, :RADIUS].astype(np.uint64)
    flips = (np.uint64(1) << places) * (
        np.arange(RADIUS) < rng.integers(0, RADIUS + 1, (len(hashes), 1))
    )
    return hashes ^ np.bitwise_or.reduce(flips.astype(np.uint64), axis=1)


def hashed(pictures: list[Callable[[], np.ndarray]]) -> np.ndarray:
    """Hashes in eight orientations of what is inside the borders, n x 8."""
    from inksift.curation.base.engine import per_item
    from inksift.curation.gather.gate.content import find_content
    from inksift.curation.gather.gate.fingerprint import fingerprint

    def oriented(picture: Callable[[], np.ndarray]) -> list[int]:
        rgb = picture()
        return fingerprint(find_content(rgb, rgb)).oriented

    return np.array(per_item(oriented, pictures), dtype=np.uint64)


def identical(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures with one hash: its rows, and whether they are trusted."""
    return np.tile(
        np.random.default_rng(0).integers(0, 2**64, 8, dtype=np.uint64), (number, 1)
    ), np.ones(number, bool)


def blank(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of one colour, the hashes of which are noise and not trusted."""
    return np.random.default_rng(0).integers(0, 2**64, (number, 8), dtype=np.uint64), np.zeros(
        number, bool
    )


def sketches(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Line drawings on white, no two alike."""
    from planted_copies import sketch

    hashes = hashed(
        [lambda seed=seed: sketch(np.random.default_rng(seed)) for seed in range(number)]
    )
    return hashes, np.ones(number, bool)


def one_figure(number: int) -> tuple[np.ndarray, np.ndarray]:
    """One line drawing, each time with another little stroke: nearly all have close hashes, and few
    the same."""
    import cv2
    from planted_copies import sketch

    figure = sketch(np.random.default_rng(0))

    def drawn(seed: int) -> np.ndarray:
        start, end = np.random.default_rng(seed).integers(100, 380, 2) + np.array(
            [[0, 0], [40, 25]]
        )
        return cv2.line(figure.copy(), start.tolist(), end.tolist(), (0, 0, 0), 3)

    hashes = hashed([lambda seed=seed: drawn(seed) for seed in range(number)])
    return hashes, np.ones(number, bool)


CROWDS = {"identical": (identical, 10_000), "blank": (blank, 10_000), "sketches": (sketches, 5_000)}
CROWDS |= {"one figure": (one_figure, 5_000)}
