"""Fit the medium head of an embedder on the labelled pictures, and write its numbers and its card.

    python benchmarks/fit_medium_head.py                              # the shipped head, for efficientnet-lite0
    python benchmarks/fit_medium_head.py --embedder efficientnet-b4   # another embedder; its weights must be there
    python benchmarks/fit_medium_head.py --sets labelled2 --out DIR   # a head that never saw the pictures of the others

Everything is chosen by leaving sources out: the embedding's direction that scores a picture never
saw a picture of the same source, and voters, calibration and thresholds are fitted to those scores,
in simulated folders of one family of illustrations with photographs of every kind."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from medium_pictures import CUT_OUT, ILLUSTRATIONS, SETS, VIEWS, Pictures, load_pictures
from sklearn.linear_model import LogisticRegression

from curation.gather.signals import SIGNALS
from curation.store.workspace import Workspace
from curation.verdict.medium import quality
from curation.verdict.medium.fit import fit_votes, log_loss
from curation.verdict.medium.head import Head
from curation.verdict.medium.neighbours import nearest, pull
from curation.verdict.medium.thresholds import PROMISES
from curation.verdict.medium.votes import EMBEDDING, VOTERS, Voter

REGULARISATION = 2e-4
CUT_OUT_WEIGHT = 0.4
LARGE_SOURCE = 8
SMALL_FOLDS = 10
NEIGHBOURS, PULL_SHARE, PULL_LIMIT = 10, 0.5, 1.0
SCORED_VIEWS = ("as it is", "squashed")
SHARES = (0.02, 0.1, 0.3)
FOLDERS = 3
LARGEST_FOLDER = 400
REDRAWS = 200
LOGGED = {*(signal.name for signal in SIGNALS), "objects"}


class Sample(NamedTuple):
    """Standardised measures (n x voters), truth, weight, and a group that shares no source with
    another."""

    inputs: np.ndarray
    photo: np.ndarray
    weight: np.ndarray
    group: np.ndarray


class Scores(NamedTuple):
    """The embedding's measures of every picture in the scored views, by a direction that never saw
    its source, and that direction's fold."""

    by_view: Mapping[str, pd.DataFrame]
    fold: np.ndarray


def folds(sources: pd.Series) -> np.ndarray:
    """The fold of every picture: a source of its own for large sources, ten folds of whole sources
    for the others."""
    sizes = sources.map(sources.value_counts())
    names = sorted(set(sources))
    shuffled = dict(
        zip(np.random.default_rng(0).permutation(names).tolist(), range(len(names)), strict=True)
    )
    small = "small " + sources.map(shuffled).mod(SMALL_FOLDS).astype("str")
    return pd.factorize(sources.where(sizes >= LARGE_SOURCE, small))[0]


def balance(table: pd.DataFrame, by: str) -> np.ndarray:
    """Weights of mean 1 under which photographs and illustrations weigh the same, and a group its
    size's root."""
    weight = table.groupby(["photo", by])["photo"].transform("size").to_numpy(float) ** -0.5
    for photo in (True, False):
        own = (table["photo"] == photo).to_numpy()
        weight[own] /= 2 * weight[own].mean() * own.mean()
    return weight


def fit_direction(pictures: Pictures, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and direction of the chosen pictures' style features, over all views (logistic
    regression)."""
    table = pictures.table[chosen]
    weight, photo = balance(table, "source"), table["photo"].to_numpy()
    scenes = table["family"].isin(CUT_OUT).to_numpy()
    parts = [(pictures.style[view][chosen], photo, weight) for view in VIEWS if view != "cut out"]
    parts.append(
        (pictures.style["cut out"][chosen][scenes], photo[scenes], CUT_OUT_WEIGHT * weight[scenes])
    )
    features, photo, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=REGULARISATION, max_iter=300)
    model.fit((features - mean) / spread, photo, sample_weight=weight)
    return mean.astype(np.float64), (model.coef_[0] / spread).astype(np.float64)


def cross_scores(pictures: Pictures) -> Scores:
    """Every picture scored without its source."""
    fold = folds(pictures.table["source"])
    scores = {
        view: pd.DataFrame(0.0, index=pictures.table.index, columns=list(EMBEDDING))
        for view in SCORED_VIEWS
    }
    for number in range(fold.max() + 1):
        out = fold == number
        mean, direction = fit_direction(pictures, ~out)
        for view in SCORED_VIEWS:
            parts = (pictures.style[view][out] - mean) * direction
            scores[view].loc[out] = np.add.reduceat(parts, [0, pictures.vectors.shape[1]], axis=1)
        print(f"\r  without source {number + 1} of {fold.max() + 1}", end="", flush=True)
    print()
    return Scores(scores, fold)


def measured(pictures: Pictures, scores: Scores, view: str) -> pd.DataFrame:
    """What every voter measured in a view; objects and clusters only of the pictures as they
    are."""
    seen = view == "as it is"
    columns = {name: scores.by_view[view][name] for name in EMBEDDING}
    columns |= {signal.name: pictures.signals[view][signal.name].to_numpy() for signal in SIGNALS}
    columns |= {
        "objects": pictures.objects if seen else np.nan,
        "cluster_noise": pictures.noise if seen else np.nan,
    }
    return pd.DataFrame(columns, columns=list(VOTERS), index=pictures.table.index, dtype="float64")


def fit_head(pictures: Pictures, scores: Scores, chosen: np.ndarray, *, embedder: str) -> Head:
    """The head of the chosen pictures, without its direction: voters, calibration and cut
    points."""
    table = pictures.table[chosen]
    views = {view: measured(pictures, scores, view)[chosen] for view in SCORED_VIEWS}
    both, photo = pd.concat(list(views.values())), np.tile(table["photo"].to_numpy(), len(views))
    weight = np.tile(balance(table, "family"), len(views))
    aurocs = {name: _auroc(views["as it is"][name], table) for name in VOTERS}
    voters = {name: _unweighted(both[name].to_numpy(), name) for name in VOTERS}
    inputs = np.column_stack([voters[name].standardised(both[name].to_numpy()) for name in VOTERS])
    sample = Sample(inputs, photo, weight, np.tile(scores.fold[chosen] % SMALL_FOLDS, len(views)))
    weights, base = _fit(sample, _earned(sample, aurocs))
    head = Head(
        embedder=embedder,
        content=pictures.vectors.shape[1],
        mean=np.zeros(0),
        direction=np.zeros(0),
        voters={
            name: voter._replace(weight=float(w))
            for (name, voter), w in zip(voters.items(), weights, strict=True)
        },
        base=base,
        neighbours=NEIGHBOURS,
        pull_share=PULL_SHARE,
        pull_limit=PULL_LIMIT,
        reject_thresholds={},
        keep_thresholds={},
        doubt=_doubt(
            voters["content"].standardised(views["as it is"]["content"].to_numpy()), table
        ),
        quality={name: tuple(round(bound, 4) for bound in row) for name, row in aurocs.items()},
        photos=int(table["photo"].sum()),
        illustrations=int((~table["photo"]).sum()),
    )
    return _calibrated(head, pictures, views, chosen)


def vote(head: Head, measures: pd.DataFrame) -> np.ndarray:
    """The log-odds of pictures with these measures, before their folder is looked at."""
    votes = [voter.vote(measures[name].to_numpy(float)) for name, voter in head.voters.items()]
    return np.asarray(head.base + np.sum(votes, axis=0))


def simulated_folders(
    table: pd.DataFrame, *, shares: Sequence[float], repeats: int, seed: int = 0
) -> list[tuple[str, float, np.ndarray]]:
    """(family, share of photographs, rows) of folders with one family of illustrations, or all
    ("mixed"), among photographs of every kind."""
    rng = np.random.default_rng(seed)
    photos = np.flatnonzero(table["photo"])
    families = {name: np.flatnonzero(table["family"] == name) for name in ILLUSTRATIONS}
    made = []
    for name in [*(name for name, rows in families.items() if len(rows)), "mixed"]:
        for share in [share for share in shares for _ in range(repeats)]:
            made.append((name, share, _folder(name, share, families, photos, rng)))
    return made


def _folder(
    name: str,
    share: float,
    families: Mapping[str, np.ndarray],
    photos: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    if share == 1:
        return rng.choice(photos, min(len(photos), LARGEST_FOLDER), replace=False)
    pools = [families[name]] if name != "mixed" else list(families.values())
    own = np.concatenate([_some(pool, LARGEST_FOLDER // len(pools), rng) for pool in pools])
    return np.concatenate([own, _some(photos, round(len(own) * share / (1 - share)), rng)])


def _some(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(rows, min(len(rows), most), replace=False)


def _earned(sample: Sample, aurocs: Mapping[str, quality.Interval]) -> list[int]:
    """The sign of every voter that earns a vote, 0 for the others.

    The two halves of the embedding's own regression vote together. Any other voter has to rank
    better than chance over redrawn sources, and to lower the loss on sources that were left out by
    more than one standard error, beside the voters before it, the best first."""
    signs = [int(name in EMBEDDING) for name in VOTERS]
    losses = _left_out_losses(sample, signs)
    others = {
        name: row
        for name, row in aurocs.items()
        if name not in EMBEDDING and not quality.at_chance(row)
    }
    ranks = {name: abs(row.value - 0.5) for name, row in others.items()}
    for name in sorted(ranks, key=lambda name: -ranks[name]):
        tried = list(signs)
        tried[VOTERS.index(name)] = 1 if aurocs[name].value > 0.5 else -1
        saved = losses - (new := _left_out_losses(sample, tried))
        if saved.mean() > saved.std(ddof=1) / np.sqrt(len(saved)):
            signs, losses = tried, new
    return signs


def _left_out_losses(sample: Sample, signs: Sequence[int]) -> np.ndarray:
    """The weighted loss on every group, by a fit to the other groups."""
    losses = []
    for number in np.unique(sample.group):
        out = sample.group == number
        weights, base = _fit(Sample(*(part[~out] for part in sample)), signs)
        log_odds = np.nan_to_num(sample.inputs[out]) @ weights + base
        losses.append(sample.weight[out] @ log_loss(log_odds, sample.photo[out]))
    return np.array(losses)


def _fit(sample: Sample, signs: Sequence[int]) -> tuple[np.ndarray, float]:
    nothing = np.zeros(len(VOTERS))
    return fit_votes(
        sample.inputs,
        sample.photo,
        sample.weight,
        prior_weights=nothing,
        prior_base=0.0,
        strength=1.0,
        signs=signs,
    )


def _auroc(measure: pd.Series, table: pd.DataFrame) -> quality.Interval:
    """AUROC, with the interval of redrawn sources: pictures of one source are not independent
    witnesses."""
    weight, photo, score = balance(table, "family"), table["photo"].to_numpy(), measure.to_numpy()
    rows = [
        group.to_numpy()
        for _, group in pd.Series(np.arange(len(table))).groupby(table["source"].to_numpy())
    ]
    rng = np.random.default_rng(0)
    values = []
    for _ in range(REDRAWS):
        drawn = np.concatenate([rows[number] for number in rng.integers(0, len(rows), len(rows))])
        values.append(quality.auroc(score[drawn], photo[drawn], weight[drawn]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return quality.Interval(quality.auroc(score, photo, weight), float(low), float(high))


def _doubt(content: np.ndarray, table: pd.DataFrame) -> float:
    """Where content alone finds photographs and illustrations equally likely."""
    nothing = np.zeros(1)
    (weight,), base = fit_votes(
        content[:, None],
        table["photo"].to_numpy(),
        balance(table, "family"),
        prior_weights=nothing,
        prior_base=0.0,
        strength=1e-3,
        signs=[1],
    )
    return float(-base / weight)


def _unweighted(measure: np.ndarray, name: str) -> Voter:
    scaled = np.log1p(np.maximum(measure, 0)) if name in LOGGED else measure
    known = scaled[~np.isnan(scaled)]
    spread = float(known.std()) if len(known) else 0.0
    return Voter(float(known.mean()) if len(known) else 0.0, spread or 1.0, 0.0, name in LOGGED)


def _calibrated(
    head: Head, pictures: Pictures, views: Mapping[str, pd.DataFrame], chosen: np.ndarray
) -> Head:
    """The head with votes scaled so that, in folders, a log-odds is one; and with its cut
    points."""
    table, vectors = pictures.table[chosen].reset_index(drop=True), pictures.vectors[chosen]
    folders = simulated_folders(table, shares=SHARES, repeats=FOLDERS)
    near = [nearest(vectors[rows], NEIGHBOURS) for _, _, rows in folders]
    photo = np.concatenate([table["photo"].to_numpy()[rows] for _, _, rows in folders] * len(views))
    family = np.concatenate(
        [table["family"].to_numpy()[rows] for _, _, rows in folders] * len(views)
    )
    weight = balance(pd.DataFrame({"photo": photo, "family": family}), "family")

    def in_folders(scaled: Head) -> np.ndarray:
        log_odds = [vote(scaled, measures) for measures in views.values()]
        pulled = [
            own[rows] + pull(own[rows], others, share=PULL_SHARE, limit=PULL_LIMIT)
            for own in log_odds
            for (_, _, rows), others in zip(folders, near, strict=True)
        ]
        return np.concatenate(pulled)

    for _ in range(3):
        answers = in_folders(head)[:, None]
        gain, offset = fit_votes(
            answers,
            photo,
            weight,
            prior_weights=np.ones(1),
            prior_base=0.0,
            strength=1e-3,
            signs=[1],
        )
        weights = {name: float(voter.weight * gain[0]) for name, voter in head.voters.items()}
        head = head.reweighted(weights, float(head.base * gain[0] + offset))
    log_odds = in_folders(head)
    content = [
        head.voters["content"].standardised(measures["content"].to_numpy())
        for measures in views.values()
    ]
    doubtful = (
        np.concatenate([own[rows] for own in content for _, _, rows in folders]) >= head.doubt
    )
    reject = {error: _quantile(log_odds[~photo], weight[~photo], 1 - error) for error in PROMISES}
    never_kept = np.where(doubtful, np.inf, log_odds)
    most = max(reject.values())
    keep = {
        error: min(_quantile(never_kept[photo], weight[photo], error), most) for error in PROMISES
    }
    return replace(head, reject_thresholds=reject, keep_thresholds=keep)


def _quantile(values: np.ndarray, weight: np.ndarray, share: float) -> float:
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(np.searchsorted(mass, share), len(values) - 1)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="holds labelled/ and labelled2/"
    )
    parser.add_argument(
        "--sets", nargs="+", choices=SETS, default=SETS, help="fit on these sets of pictures alone"
    )
    parser.add_argument(
        "--weights-dir",
        type=Path,
        default=Path("../shared/weights"),
        help="YOLO's, and the embedder's",
    )
    parser.add_argument("--embedder", default="efficientnet-lite0")
    parser.add_argument(
        "--workspace",
        type=Path,
        default=Path("medium-workspace"),
        help="where measurements are kept",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("curation/verdict/medium/heads"),
        help="where head and card are written",
    )
    given = parser.parse_args()
    workspace = Workspace(given.workspace)
    pictures = load_pictures(
        given.data, workspace, embedder=given.embedder, weights=given.weights_dir, sets=given.sets
    )
    everything = np.ones(len(pictures.table), dtype=bool)
    scores = cross_scores(pictures)
    head = fit_head(pictures, scores, everything, embedder=given.embedder)
    mean, direction = fit_direction(pictures, everything)
    head = replace(head, mean=mean, direction=direction)
    for path, text in (
        (f"{given.embedder}.json", head.to_json()),
        (f"{given.embedder}.md", _card(head, pictures, scores)),
    ):
        (given.out / path).write_bytes(text)
        print(f"wrote {given.out / path}, {len(text):,} bytes")


def _card(head: Head, pictures: Pictures, scores: Scores) -> bytes:
    table = pictures.table
    log_odds = vote(head, measured(pictures, scores, "as it is"))
    photos = (table["photo"] & (table["family"] != "products on white")).to_numpy()
    ranking = [
        f"| {family} | {len(rows)} | {rows['source'].nunique()} | "
        f"{quality.auroc(*_against(log_odds, rows.index.to_numpy(), photos)):.3f} |"
        for family, rows in table[~table["photo"]].groupby("family")
    ]
    pools = [
        f"| {family} | {len(rows)} | {rows['source'].nunique()} |"
        for family, rows in table[table["photo"]].groupby("family")
    ]
    voters = [
        f"| {name} | {auroc:.3f} | {low:.3f} to {high:.3f} | {head.voters[name].weight:+.2f} |"
        for name, (auroc, low, high) in head.quality.items()
    ]
    licences = [
        f"| {source} | {', '.join(sorted(set(rows['licence'])))} | {len(rows)} |"
        for source, rows in table.groupby(table["source"].str.split("/").str[0])
    ]
    return _CARD.format(
        embedder=head.embedder,
        date=date.today().isoformat(),
        illustrations=head.illustrations,
        photos=head.photos,
        sources=table["source"].nunique(),
        numbers=2 * len(head.mean),
        ranking="\n".join(ranking),
        pools="\n".join(pools),
        voters="\n".join(voters),
        licences="\n".join(licences),
        reject=head.reject_thresholds[0.01],
        keep=head.keep_thresholds[0.03],
    ).encode()


def _against(
    log_odds: np.ndarray, rows: np.ndarray, photos: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    chosen = np.concatenate([rows, np.flatnonzero(photos)])
    return log_odds[chosen], photos[chosen]


_CARD = """# Medium head for {embedder}

Tells photographs from illustrations. Plain numbers in `{embedder}.json`; made by `benchmarks/fit_medium_head.py` on
{date}. Licence: AGPL-3.0-or-later, as the rest of inksift; the pictures behind it are not part of it.

- **Input**: pooled mean and deviation of {embedder}'s last feature map and of the four stages before it, six pixel
  signals, YOLO's object count and whether the picture lies in a cluster. Signed square roots of the features are
  weighed by one logistic regression ({numbers} numbers), the rest by another with signs fixed by the signal's own
  ranking; who is at chance over redrawn sources, or saves no loss on sources left out, has no vote.
- **Data**: {illustrations} illustrations and {photos} photographs from {sources} sources, each in seven views (as it
  is, squashed to 227 px, smaller or tiny and re-encoded, cropped, grey, subject cut out on white).
- **Answers**: log-odds at equal shares of both; a photograph from {reject:+.2f} on (promised: 1 % of illustrations
  rejected), an illustration below {keep:+.2f} (promised: 3 % of photographs kept).
- **Limits**: fitted on few hundred paintings and digital pictures, and few dozen products on white; three-dimensional
  renderings, collages, photographs of drawings and screenshots were hardly seen, or not at all.

Every figure below is of pictures whose source the direction never saw, before their folder is looked at.

| illustrations | pictures | sources | AUROC against photographs other than products on white |
|---|---|---|---|
{ranking}

| photographs | pictures | sources |
|---|---|---|
{pools}

| voter | AUROC alone | 95 % interval | weight, log-odds per standard deviation |
|---|---|---|---|
{voters}

| owner of the source | licences | pictures |
|---|---|---|
{licences}
"""


if __name__ == "__main__":
    main()
