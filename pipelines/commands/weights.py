"""`inksift weights`: the weights of the networks."""

import json
from pathlib import Path

import click

from inksift.pipelines.commands.options import json_option, weights_option


@click.group(invoke_without_command=True)
@weights_option
@json_option
@click.pass_context
def weights(ctx: click.Context, weights_dir: Path | None, as_json: bool) -> None:
    """Which model weights inksift knows, and where they were found.

    \b
    Examples:
      inksift weights
      inksift weights fetch yolov8n
    """
    from inksift.curation.evidence.models.weights import list_weights

    if ctx.invoked_subcommand:
        return
    rows = list_weights([weights_dir] if weights_dir else [])
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows]))
    else:
        click.echo("\n".join(f"{row.name:<20}{row.licence:<14}{row.where}" for row in rows))


@weights.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Download the weights NAME into the user's cache, and check them against their pinned digest.

    \b
    Example:
      inksift weights fetch yolov8n
    """
    from inksift.curation.evidence.models.downloads import fetch_weights

    click.echo(fetch_weights(name))
