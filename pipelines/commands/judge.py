"""`inksift judge`: to the verdicts, and no further."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import lies_in
from inksift.pipelines.commands.chain import Chosen, given_on_command_line, run_chain, run_options
from inksift.pipelines.commands.options import FOLDER, json_option, source_argument

if TYPE_CHECKING:
    from inksift.curation.base.location import Location
    from inksift.pipelines.given import Given


@click.command()
@source_argument
@click.option(
    "--out", type=FOLDER, required=True, help="The CSV file to write, one row per file found."
)
@run_options
@json_option
def judge(source: "Location | None", out: Path, as_json: bool, **options: Any) -> None:
    """From SOURCE (a folder, an archive, or a folder of such) to verdicts only: nothing is trained.
    Writes the columns of decisions.csv to --out.

    Where more is rejected than the settings allow, --out holds the proposal and the exit code is 1.

    \b
    Examples:
      inksift judge crawl/images --out verdicts.csv
      inksift judge shards --out verdicts.csv
    """
    from inksift.curation.store.files import write_atomically

    chosen = Chosen(**options)
    given = given_on_command_line(source, chosen)
    _check_out(out, given)

    def deliver(decisions: Path) -> None:
        write_atomically(out, decisions.read_bytes())

    run_chain("curate", given, as_json=as_json, remember=chosen.remember, deliver=deliver)


def _check_out(out: Path, given: "Given") -> None:
    """ParamError, before anything runs, where a file is not to be written, StoreError where it
    cannot be."""
    from inksift.curation.store.files import demand_writable
    from inksift.pipelines.given import project_given

    project = project_given(given)
    among = project is not None and lies_in(out, project.source)
    if among or out.is_dir() or not out.absolute().parent.is_dir():
        outside = project.source if project else "the source"
        raise ParamError(f"--out {out}: expected a file in a folder that exists, outside {outside}")
    demand_writable(out.absolute().parent, "name another --out")
