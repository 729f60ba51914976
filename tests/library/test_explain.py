"""Which pictures are explained, and what comes out as one table for any test set."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from inksift.curation.base.errors import DataError, ParamError
from inksift.curation.base.tables import PREDICTIONS
from inksift.curation.training.explain.beside import BesideLooks, as_colours, beside, heated
from inksift.curation.training.explain.channels import exciting_pictures, telling_channels
from inksift.curation.training.explain.examined import Examined, surest_mistakes, surest_of_class
from inksift.curation.training.explain.explain import explain
from inksift.curation.training.explain.figures import FIGURES
from inksift.curation.training.explain.networks import Networks
from inksift.curation.training.explain.params import ExplainParams
from tests.explained import Looking, examined, noise, small_network, small_networks

QUICK = ExplainParams(tsne_layers=[])
TRUTH, GUESS = (
    ["fox", "owl", "fox", "owl", "elk", "fox"],
    ["fox", "fox", "owl", "fox", "elk", "fox"],
)


def figures(truth=TRUTH, guess=GUESS, classes=("elk", "fox", "owl"), params=QUICK) -> pd.DataFrame:
    return explain(small_networks(classes), examined(truth, guess), params)


def captions(table: pd.DataFrame, section: str, kind: str = "picture") -> list[str]:
    return table.loc[(table["section"] == section) & (table["kind"] == kind), "caption"].tolist()


def test_the_surest_of_a_class_are_those_rightly_known():
    rows = examined(TRUTH, GUESS).rows
    assert surest_of_class(rows, "fox", 9).tolist() == [0, 5]
    assert surest_of_class(rows, "fox", 1).tolist() == [0]
    assert surest_of_class(rows, "owl", 9).tolist() == [1, 3]
    assert surest_of_class(rows, "bee", 9).tolist() == []
    assert surest_mistakes(rows, 2).tolist() == [1, 2]


def test_paths_are_those_of_the_picture_in_its_class():
    row = {"image_id": "1", "predicted": "a", "confidence": 1.0}
    predictions = PREDICTIONS.frame([row | {"label": label} for label in ("b", "a", "c")])
    places = pd.DataFrame(
        {"image_id": "1", "label": ["a", "b", "b"], "path": ["a/1.png", "b/1.png", "b/2.png"]}
    )
    rows = Examined.of(predictions, places, noise(3)).rows
    assert rows["path"].tolist() == ["b/1.png", "a/1.png", ""]


def test_a_draw_keeps_rows_and_pictures_together_and_follows_its_seed():
    whole = examined(TRUTH, GUESS)
    drawn = whole.drawn(4, seed=1)
    places = drawn.rows["image_id"].astype(int).tolist()
    assert len(places) == 4
    assert places == sorted(places)
    assert np.array_equal(drawn.pixels, whole.pixels[places])
    assert drawn.rows.equals(whole.drawn(4, seed=1).rows)
    assert whole.drawn(99, seed=1).rows.equals(whole.rows)
    assert len({tuple(whole.drawn(4, seed=seed).rows["image_id"]) for seed in range(9)}) > 1


def test_telling_channels_are_active_and_each_has_another_favourite():
    means = np.array([[9, 8, 0, 1, 0], [1, 0, 0, 5, 0], [2, 1, 0, 0, 4]], dtype=np.float32)
    assert telling_channels(means, 9) == [0, 3, 4]
    assert telling_channels(means, 2) == [0, 3]
    assert exciting_pictures(means, 0, 2).tolist() == [0, 2]
    assert exciting_pictures(means, 3, 9).tolist() == [1, 0]
    assert telling_channels(np.zeros((1, 3), np.float32), 2) == []


@pytest.mark.parametrize("side_px", [28, 128, 256])
def test_a_pair_is_one_jpeg_of_one_size(side_px):
    pixels = noise(1, 256)[0, :side_px, :side_px]
    side = BesideLooks().tile_px
    heat = np.linspace(0, 1, side_px * side_px, dtype=np.float32).reshape(side_px, side_px)
    for found in (
        heated(pixels, heat),
        as_colours(pixels.astype(np.float32) - 128),
        as_colours(np.zeros_like(pixels)),
    ):
        with Image.open(BytesIO(beside(pixels, found))) as picture:
            assert picture.format == "JPEG"
            assert picture.size == (2 * side + 2, side)


def test_heat_is_the_lighter_the_more_and_saliency_is_grey_where_there_is_none():
    grey = np.full((2, 2, 3), 128, np.uint8)
    heat = np.array([[0, 0.3], [0.6, 1]], dtype=np.float32)
    lightness = heated(grey, heat).astype(float) @ [0.299, 0.587, 0.114]
    assert (np.diff(lightness.ravel()) > 0).all()
    found = as_colours(np.array([[[0, 1, -1]]], dtype=np.float32))
    assert found.tolist() == [[[128, 255, 0]]]


@pytest.fixture(scope="module")
def shown() -> pd.DataFrame:
    """Every section, on six pictures. Read only."""
    return figures(params=ExplainParams(perplexity=2))


def test_every_section_says_what_it_shows(shown):
    table = shown
    assert list(dict.fromkeys(table["section"])) == ["mistakes", "heat", "early", "late", "tsne"]
    assert captions(table, "mistakes", "sentence") == [
        "Of 6 test pictures, 3 are taken for another class."
    ]
    assert captions(table, "mistakes")[0].split("\n") == [
        "is: owl",
        "taken for: fox",
        "probability 0.82",
        "owl/1.png",
    ]
    heat = table[(table["section"] == "heat") & (table["kind"] == "picture")]
    assert heat["heading"].tolist() == ["elk", "fox", "fox", "owl", "owl"]
    assert heat["caption"].tolist()[1] == "known, probability 0.90\nfox/0.png"
    assert heat["caption"].tolist()[3] == "taken for fox, probability 0.82\nowl/1.png"
    assert captions(table, "late", "sentence") == ["Layer 3 of 3: 256 channels of 4 x 4."]
    plots = table[table["kind"] == "plot"]
    assert plots["heading"].value_counts().to_dict() == {
        "Early: layer 1 of 3: 64 channels of 16 x 16": 4,
        "What the head sees: 512 numbers": 4,
    }
    assert (
        plots["caption"]
        .str.startswith(("Before training, in two", "After training, in three"))
        .sum()
        == 4
    )
    assert table.loc[table["kind"] != "sentence", "alt"].str.len().min() > 20
    assert (
        table.loc[table["kind"] == "picture", "data"]
        .map(lambda data: data[:2])
        .eq(b"\xff\xd8")
        .all()
    )
    assert plots["data"].map(lambda data: data[:4]).eq(b"\x89PNG").all()


def test_is_the_same_again(shown):
    assert figures(params=ExplainParams(perplexity=2)).equals(shown)


def test_no_test_pictures_are_said_so():
    table = figures([], [])
    assert table["caption"].tolist() == ["There is no test picture, so nothing can be shown."]


@pytest.mark.parametrize("count", [1, 2])
def test_one_class_and_one_or_two_pictures_are_enough(count):
    table = figures(["fox"] * count, ["fox"] * count, params=ExplainParams())
    assert captions(table, "mistakes", "sentence") == [
        f"None of {count} test pictures is taken for another class."
    ]
    assert len(captions(table, "heat")) == count
    assert len(captions(table, "tsne", "plot")) == 8


def test_pictures_that_are_all_the_same_are_no_trouble():
    white = examined(TRUTH, GUESS)._replace(pixels=np.full((6, 32, 32, 3), 255, np.uint8))
    table = explain(small_networks(["elk", "fox", "owl"]), white, ExplainParams())
    assert len(captions(table, "tsne", "plot")) == 8


def test_a_class_that_nothing_was_trained_on_is_a_mistake_without_heat_of_its_own():
    table = figures(["bee", "fox"], ["fox", "fox"])
    assert [caption.split("\n")[0] for caption in captions(table, "mistakes")] == ["is: bee"]
    heat = table[(table["section"] == "heat") & (table["kind"] == "picture")]
    assert heat["heading"].tolist() == ["fox"]
    assert "Of the 3 classes, 2 have no test picture." in captions(table, "heat", "sentence")[0]


def test_a_picture_without_heat_says_so_in_words_too():
    looking = Looking(torch.ones(32, 32), [1.0, -1.0])
    table = explain(
        Networks(looking, looking, ["fox", "owl"]), examined(["fox", "owl"], ["owl", "owl"]), QUICK
    )
    cold = "no place speaks for the class"
    assert [caption.split("\n")[-2] for caption in captions(table, "mistakes")] == [cold]
    assert [cold in caption for caption in captions(table, "heat")] == [False, True]
    assert table["alt"].str.contains("none anywhere").sum() == 2


def test_predictions_of_another_network_are_a_named_error():
    with pytest.raises(
        DataError, match="the network knows no class 'bee': materialise predictions again"
    ):
        figures(["fox"], ["bee"])


def test_a_layer_that_the_network_does_not_have_is_a_named_error():
    with pytest.raises(
        ParamError, match=r"explanations\.early_layer: expected 1 to 3, the layers of the network"
    ):
        figures(params=ExplainParams(early_layer=4))
    with pytest.raises(
        ParamError, match="no layer called middle; there are: early, late, features"
    ):
        ExplainParams.of("explanations", {"tsne_layers": ["middle"]})


def test_neighbours_in_a_layer_are_counted_once_for_both_drawings_of_it():
    lines = captions(figures(params=ExplainParams(tsne_layers=["features"])), "tsne", "plot")
    flat = ["in two dimensions" in line for line in lines]
    assert ["nearest neighbour of the same class" in line for line in lines] == flat
    assert (sum(flat), len(lines)) == (2, 4)


def test_what_training_left_alone_is_drawn_once():
    network = small_network("bn_small")
    table = explain(
        Networks(network, network, ["elk", "fox", "owl"]),
        examined(TRUTH, GUESS),
        ExplainParams(tsne_layers=["late"]),
    )
    assert len(captions(table, "tsne", "plot")) == 2
    assert captions(table, "tsne", "plot")[0].startswith(
        "Before and after training, which left this layer as it was"
    )


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        ("mistakes", {"mistakes": 0}),
        ("heat", {"pictures_per_class": 0}),
        ("early", {"channels": 0}),
        ("late", {"channels": 0}),
        ("tsne", {"tsne_layers": []}),
    ],
)
def test_nothing_is_said_of_what_is_not_wanted(section, settings):
    assert section not in set(figures(params=QUICK.model_copy(update=settings))["section"])


def test_as_much_is_shown_as_is_asked_for():
    table = figures(
        params=ExplainParams(
            classes=2,
            pictures_per_class=1,
            channels=1,
            pictures_per_channel=2,
            mistakes=1,
            tsne_layers=["features"],
        )
    )
    assert table.loc[table["kind"] != "sentence", "section"].value_counts().to_dict() == {
        "heat": 2, "early": 2, "late": 2, "mistakes": 1, "tsne": 4
    }  # fmt: skip
    assert captions(table, "mistakes", "sentence")[0].endswith(
        "; the most confident of them is shown."
    )
    assert (
        "Shown are the 2 classes with the most test pictures"
        in captions(table, "heat", "sentence")[0]
    )


def test_other_heat_layers_and_seed_change_what_is_shown():
    plain = figures(params=QUICK)
    for change, section in (
        ({"heat": "hires_cam"}, "heat"),
        ({"early_layer": 2}, "early"),
        ({"late_layer": 2}, "late"),
    ):
        changed = figures(params=QUICK.model_copy(update=change))
        same = plain["section"] != section
        assert not changed[changed["section"] == section].equals(plain[~same])
    drawn = {
        figures(params=QUICK.model_copy(update={"pictures": 2, "seed": s}))["caption"].str.cat()
        for s in range(4)
    }
    assert len(drawn) > 1


def test_hostile_names_stay_in_their_line():
    table = figures(["a\nb", "\u202ex"], ["\u202ex", "\u202ex"], classes=("a\nb", "\u202ex"))
    texts = table[["heading", "caption", "alt"]].to_numpy().ravel()
    assert all(char.isprintable() or char == "\n" for text in texts for char in text)
    assert captions(table, "mistakes")[0].split("\n")[:2] == ["is: a\\nb", "taken for: \\u202ex"]
    assert FIGURES.check(table).equals(table)
