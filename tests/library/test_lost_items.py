"""What a picture becomes on which one worker after another died: a row that says so, for this run
alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.errors import EngineError
from inksift.curation.base.progress import Progress, heard_by
from inksift.curation.base.unseen import NOTHING_UNSEEN
from inksift.curation.dedup import comparisons as comparisons_module
from inksift.curation.dedup.comparisons import Comparisons, PortionLimits, pair_key
from inksift.curation.dedup.glances.glance_store import GlanceStore
from inksift.curation.evidence.features import FeatureParams, embed
from inksift.curation.evidence.objects import ObjectParams, count_objects
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.gather.signals.stored import StoredSignals
from inksift.curation.spread.engine import Batching, LocalEngine, Lost
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from tests.library.test_features import Toy as ToyEmbedder
from tests.library.test_objects import Toy as ToyDetector


class Losing(LocalEngine):
    """Loses the items that `doomed` says, in the work of these titles."""

    def __init__(self, doomed: Callable[[Any], bool], *titles: str) -> None:
        super().__init__()
        vars(self).update(doomed=doomed, titles=titles, lost=[])

    def map_batches(
        self, task: Any, items: Sequence[Any], batching: Batching, *, title: str
    ) -> Iterator[Any]:
        doomed = [one for one in items if title in self.titles and self.doomed(one)]
        sound = [one for one in items if one not in doomed]
        self.lost.extend(doomed)
        yield from super().map_batches(task, sound, batching, title=title)
        yield from (Lost(one, "the worker died") for one in doomed)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


def read(image_id: str) -> np.ndarray:
    return np.full((4, 4, 3), int(image_id), dtype=np.uint8)


def test_a_lost_picture_is_a_bad_feature_until_it_is_not(workspace: Workspace) -> None:
    def embedded(engine: LocalEngine) -> pd.DataFrame:
        params = FeatureParams()
        return embed(
            list("123"),
            read,
            embedder=ToyEmbedder(),
            workspace=workspace,
            params=params,
            engine=engine,
        ).frame

    lost = embedded(Losing(lambda one: one == "2", "features"))
    assert lost["image_id"].tolist() == list("123")
    assert lost["status"].tolist() == ["ok", "bad_feature", "ok"]
    assert embedded(LocalEngine())["status"].tolist() == ["ok", "ok", "ok"]


def test_a_lost_picture_is_a_model_error_until_it_is_not(workspace: Workspace) -> None:
    def counted(engine: LocalEngine) -> pd.DataFrame:
        return count_objects(
            list("123"),
            read,
            detector=ToyDetector(lambda _: []),
            workspace=workspace,
            params=ObjectParams(),
            engine=engine,
        ).frame

    lost = counted(Losing(lambda one: one == "2", "objects"))
    assert lost["status"].tolist() == ["ok", "model_error", "ok"]
    assert counted(LocalEngine())["status"].tolist() == ["ok", "ok", "ok"]


@pytest.fixture
def source(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "source" / "cats"
    folder.mkdir(parents=True)
    for name in "abc":
        Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8)).save(folder / f"{name}.png")
    return folder.parent


def test_a_lost_file_is_a_row_that_is_decoded_again(source: Path, workspace: Workspace) -> None:
    params = ImageParams(workers=1)
    engine = Losing(lambda one: one.paths == [b"cats/b.png"], "decode pictures")
    lost = find_images(source, workspace, params, engine=engine).images.set_index("path")
    assert lost["error"].to_dict() == {
        "cats/a.png": "",
        "cats/b.png": "decoder_died",
        "cats/c.png": "",
    }
    assert lost.loc["cats/b.png", "note"] == "the worker died"
    found = find_images(source, workspace, params)
    assert (found.new, found.images["readable"].all()) == (1, True)
    signals = StoredSignals(workspace, "other")
    with pytest.raises(EngineError, match="measure signals: one worker after another died on x"):
        signals.measure(["x"], read, Losing(lambda _: True, "measure signals"))
    reader = copy.copy(Thumbnails(workspace, found.thumbnails))
    assert reader(found.images["image_id"][0]).shape == (30, 40, 3)


def seen(_: str) -> tuple[np.ndarray, Any]:
    return np.random.default_rng(3).integers(0, 256, (60, 60, 3), np.uint8), NOTHING_UNSEEN


def comparisons(workspace: Workspace, engine: LocalEngine) -> Comparisons:
    """All pairs of three equal pictures, compared."""
    sizes = {"width": 60, "height": 60, "place": range(3)}
    pictures = pd.DataFrame({"image_id": list("abc"), **sizes})
    glances = GlanceStore(workspace.measurements("glances", "1"), seen, engine)
    made = Comparisons(workspace.measurements("pairs", "1"), glances, pictures, seen, engine)
    made.add([pair_key("a", "b"), pair_key("a", "c"), pair_key("b", "c")])
    return made


at_a_glance_and_closely = pytest.mark.parametrize(
    ("title", "doomed"),
    [("glance at pictures", "b"), ("compare pairs", "a b")],
    ids=["at a glance", "closely"],
)


@at_a_glance_and_closely
def test_a_lost_comparison_is_made_in_another_run(
    workspace: Workspace, title: str, doomed: str
) -> None:
    lost = comparisons(workspace, Losing(lambda one: one == doomed, title)).related()
    left = ["a c"] if title.startswith("glance") else ["a c", "b c"]
    assert lost["image_id"].tolist() == left
    again = comparisons(Workspace(workspace.root), LocalEngine())
    assert again.related()["image_id"].tolist() == ["a b", "a c", "b c"]
    assert again.new == 3 - len(left)


@at_a_glance_and_closely
def test_a_lost_comparison_is_tried_once_a_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, title: str, doomed: str
) -> None:
    monkeypatch.setattr(comparisons_module, "_LIMITS", PortionLimits(glanced_at=1))
    engine = Losing(lambda one: one == doomed, title)
    made = comparisons(workspace, engine)
    lost = made.lost
    made.add([pair_key("a", "b"), pair_key("a", "c"), pair_key("b", "c")])
    assert engine.lost == [doomed]
    assert (made.lost, made.new) == (lost, 3)


def test_a_lost_glance_is_tried_once_a_run(workspace: Workspace) -> None:
    engine = Losing(lambda one: one == "b", "glance at pictures")
    glances = GlanceStore(workspace.measurements("glances", "1"), seen, engine)
    glances(["a", "b"])
    glances.forget()
    glances(["b", "c"])
    assert (engine.lost, glances.lost) == (["b"], {"b"})


def test_pairs_that_are_all_known_are_told_once(workspace: Workspace) -> None:
    comparisons(workspace, LocalEngine())
    heard: list[Progress] = []

    def listen(told: Progress) -> str:
        heard.append(told)
        return ""

    with heard_by(listen):
        comparisons(Workspace(workspace.root), LocalEngine())
    assert [(told.title, told.plan) for told in heard] == [("pair pictures", "all 3 known")]
