"""`inksift settings`: every setting of every stage."""

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from inksift.pipelines.commands.options import json_option

if TYPE_CHECKING:
    from inksift.curation.base.params import Params

_WIDTH = 100


@click.command()
@click.argument("stage", required=False)
@json_option
def settings(stage: str | None, as_json: bool) -> None:
    """Every setting of STAGE, or of all stages: what it may be, what it is by default, and why.

    Give one with --set STAGE.SETTING=VALUE, or write it into a profile or into inksift.yaml.

    \b
    Examples:
      inksift settings duplicates
      inksift settings --json
    """
    from inksift.assets.registry import registry
    from inksift.pipelines.settings import unknown_stage

    stages = registry().settings
    if stage is not None and stage not in stages:
        raise unknown_stage(stage)
    chosen = {stage: stages[stage]} if stage else stages
    if as_json:
        click.echo(json.dumps({name: _rows(params) for name, params in chosen.items()}, indent=1))
    else:
        for name, params in chosen.items():
            click.echo("\n".join(lines(name, params)))


def lines(stage: str, params: "type[Params]") -> Iterator[str]:
    """The settings of a stage for a person."""
    yield f"{stage}: {' '.join((params.__doc__ or '').split())}"
    for one in _rows(params).values():
        yield f"  {stage}.{one['name']} = {one['default']}  ({one['allowed']})"
        yield textwrap.fill(
            one["meaning"], _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
    yield ""


def _rows(params: "type[Params]") -> dict[str, dict[str, str]]:
    """Every setting by its name, without the marks of Markdown."""
    from inksift.curation.base.described import described

    return {one.name: _plain(one._asdict()) for one in described(params)}


def _plain(row: dict[str, str]) -> dict[str, str]:
    return {name: text.replace("`", "") for name, text in row.items()}
