"""A head that saw no publisher of one labelled set: what `benchmarks/ablation.py --heads` wants.

    python benchmarks/cross_fitted_head.py OUT [--without labelled] [--more FOLDER ...]

Fitted on the pictures of all labelled sets but those of the publishers in the set that is left
out, be they in another one. Writes the head where `--weights-dir` finds it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from labelled_sets import measured_sets, options_of

from inksift.curation.store.files import write_atomically
from inksift.curation.verdict.medium.fitting.fit import fit_head
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures, some
from inksift.curation.verdict.medium.fitting.sources import publishers
from inksift.curation.verdict.medium.head import own_head


def strangers(pictures: MeasuredPictures, left_out: str) -> MeasuredPictures:
    """The pictures of publishers that are not in the set of that name."""
    owner = publishers(pictures.table["source"])
    inside = pictures.table["path"].str.split("/").str[0] == left_out
    if not inside.any():
        raise SystemExit(f"no set called {left_out}: name the folder of one of them")
    return some(pictures, np.flatnonzero(~owner.isin(owner[inside])))


def main() -> None:
    """Fit the head and say on what."""
    parser = options_of(__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", default="labelled", help="the set that is left out")
    given = parser.parse_args()
    pictures = measured_sets(given)
    others = strangers(pictures, given.without)
    head = fit_head(others, embedder=given.embedder).head
    given.out.mkdir(parents=True, exist_ok=True)
    file = own_head(given.out, given.embedder)
    write_atomically(file, head.to_json())
    print(f"{file}: fitted on {len(others.table)} pictures")


if __name__ == "__main__":
    main()
