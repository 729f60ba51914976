"""How well the medium verdict tells photographs from illustrations, beside every single signal and
camp2022.

    python benchmarks/medium.py [--more FOLDER ...]

Labelled pictures are judged by heads fitted without their publisher, in simulated folders of one
family of illustrations with photographs of every kind; then the crawl, which no fitting touched, by
the shipped head. The voters and thresholds of such a head are fitted to scores of the other
pictures whose own directions did see the publisher."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from labelled_sets import measured_sets, options_of

from inksift.curation.evidence.clusters import ClusterParams, find_clusters
from inksift.curation.evidence.features import FeatureParams, embed, load_embedder
from inksift.curation.evidence.objects import ObjectParams, count_objects, load_detector
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.learned import LearnedParams, judge_learned
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.fitting.calibration import log_odds_alone
from inksift.curation.verdict.medium.fitting.directions import Scores, cross_scores
from inksift.curation.verdict.medium.fitting.families import ILLUSTRATIONS, ON_WHITE
from inksift.curation.verdict.medium.fitting.fit import fit_voting
from inksift.curation.verdict.medium.fitting.lessons import lessons_of
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures
from inksift.curation.verdict.medium.fitting.simulated import (
    MIXED,
    SimulatedFolder,
    families_of,
    simulated_folders,
)
from inksift.curation.verdict.medium.fitting.views import AS_IT_IS
from inksift.curation.verdict.medium.head import load_head
from inksift.curation.verdict.medium.neighbours import nearest, pull
from inksift.curation.verdict.medium.prior import logit, photo_share
from inksift.curation.verdict.medium.thresholds import Promises, Thresholds, media, thresholds
from inksift.curation.verdict.medium.votes import VOTERS

SHARES = (0.0, 0.02, 0.1, 0.3, 0.6, 1.0)
REPEATS = 5
CAMP_STEPS = 25
ALL = "all"


class Judged(NamedTuple):
    """Pictures of one folder."""

    photo: np.ndarray
    """Whether each is a photograph."""

    family: np.ndarray
    """Its kind of picture."""

    log_odds: np.ndarray
    """What the verdict found, the prior included."""

    medium: np.ndarray
    """The answer."""


class Verdict:
    """The head of every picture is one that never saw the picture's publisher."""

    def __init__(self, pictures: MeasuredPictures, scores: Scores, embedder: str) -> None:
        self._pictures = pictures
        count = len(pictures.table)
        self.alone, self._thresholds = np.zeros(count), np.zeros((2, count))
        params, measures = LearnedParams(), scores.measures[AS_IT_IS]
        folds = scores.fold.max() + 1
        for number in range(folds):
            out = scores.fold == number
            head = fit_voting(pictures, scores, ~out, embedder=embedder)
            self.alone[out] = log_odds_alone(head, measures[out])
            promised = Promises(params.max_illustrations_rejected, params.max_photos_kept)
            own = thresholds(head, promised)
            self._thresholds[:, out] = np.array(own)[:, None]
            self.head = head
            print(f"\r  head without publishers, fold {number + 1} of {folds}", end="", flush=True)
        print()

    def judge(self, rows: np.ndarray, *, adapt: bool = True) -> Judged:
        """The verdict on a folder of these pictures."""
        alone, prior = self.alone[rows], 0.0
        if adapt:
            near = nearest(self._pictures.vectors[rows], self.head.neighbours)
            alone = alone + pull(
                alone, near, share=self.head.pull_share, limit=self.head.pull_limit
            )
            prior = logit(photo_share(alone))
        table = self._pictures.table.iloc[rows]
        medium = media(
            alone + prior,
            np.ones(len(rows), dtype=bool),
            prior=prior,
            thresholds=Thresholds(*self._thresholds[:, rows]),
        )
        return Judged(table["photo"].to_numpy(), table["family"].to_numpy(), alone + prior, medium)


def ranking(score: np.ndarray, table: pd.DataFrame) -> list[float]:
    """AUROC of photographs other than products on white against each family of illustrations."""
    photos = (table["photo"] & (table["family"] != ON_WHITE)).to_numpy()
    against = [(table["family"] == name).to_numpy() | photos for name in ILLUSTRATIONS]
    return [quality.auroc(score[rows], photos[rows]) for rows in against]


def figures(folders: Sequence[Judged]) -> dict[str, float]:
    """Means over folders, of those folders that have the pictures; NaN where none has."""
    told = {}
    for name, figure in _FIGURES.items():
        values = np.array([figure(one) for one in folders])
        told[name] = _mean(values[~np.isnan(values)])
    return told


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _f1(photo: np.ndarray, said: np.ndarray) -> float:
    hits = np.count_nonzero(photo & said)
    return 2 * hits / max(np.count_nonzero(photo) + np.count_nonzero(said), 1)


def _error(one: Judged) -> float:
    decided = one.medium != "unsure"
    return _mean((one.medium[decided] == "photo") != one.photo[decided])


_FIGURES = {
    "AUROC": lambda one: quality.auroc(one.log_odds, one.photo),
    "recall": lambda one: _mean(one.medium[one.photo] == "photo"),
    "kept photos": lambda one: _mean(one.medium[one.photo] == "illustration"),
    "lost ill.": lambda one: _mean(one.medium[~one.photo] == "photo"),
    "review": lambda one: _mean(one.medium == "unsure"),
    "error": _error,
    "ECE": lambda one: quality.ece(probability(one.log_odds), one.photo),
    "white seen": lambda one: _mean(one.medium[one.family == ON_WHITE] != "illustration"),
    "F1": lambda one: _f1(one.photo, one.medium == "photo") if one.photo.any() else float("nan"),
}


def single(signals: pd.DataFrame, objects: np.ndarray, noise: np.ndarray) -> dict[str, np.ndarray]:
    """What each signal alone, each suspicion and the recipe camp2022 say at their own limits: True
    for a photograph."""
    values = {signal.name: signals[signal.name].to_numpy() for signal in SIGNALS}
    said = {
        signal.name: (values[signal.name] < signal.keep.low)
        | (values[signal.name] > signal.keep.high)
        for signal in SIGNALS
    }
    said |= {"objects": np.nan_to_num(objects) > 1, "cluster_noise": noise == 1}
    return said | {
        "camp2022": (said["objects"] | said["cluster_noise"]) & (said["edges"] | said["chroma"])
    }


def camp2022(pictures: MeasuredPictures, rows: np.ndarray) -> Iterator[np.ndarray]:
    """What the recipe says of these pictures with every choice of thresholds and votes."""
    objects, noise = np.nan_to_num(pictures.objects[rows]), pictures.noise[rows] == 1
    signals = pictures.signals[AS_IT_IS]
    edges, chroma = signals["edges"].to_numpy(), signals["chroma"].to_numpy()
    steps = np.linspace(0, 1, CAMP_STEPS)
    edge_thresholds = [*np.quantile(edges, steps), np.inf]
    chroma_thresholds = [-np.inf, *np.quantile(chroma, steps)]
    edges, chroma = edges[rows], chroma[rows]
    suspects = []
    for most in (-1, 0, 1, 2, 3, np.inf):
        crowded = objects > most
        suspects += [noise | crowded, crowded]
    for suspect, edge, grey in itertools.product(suspects, edge_thresholds, chroma_thresholds):
        yield suspect & ((edges > edge) | (chroma < grey))


def crawl(data: Path, workspace: Workspace, weights: Path, embedder: str) -> None:
    """The shipped head on a crawl that it never saw."""
    images = find_images(data / "crawl" / "images", workspace, ImageParams())
    read = Thumbnails(workspace, images.thumbnails)
    image_ids = images.hashes["image_id"].tolist()
    features = FeatureParams.of("embeddings", {"embedder": embedder})
    network = load_embedder(workspace, weights, features)
    version = {"workspace": workspace, "pictures_version": read.version}
    embeddings = embed(image_ids, read, embedder=network, params=features, **version).frame
    clusters = find_clusters(embeddings, ClusterParams()).frame
    detector = load_detector(workspace, weights, ObjectParams(download=False))
    counted = count_objects(
        image_ids, read, detector=detector, params=ObjectParams(), **version
    ).frame
    evidence = (
        images.signals.merge(counted.rename(columns={"status": "detector"}), on="image_id")
        .merge(
            embeddings.rename(columns={"status": "embedding"})[["image_id", "embedding"]],
            on="image_id",
        )
        .merge(
            clusters.rename(columns={"dbscan": "cluster"})[["image_id", "cluster"]], on="image_id"
        )
    )
    truth = (
        pd.read_csv(data / "crawl" / "truth.csv")
        .drop_duplicates("sha256")
        .set_index("sha256")["kind"]
        == "photo"
    )
    began = time.process_time()
    judged = judge_learned(
        evidence,
        embeddings,
        LearnedParams(),
        head=load_head(embedder, [weights]),
        answers=pd.Series(dtype=bool),
    )
    seconds = time.process_time() - began
    votes = judged.seen.votes
    photo = votes["image_id"].map(truth).to_numpy(bool)
    one = Judged(
        photo,
        photo,
        votes["log_odds"].to_numpy(),
        judged.judgements["medium"].to_numpy(dtype="str"),
    )
    share = judged.seen.photo_share
    print(
        f"\ncrawl: {len(photo)} distinct pictures, {photo.sum()} photographs; estimated share "
        f"{share:.3f}\n  verdict:"
    )
    print(
        "  "
        + "  ".join(
            f"{name} {value:.3f}" for name, value in figures([one]).items() if name != "white seen"
        )
    )
    print(
        f"  the verdict takes {1000 * seconds / len(photo):.2f} ms CPU per picture over the "
        "embedding"
    )
    rows = evidence.set_index("image_id").loc[votes["image_id"]]
    _print_single(
        rows, rows["objects"].to_numpy(float), (rows["cluster"] == -1).to_numpy(float), photo
    )


def main() -> None:
    given = options_of(__doc__).parse_args()
    pictures = measured_sets(given)
    scores = cross_scores(pictures, lessons_of(pictures))
    verdict = Verdict(pictures, scores, given.embedder)
    _print_ranking(pictures, scores, verdict)
    _print_folders(pictures, verdict)
    _print_camp(pictures, verdict)
    crawl(given.data, Workspace(given.workspace), given.weights_dir, given.embedder)


def _folders(
    pictures: MeasuredPictures, shares: Sequence[float], *, repeats: int, seed: int = 0
) -> list[SimulatedFolder]:
    families = families_of(pictures.table)
    return simulated_folders(pictures.table, families, shares=shares, repeats=repeats, seed=seed)


def _print_ranking(pictures: MeasuredPictures, scores: Scores, verdict: Verdict) -> None:
    print(
        f"\nAUROC, photographs (not {ON_WHITE}) against\n{'':24}"
        + "".join(f"{name[:12]:>14}" for name in ILLUSTRATIONS)
    )
    measures = scores.measures[AS_IT_IS]
    rows = {
        "verdict, no folder": verdict.alone,
        **{name: measures[name].to_numpy() for name in VOTERS},
    }
    rows |= {"verdict, in folders": None}
    for name, score in rows.items():
        values = (
            ranking(score, pictures.table) if score is not None else _in_folders(pictures, verdict)
        )
        print(f"{name:24}" + "".join(f"{value:14.3f}" for value in values))


def _in_folders(pictures: MeasuredPictures, verdict: Verdict) -> list[float]:
    """Mean AUROC in folders with 10 % photographs, of every family."""
    values: dict[str, list[float]] = {name: [] for name in ILLUSTRATIONS}
    for folder in _folders(pictures, (0.1,), repeats=4 * REPEATS):
        one = verdict.judge(folder.rows)
        chosen = one.family != ON_WHITE
        if folder.family in values:
            auroc = quality.auroc(one.log_odds[chosen], one.photo[chosen])
            values[folder.family].append(auroc)
    return [float(np.nanmean(column)) for column in values.values()]


def _print_folders(pictures: MeasuredPictures, verdict: Verdict) -> None:
    print(
        f"\nin folders, at the default thresholds\n{'family':22}{'photos':>7} {'adapt':6}"
        + "".join(f"{n:>12}" for n in _FIGURES)
    )
    made = _folders(pictures, SHARES, repeats=REPEATS, seed=1)
    for share in SHARES:
        alike = [folder for folder in made if folder.photo_share == share]
        for family in [*ILLUSTRATIONS, MIXED, ALL]:
            chosen = [folder.rows for folder in alike if family in (folder.family, ALL)]
            for adapt in (True, False) if family == ALL else (True,):
                told = figures([verdict.judge(rows, adapt=adapt) for rows in chosen])
                cells = "".join(f"{value:12.3f}" for value in told.values())
                print(f"{family:22}{share:7.2f} {'yes' if adapt else 'no':6}{cells}")


def _print_single(
    signals: pd.DataFrame, objects: np.ndarray, noise: np.ndarray, photo: np.ndarray
) -> None:
    print(f"  {'at its own limits':20}{'recall':>8}{'lost ill.':>10}{'error':>8}{'F1':>8}")
    for name, said in single(signals, objects, noise).items():
        row = _mean(said[photo]), _mean(said[~photo]), _mean(said != photo), _f1(photo, said)
        print(f"  {name:20}{row[0]:8.3f}{row[1]:10.3f}{row[2]:8.3f}{row[3]:8.3f}")


def _print_camp(pictures: MeasuredPictures, verdict: Verdict) -> None:
    print("\nlabelled pictures, all together, nothing sent to review")
    everything = pictures.table["photo"].to_numpy()
    _print_single(pictures.signals[AS_IT_IS], pictures.objects, pictures.noise, everything)
    print(
        '\nF1 for "photo" in folders with 20 % photographs; camp2022 with the thresholds best for '
        "all, and for each"
    )
    print(
        f"{'family':22}{'verdict':>9}{'best for all':>14}{'ratio':>7}"
        f"{'best for each':>15}{'ratio':>7}"
    )
    made = _folders(pictures, (0.2,), repeats=REPEATS, seed=2)
    ours, camp = [], []
    for folder in made:
        photo = everything[folder.rows]
        ours.append(_f1(photo, verdict.judge(folder.rows).medium == "photo"))
        camp.append([_f1(photo, said) for said in camp2022(pictures, folder.rows)])
    _print_ratios([folder.family for folder in made], np.array(ours), np.array(camp))


def _print_ratios(families: Sequence[str], ours: np.ndarray, camp: np.ndarray) -> None:
    """F1 of n folders by the verdict, and by every choice of the recipe's thresholds, n x
    choices."""
    shared = camp[:, camp.mean(axis=0).argmax()]
    for family in [*ILLUSTRATIONS, MIXED, ALL]:
        rows = np.array([family in (name, ALL) for name in families])
        us, alike = float(ours[rows].mean()), float(shared[rows].mean())
        each = float(camp.max(axis=1)[rows].mean())
        print(f"{family:22}{us:9.3f}{alike:14.3f}{us / alike:7.2f}{each:15.3f}{us / each:7.2f}")


if __name__ == "__main__":
    main()
