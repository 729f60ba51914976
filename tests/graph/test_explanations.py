"""What a run says of why its network decides as it does: a table, the F1 page, and pictures in the
Dagster UI."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from inksift.assets.training.explanations import MOST_TILES, _plots, _sheets
from inksift.curation.drawing.contact_sheet import MOST_SHEET_BYTES
from inksift.curation.store.parquet import read_parquet
from inksift.curation.training.explain.figures import FIGURES, picture, plot
from tests.graph.conftest import Command, settings


@pytest.fixture
def figures(finished) -> pd.DataFrame:
    workspace, _ = finished
    return FIGURES.check(read_parquet(workspace / "tables" / "explanations.parquet"))


def test_every_class_of_the_trusted_folder_is_explained(
    figures: pd.DataFrame, sample: Path
) -> None:
    classes = {folder.name for folder in (sample / "test").iterdir()}
    heat = figures[(figures["section"] == "heat") & (figures["kind"] == "picture")]
    assert set(heat["heading"]) == classes
    paths = {caption.split("\n")[-1] for caption in heat["caption"]}
    assert all((sample / "test" / path).is_file() for path in paths)


def test_a_layer_that_the_network_does_not_have_is_refused_before_anything_runs(
    sample: Path, inksift: Command, tmp_path: Path
) -> None:
    result = inksift(
        "run", sample / "images", "--workspace", tmp_path, *settings("explanations.late_layer=9")
    )
    assert result.exit_code == 2
    assert (
        "explanations.late_layer: expected 1 to 4, the layers of the network, got 9"
        in result.output
    )
    assert not list(tmp_path.iterdir())


def test_the_page_shows_all_of_it(figures: pd.DataFrame, finished) -> None:
    html = (finished[0] / "f1_report.html").read_text()
    assert re.findall(r'<section id="(\w+)">', html) == ["f1", *dict.fromkeys(figures["section"])]
    for data in figures.loc[figures["kind"] != "sentence", "data"]:
        assert base64.b64encode(data).decode() in html


def test_the_metadata_shows_a_sheet_per_section_and_every_plot(figures: pd.DataFrame) -> None:
    shown = dict(_sheets(figures)) | dict(_plots(figures))
    assert {name for name in shown if name.startswith("sheet")} <= {
        f"sheet_{name}" for name in figures["section"]
    }
    assert {"sheet_heat", "sheet_early", "sheet_late"} <= set(shown)
    assert sum(name.startswith("tsne") for name in shown) == (figures["kind"] == "plot").sum() == 4
    assert "tsne_what_the_head_sees_before_training_in_two_dimensions" in shown
    for markdown in shown.values():
        found = re.fullmatch(
            r"!\[[^\]]*\]\(data:image/(?:png|jpeg);base64,([\w+/=]+)\)", markdown.value
        )
        assert found
        assert len(base64.b64decode(found[1])) <= MOST_SHEET_BYTES


def test_a_sheet_stays_readable_with_many_classes_and_hostile_names() -> None:
    buffer = BytesIO()
    Image.new("RGB", (258, 128)).save(buffer, "JPEG")
    texts = {"lines": ["](x) <script>", "b"], "alt": "](x) <script>"}
    rows = [
        picture("heat", f"{number // 2}](x)", jpeg=buffer.getvalue(), **texts)
        for number in range(2 * MOST_TILES + 8)
    ]
    frame = FIGURES.frame([*rows, plot("tsne", "](x): y", png=b"\x89PNG", **texts)])
    ((_, sheet),) = _sheets(frame)
    ((name, drawn),) = _plots(frame)
    assert name == "tsne_x_x_script"
    assert "](x)" not in sheet.value + drawn.value
    data = base64.b64decode(sheet.value.split("base64,")[1][:-1])
    with Image.open(BytesIO(data)) as opened:
        assert opened.width > 600
        assert opened.height / opened.width < 3
