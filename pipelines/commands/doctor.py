"""`inksift doctor`: is this machine ready, and is it as private as it should be?"""

import json
import sys
from pathlib import Path

import click

from inksift.pipelines.commands.options import (
    json_option,
    ledger_option,
    weights_option,
    workspace_option,
)
from inksift.pipelines.commands.review import review
from inksift.pipelines.commands.ui import ui


@click.command()
@workspace_option
@weights_option
@ledger_option
@json_option
def doctor(workspace: Path, weights_dir: Path | None, ledger_url: str, as_json: bool) -> None:
    """What is installed, which layers of the sandbox are in force, where weights, disk and ledger
    are, what keeps libraries from the network, and which ports are free.

    Changes nothing and asks no network but a ledger's server. The exit code is 1 where something
    would stop a run; warnings are only worth knowing.

    \b
    Example:
      inksift doctor --workspace work
    """
    from inksift.pipelines.doctor.examine import examine
    from inksift.pipelines.doctor.finding import line

    servers = {command.name or "": _port(command) for command in (ui, review)}
    found = examine(workspace, weights=weights_dir, ledger_url=ledger_url, servers=servers)
    stopping = [each for each in found if each.state == "problem"]
    if as_json:
        click.echo(json.dumps([each._asdict() for each in found]))
    else:
        click.echo("\n".join(map(line, found)))
        click.echo(f"what stops a run: {', '.join(e.name for e in stopping) or 'nothing'}")
    if stopping:
        sys.exit(1)


def _port(command: click.Command) -> int:
    """The port that a command takes where none is named."""
    (port,) = (option.default for option in command.params if option.name == "port")
    assert isinstance(port, int)
    return port
