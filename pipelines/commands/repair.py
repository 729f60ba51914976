"""`inksift repair`: what a workspace lost or broke, mended as far as that can be."""

import json
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inksift.pipelines.commands.options import json_option, ledger_option, workspace_option
from inksift.pipelines.commands.verify import problem_line, problems_of
from inksift.pipelines.existing import existing

if TYPE_CHECKING:
    from inksift.curation.publish.mending.mend import Mend
    from inksift.curation.store.moved_aside import MovedAside
    from inksift.curation.store.workspace import Workspace


@click.command()
@workspace_option
@ledger_option
@click.option("--yes", is_flag=True, help="Do it without asking.")
@json_option
def repair(workspace: Path, ledger_url: str, yes: bool, as_json: bool) -> None:
    """Mend what `inksift verify` finds: bring back what lies here twice, name anew what is there,
    and set aside what is damaged, so that the next run makes it again.

    What is damaged is moved to set-aside/TIME/ in the workspace, and never removed. A sound ledger
    is not touched; of a damaged one, what can be read goes on in a new one. End `inksift ui` and
    `inksift review` first. What is left is told, with exit code 1.

    \b
    Example:
      inksift repair --workspace work
    """
    from inksift.curation.publish.mending.of_mark import mark_mends
    from inksift.curation.publish.mending.repair import lock_mends, mended
    from inksift.curation.store.moved_aside import MovedAside

    root = workspace.absolute()
    aside = MovedAside(root)
    done = [*mark_mends(root, aside)]
    _ask(done, yes=yes, err=as_json)
    for mend in done:
        mend.do()
    here = existing(workspace)
    plan = partial(_planned, here, ledger_url, aside)
    first = [*lock_mends(here, aside), *plan()]
    _ask(first, yes=yes, err=as_json)
    if first:
        done += mended(here, aside, plan)
    left = problems_of(here, ledger_url)
    if as_json:
        told = {
            "done": [{"file": mend.file, "what": mend.what} for mend in done],
            "set_aside": str(aside.folder) if aside.folder.exists() else None,
            "left": [problem._asdict() for problem in left],
        }
        click.echo(json.dumps(told))
    else:
        click.echo("\n".join(_lines(done, aside)) or "nothing to mend")
        for problem in left:
            click.echo(f"left: {problem_line(problem)}")
    if left:
        sys.exit(1)


def _ask(mends: Sequence["Mend"], *, yes: bool, err: bool) -> None:
    if mends and not yes:
        click.echo("\n".join(map(_told, mends)), err=err)
        click.confirm("Do this?", abort=True, err=err)


def _planned(here: "Workspace", ledger_url: str, aside: "MovedAside") -> Iterable["Mend"]:
    from inksift.assets.registry import registry
    from inksift.curation.publish.mending.repair import planned_mends
    from inksift.pipelines.history import history_mends
    from inksift.pipelines.instance import own_home

    stored = planned_mends(here, registry().contracts, ledger_url, aside)
    return chain(stored, history_mends(own_home(here.root), aside))


def _lines(done: Iterable["Mend"], aside: "MovedAside") -> Iterable[str]:
    yield from map(_told, done)
    if aside.folder.exists():
        yield f"what was set aside is in {aside.folder}"


def _told(mend: "Mend") -> str:
    return f"{mend.file}: {mend.what}"
