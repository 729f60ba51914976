"""How well a head tells pictures of publishers that it never saw, calibration and thresholds
included.

    python benchmarks/medium_cross_set.py [--more FOLDER ...]

Each labelled set in turn is judged by a head fitted whole on the others: in folders of one style
each, with every photograph of the test set in turn. Pictures of publishers that are in the others
too are left out of the test. `--more` adds sets, such as the one that `free_pictures.py` builds;
every fit takes some minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from labelled_sets import measured_sets, options_of

from inksift.curation.verdict.learned import LearnedParams
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.fitting.calibration import log_odds_alone
from inksift.curation.verdict.medium.fitting.fit import fit_head
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures, some, voters_measures
from inksift.curation.verdict.medium.fitting.sources import publishers
from inksift.curation.verdict.medium.fitting.views import AS_IT_IS
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.neighbours import nearest, pull
from inksift.curation.verdict.medium.prior import logit, photo_share
from inksift.curation.verdict.medium.thresholds import media, thresholds

STYLES: Mapping[str, Sequence[str]] = {
    "cartoon, flat, emoji": ("cartoons", "3D emoji"),
    "sketch, line art": ("ink and engravings", "line art"),
    "painting": ("paintings", "watercolours"),
    "digital painting": ("digital art",),
    "storybook": ("storybook",),
}
"""Families of each style that the targets name."""

LEAST = 8
"""Fewer drawings of a style than this say nothing."""

PHOTO_SHARE = 0.2
"""Share of photographs in the folders."""


class Figures(NamedTuple):
    """What a verdict is worth in the folders of one style."""

    drawings: int
    auroc: float
    ece: float
    rejected: float
    kept_photos: float
    review: float


def judged(head: Head, pictures: MeasuredPictures, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """Log-odds of these pictures alone, and in a folder of their own; the answers there."""
    folder = some(pictures, rows)
    measures = voters_measures(folder, head.embedding_measures(folder.style[AS_IT_IS]), AS_IT_IS)
    alone = log_odds_alone(head, measures)
    near = nearest(folder.vectors, head.neighbours)
    pulled = alone + pull(alone, near, share=head.pull_share, limit=head.pull_limit)
    prior = logit(photo_share(pulled))
    at, seen = thresholds(head, LearnedParams().promised()), np.ones(len(rows), dtype=bool)
    return alone, pulled + prior, media(pulled + prior, seen, prior=prior, thresholds=at)


def in_folders(head: Head, pictures: MeasuredPictures, drawings: np.ndarray) -> Figures:
    """The figures of folders with these drawings and PHOTO_SHARE photographs, until every
    photograph was in one."""
    photos = np.random.default_rng(0).permutation(np.flatnonzero(pictures.table["photo"]))
    wanted = max(1, round(len(drawings) * PHOTO_SHARE / (1 - PHOTO_SHARE)))
    told = []
    for start in range(0, len(photos), wanted):
        rows = np.concatenate([drawings, photos[start : start + wanted]])
        told.append((pictures.table["photo"].to_numpy()[rows], *judged(head, pictures, rows)))
    photo, alone, log_odds, medium = (np.concatenate(column) for column in zip(*told, strict=True))
    return Figures(
        len(drawings),
        quality.auroc(alone, photo),
        quality.ece(probability(log_odds), photo),
        float((medium[~photo] == "photo").mean()),
        float((medium[photo] == "illustration").mean()),
        # as a folder has it: each drawing was in every one
        float((medium == "unsure").mean()),
    )


def cross_set(pictures: MeasuredPictures, embedder: str) -> None:
    """Leaves out each set, and prints what a head of the others says of it."""
    print(f"{'left out':12}{'style':24}" + "".join(f"{name:>13}" for name in Figures._fields))
    for name, head, unseen in left_out(pictures, embedder):
        _print(name, head, unseen)


def left_out(
    pictures: MeasuredPictures, embedder: str
) -> Iterator[tuple[str, Head, MeasuredPictures]]:
    """Each set's name, a head fitted on the others, and what no publisher of theirs made in it."""
    of_set = pictures.table["path"].str.split("/").str[0].to_numpy()
    publisher = publishers(pictures.table["source"])
    for name in sorted(set(of_set)):
        others = of_set != name
        head = fit_head(some(pictures, np.flatnonzero(others)), embedder=embedder).head
        unseen = ~others & ~publisher.isin(publisher[others]).to_numpy()
        yield name, head, some(pictures, np.flatnonzero(unseen))


def _print(name: str, head: Head, tested: MeasuredPictures) -> None:
    for style, families in STYLES.items():
        own = tested.table["family"].isin(families) & ~tested.table["photo"]
        if own.sum() < LEAST:
            continue
        figures = in_folders(head, tested, np.flatnonzero(own))
        cells = "".join(f"{figure:13.3f}" for figure in figures[1:])
        print(f"{name:12}{style:24}{figures.drawings:13}{cells}", flush=True)


def main() -> None:
    given = options_of(__doc__).parse_args()
    pictures = measured_sets(given)
    cross_set(pictures, given.embedder)


if __name__ == "__main__":
    main()
