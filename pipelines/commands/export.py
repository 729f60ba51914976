"""`inksift export`: the curated data set, for others."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from curation.base.errors import ParamError
from pipelines.commands.options import FOLDER, existing, json_option, workspace_option


@click.command()
@click.argument("target", type=FOLDER)
@workspace_option
@click.option(
    "--source", type=FOLDER, help="Where the pictures are now, if they moved since the run."
)
@click.option(
    "--form",
    type=click.Choice(["folders", "parquet", "csv", "labels"]),
    default="folders",
    show_default=True,
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
    target: Path,
    workspace: Path,
    source: Path | None,
    form: str,
    link: bool,
    with_review: bool | None,
    as_json: bool,
) -> None:
    """Write the curated data set to TARGET: class folders, Parquet with the files' bytes, a CSV
    list, or JSON lines with all classes that copies of a picture are filed under.

    Captions and other sidecars come along, and the splits of a source that is divided already.

    \b
    Examples:
      inksift export curated --workspace work
      inksift export curated.d --workspace work --form parquet
    """
    from curation.publish.export import export as write
    from curation.publish.task import ExportParams
    from curation.store.published import read_decisions, read_images, read_review
    from pipelines.commands.places import check_apart, pictures_of_run, read_beside

    here = existing(workspace)
    if target.resolve().is_relative_to(here.root.resolve()):
        raise ParamError(
            f"{target} lies inside the workspace {workspace}: choose a folder outside it"
        )
    check_apart(target, here)
    review = read_review(here) if with_review is None else ("kept" if with_review else "held")
    choices = {"form": form, "files": "link" if link else "copy", "review": review}
    summary = write(
        read_decisions(here),
        read_images(here),
        source=source or pictures_of_run(here),
        target=target,
        params=ExportParams.of("export", choices),
        beside=read_beside(here),
    )
    if as_json:
        click.echo(json.dumps(asdict(summary)))
    else:
        click.echo(
            f"{summary.pictures} pictures and {summary.sidecars} sidecars in {target}, "
            f"{summary.reused} pictures of them from an earlier export"
        )
        click.echo(
            "".join(f"left out: {path}: {reason}\n" for path, reason in summary.skipped.items()),
            nl=False,
        )
    if not summary.complete:
        sys.exit(1)
