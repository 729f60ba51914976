"""`inksift backup`: a workspace in one file."""

import json
from pathlib import Path

import click

from inksift.pipelines.commands.options import FOLDER, json_option, ledger_option, workspace_option
from inksift.pipelines.existing import existing

SUFFIX = ".tar"


@click.command()
@click.argument("file", type=FOLDER)
@workspace_option
@ledger_option
@json_option
def backup(file: Path, workspace: Path, ledger_url: str, as_json: bool) -> None:
    """Write the whole workspace into FILE, a new .tar: decisions, kept runs, measurements,
    networks, setup, and its ledger.

    `tar -xf FILE -C FOLDER` puts it back, `inksift verify --workspace FOLDER` proves that it is
    whole. No run may go on meanwhile; people may decide.

    \b
    Example:
      inksift backup work-monday.tar --workspace work
    """
    from inksift.curation.people.ledger.ledger import Ledger
    from inksift.curation.publish.backup import back_up
    from inksift.curation.store.setup import remembered_ledger
    from inksift.pipelines.places import check_new_file

    here = existing(workspace)
    check_new_file("FILE", file, suffixes=(SUFFIX,), workspace=here)
    made = back_up(here, file)
    elsewhere = Ledger.of(here, ledger_url or remembered_ledger(here.root)).name
    told = {"file": str(file), **made._asdict(), "ledger_elsewhere": elsewhere}
    lines = [f"{made.files} files in {file}, {made.size_bytes / 2**20:.1f} MB"]
    if elsewhere:
        lines.append(
            f"the ledger is not in it but in {elsewhere}: back that up with the tools of its "
            "database, such as pg_dump"
        )
    click.echo(json.dumps(told) if as_json else "\n".join(lines))
