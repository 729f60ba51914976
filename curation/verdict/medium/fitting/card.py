"""The card of a head: what it was fitted on and how good it is, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from inksift.curation.gather.signals import SIGNALS
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fitting.calibration import log_odds_alone
from inksift.curation.verdict.medium.fitting.directions import Rows
from inksift.curation.verdict.medium.fitting.families import ON_WHITE
from inksift.curation.verdict.medium.fitting.fit import Fitted
from inksift.curation.verdict.medium.fitting.made import MAKINGS
from inksift.curation.verdict.medium.fitting.views import AS_IT_IS, VIEWS
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.votes import Floats

SHOWN_REJECT, SHOWN_KEEP = 0.01, 0.03
"""The promises whose thresholds a card shows: the defaults of the verdict."""


def card(fitted: Fitted, table: pd.DataFrame, *, made_on: date) -> bytes:
    """The card of a head fitted on the pictures of a LABELLED table, as Markdown in UTF-8."""
    head, photo = fitted.head, table["photo"]
    log_odds = log_odds_alone(head, fitted.scores.measures[AS_IT_IS])
    ranked_against = (photo & (table["family"] != ON_WHITE)).to_numpy()
    text = _CARD.format(
        embedder=head.embedder,
        date=made_on.isoformat(),
        signals=len(SIGNALS),
        numbers=2 * len(head.mean),
        illustrations=head.illustrations,
        photos=head.photos,
        sources=table["source"].nunique(),
        views=f"{len(VIEWS)} views ({', '.join(VIEWS)})",
        makings=", ".join(MAKINGS),
        reject=head.reject_thresholds[SHOWN_REJECT],
        reject_promise=f"{100 * SHOWN_REJECT:g} %",
        keep=head.keep_thresholds[SHOWN_KEEP],
        keep_promise=f"{100 * SHOWN_KEEP:g} %",
        on_white=ON_WHITE,
        ranking=_rows(_ranking(table[~photo], log_odds, ranked_against)),
        photographs=_rows(_sizes(table[photo])),
        voters=_rows(_voters(head)),
        licences=_rows(_licences(table)),
    )
    return text.encode()


def _ranking(
    illustrations: pd.DataFrame, log_odds: Floats, photographs: Rows
) -> Iterator[Sequence[str]]:
    """Each family's pictures, sources and AUROC against these photographs."""
    for family, rows in illustrations.groupby("family"):
        among = np.concatenate([rows.index.to_numpy(), np.flatnonzero(photographs)])
        auroc = quality.auroc(log_odds[among], photographs[among])
        yield str(family), str(len(rows)), str(rows["source"].nunique()), f"{auroc:.3f}"


def _sizes(photographs: pd.DataFrame) -> Iterator[Sequence[str]]:
    for family, rows in photographs.groupby("family"):
        yield str(family), str(len(rows)), str(rows["source"].nunique())


def _voters(head: Head) -> Iterator[Sequence[str]]:
    for name, (auroc, low, high) in head.quality.items():
        weight = head.voters[name].weight
        yield name, f"{auroc:.3f}", f"{low:.3f} to {high:.3f}", f"{weight:+.2f}"


def _licences(table: pd.DataFrame) -> Iterator[Sequence[str]]:
    owners = table["source"].str.split("/").str[0]
    for owner, rows in table.groupby(owners):
        yield str(owner), ", ".join(sorted(set(rows["licence"]))), str(len(rows))


def _rows(cells: Iterable[Sequence[str]]) -> str:
    """Rows of a Markdown table; a | within a cell would end it."""
    lines = []
    for row in cells:
        escaped = [cell.replace("|", "\\|") for cell in row]
        lines.append(f"| {' | '.join(escaped)} |")
    return "\n".join(lines)


_CARD = """# Medium head for {embedder}

Tells photographs from illustrations. Plain numbers, made by `inksift head fit` on {date}. A head
that ships with inksift has inksift's licence (AGPL-3.0-only); your own has the one you choose.
The pictures behind it are no part of it.

- **Input**: pooled mean and deviation of {embedder}'s last feature map and of the stages before it,
  covariances of the channels of its early stages, {signals} pixel signals, YOLO's object count, and
  whether the picture lies in a cluster. Signed square roots of the features are weighed by one
  logistic regression ({numbers} numbers), the rest by another with signs fixed by each measure's
  own ranking. A measure that is at chance over redrawn sources, or saves no loss on publishers left
  out, has no vote.
- **Data**: {illustrations} illustrations and {photos} photographs from {sources} sources, each in
  {views}; of these made for the direction alone: {makings}.
- **Answers**: log-odds at equal shares of both; a photograph from {reject:+.2f} on (promised:
  {reject_promise} of illustrations rejected), an illustration below {keep:+.2f} (promised:
  {keep_promise} of photographs kept).
- **Limits**: it knows what the tables below list, and little of a family with few pictures or
  sources. Renderings, collages, photographs of drawings and screenshots lie between both kinds: how
  they are judged was not measured unless they are listed.

Every figure below is of pictures whose publisher the direction never saw, before their folder is
looked at.

| illustrations | pictures | sources | AUROC against photographs other than {on_white} |
|---|---|---|---|
{ranking}

| photographs | pictures | sources |
|---|---|---|
{photographs}

| voter | AUROC alone | 95 % interval | weight, log-odds per standard deviation |
|---|---|---|---|
{voters}

| owner of the source | licences | pictures |
|---|---|---|
{licences}
"""
