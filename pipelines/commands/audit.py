"""`inksift audit`: questions to a person about what the machine is least sure of."""

from pathlib import Path

import click

from inksift.pipelines.commands.options import (
    FOLDER,
    json_option,
    ledger_option,
    weights_option,
    who_option,
    workspace_option,
)
from inksift.pipelines.existing import existing


@click.command()
@workspace_option
@click.option(
    "--n",
    "count",
    type=click.IntRange(1, 5000),
    default=50,
    show_default=True,
    help="How many pictures.",
)
@click.option(
    "--out",
    type=FOLDER,
    default="audit.csv",
    show_default=True,
    help="The sheet; a page goes beside it.",
)
@click.option(
    "--answers", type=FOLDER, help="A sheet that was filled in: take its answers into the ledger."
)
@who_option
@weights_option
@ledger_option
@json_option
def audit(
    workspace: Path,
    count: int,
    out: Path,
    answers: Path | None,
    who: str,
    weights_dir: Path | None,
    ledger_url: str,
    as_json: bool,
) -> None:
    """Ask a person about the pictures whose answers say most: is it an illustration or a
    photograph?

    Writes a sheet to fill in and a page with the pictures. With --answers, records what the sheet
    says, all of it or nothing, and tells how good the verdict is on the whole folder, as shipped
    and after these answers.

    \b
    Examples:
      inksift audit --workspace work --n 50 --out audit.csv
      inksift audit --workspace work --answers audit.csv
    """
    from inksift.pipelines.commands import auditing, summary

    here = existing(workspace)
    if answers is None:
        told = auditing.ask(here, count=count, out=out, weights=weights_dir, ledger_url=ledger_url)
        lines = auditing.asked_lines(told)
    else:
        told = auditing.take(
            here, answers=answers, who=who, weights=weights_dir, ledger_url=ledger_url
        )
        lines = auditing.taken_lines(told)
    click.echo(summary.as_json(told) if as_json else "\n".join(lines))
