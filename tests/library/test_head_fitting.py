"""Fitting a head: from a folder with a manifest to numbers and a card, on a dozen drawn pictures
with a toy embedder."""

from __future__ import annotations

import csv
import doctest
import json
import logging
from collections.abc import Mapping
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

from inksift.curation.base.errors import DataError, ParamError
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fitting import calibration, families
from inksift.curation.verdict.medium.fitting.calibration import log_odds_alone, weighted_quantile
from inksift.curation.verdict.medium.fitting.card import card
from inksift.curation.verdict.medium.fitting.directions import cross_scores
from inksift.curation.verdict.medium.fitting.fit import Fitted, fit_head
from inksift.curation.verdict.medium.fitting.lessons import lessons_of
from inksift.curation.verdict.medium.fitting.manifest import MANIFEST, read_labelled
from inksift.curation.verdict.medium.fitting.measured import (
    MeasuredPictures,
    measure_pictures,
    some,
)
from inksift.curation.verdict.medium.fitting.simulated import MIXED, families_of, simulated_folders
from inksift.curation.verdict.medium.fitting.sources import (
    balance,
    publisher_folds,
    what_cannot_be_left_out,
)
from inksift.curation.verdict.medium.fitting.views import (
    AS_IT_IS,
    CUT_OUT,
    SCORED_VIEWS,
    SQUASHED,
    VIEWS,
    see,
)
from inksift.curation.verdict.medium.fitting.voters import Sample, earned, fit_weights, unweighted
from inksift.curation.verdict.medium.head import load_head
from inksift.curation.verdict.medium.votes import EMBEDDING, VOTERS
from inksift.pipelines.cli import main

SIDE_PX = 96
SHEET = (
    ("illustration", "cat", "comic", "ann/comics@1"),
    ("illustration", "cat", "storybook", "ben/books"),
    ("photo", "bw", "", "cleo/greys"),
    ("photo", "car", "", "dan/streets@2"),
)
PICTURES_PER_SOURCE = 3


class Toy:
    """Two numbers for what a picture shows and two for how it is made, by its contrast and by how
    rough it is; raises on a black picture."""

    name = "toy"
    version = "toy-1"
    dimension = 2
    texture_dimension = 2

    def __call__(self, batch):
        return np.array([self._row(picture) for picture in batch], dtype=np.float32)

    def _row(self, picture):
        grey = picture.mean(axis=2)
        if grey.max() == 0:
            raise RuntimeError("cannot")
        rough = np.abs(np.diff(grey, axis=1))
        return [grey.std(), (rough > 1).mean(), rough.mean(), np.median(rough)]


def drawn(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Two flat areas for an illustration, sensor noise on a slope for a photograph."""
    picture = np.full((SIDE_PX, SIDE_PX, 3), rng.integers(120, 250, 3), dtype=np.uint8)
    if kind == "illustration":
        picture[20:70, 30:60] = rng.integers(0, 100, 3)
        return picture
    slope = np.linspace(40, 200, SIDE_PX)[:, None, None] + np.zeros_like(picture)
    return np.clip(slope + rng.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)


def labelled_folder(folder: Path, seed: int = 0) -> Path:
    """A folder with three pictures of each source in SHEET, and its manifest."""
    rng = np.random.default_rng(seed)
    rows = []
    for source, (kind, group, style, origin) in enumerate(SHEET):
        for number in range(PICTURES_PER_SOURCE):
            path = f"{kind}s/{source}-{number}.png"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(drawn(kind, rng)).save(folder / path)
            rows.append(
                {
                    "path": path,
                    "kind": kind,
                    "class": group,
                    "style": style,
                    "source": origin,
                    "licence": f"CC0 | {origin}",
                }
            )
    write_manifest(folder, rows)
    return folder


def write_manifest(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / MANIFEST).open("w", newline="", encoding="utf-8") as file:
        sheet = csv.DictWriter(file, fieldnames=list(rows[0]))
        sheet.writeheader()
        sheet.writerows(rows)


def manifest_of(folder: Path) -> list[dict[str, str]]:
    with (folder / MANIFEST).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return labelled_folder(tmp_path_factory.mktemp("labelled") / "mine")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("work") / "work")


@pytest.fixture(scope="module")
def pictures(folder: Path, workspace: Workspace) -> MeasuredPictures:
    labelled = read_labelled([folder], workspace)
    return measure_pictures(labelled, workspace, embedder=Toy(), detector=None)


@pytest.fixture(scope="module")
def fitted(pictures: MeasuredPictures) -> Fitted:
    return fit_head(pictures, embedder="toy")


@pytest.mark.parametrize("module", [families, calibration], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


# --- the labelled pictures ---


def test_a_manifest_says_what_each_picture_is(pictures: MeasuredPictures) -> None:
    table = pictures.table.drop_duplicates("source").set_index("source")
    assert table["family"].to_dict() == {
        "ann/comics": "comic",
        "ben/books": "storybook",
        "cleo/greys": "black-and-white photographs",
        "dan/streets": "colour photographs",
    }
    assert table["photo"].to_dict() == {
        "ann/comics": False,
        "ben/books": False,
        "cleo/greys": True,
        "dan/streets": True,
    }
    assert len(pictures.table) == len(SHEET) * PICTURES_PER_SOURCE
    assert pictures.table["path"].str.startswith("mine/").all()


def test_a_picture_in_two_folders_counts_once(folder: Path, workspace: Workspace, tmp_path: Path):
    again = labelled_folder(tmp_path / "again")
    other = labelled_folder(tmp_path / "other", seed=1)
    both = read_labelled([folder, again, other], workspace).table
    assert len(both) == 2 * len(SHEET) * PICTURES_PER_SOURCE
    assert set(both["path"].str.split("/").str[0]) == {"mine", "other"}


def test_uncertain_styles_are_left_out_and_a_licence_may_be(tmp_path: Path, workspace: Workspace):
    folder = labelled_folder(tmp_path / "mine")
    rows = manifest_of(folder)
    rows[0]["style"] = "engraving_object"
    for row in rows:
        del row["licence"]
    write_manifest(folder, rows)
    table = read_labelled([folder], workspace).table
    assert len(table) == len(rows) - 1
    assert set(table["licence"]) == {"not stated"}


def test_what_cannot_be_read_is_told_and_left_out(tmp_path: Path, workspace: Workspace, caplog):
    folder = labelled_folder(tmp_path / "mine")
    (folder / "photos" / "2-0.png").write_bytes(b"torn")
    with caplog.at_level(logging.WARNING, logger="inksift"):
        table = read_labelled([folder], workspace).table
    assert len(table) == len(SHEET) * PICTURES_PER_SOURCE - 1
    assert "1 of" in caplog.text
    assert "photos/2-0.png" in caplog.text


def change_kind(rows):
    rows[2]["kind"] = "painting"


def lose_column(rows):
    for row in rows:
        del row["source"]


def name_another(rows):
    rows[1]["path"] = "illustrations/gone.png"


def only_photographs(rows):
    del rows[: 2 * PICTURES_PER_SOURCE]


def one_source_of_photographs(rows):
    for row in rows:
        row["source"] = "cleo/greys" if row["kind"] == "photo" else row["source"]


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (change_kind, ParamError, "0-2.png has the kind 'painting': write illustration or photo"),
        (lose_column, ParamError, r"lacks the column\(s\) source: add them"),
        (name_another, ParamError, "lists illustrations/gone.png, which is not in .*take out"),
        (only_photographs, DataError, "there are no illustrations: add some"),
        (one_source_of_photographs, DataError, "without cleo: add photographs of further"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named_with_a_remedy(
    change, error, told: str, tmp_path: Path, workspace: Workspace
) -> None:
    folder = labelled_folder(tmp_path / "mine")
    rows = manifest_of(folder)
    change(rows)
    write_manifest(folder, rows)
    with pytest.raises(error, match=rf"mine/manifest\.csv.*{told}"):
        read_labelled([folder], workspace)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, r"cannot read .*manifest\.csv \(No such file.*columns path, kind, class"),
        (b"", r"manifest\.csv is not CSV .*: save it as CSV in UTF-8"),
        (b'path,kind\n"a', r"manifest\.csv is not CSV .*: save it as CSV in UTF-8"),
        (b"\xff\xfe\x00\xd8", r"manifest\.csv is not CSV .*: save it as CSV in UTF-8"),
    ],
)
def test_a_file_that_is_no_manifest_is_named_with_a_remedy(
    data: bytes | None, told: str, tmp_path: Path, workspace: Workspace
) -> None:
    folder = labelled_folder(tmp_path / "mine")
    (folder / MANIFEST).unlink()
    if data is not None:
        (folder / MANIFEST).write_bytes(data)
    with pytest.raises(ParamError, match=told):
        read_labelled([folder], workspace)


# --- views ---


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("shape", [(96, 64), (9, 300), (800, 600)])
def test_a_view_is_a_picture_and_depends_on_nothing_but_its_arguments(view, shape, rng) -> None:
    picture = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    before = picture.copy()
    seen = see(view, "one", picture)
    assert seen.dtype == np.uint8
    assert seen.ndim == 3
    assert seen.shape[2] == 3
    assert min(seen.shape[:2]) > 0
    assert (picture == before).all()
    assert (see(view, "one", picture) == seen).all()


def test_views_differ_from_picture_to_picture(rng) -> None:
    picture = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    sizes = {see("tiny", str(number), picture).shape for number in range(9)}
    assert len(sizes) > 1


def test_what_a_view_is_called_is_what_it_shows(rng) -> None:
    picture = drawn("illustration", rng)
    assert (see(AS_IT_IS, "one", picture) == picture).all()
    assert see(SQUASHED, "one", picture).shape == (227, 227, 3)
    grey = see("grey", "one", picture).astype(int)
    assert np.abs(grey[..., 0] - grey[..., 2]).max() <= 4
    assert max(see("tiny", "one", np.tile(picture, (3, 3, 1))).shape) < 140
    cut_out = see(CUT_OUT, "one", picture)
    assert (cut_out > 245).all(axis=2).mean() > (picture > 245).all(axis=2).mean()


# --- measures ---


def test_a_second_fit_measures_nothing(
    pictures: MeasuredPictures, folder: Path, workspace: Workspace, monkeypatch
) -> None:
    def refuse(*_):
        raise AssertionError("measured again")

    monkeypatch.setattr(Toy, "__call__", refuse)
    monkeypatch.setattr("inksift.curation.verdict.medium.fitting.measured.per_item", refuse)
    labelled = read_labelled([folder], workspace)
    again = measure_pictures(labelled, workspace, embedder=Toy(), detector=None)
    assert again.table.equals(pictures.table)
    assert all((again.style[view] == pictures.style[view]).all() for view in VIEWS)
    assert all(again.signals[view].equals(pictures.signals[view]) for view in SCORED_VIEWS)
    assert all((again.made[name].style == made.style).all() for name, made in pictures.made.items())


def test_a_picture_that_the_embedder_cannot_do_is_left_out(
    tmp_path: Path, workspace: Workspace, caplog
) -> None:
    folder = labelled_folder(tmp_path / "mine", seed=2)
    black = np.zeros((SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    Image.fromarray(black).save(folder / "illustrations" / "0-0.png")
    labelled = read_labelled([folder], workspace)
    with caplog.at_level(logging.WARNING, logger="inksift"):
        measured = measure_pictures(labelled, workspace, embedder=Toy(), detector=None)
    assert "1 picture(s) left out" in caplog.text
    assert "mine/illustrations/0-0.png" not in set(measured.table["path"])
    count = len(labelled.table) - 1
    assert len(measured.table) == len(measured.vectors) == len(measured.objects) == count
    assert {len(style) for style in measured.style.values()} == {count}
    assert {len(signals) for signals in measured.signals.values()} == {count}


def test_renderings_of_photographs_count_as_illustrations(pictures: MeasuredPictures) -> None:
    photo = pictures.table["photo"].to_numpy()
    outline, printed = pictures.made["outline"], pictures.made["printed"]
    assert outline.rows.tolist() == np.flatnonzero(photo).tolist()
    assert not outline.photo.any()
    assert printed.rows.tolist() == list(range(len(photo)))
    assert (printed.photo == photo).all()
    assert outline.style.shape == (photo.sum(), 4)


def test_some_pictures_keep_what_was_made_of_them(pictures: MeasuredPictures) -> None:
    rows = np.flatnonzero(pictures.table["photo"])[[2, 0]]
    fewer = some(pictures, rows)
    assert fewer.table["image_id"].tolist() == pictures.table["image_id"].iloc[rows].tolist()
    outline = pictures.made["outline"]
    of_row = dict(zip(outline.rows.tolist(), outline.style.tolist(), strict=True))
    found = fewer.made["outline"]
    places = zip(found.rows, found.style.tolist(), strict=True)
    assert {int(rows[place]): style for place, style in places} == {
        int(row): of_row[row] for row in rows
    }


def test_without_a_detector_objects_are_unknown(pictures: MeasuredPictures) -> None:
    assert np.isnan(pictures.objects).all()
    assert set(pictures.noise) <= {0.0, 1.0}


# --- sources ---


def test_publishers_are_dealt_to_folds_whole() -> None:
    names = [f"large/{number}" for number in range(8)]
    names += [f"small {number // 2}/{number}" for number in range(60)]
    fold = publisher_folds(pd.Series(names))
    of_publisher = pd.Series(fold).groupby([name.split("/")[0] for name in names]).nunique()
    assert (of_publisher == 1).all()
    assert len(set(fold[:8]) & set(fold[8:])) == 0
    assert sorted(np.bincount(fold)) == [6, 6, 6, 6, 6, 6, 8, 8, 8, 8]
    assert (publisher_folds(pd.Series(names)) == fold).all()


def test_both_kinds_weigh_the_same_and_a_group_its_sizes_root() -> None:
    table = pd.DataFrame(
        {"photo": [True] * 5 + [False] * 20, "family": ["a"] * 4 + ["b"] + ["c"] * 20}
    )
    weight = balance(table, "family")
    assert weight.mean() == pytest.approx(1)
    assert weight[:5].sum() == pytest.approx(weight[5:].sum())
    assert weight[:4].sum() == pytest.approx(2 * weight[4])


def test_small_publishers_that_share_a_fold_are_one() -> None:
    names = [f"{number}" for number in range(30)]
    fold = publisher_folds(pd.Series(names))
    photo = fold == fold[0]
    table = pd.DataFrame({"source": names, "photo": photo})
    assert photo.sum() > 1
    assert "no photographs are left without" in what_cannot_be_left_out(table)
    photo[fold == next(number for number in fold if number != fold[0])] = True
    assert what_cannot_be_left_out(table.assign(photo=photo)) == ""


# --- voters ---


def a_sample(measures: dict[str, np.ndarray], photo: np.ndarray) -> Sample:
    """Ten groups of pictures, with these measures and no others."""
    columns = [measures.get(name, np.full(len(photo), np.nan)) for name in VOTERS]
    group = np.arange(len(photo)) % 10
    return Sample(np.column_stack(columns), photo, np.ones(len(photo)), group)


def test_a_measure_that_tells_more_earns_a_vote_on_its_side_and_noise_earns_none(rng) -> None:
    photo = rng.random(600) < 0.5
    measures = {
        "content": rng.normal(photo, 1.0),
        "texture": rng.normal(photo, 1.0),
        "edges": rng.normal(photo, 0.8),
        "chroma": rng.normal(~photo, 0.8),
        "entropy": rng.normal(size=600),
    }
    aurocs = dict.fromkeys(VOTERS, quality.UNKNOWN) | {
        "edges": quality.Interval(0.8, 0.7, 0.9),
        "chroma": quality.Interval(0.2, 0.1, 0.3),
        "entropy": quality.Interval(0.7, 0.6, 0.8),
    }
    sample = a_sample(measures, photo)
    signs = dict(zip(VOTERS, earned(sample, aurocs), strict=True))
    silent = dict.fromkeys(VOTERS, 0)
    assert signs == silent | {"content": 1, "texture": 1, "edges": 1, "chroma": -1}
    weights = dict(zip(VOTERS, fit_weights(sample, list(signs.values())).weights, strict=True))
    assert weights["edges"] > 0 > weights["chroma"]
    assert weights["entropy"] == 0


def test_a_measure_at_chance_over_sources_is_not_tried(rng) -> None:
    photo = rng.random(200) < 0.5
    measures = {"content": rng.normal(photo), "texture": rng.normal(photo), "edges": photo + 0.0}
    at_chance = dict.fromkeys(VOTERS, quality.Interval(0.9, 0.4, 1.0))
    signs = dict(zip(VOTERS, earned(a_sample(measures, photo), at_chance), strict=True))
    assert signs == {name: int(name in EMBEDDING) for name in VOTERS}


def test_a_measure_that_hardly_ever_differs_is_not_tried(rng) -> None:
    photo = rng.random(400) < 0.5
    measures = {"content": rng.normal(photo), "texture": rng.normal(photo)}
    rare = np.zeros(400)
    rare[np.flatnonzero(~photo)[:8]] = 1.0  # known illustrations alone, 2 % of all
    given = {"cluster_noise": quality.Interval(quality.auroc(rare, photo), 0.45, 0.499)}
    sample = a_sample(measures | {"cluster_noise": rare}, photo)
    signs = dict(zip(VOTERS, earned(sample, given), strict=True))
    assert signs["cluster_noise"] == 0
    surer = {"cluster_noise": quality.Interval(0.4, 0.35, 0.45)}
    assert dict(zip(VOTERS, earned(sample, surer), strict=True))["cluster_noise"] == -1


def test_a_voter_that_never_measured_has_a_sound_scale() -> None:
    assert unweighted(np.full(4, np.nan), "objects")[:3] == (0.0, 1.0, 0.0)
    assert unweighted(np.full(4, 2.0), "content")[:3] == (2.0, 1.0, 0.0)


# --- folders and thresholds ---


def test_a_folder_holds_one_family_and_the_share_asked_for(rng) -> None:
    family = ["comic"] * 100 + ["manga"] * 50 + ["colour photographs"] * 60
    table = pd.DataFrame({"family": family, "photo": np.arange(210) >= 150})
    made = simulated_folders(table, families_of(table), shares=(0.1, 1.0), repeats=2)
    told = [(folder.family, folder.photo_share) for folder in made]
    assert told == list(product(("comic", "manga", MIXED), (0.1, 0.1, 1.0, 1.0)))
    for folder in made:
        assert len(set(folder.rows)) == len(folder.rows)
        photo = table["photo"].to_numpy()[folder.rows]
        assert photo.mean() == pytest.approx(folder.photo_share, abs=0.01)
        illustrations = set(table["family"].to_numpy()[folder.rows][~photo])
        expected = {"comic", "manga"} if folder.family == MIXED else {folder.family}
        assert illustrations == (expected if folder.photo_share < 1 else set())


def test_a_weighted_quantile_leaves_its_share_below(rng) -> None:
    values, weight = rng.normal(size=500), rng.random(500)
    for share in (0.01, 0.3, 0.99):
        found = weighted_quantile(values, weight, share)
        assert weight[values <= found].sum() >= share * weight.sum()
        assert weight[values < found].sum() < share * weight.sum()


# --- the whole ---


def test_the_head_tells_the_drawn_kinds_apart_without_their_source(
    fitted: Fitted, pictures: MeasuredPictures
) -> None:
    photo = pictures.table["photo"].to_numpy()
    log_odds = log_odds_alone(fitted.head, fitted.scores.measures[AS_IT_IS])
    assert quality.auroc(log_odds, photo) == 1
    assert log_odds[photo].mean() > 0 > log_odds[~photo].mean()
    assert (fitted.head.photos, fitted.head.illustrations) == (6, 6)


def test_a_score_comes_from_a_direction_that_never_saw_the_source(
    pictures: MeasuredPictures,
) -> None:
    own = np.arange(len(pictures.table)) == len(pictures.table) - 1

    def scored(table: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
        some = pictures._replace(table=table)
        return cross_scores(some, lessons_of(some)).measures

    table = pictures.table.assign(source=pictures.table["source"].mask(own, "eve/one"))
    mislabelled = table.assign(photo=table["photo"] ^ own)
    right, wrong = map(scored, (table, mislabelled))
    for view in (AS_IT_IS, SQUASHED):
        scores, others = (measures[view][list(EMBEDDING)] for measures in (right, wrong))
        assert scores[own].equals(others[own])
        assert not scores[~own].equals(others[~own])


def test_the_same_pictures_give_the_same_head(pictures: MeasuredPictures, fitted: Fitted) -> None:
    again = fit_head(pictures, embedder="toy")
    assert again.head.to_json() == fitted.head.to_json()
    made_on = date(2026, 1, 2)
    assert card(again, pictures.table, made_on=made_on) == card(
        fitted, pictures.table, made_on=made_on
    )


def test_the_card_says_what_the_head_was_fitted_on(
    fitted: Fitted, pictures: MeasuredPictures
) -> None:
    text = card(fitted, pictures.table, made_on=date(2026, 1, 2)).decode()
    assert "Medium head for toy" in text
    assert "by `inksift head fit` on 2026-01-02" in text
    assert "6 illustrations and 6 photographs from 4 sources" in text
    assert "| comic | 3 | 1 | 1.000 |" in text
    assert "| black-and-white photographs | 3 | 1 |" in text
    assert "| ann | CC0 \\| ann/comics@1 | 3 |" in text
    assert "| content | " in text
    assert "objects |" not in text  # there was no detector, so nothing is known of them
    assert "nan" not in text


def test_the_command_writes_a_head_that_can_be_loaded(
    folder: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("inksift.curation.evidence.features.load_embedder", lambda *_: Toy())
    monkeypatch.setattr("inksift.curation.evidence.objects.load_detector", lambda *_: None)
    out = tmp_path / "heads"
    places = [str(folder), "--out", str(out), "--workspace", str(tmp_path / "work")]
    told = CliRunner().invoke(main, ["head", "fit", *places, "--json"], catch_exceptions=False)
    assert told.exit_code == 0
    summary = json.loads(told.stdout)
    assert (summary["illustrations"], summary["photographs"], summary["sources"]) == (6, 6, 4)
    head = load_head("efficientnet-lite2", [out])
    assert Path(summary["head"]).read_bytes() == head.to_json()
    assert len(head.mean) == 4
    assert "Medium head for efficientnet-lite2" in Path(summary["card"]).read_text(encoding="utf-8")


def test_the_command_ends_with_a_line_and_a_code(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    common = [str(folder), "--workspace", str(tmp_path / "work"), "--out"]
    told = CliRunner().invoke(main, ["head", "fit", *common, str(tmp_path / "file")])
    assert told.exit_code == 2
    assert "is a file: give a folder" in told.stderr
    arguments = [*common, str(tmp_path / "out"), "--embedder", "resnet"]
    told = CliRunner().invoke(main, ["head", "fit", *arguments])
    assert told.exit_code == 2
    assert "embedder" in told.stderr
