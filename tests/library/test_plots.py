"""Plots are small PNG pictures for any frame, and the same frame gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from inksift.curation.drawing import drawing
from inksift.curation.gather.signals.base import Limits
from inksift.curation.report import plots, vote_plots
from inksift.curation.verdict.medium.votes import VOTE_QUALITY

HOSTILE = ["$x_{2", "猫\nnew line", "\x1b[31m", "\\$\\frac{", "<b>", ""]


def images(count: int) -> pd.DataFrame:
    numbers = np.arange(count)
    return pd.DataFrame(
        {
            "readable": numbers % 7 != 3,
            "width": 100 + numbers,
            "height": 90 + numbers % 40,
            "format": "PNG",
        }
    )


def decisions(count: int) -> pd.DataFrame:
    rejected = np.arange(count) % 3 == 0
    return pd.DataFrame(
        {
            "outcome": np.where(rejected, "rejected", "kept"),
            "stage": np.where(rejected, "verdicts", ""),
            "reason": np.where(rejected, "photo", ""),
        }
    )


def balance(count: int) -> pd.DataFrame:
    found = np.arange(count, dtype="int64") * 10 + 10
    names = [HOSTILE[place % len(HOSTILE)] + "x" * (place % 50) for place in range(count)]
    return pd.DataFrame(
        {
            "label": names,
            "found": found,
            "kept": found // 2,
            "review": found // 5,
            "rejected": found - found // 2 - found // 5,
        }
    )


def predictions(count: int) -> pd.DataFrame:
    labels = np.array([f"a long class name {number}" for number in range(100)])
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "label": labels[rng.integers(0, 100, count)],
            "predicted": labels[rng.integers(0, 100, count)],
        }
    )


def curves(count: int) -> pd.DataFrame:
    names = (
        "learning_rate",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_macro_f1",
    )
    return pd.DataFrame(
        {"epoch": range(count), **{name: np.linspace(0.9, 0.1, count) for name in names}}
    )


def per_class(count: int) -> pd.DataFrame:
    scores = np.where(np.arange(count) % 5 == 0, np.nan, 0.5)
    return pd.DataFrame({"class": balance(count)["label"], "f1": scores, "support": range(count)})


def comparison(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"method": HOSTILE[:count], "clusters": range(count), "agreement": [np.nan] * count}
    )


def histogram(count: int) -> bytes:
    values = np.linspace(0, 1, count)
    return plots.signal_histogram(values, values > 0.5, name="edges", keep=Limits(high=0.5))


def log_odds(count: int, **cuts: float) -> bytes:
    values = np.linspace(-40, 9, count)
    groups = {
        "kept": values[values < -1],
        "review": values[abs(values) <= 1],
        "rejected": values[values > 1],
    }
    return vote_plots.log_odds_histogram(groups, **cuts)


def quality(count: int, **changes: object) -> pd.DataFrame:
    """Voters by turns unknown, at chance and good, on two grounds."""
    rows = []
    for number in range(count):
        auroc, low, high, weight = [(np.nan, 0, 1, 0), (0.52, 0.4, 0.6, 0), (0.9, 0.8, 0.95, 1.5)][
            number % 3
        ]
        known = {
            "voter": f"{number}{HOSTILE[number % len(HOSTILE)]}",
            "auroc": auroc,
            "low": low,
            "high": high,
        }
        ground = "audited sample" if number % 2 else "shipped calibration set"
        rows.append(
            known
            | {"photos": 5, "illustrations": 6, "measured_on": ground, "weight": weight}
            | changes
        )
    return VOTE_QUALITY.frame(rows)


PLOTS: dict[str, Callable[[int], bytes]] = {
    "class_balance": lambda count: plots.class_balance(balance(count)),
    "sizes": lambda count: plots.sizes(images(count)),
    "aspects": lambda count: plots.aspects(images(count)),
    "formats": lambda count: plots.formats(images(count)),
    "outcome_flow": lambda count: plots.outcome_flow(decisions(count)),
    "signal_histogram": histogram,
    "k_distance": lambda count: plots.k_distance(np.linspace(0, 1, count), 0.5),
    "cluster_comparison": lambda count: plots.cluster_comparison(comparison(min(count, 3))),
    "confusion_matrix": lambda count: plots.confusion_matrix(predictions(count * 50)),
    "training_curves": lambda count: plots.training_curves(curves(count)),
    "f1_bars": lambda count: plots.f1_bars(per_class(count)),
    "log_odds_histogram": log_odds,
    "voter_quality": lambda count: vote_plots.voter_quality(quality(min(count, 40))),
}


@pytest.mark.parametrize("count", [0, 1, 300])
@pytest.mark.parametrize("name", PLOTS)
def test_is_a_small_png(name: str, count: int) -> None:
    data = PLOTS[name](count)
    assert len(data) <= drawing.MOST_PLOT_BYTES
    with Image.open(BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 250


def test_the_same_frame_gives_the_same_bytes() -> None:
    assert PLOTS["class_balance"](20) == PLOTS["class_balance"](20)


def test_the_style_does_not_leak() -> None:
    import matplotlib as mpl

    before = mpl.rcParams["text.parse_math"], mpl.rcParams["font.size"]
    PLOTS["formats"](3)
    assert (mpl.rcParams["text.parse_math"], mpl.rcParams["font.size"]) == before


def test_more_than_sixty_classes_share_a_bar() -> None:
    rows = plots._largest(balance(62))
    assert len(rows) == 61
    assert rows["label"].iloc[-1] == "2 smaller, mean"
    assert rows["found"].tolist()[:2] == [620, 610]
    assert rows["found"].iloc[-1] == 15


def test_flow_orders_outcomes_and_names_stage_and_reason() -> None:
    flow, colours = plots._flow(decisions(9))
    assert flow.to_dict() == {"kept": 6, "verdicts: photo": 3}
    assert colours == [drawing.KEPT, drawing.REJECTED]


@pytest.mark.parametrize("text", [*HOSTILE, "\ud800"])
def test_labels_are_one_drawable_line(text: str) -> None:
    label = drawing.plain(text * 20)
    assert label.isprintable()
    assert len(label) <= 30


def test_confusions_outside_the_true_classes_are_counted_in_their_row() -> None:
    rows = pd.DataFrame({"label": ["a", "a"], "predicted": ["a", "never true"]})
    blank = pd.DataFrame({"label": ["a", "a"], "predicted": ["a", "a"]})
    assert plots.confusion_matrix(rows) != plots.confusion_matrix(blank)


def test_cut_points_are_drawn_where_they_are_known() -> None:
    drawn = [
        log_odds(9),
        log_odds(9, reject_threshold=1.0),
        log_odds(9, keep_threshold=-1.0),
        log_odds(9, keep_threshold=-2.0),
    ]
    assert len(set(drawn)) == 4


def test_far_log_odds_share_the_outermost_bar() -> None:
    far = [
        vote_plots.log_odds_histogram({"kept": np.array([value, 0.0])})
        for value in (-13.0, -30.0, -8.0)
    ]
    assert far[0] == far[1] != far[2]


def colours(png: bytes) -> set[tuple[int, ...]]:
    with Image.open(BytesIO(png)) as picture:
        return {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}


def near(colour: str, shown: set[tuple[int, ...]]) -> bool:
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return any(max(abs(a - b) for a, b in zip(wanted, one, strict=True)) < 12 for one in shown)


@pytest.mark.parametrize(("weight", "coloured"), [(1.5, True), (0.0, False)])
def test_a_voter_without_a_vote_is_grey(weight: float, coloured: bool) -> None:
    drawn = colours(
        vote_plots.voter_quality(quality(1, auroc=0.7, low=0.45, high=0.9, weight=weight))
    )
    assert near(drawing.KEPT, drawn) is coloured


@pytest.mark.parametrize(
    "name", ["train_loss", "train_accuracy", "validation_loss", "validation_macro_f1"]
)
def test_every_curve_of_a_training_is_drawn(name: str) -> None:
    assert plots.training_curves(curves(9)) != plots.training_curves(
        curves(9).assign(**{name: 0.5})
    )


@pytest.mark.parametrize(
    "rates", [[0.001], [0.0007, 0.0013], [0.002, 0.0], [0.0299, 0.00028], [1.0, 1e-9], [0.0, 0.0]]
)
def test_learning_rates_have_two_marks_or_more(rates: list[float]) -> None:
    axes = Figure().add_subplot()
    axes.plot(rates)
    plots._rate_axis(axes, pd.Series(rates))
    low, high = axes.get_ylim()
    assert sum(low <= mark <= high for mark in axes.get_yticks()) >= 2


@pytest.mark.parametrize("width", [29, 57, 300, 790])
def test_letters_leave_a_picture_its_size_and_the_rest_of_its_pixels(width: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (60, width, 3), dtype=np.uint8)
    written = drawing.lettered(picture, [(2, 30, "fox"), (2, 44, HOSTILE[0] * 9)], most_chars=9)
    assert written.shape == picture.shape
    assert np.array_equal(written[:28], picture[:28])
    assert not np.array_equal(written[30:44], picture[30:44])
    assert not np.array_equal(written[44:], picture[44:])
