"""`inksift runs`: every finished run that is kept."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from inksift.pipelines.commands.options import json_option, workspace_option
from inksift.pipelines.existing import existing


@click.command()
@workspace_option
@json_option
def runs(workspace: Path, as_json: bool) -> None:
    """Every finished run that is kept in a workspace, the newest first: when it decided, on what
    pictures, with which profile and version, what became of the files, and its F1.

    A run that comes out as a kept one did is that one and is not kept twice. The setting
    kept_run.most says how many stay.

    \b
    Example:
      inksift runs --workspace work
    """
    from inksift.curation.runs.kept import run_folders
    from inksift.curation.runs.listed import listed_runs

    here = existing(workspace)
    told = listed_runs(here)
    if unread := len(run_folders(here)) - len(told):
        click.echo(f"{unread} more cannot be used: see `inksift verify`", err=True)
    click.echo(json.dumps(told) if as_json else "\n".join(lines(told)))


def lines(told: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The same for a person."""
    if not told:
        yield "no run is kept yet: run `inksift run` first"
        return
    wide = 2 + max(len("profile"), *(len(_profile(run)) for run in told))
    yield (
        f"  {'run':<18}{'decided':<18}{'version':<9}{'profile':<{wide}}{'files':>8}{'kept':>8}"
        f"{'review':>8}{'rejected':>10}{'macro F1':>10}{'MB':>8}  source"
    )
    yield from (_line(run, wide) for run in told)
    yield "* the latest. `inksift diff RUN RUN` says what changed from one to another"


def _line(run: dict[str, Any], wide: int) -> str:
    outcomes = "".join(
        f"{run['outcomes'].get(name, 0):>{width}}"
        for name, width in (("kept", 8), ("review", 8), ("rejected", 10))
    )
    return (
        f"{'*' if run['latest'] else ' '} {run['name']:<18}{run['date'][:16].replace('T', ' '):<18}"
        f"{run['version'] or '-':<9}{_profile(run):<{wide}}{run['files']:>8}{outcomes}"
        f"{_macro_f1(run):>10}{run['only_here_bytes'] / 1e6:>8.1f}  {run['source']}"
    )


def _profile(run: dict[str, Any]) -> str:
    """The profile, and how many settings --set changed beside it."""
    changed = f" +{len(run['assigned'])}" if run["assigned"] else ""
    return f"{run['profile'] or '-'}{changed}"


def _macro_f1(run: dict[str, Any]) -> str:
    if run["scores"] is None:
        return "-"
    macro = run["scores"]["macro_f1"]
    return "undefined" if macro is None else f"{macro:.3f}"
