"""What cannot end well is told from names, before any file is opened."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from inksift.curation.base.errors import ParamError, SourceError
from inksift.curation.gather.images import ImageParams
from inksift.curation.gather.preflight import (
    LISTING,
    demand_apart,
    demand_classes_named,
    demand_trainable,
    list_names,
)
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.resample.params import ResampleParams


def listed(*paths: str, size: int = 7) -> pd.DataFrame:
    rows = [{"path": path, "label": path.partition("/")[0], "size_bytes": size} for path in paths]
    return LISTING.frame(rows)


def test_names_are_listed_by_class_without_opening_a_file(tmp_path: Path) -> None:
    for name in ("cat/a.png", "cat/a.txt", "dog/b.png"):
        (tmp_path / "crawl" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "crawl" / name).write_bytes(b"no picture at all")
    found = list_names(tmp_path / "crawl", Workspace(tmp_path / "w"), ImageParams())
    assert found.files.to_dict("list") == {
        "path": ["cat/a.png", "dog/b.png"],
        "label": ["cat", "dog"],
        "size_bytes": [17, 17],
    }
    assert found.folder.sidecars["path"].tolist() == ["cat/a.txt"]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (["unlabelled"], "no class folders in crawl: expected class_name/picture.jpg"),
        (["cat", "cat"], "only 'cat' is in crawl: training needs two classes"),
    ],
)
def test_less_than_two_classes_are_not_trained_on(labels: list[str], told: str) -> None:
    with pytest.raises(SourceError, match=told):
        demand_trainable(labels, Path("crawl"))
    demand_trainable([*labels, "dog"], Path("crawl"))


def test_a_setting_names_classes_that_exist() -> None:
    settings = {"training_set": ResampleParams(oversample_factors={"fox": 2.0, "Cat": 3.0})}
    with pytest.raises(ParamError) as refused:
        demand_classes_named(settings, ["fox", "cat", "dog"])
    assert str(refused.value) == (
        "training_set.oversample_factors names a class Cat that no file has; there are: cat, dog, "
        "fox; did you mean cat?"
    )
    demand_classes_named(settings, ["fox", "Cat"])


def test_a_test_folder_in_the_source_is_left_out_of_it(tmp_path: Path) -> None:
    source, test = tmp_path / "crawl", tmp_path / "crawl" / "test"
    tested = listed("cat/t.png")
    with pytest.raises(SourceError, match=r"^1 files of the source .*images\.exclude=\[\"test\"\]"):
        demand_apart(listed("cat/a.png", "test/t.png"), tested, source=source, test=test)
    demand_apart(listed("cat/a.png", "tests/t.png"), tested, source=source, test=test)


def test_a_source_in_the_test_folder_is_refused(tmp_path: Path) -> None:
    source, test = tmp_path / "all" / "crawl", tmp_path / "all"
    with pytest.raises(SourceError, match="name a trusted folder that holds other pictures"):
        demand_apart(listed("a.png"), listed("crawl/a.png"), source=source, test=test)


def test_a_source_of_test_pictures_alone_is_refused_and_some_are_not(tmp_path: Path) -> None:
    here = {"source": tmp_path / "a", "test": tmp_path / "b"}
    with pytest.raises(SourceError, match="no picture would be left to train on: name"):
        demand_apart(listed("cat/a.png"), listed("cat/a.png", "cat/b.png"), **here)
    demand_apart(listed("cat/a.png", "cat/c.png"), listed("cat/a.png"), **here)
    demand_apart(listed("cat/a.png"), listed("cat/a.png", size=8), **here)


def test_a_link_to_the_source_is_the_source(tmp_path: Path) -> None:
    (tmp_path / "crawl").mkdir()
    (tmp_path / "trusted").symlink_to(tmp_path / "crawl")
    with pytest.raises(SourceError, match="1 files of the source"):
        demand_apart(
            listed("cat/a.png"),
            listed("cat/a.png"),
            source=tmp_path / "crawl",
            test=tmp_path / "trusted",
        )
