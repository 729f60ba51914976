"""`inksift setup`: what every run on a workspace starts from."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import json_option, workspace_option
from inksift.pipelines.existing import existing


@click.command()
@workspace_option
@json_option
def setup(workspace: Path, as_json: bool) -> None:
    """What every run on a workspace starts from, on the command line, in the Dagster UI, by
    schedule and sensor: its inksift.yaml, checked, and in what the last run differed.

    The first run that succeeds writes that file; from then on it is yours to edit.

    \b
    Example:
      inksift setup --workspace work
    """
    from inksift.curation.store.setup import read_setup, setup_file

    file, found = setup_file(workspace.absolute()), read_setup(workspace.absolute())
    if found is None:
        raise ParamError(
            f"no {file} yet: the first run that succeeds writes it, `inksift run` or `inksift "
            "judge` with this --workspace"
        )
    told = {
        "file": str(file),
        **found.model_dump(mode="json"),
        "settings_with_profile": _settings_with_profile(workspace.absolute()),
        "last_run_differs": _last_run_differs(workspace),
    }
    click.echo(json.dumps(told, indent=1) if as_json else "\n".join(lines(told)))


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The setup for a person."""
    yield told["file"]
    for name in ("source", "test", "weights", "profile"):
        yield f"  {name:<11}{told[name] or 'none'}"
    yield f"  {'ledger':<11}{told['ledger'] or 'ledger.sqlite in the workspace'}"
    yield f"  {'links':<11}{', '.join(told['link_roots']) or 'not followed'}"
    yield "  {:<11}{cron}, {timezone}".format("schedule", **told["schedule"])
    yield f"  {'owners':<11}{', '.join(told['owners']) or 'none'}"
    yield f"  {'overdue':<11}{_overdue(told['overdue_days'])}"
    for stage, settings in told["settings_with_profile"].items():
        for name, value in settings.items():
            own = name in told["settings"].get(stage, {})
            yield f"  {stage}.{name} = {json.dumps(value)}{'' if own else '  (of the profile)'}"
    if told["last_run_differs"]:
        yield "the decisions of the last run were made otherwise:"
        yield from (f"  {line}" for line in told["last_run_differs"])


def _overdue(days: float | None) -> str:
    return f"after {days:g} days without a change" if days else "never"


def _settings_with_profile(workspace: Path) -> dict[str, dict[str, Any]]:
    """What the setup and its profile say, as runs read it; ParamError where no run could start."""
    from inksift.pipelines.given import Given, project_given, remembered_values
    from inksift.pipelines.schedules import nightly
    from inksift.pipelines.settings import checked, stage_values

    nightly(project_given(Given(workspace)))
    values = remembered_values(workspace)
    plain = stage_values(checked(values))
    return {stage: _only(of, plain[stage]) for stage, of in values.items()}


def _only(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _last_run_differs(workspace: Path) -> list[str]:
    """In what the last run differed; nothing before the first."""
    from inksift.curation.store.published import SOURCE, read_differs

    return read_differs(existing(workspace)) if (workspace / SOURCE).exists() else []
