"""Copies in a whole run: found, with their relation named, never on two sides of a split; people
outrank the rule."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import paint
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.commands.summary import lines
from tests.graph.conftest import QUICK, as_measured, invoke, quick_runs, settings

JUDGE = settings("object_counts.download=false", "verdicts.recipe=camp2022", "verdicts.filters=[]")
TRAIN = settings(*QUICK, "verdicts.recipe=camp2022", "verdicts.filters=[]")
COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half": lambda whole: whole.resize((200, 200), Image.Resampling.BILINEAR),
    "trimmed": lambda whole: whole.crop((4, 4, 396, 396)),
    "mirrored": lambda whole: whole.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned": lambda whole: whole.transpose(Image.Transpose.ROTATE_90),
}
NAMED = {"mirrored": "mirrored", "turned": "turn"}
PLANTED = [*(f"{name}.png" for name in COPIES), "q30.jpg", "other.webp", "pixels.bmp", "exact.png"]


def drawing(label: str, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(paint(draw_scene(label, 1, 1, rng), "shaded", 400, rng))


def recoloured(whole: Image.Image) -> Image.Image:
    hue, *rest = whole.convert("HSV").split()
    return Image.merge("HSV", [hue.point(lambda value: (value + 85) % 256), *rest]).convert("RGB")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight drawings each of two classes, and copies and a variant of the first one. Read only."""
    folder = tmp_path_factory.mktemp("drawn")
    for label in ("cat", "house"):
        (folder / label).mkdir()
        for seed in range(8):
            drawing(label, seed).save(folder / label / f"{seed}.png")
    whole, place = drawing("cat", 0), folder / "cat"
    for name, change in COPIES.items():
        change(whole).save(place / f"{name}.png")
    whole.save(place / "q30.jpg", quality=30)
    whole.save(place / "other.webp", quality=80)
    whole.save(place / "pixels.bmp")
    shutil.copy(place / "0.png", place / "exact.png")
    recoloured(whole).save(place / "recoloured.png")
    return folder


@pytest.fixture
def source(drawn: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(drawn, tmp_path / "source"))


@pytest.fixture(scope="module")
def judged_drawings(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of `inksift judge` on the drawings. Read only."""
    folder = tmp_path_factory.mktemp("judged")
    with quick_runs(tmp_path_factory):
        result = invoke(
            "judge", drawn, "--out", folder / "o.csv", "--workspace", folder / "w", *JUDGE
        )
    assert result.exit_code == 0, result.output
    return folder / "w"


@pytest.fixture
def workspace(judged_drawings: Path, tmp_path: Path) -> Path:
    """A workspace in which the drawings are measured and compared, and nothing else happened."""
    return as_measured(judged_drawings, tmp_path / "w")


@pytest.fixture(scope="module")
def judged(judged_drawings: Path) -> pd.DataFrame:
    """DECISIONS on the drawings, by path."""
    return decisions(judged_drawings)


def decisions(workspace: Path) -> pd.DataFrame:
    return read_parquet(workspace / "decisions.parquet").set_index("path")


def kept_for(table: pd.DataFrame, path: str) -> str:
    return table.loc[path, "duplicate_of"] or path


@pytest.mark.parametrize("name", PLANTED)
def test_every_copy_is_found_and_says_of_what_and_how(judged: pd.DataFrame, name: str) -> None:
    row = judged.loc[f"cat/{name}"]
    assert kept_for(judged, f"cat/{name}") == kept_for(judged, "cat/0.png")
    if row["duplicate_of"]:
        assert row["duplicate_of"] in row["explanation"]
        assert NAMED.get(name.split(".")[0], "") in row["explanation"]


def test_the_kept_copy_is_one_that_lost_nothing(judged: pd.DataFrame) -> None:
    assert kept_for(judged, "cat/0.png") in {
        f"cat/{name}.png" for name in ("0", "mirrored", "turned")
    } | {"cat/pixels.bmp"}


def test_drawings_that_differ_and_variants_stay(judged: pd.DataFrame) -> None:
    drawings = [f"{label}/{seed}.png" for label in ("cat", "house") for seed in range(1, 8)]
    assert set(judged.loc[[*drawings, "cat/recoloured.png"], "reason"]) <= {""}


def test_renaming_and_moving_keeps_the_same_pictures(
    source: Path, workspace: Path, judged: pd.DataFrame, tmp_path: Path, inksift
) -> None:
    for number, path in enumerate(sorted(source.rglob("*.*"))):
        (path.parent / "deeper").mkdir(exist_ok=True)
        path.rename(path.parent / "deeper" / f"{900 - number}{path.suffix}")
    inksift("judge", source, "--out", tmp_path / "o.csv", "--workspace", workspace, *JUDGE)
    kept = [
        set(table.loc[table["outcome"] == "kept", "image_id"])
        for table in (judged, decisions(workspace))
    ]
    assert kept[0] == kept[1]


def test_a_corrupt_twin_never_stays_instead_of_the_good_one(
    source: Path, workspace: Path, tmp_path: Path, inksift
) -> None:
    data = (source / "house" / "1.png").read_bytes()
    (source / "house" / "0-twin.png").write_bytes(data[: len(data) // 2])
    inksift("judge", source, "--out", tmp_path / "o.csv", "--workspace", workspace, *JUDGE)
    table = decisions(workspace)
    assert table.loc["house/0-twin.png", "reason"] == "unreadable"
    assert table.loc["house/1.png", "outcome"] == "kept"


@pytest.fixture
def trusted(source: Path, tmp_path: Path) -> Path:
    """A test folder with new drawings under known names, a mirrored copy of one of the source, and
    an exact one."""
    folder = tmp_path / "trusted"
    for label in ("cat", "house"):
        (folder / label).mkdir(parents=True)
        drawing(label, 50).save(folder / label / "1.png")
    drawing("cat", 0).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(
        folder / "cat" / "seen.webp", quality=90
    )
    shutil.copy(source / "house" / "3.png", folder / "house" / "same.png")
    return folder


def test_no_relative_of_a_test_picture_is_trained_on(
    source: Path, trusted: Path, workspace: Path, inksift
) -> None:
    command = ("run", source, "--workspace", workspace, "--test", trusted, "--json", *TRAIN)
    told = json.loads(inksift(*command).stdout)
    splits = read_parquet(workspace / "tables" / "splits.parquet").set_index("path")["split"]
    kept = kept_for(decisions(workspace), "cat/0.png")
    assert splits[[kept, "house/3.png"]].tolist() == ["left_out"] * 2
    assert splits["cat/recoloured.png"] == "left_out"
    assert any(
        "copies or variants of a trusted test picture: not trained on" in line
        for line in told["warnings"]
    )


def test_a_split_that_trains_on_them_is_stopped(
    source: Path, trusted: Path, workspace: Path, inksift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "inksift.assets.training.splits.related_groups", lambda ids, *_: np.arange(len(ids))
    )
    stopped = inksift("run", source, "--workspace", workspace, "--test", trusted, *TRAIN)
    assert stopped.exit_code == 1
    assert "no_test_picture_is_trained_on: " in stopped.stderr
    assert "relatives of test pictures are trained on, 1 were left out" in stopped.stderr


@pytest.fixture
def in_two_classes(source: Path) -> Path:
    """A drawing of one class, filed under the other as well."""
    shutil.copy(source / "cat" / "5.png", source / "house" / "stray.png")
    return source


def test_a_picture_in_two_classes_waits_for_a_person(
    in_two_classes: Path, workspace: Path, tmp_path: Path, inksift
) -> None:
    command = (
        "judge",
        in_two_classes,
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        workspace,
        "--json",
        *JUDGE,
    )
    told = json.loads(inksift(*command).stdout)
    assert told["label_conflicts"] == 1
    table = decisions(workspace)
    kept = kept_for(table, "house/stray.png")
    assert table.loc[kept, ["outcome", "stage", "reason"]].tolist() == [
        "review",
        "duplicates",
        "label_conflict",
    ]
    assert (
        "filed under cat (1) and house (1): a person has to say which"
        in table.loc[kept, "explanation"]
    )
    assert (
        "in several classes             1, left out until a person says which (label_conflict)"
        in "\n".join(lines(told))
    )
    assert "Same picture in several classes" in (workspace / "report.html").read_text()
    curated = read_parquet(workspace / "tables" / "curated_dataset.parquet")
    assert kept not in set(curated["path"])

    Ledger.of(Workspace(workspace)).record(
        [Decision(table.loc[kept, "image_id"], "label", "cat")], "ana"
    )
    assert inksift(*command).exit_code == 0
    curated = read_parquet(workspace / "tables" / "curated_dataset.parquet").set_index("path")
    assert curated.loc[kept, "label"] == "cat"
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def test_people_choose_the_copy_and_tell_pictures_apart(
    drawn: Path, judged_drawings: Path, tmp_path: Path, inksift
) -> None:
    workspace = Path(shutil.copytree(judged_drawings, tmp_path / "w"))
    command = (
        "judge",
        drawn,
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        workspace,
        "--json",
        *JUDGE,
        *settings("duplicates.variants=best"),
    )
    before = decisions(workspace)
    ids = before["image_id"]
    original = ids[kept_for(before, "cat/0.png")]
    said = [
        Decision(ids["cat/q30.jpg"], "copy", "keep"),
        Decision(ids["cat/half.png"], "different", original),
    ]
    Ledger.of(Workspace(workspace)).record(said, "ana")
    measured = json.loads(inksift(*command).stdout)["measured"]
    after = decisions(workspace)
    assert set(measured.values()) == {0}
    assert after.loc["cat/q30.jpg", "outcome"] == "kept"
    assert after.loc[kept_for(before, "cat/0.png"), "duplicate_of"] == "cat/q30.jpg"
    assert after.loc["cat/half.png", "outcome"] == "kept"
    fewer = after.loc["cat/recoloured.png", ["outcome", "reason", "duplicate_of"]]
    assert fewer.tolist() == ["rejected", "variant", "cat/q30.jpg"]
    table = read_parquet(workspace / "tables" / "duplicates.parquet").set_index("path")
    assert table.loc["cat/q30.jpg", "kept_because"] == "chosen by ana"
