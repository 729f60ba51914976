"""The original of a picture: decoded in the sandbox, encoded by us, and never another file's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inksift.curation.base.errors import SourceError
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.review.originals import Originals
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.workspace import Workspace

TAIL = b"<script>alert(1)</script>"
SIZES = {"small": (300, 200), "large": (3000, 1500)}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[tuple[Originals, dict[str, str], Path]]:
    """Originals of a run on two JPEGs with something after their end, their image_ids, and where
    they lie."""
    folder = tmp_path / "pictures/cat"
    folder.mkdir(parents=True)
    for name, size in SIZES.items():
        buffer = BytesIO()
        noise = np.random.default_rng(0).integers(0, 255, (*size[::-1], 3), np.uint8)
        Image.fromarray(noise).save(buffer, "JPEG", comment=TAIL)
        (folder / f"{name}.jpg").write_bytes(buffer.getvalue() + TAIL)
    workspace = Workspace(tmp_path / "workspace")
    found = find_images(folder.parent, workspace, ImageParams(workers=1)).images
    write_atomically(workspace.table("images"), to_parquet(found))
    told = {"source": str(folder.parent), "test": "", "link_roots": []}
    workspace.publish("source.json", json.dumps(told).encode())
    originals = Originals(workspace)
    ids = {Path(path).stem: one for path, one in zip(found["path"], found["image_id"], strict=True)}
    yield originals, ids, folder
    originals.close()


def test_it_has_all_pixels_and_nothing_else_of_the_file(
    here: tuple[Originals, dict[str, str], Path],
) -> None:
    originals, ids, _ = here
    for name, size in (("small", (300, 200)), ("large", (2048, 1024))):
        data = originals.picture(ids[name])
        shown = Image.open(BytesIO(data))
        assert (shown.size, shown.format, "comment" in shown.info) == (size, "JPEG", False)
        assert TAIL not in data


def test_what_is_not_of_the_run_or_has_changed_is_not_shown(
    here: tuple[Originals, dict[str, str], Path], tmp_path: Path
) -> None:
    originals, ids, folder = here
    for stranger in ("", "0" * 64, "../../etc/passwd"):
        with pytest.raises(KeyError):
            originals.picture(stranger)
    (folder / "small.jpg").write_bytes(b"another file now")
    with pytest.raises(SourceError, match="not as the run read it: changed"):
        originals.picture(ids["small"])
    (folder / "large.jpg").unlink()
    (folder / "large.jpg").symlink_to("/etc/passwd")
    with pytest.raises(SourceError, match="cannot be opened any more"):
        originals.picture(ids["large"])
