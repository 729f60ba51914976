"""`inksift run`: the whole chain."""

from pathlib import Path
from typing import Any

import click

from pipelines.commands.chain import Chosen, run_chain, run_options
from pipelines.commands.options import FOLDER, json_option, source_argument


@click.command()
@source_argument
@run_options
@click.option("--test", type=FOLDER, help="A trusted folder of the same shape, used for F1 only.")
@click.option(
    "--truth", type=FOLDER, help="truth.csv of `inksift sample`: compare what was found with it."
)
@json_option
def run(source: Path, test: Path | None, truth: Path | None, as_json: bool, **options: Any) -> None:
    """The whole chain on SOURCE (class_name/picture.jpg): curate, train, report F1.

    SOURCE is a folder, a tar, zip or Parquet file, or a folder of such files.

    \b
    Examples:
      inksift run crawl/images
      inksift run data.zip --workspace work
      inksift run crawl/images --workspace work --test trusted --set duplicates.keep=first
    """
    run_chain("everything", source, Chosen(**options), test=test, truth=truth, as_json=as_json)
