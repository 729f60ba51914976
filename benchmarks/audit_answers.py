"""What fifty answers of a person buy in folders of publishers that the head never saw: how much is
left to review, and what is lost, before and after.

    python benchmarks/audit_answers.py [--more FOLDER ...] [--answers 50]

Each labelled set in turn is judged by a head fitted whole on the others (`medium_cross_set.py`), in
folders of one family of drawings with a fifth of photographs. The questions are those that `inksift
audit` asks; the answers are the truth. What is told of after the answers leaves out the pictures
that were asked about. Before thresholds moved with the answers, only the head was refitted: that is
told beside it. Every fit takes some minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from labelled_sets import measured_sets, options_of
from medium_cross_set import left_out

from inksift.curation.verdict.audit.questions import propose
from inksift.curation.verdict.learned import LearnedParams
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures, some, voters_measures
from inksift.curation.verdict.medium.fitting.views import AS_IT_IS
from inksift.curation.verdict.medium.folder import Folder
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.votes import EMBEDDING, MEASURES

MOST_DRAWINGS, LEAST_DRAWINGS, PHOTO_SHARE = 400, 60, 0.2
ANSWERS = 50
NOBODY = pd.Series(dtype="bool")


class Figures(NamedTuple):
    """Of one folder at one time, as shares."""

    review: float
    lost: float
    photos_kept: float
    ece: float


class Row(NamedTuple):
    """One folder before answers, with the head refitted alone, and with all that answers move."""

    folder: str
    before: Figures
    refitted: Figures
    after: Figures


def folders(pictures: MeasuredPictures) -> Iterator[tuple[str, MeasuredPictures]]:
    """A folder for every family of drawings that is large enough."""
    rng, table = np.random.default_rng(0), pictures.table
    photos = np.flatnonzero(table["photo"])
    for family in sorted(set(table.loc[~table["photo"], "family"])):
        drawings = np.flatnonzero(table["family"] == family)
        if len(drawings) < LEAST_DRAWINGS or not len(photos):
            continue
        drawings = rng.permutation(drawings)[:MOST_DRAWINGS]
        wanted = round(len(drawings) * PHOTO_SHARE / (1 - PHOTO_SHARE))
        rows = np.concatenate([drawings, rng.permutation(photos)[:wanted]])
        yield family, some(pictures, rows)


def answered(name: str, pictures: MeasuredPictures, head: Head, answers: int) -> Row:
    """What answers do in this folder."""
    folder = _folder(pictures, head)
    truth = pictures.table.set_index("image_id")["photo"]
    first = folder.see(NOBODY)
    waiting = set(first.votes.loc[first.medium == "unsure", "image_id"])
    asked = propose(first.votes, set(), queue=waiting, count=answers)["image_id"]
    then = folder.see(truth[asked])
    rest = ~then.votes["image_id"].isin(asked).to_numpy()
    refitted = folder.judge_after(NOBODY)(truth[asked])
    photo = truth[first.votes["image_id"]].to_numpy()
    return Row(
        name,
        _figures(first.votes["log_odds"], first.medium, photo),
        _figures(refitted["log_odds"][rest], refitted["medium"].to_numpy()[rest], photo[rest]),
        _figures(then.votes["log_odds"][rest], then.medium[rest], photo[rest]),
    )


def _folder(pictures: MeasuredPictures, head: Head) -> Folder:
    ids, style = pictures.table["image_id"], pictures.style[AS_IT_IS]
    measures = voters_measures(pictures, np.full((len(ids), len(EMBEDDING)), np.nan), AS_IT_IS)
    # the features are stored as signed roots; squared again, as EMBEDDINGS has them
    plain = np.sign(style) * style**2
    embeddings = pd.DataFrame(
        {
            "image_id": ids,
            "embedder": head.embedder,
            "status": "ok",
            "vector": list(plain[:, : head.content]),
            "texture": list(plain[:, head.content :]),
        }
    )
    return Folder(
        MEASURES.check(measures.assign(image_id=ids.to_numpy())[list(MEASURES.columns)]),
        embeddings,
        head=head,
        promised=LearnedParams().promised(),
        adapt=True,
    )


def _figures(log_odds: pd.Series, medium: np.ndarray, photo: np.ndarray) -> Figures:
    return Figures(
        review=float((medium == "unsure").mean()),
        lost=float((medium[~photo] == "photo").mean()),
        photos_kept=float((medium[photo] == "illustration").mean()),
        ece=quality.ece(probability(log_odds.to_numpy()), photo),
    )


def main() -> None:
    """Print a row for every folder, the means, and a line of JSON."""
    parser = options_of(__doc__)
    parser.add_argument("--answers", type=int, default=ANSWERS)
    given = parser.parse_args()
    pictures = measured_sets(given)
    rows = []
    for left, head, unseen in left_out(pictures, given.embedder):
        for family, folder in folders(unseen):
            rows.append(answered(f"{left}: {family}", folder, head, given.answers))
            _print(rows[-1])
    means = Row("mean", *(_mean([row[place] for row in rows]) for place in (1, 2, 3)))
    _print(means)
    told = {row.folder: [one._asdict() for one in row[1:]] for row in (*rows, means)}
    print(json.dumps({"benchmark": "audit_answers", "answers": given.answers, "folders": told}))


def _mean(figures: list[Figures]) -> Figures:
    return Figures(*np.mean(figures, axis=0).tolist())


def _print(row: Row) -> None:
    names = ("before", "refitted", "after")
    cells = [
        f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in one._asdict().items())
        for name, one in zip(names, row[1:], strict=True)
    ]
    print(f"{row.folder:34}" + "; ".join(cells), flush=True)


if __name__ == "__main__":
    main()
