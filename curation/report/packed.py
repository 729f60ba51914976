"""What a script of a page unpacks: JSON, compressed, in letters that no page takes for anything
else."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence

from inksift.curation.report.rendering import report_templates
from inksift.curation.report.tiles import Tile


def packed(content: object) -> str:
    """Plain data as JSON, compressed with gzip, in base64."""
    return base64.b64encode(gzip.compress(json.dumps(content).encode(), 6, mtime=0)).decode()


def packed_tiles(tiles: Sequence[Tile]) -> str:
    """The tiles as HTML: a list, packed."""
    template = report_templates().get_template("tile.html.j2")
    return packed([template.render(tile=tile).strip() for tile in tiles])
