"""`inksift judge`: to the verdicts, and no further."""

from pathlib import Path
from typing import Any

import click

from curation.base.errors import ParamError
from pipelines.commands.chain import Chosen, run_chain, run_options
from pipelines.commands.options import FOLDER, json_option, source_argument


@click.command()
@source_argument
@click.option(
    "--out", type=FOLDER, required=True, help="The CSV file to write, one row per file found."
)
@run_options
@json_option
def judge(source: Path, out: Path, as_json: bool, **options: Any) -> None:
    """From SOURCE (a folder, an archive, or a folder of such) to verdicts only: nothing is trained.
    Writes the columns of decisions.csv to --out.

    Where more is rejected than the settings allow, --out holds the proposal and the exit code is 1.

    \b
    Examples:
      inksift judge crawl/images --out verdicts.csv
      inksift judge shards --out verdicts.csv
    """
    from curation.store.files import write_atomically

    if (
        out.resolve().is_relative_to(source.resolve())
        or out.is_dir()
        or not out.absolute().parent.is_dir()
    ):
        raise ParamError(f"--out {out}: expected a file in a folder that exists, outside {source}")

    def deliver(decisions: Path) -> None:
        write_atomically(out, decisions.read_bytes())

    run_chain("curate", source, Chosen(**options), as_json=as_json, deliver=deliver)
