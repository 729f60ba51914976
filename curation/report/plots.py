"""The plots of the report and of the asset metadata: frames in, PNG bytes (under 40 kB) out.

Every function also draws an empty frame, as a panel that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import AnyFloats, Integers
from inksift.curation.drawing.drawing import (
    FOUND,
    INK,
    KEPT,
    OUTCOME_COLOURS,
    REJECTED,
    REVIEW,
    named_rows,
    no_minor_labels,
    nothing,
    plain,
    render,
    row_height,
    ticks_at_most,
)
from inksift.curation.drawing.words import outcome_in_words
from inksift.curation.gather.signals.base import Limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CLASSES = 60
"""Classes in a plot at most, the largest or the best."""

_MOST_SIZES = 2000
"""Different sizes in the plot of sizes at most, the commonest."""

_MOST_NUMBERED = 15
"""Classes up to which the cells of a confusion table bear numbers."""

_F1_MARKS = (0, 0.2, 0.4, 0.6, 0.8, 1)
"""Marks on the axis of F1."""


def class_balance(balance: pd.DataFrame) -> bytes:
    """Pictures per class before (pale) and after (kept, then review); columns label, found, kept,
    review, rejected.

    The 60 largest classes get a bar each, the rest share one for their mean.
    """
    rows = _largest(balance)

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if rows.empty:
            return nothing(axes, "no classes")
        names = named_rows(axes, rows["label"])
        found = axes.barh(names, rows["found"], color=FOUND, label="found")
        axes.barh(names, rows["kept"], color=KEPT, height=0.5, label="kept")
        axes.barh(
            names,
            rows["review"],
            left=rows["kept"],
            color=REVIEW,
            height=0.5,
            label=outcome_in_words("review"),
        )
        texts = [
            f"{kept:,} of {total:,}"
            for kept, total in zip(rows["kept"], rows["found"], strict=True)
        ]
        axes.bar_label(found, texts, padding=3, fontsize=7)
        axes.margins(x=0.15)
        _count_axis(axes, "pictures")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    return render(draw, height=row_height(len(rows)))


def sizes(images: pd.DataFrame) -> bytes:
    """Width against height of the readable pictures in pixels, one dot per size, its area growing
    with the count."""
    counts = _readable(images).value_counts(["width", "height"]).head(_MOST_SIZES)

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if counts.empty:
            return nothing(axes, "no readable pictures")
        pairs = np.array(counts.index.to_list(), dtype=float)
        axes.scatter(
            pairs[:, 0],
            pairs[:, 1],
            s=6 * np.sqrt(counts.to_numpy()),
            color=KEPT,
            alpha=0.4,
            linewidths=0,
        )
        axes.set(xlabel="width, px", ylabel="height, px", xscale="log", yscale="log")
        for axis in (axes.xaxis, axes.yaxis):
            ticks_at_most(axis, 6, integer=True, steps=[1, 2, 5, 10])
            axis.set_major_formatter(_count)
            no_minor_labels(axis)

    return render(draw, width=4.4)


def aspects(images: pd.DataFrame) -> bytes:
    """How many readable pictures have which width : height, with 1:2 and 2:1 equally far from
    square."""
    readable = _readable(images)
    ratios = np.log2(
        readable["width"].to_numpy(float) / np.maximum(readable["height"].to_numpy(float), 1)
    )

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if not ratios.size:
            return nothing(axes, "no readable pictures")
        bins = np.linspace(-3, 3, 49).tolist()
        axes.hist(np.clip(ratios, -3, 3), bins=bins, histtype="stepfilled", color=KEPT)
        axes.set_xticks(range(-3, 4), ["1:8", "1:4", "1:2", "1:1", "2:1", "4:1", "8:1"])
        axes.set(xlabel="width : height", ylabel="pictures")

    return render(draw, width=4.4)


def formats(images: pd.DataFrame) -> bytes:
    """How many readable pictures have which format, by content."""
    return _bars(_readable(images)["format"].value_counts(), KEPT, "pictures", width=4.4)


def outcome_flow(decisions: pd.DataFrame) -> bytes:
    """How many files were kept, sent to review for which reason, or rejected at which stage for
    which reason."""
    return _bars(*_flow(decisions), "files")


def signal_histogram(
    values: AnyFloats, rejected: npt.NDArray[np.bool_], *, name: str, keep: Limits
) -> bytes:
    """Share of the kept and of the rejected pictures over the values of one signal, with the limits
    it votes by."""

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if not values.size:
            return nothing(axes, f"{plain(name)}: nothing measured")
        low, high = float(values.min()), float(values.max())
        bins = np.linspace(low, high if high > low else low + 1, 41)
        for part, colour, label in (
            (values[~rejected], KEPT, "not rejected"),
            (values[rejected], REJECTED, "rejected"),
        ):
            weights = np.full(part.size, 1 / max(part.size, 1))
            axes.hist(
                part,
                bins=bins.tolist(),
                weights=weights,
                histtype="stepfilled",
                color=colour,
                alpha=0.6,
                label=f"{label} ({part.size:,})",
            )
        for cut in (keep.low, keep.high):
            if low <= cut <= bins[-1]:
                axes.axvline(cut, color=INK, linestyle="--", linewidth=1)
        axes.set(xlabel=plain(name), ylabel="share of pictures")
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=2)

    return render(draw, width=4.4, height=2.6)


def k_distance(distances: AnyFloats, eps: float) -> bytes:
    """Distance of each picture to its k-th neighbour, sorted, with the eps chosen at its knee."""
    ordered = np.sort(np.asarray(distances, dtype=float))

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if not ordered.size:
            return nothing(axes, "no embeddings")
        axes.plot(ordered, color=KEPT)
        axes.axhline(eps, color=REJECTED, linestyle="--", linewidth=1, label=f"eps = {eps:.3g}")
        axes.set(xlabel="pictures, sorted", ylabel="distance to the k-th neighbour")
        axes.legend()

    return render(draw, width=4.4)


def cluster_comparison(comparison: pd.DataFrame) -> bytes:
    """One panel per numeric column of the comparison, one bar per row; the first column names the
    row."""
    scores = comparison.iloc[:, 1:].select_dtypes("number")

    def draw(panels: list[Axes]) -> None:
        if scores.empty:
            return nothing(panels[0], "no clusters to compare")
        names = [plain(str(name)) for name in comparison.iloc[:, 0]]
        for axes, column in zip(panels, scores, strict=True):
            values = scores[column].to_numpy(float)
            places = named_rows(axes, names if axes is panels[0] else [""] * len(names))
            bars = axes.barh(places, np.nan_to_num(values), color=KEPT)
            axes.bar_label(bars, [_short(value) for value in values], padding=2, fontsize=8)
            axes.margins(x=0.35)
            axes.set_title(plain(str(column)), fontsize=8)
            axes.xaxis.set_visible(False)

    return render(
        draw, height=max(1.4, 0.5 + 0.3 * len(comparison)), columns=max(1, scores.shape[1])
    )


def confusion_matrix(predictions: pd.DataFrame) -> bytes:
    """The confusions in a PREDICTIONS frame."""
    classes = sorted({*predictions["label"], *predictions["predicted"]})
    table = pd.crosstab(predictions["label"], predictions["predicted"])
    counts = table.reindex(index=classes, columns=classes, fill_value=0).to_numpy(np.int64)
    return confusion_counts(counts, classes)


def confusion_counts(counts: Integers, classes: Sequence[str]) -> bytes:
    """True class (rows) against predicted class (columns), shaded by the share of the row; at most
    the 60 largest."""
    largest = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[:_MOST_CLASSES])
    shown = counts[np.ix_(largest, largest)]
    names = [plain(classes[place]) for place in largest]

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if not shown.any():
            return nothing(axes, "no predictions")
        axes.grid(visible=False)
        axes.imshow(
            shown / np.maximum(shown.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1
        )
        font = 8 if len(names) <= 30 else 6
        axes.set_xticks(range(len(names)), names, rotation=90, fontsize=font)
        axes.set_yticks(range(len(names)), names, fontsize=font)
        axes.set(xlabel="predicted", ylabel="true")
        if len(names) <= _MOST_NUMBERED:
            _number_cells(axes, shown)

    side = 2.6 + 0.16 * min(len(names), 40)
    return render(draw, width=side + 0.6, height=side)


def training_curves(curves: pd.DataFrame) -> bytes:
    """Loss, macro F1 and accuracy, and learning rate over the epochs."""

    def draw(panels: list[Axes]) -> None:
        if curves.empty:
            for axes in panels:
                nothing(axes, "no epochs")
            return
        losses, scores, rates = panels
        losses.plot(curves["epoch"], curves["train_loss"], color=KEPT, label="training")
        losses.plot(curves["epoch"], curves["validation_loss"], color=REJECTED, label="validation")
        losses.legend()
        scores.plot(
            curves["epoch"], curves["train_accuracy"], color=KEPT, label="training accuracy"
        )
        scores.plot(
            curves["epoch"],
            curves["validation_macro_f1"],
            color=REJECTED,
            label="validation macro F1",
        )
        scores.set_ylim(0, 1)
        scores.legend()
        rates.plot(curves["epoch"], curves["learning_rate"], color=INK)
        _rate_axis(rates, curves["learning_rate"])
        for axes, title in zip(
            panels, ("loss", "accuracy and macro F1", "learning rate"), strict=True
        ):
            axes.set(title=title, xlabel="epoch")
            ticks_at_most(axes.xaxis, 5, integer=True)

    return render(draw, width=8.4, height=2.6, columns=3)


def f1_bars(per_class: pd.DataFrame) -> bytes:
    """F1 per class, best first; columns class, f1 (NaN where undefined) and support."""
    rows = per_class.sort_values("f1", ascending=False).head(_MOST_CLASSES)

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if rows.empty:
            return nothing(axes, "no test pictures")
        names = named_rows(axes, rows["class"])
        bars = axes.barh(names, rows["f1"].fillna(0), color=KEPT)
        texts = [
            f"{_short(f1)}  ({support:,})"
            for f1, support in zip(rows["f1"], rows["support"], strict=True)
        ]
        axes.bar_label(bars, texts, padding=3, fontsize=8)
        axes.set(xlim=(0, 1.2), xticks=_F1_MARKS, xlabel="F1 (number of test pictures)")
        axes.grid(axis="y", visible=False)

    return render(draw, height=row_height(len(rows)))


def _largest(balance: pd.DataFrame) -> pd.DataFrame:
    ordered = balance.sort_values(["found", "label"], ascending=[False, True])
    rest = ordered.iloc[_MOST_CLASSES:]
    if rest.empty:
        return ordered
    mean = rest[["found", "kept", "review", "rejected"]].mean().round().astype("int64").to_dict()
    together = pd.DataFrame([{"label": f"{len(rest):,} smaller, mean"} | mean])
    return pd.concat([ordered.iloc[:_MOST_CLASSES], together], ignore_index=True)


def _flow(decisions: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    counts = decisions.value_counts(["outcome", "stage", "reason"])
    order = {outcome: place for place, outcome in enumerate(OUTCOME_COLOURS)}
    keys = sorted(counts.index, key=lambda key: (order[key[0]], -counts[key]))
    names = [_named(*key) for key in keys]
    flow = pd.Series([int(counts[key]) for key in keys], index=names, dtype="int64")
    return flow, [OUTCOME_COLOURS[key[0]] for key in keys]


def _named(outcome: str, stage: str, reason: str) -> str:
    """A bar of `outcome_flow`: stage and reason in the codes of the table, one word where both are
    the same.

    >>> _named("rejected", "human", "human"), _named("review", "verdicts", "unsure")
    ('human', 'for review: unsure')
    """
    if outcome == "rejected":
        return ": ".join(dict.fromkeys([stage, reason]))
    return ": ".join(filter(None, [outcome_in_words(outcome), reason]))


def _bars(counts: pd.Series, colour: str | list[str], unit: str, *, width: float = 6.6) -> bytes:
    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if counts.empty:
            return nothing(axes)
        bars = axes.barh(named_rows(axes, counts.index), counts.to_numpy(), color=colour)
        axes.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=8)
        axes.margins(x=0.12)
        _count_axis(axes, unit)

    return render(draw, width=width, height=row_height(len(counts)))


def _count(value: float, _: object) -> str:
    return f"{value:,.0f}"


def _rate(value: float, _: object) -> str:
    return f"{value:g}"


def _count_axis(axes: Axes, unit: str) -> None:
    axes.set_xlabel(unit)
    ticks_at_most(axes.xaxis, 6, integer=True)
    axes.xaxis.set_major_formatter(_count)


def _rate_axis(axes: Axes, rates: pd.Series) -> None:
    """Learning rates on a log scale, or on a linear one where they span too few powers of ten to be
    marked by them."""
    positive = rates[rates > 0]
    if positive.max() >= 100 * positive.min():
        axes.set_yscale("log")
        no_minor_labels(axes.yaxis)
    else:
        ticks_at_most(axes.yaxis, 4)
    axes.yaxis.set_major_formatter(_rate)


def _number_cells(axes: Axes, counts: Integers) -> None:
    dark = counts > counts.sum(axis=1, keepdims=True) / 2
    for row, column in np.argwhere(counts > 0):
        colour = "white" if dark[row, column] else INK
        axes.text(
            column,
            row,
            f"{counts[row, column]}",
            ha="center",
            va="center",
            fontsize=7,
            color=colour,
        )


def _readable(images: pd.DataFrame) -> pd.DataFrame:
    return images[images["readable"]]


def _short(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.2f}".rstrip("0").rstrip(".")
