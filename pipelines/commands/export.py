"""`inksift export`: the curated data set, for others."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inksift.pipelines.commands.options import FOLDER, LOCATION, json_option, workspace_option
from inksift.pipelines.existing import existing

if TYPE_CHECKING:
    from inksift.curation.base.location import Location
    from inksift.curation.publish.task import ExportSummary

FORMS = (
    "folders",
    "imagefolder",
    "huggingface",
    "webdataset",
    "kohya",
    "coco",
    "yolo",
    "fiftyone",
    "lightly",
    "croissant",
    "parquet",
    "csv",
    "labels",
)
"""The names of `inksift.curation.publish.forms`, which is not imported only to show help."""


@click.command()
@click.argument("target", type=FOLDER)
@workspace_option
@click.option(
    "--source", type=LOCATION, help="Where the pictures are now, if they moved since the run."
)
@click.option("--form", type=click.Choice(FORMS), default="folders", show_default=True)
@click.option(
    "--split", is_flag=True, help="Divided into train, validation and test as the run did it."
)
@click.option(
    "--repeats",
    type=int,
    default=1,
    show_default=True,
    help="kohya: how often an epoch shows every picture.",
)
@click.option(
    "--link", is_flag=True, help="Hard-link instead of copying, where the file system can."
)
@click.option(
    "--with-review/--without-review",
    default=None,
    help="Pictures under review; as in the run if neither is given.",
)
@json_option
def export(
    target: Path, workspace: Path, source: "Location | None", as_json: bool, **how: Any
) -> None:
    """Write the curated data set to TARGET, in the form that the next tool takes as it is.

    Files are copied byte for byte, captions and other sidecars come along, and so do the splits of
    a source that is divided already. csv, parquet and labels write one file where TARGET is named
    like one.

    \b
    Examples:
      inksift export curated --workspace work
      inksift export curated --workspace work --form imagefolder --split
      inksift export kept.csv --workspace work --form csv
    """
    from inksift.pipelines.exporting import export_run

    summary = export_run(existing(workspace), target, source=source, **how)
    click.echo(json.dumps(asdict(summary)) if as_json else "\n".join(_told(summary, target)))
    if not summary.complete:
        sys.exit(1)


def _told(summary: "ExportSummary", target: Path) -> Iterator[str]:
    yield (
        f"{summary.pictures} pictures and {summary.sidecars} sidecars in {target}, "
        f"{summary.reused} pictures of them from an earlier export"
    )
    if summary.removed:
        yield f"{summary.removed} files of the earlier export no longer belong, and are removed"
    yield from summary.notes
    yield from (f"left out: {path}: {reason}" for path, reason in summary.skipped.items())
    yield from (f"in no split: {path}: {reason}" for path, reason in summary.in_no_split.items())
