"""The F1 page shows every score and every figure, each with words for those who cannot see it."""

from __future__ import annotations

import re
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.tables import CURVES
from inksift.curation.report.balancing import balancing_in_words
from inksift.curation.report.f1_page import build_f1_page
from inksift.curation.training.evaluation import HELD_OUT, EvaluationParams, f1_report
from inksift.curation.training.explain.figures import FIGURES, picture, plot, sentence
from inksift.curation.training.rebalance.params import Method


def report(truth: str = "aabbc", guess: str = "abbba", train: str = "ab") -> dict[str, Any]:
    rows = pd.DataFrame(
        {"image_id": list(truth), "label": list(truth), "predicted": list(guess), "confidence": 1.0}
    )
    return f1_report(
        rows, list(train), EvaluationParams(bootstrap_draws=0), test_set=HELD_OUT, seeds={}
    )


def curves(count: int = 3) -> pd.DataFrame:
    rising = dict.fromkeys(("train_accuracy", "validation_macro_f1"), np.linspace(0.25, 0.5, count))
    falling = dict.fromkeys(
        ("train_loss", "validation_loss", "learning_rate", "seconds"), np.linspace(2, 1, count)
    )
    return CURVES.check(pd.DataFrame({"epoch": np.arange(count), **rising, **falling}))


def figures() -> pd.DataFrame:
    heading = "a class"
    return FIGURES.frame(
        [
            sentence("heat", "By Grad-CAM."),
            picture(
                "heat", heading, lines=["known", "a/1.png"], alt="The first", jpeg=b"\xff\xd8one"
            ),
            picture(
                "heat", heading, lines=["known", "a/2.png"], alt="The second", jpeg=b"\xff\xd8two"
            ),
            plot("tsne", "A layer", lines=["Before", "54 %"], alt="Points before", png=b"\x89PNG"),
        ]
    )


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())


def test_averages_stand_below_the_classes() -> None:
    html = build_f1_page(report())
    feet = re.findall(r"<tr>.*?</tr>", html.split("<tfoot>")[1].split("</tfoot>")[0])
    assert [text_of(row) for row in feet] == [
        "macro average 0.583 0.750 0.650 4 of the classes with an F1",
        "weighted average 0.467 0.600 0.520 5 by test pictures",
    ]


def test_averages_of_nothing_are_a_dash() -> None:
    assert text_of(build_f1_page(report("", "")).split("<tfoot>")[1]).startswith(
        "macro average \u2013 \u2013 \u2013 0"
    )


@pytest.mark.parametrize(
    ("count", "told"), [(0, "No epochs"), (3, "Curves over 3 epochs: training loss from 2.00 to")]
)
def test_curves_are_told_in_words(count: int, told: str) -> None:
    html = build_f1_page(report(), curves(count))
    assert f'alt="{told}' in html
    assert ("training accuracy from 0.25 to 0.50" in html) == (count > 0)


@pytest.mark.parametrize(("guess", "told"), [("bbbbb", True), ("abbba", False)])
def test_answers_that_are_all_the_same_are_named(guess: str, told: bool) -> None:
    html = build_f1_page(report(guess=guess) | {"macro_f1_interval": [0.381, 0.381]})
    assert ("The network calls every test picture b" in text_of(html)) is told
    assert ("lies between 0.381 and 0.381" in html) is not told


def test_pictures_used_and_rows_of_an_epoch_are_told_where_they_are_known() -> None:
    known = report() | {"train_pictures": 84, "train_pictures_used": 70, "train_rows": 108}
    assert (
        "84 pictures in the training split, 70 of them used, 108 rows in an epoch, 5 test"
        in build_f1_page(known)
    )
    assert "2 pictures in the training split, 5 test pictures." in build_f1_page(report())


@pytest.mark.parametrize("method", [method for method in get_args(Method) if method != "none"])
def test_every_method_of_balancing_is_told_in_words(method: str) -> None:
    rebalancing = {
        "method": method,
        "views": 432.0,
        "generated": 568.0,
        "least_spread": 0.5,
        "largest_spread": 1.25,
    }
    rebalancing |= {"tau": 0.7, "strength": 1.5, "validation_macro_f1": 0.61}
    told = " ".join(balancing_in_words(rebalancing))
    assert told.endswith(".")
    assert {
        "crt": "432 changed views",
        "tau_norm": "power 0.7.",
        "logit_adjustment": "1.5 times",
        "feature_gan": "568",
    }[method] in told
    assert ".000" not in told


def test_the_network_as_it_is_has_nothing_to_tell_of_balancing() -> None:
    assert balancing_in_words({"method": "none"}) == balancing_in_words({}) == []


def test_wide_plots_lie_in_a_labelled_box_that_the_keyboard_reaches() -> None:
    html = build_f1_page(report(), curves())
    boxes = re.findall(
        r'<div class="scroll" tabindex="0" role="region" aria-label="Plot: ([^"]+)"><img', html
    )
    assert boxes == ["F1 per class", "Confusion", "Training"]


def test_figures_are_sections_with_headings_in_the_order_of_reading() -> None:
    html = build_f1_page(report(), figures=figures().iloc[::-1])
    assert re.findall(r'<section id="(\w+)">', html) == ["f1", "heat", "tsne"]
    assert re.findall(r'<a href="#(\w+)">', html) == ["f1", "heat", "tsne"]
    assert "<h3><bdi>a class</bdi></h3>" in html
    assert "<p>By Grad-CAM.</p>" in html


def test_every_picture_has_its_words_and_lines() -> None:
    html = build_f1_page(report(), figures=figures())
    section = html.split('<section id="heat">')[1].split("</section>")[0]
    assert re.findall(r'<img src="data:image/jpeg;base64,[\w/+=]+" alt="([^"]*)">', section) == [
        "The first",
        "The second",
    ]
    assert section.count("<li>") == 2
    assert "<p><bdi>known</bdi></p><p><bdi>a/1.png</bdi></p>" in section
    assert 'src="data:image/png;base64,' in html.split('<section id="tsne">')[1]
    assert "<figcaption><p>Before</p><p>54 %</p></figcaption>" in html


def test_a_page_without_figures_has_scores_alone() -> None:
    html = build_f1_page(report(), curves())
    assert re.findall(r'<section id="(\w+)">', html) == ["f1"]
    assert "<nav" not in html
