"""`inksift run`: the whole chain."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inksift.pipelines.commands.chain import Chosen, given_on_command_line, run_chain, run_options
from inksift.pipelines.commands.options import FOLDER, LOCATION, json_option, source_argument

if TYPE_CHECKING:
    from inksift.curation.base.location import Location


@click.command()
@source_argument
@run_options
@click.option(
    "--test",
    type=LOCATION,
    envvar="INKSIFT_TEST",
    help="A trusted folder of the same shape, used for F1 only.",
)
@click.option("--no-test", is_flag=True, help="Without the trusted folder of inksift.yaml.")
@click.option(
    "--truth", type=FOLDER, help="truth.csv of `inksift sample`: compare what was found with it."
)
@json_option
def run(
    source: "Location | None",
    test: "Location | None",
    no_test: bool,
    truth: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """The whole chain on SOURCE (class_name/picture.jpg): curate, train, report F1.

    SOURCE is a folder, a tar, zip or Parquet file, a folder of such files, or a URL of either
    (s3://bucket/folder). The first run that
    succeeds writes inksift.yaml into the workspace; later ones take from there what is not given.

    \b
    Examples:
      inksift run crawl/images
      inksift run data.zip --workspace work
      inksift run crawl/images --workspace work --test trusted --set duplicates.keep=first
      inksift run --workspace work
    """
    chosen = Chosen(**options)
    given = given_on_command_line(source, chosen, test=test, no_test=no_test)
    run_chain("everything", given, truth=truth, as_json=as_json, remember=chosen.remember)
