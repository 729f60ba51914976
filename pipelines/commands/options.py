"""Options and arguments that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from inksift.curation.base.location import Location

FOLDER = click.Path(path_type=Path)
EXISTING = click.Path(path_type=Path, exists=True, file_okay=False)


class _LocationType(click.ParamType["Location"]):
    """A path, or the URL of an object store."""

    name = "path"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Location":
        from inksift.curation.base.location import location_of

        return location_of(value)


LOCATION = _LocationType()


class _WorkspaceType(click.ParamType[Path]):
    """A folder of this machine, or the copy of a workspace that is shared at a URL: what a command
    changed in it is shared when the command ends."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        named = LOCATION.convert(value, param, ctx)
        if isinstance(named, Path):
            return named
        from inksift.pipelines.shared import files_of, local_workspace, share

        workspace = local_workspace(named)
        before = files_of(workspace)
        if ctx is not None:
            ctx.call_on_close(lambda: share(workspace, before))
        return workspace


workspace_option = click.option(
    "--workspace",
    type=_WorkspaceType(),
    default="inksift-workspace",
    show_default=True,
    envvar="INKSIFT_WORKSPACE",
    help="Where everything is written: a folder, or a URL such as s3://bucket/folder.",
)
weights_option = click.option(
    "--weights-dir", type=EXISTING, envvar="INKSIFT_WEIGHTS", help="A folder with model weights."
)
ledger_option = click.option(
    "--ledger",
    "ledger_url",
    envvar="INKSIFT_LEDGER",
    default="",
    metavar="URL",
    help="The database of what people decided, as a SQLAlchemy URL.  [default: ledger.sqlite in "
    "the workspace, or what inksift.yaml says]",
)
link_roots_option = click.option(
    "--link-root",
    "link_roots",
    type=EXISTING,
    multiple=True,
    envvar="INKSIFT_LINK_ROOTS",
    help="Follow links among the pictures into this folder; may be repeated.",
)
engine_options = (
    click.option(
        "--ray-address",
        default="",
        envvar="INKSIFT_RAY_ADDRESS",
        metavar="HOST:PORT",
        help="The head of the Ray cluster that does the work.  [default: none, the work is done "
        "here]",
    ),
    click.option(
        "--engine",
        type=click.Choice(["local", "ray"]),
        envvar="INKSIFT_ENGINE",
        default=None,
        help="Work in this process, or in those of Ray.  [default: what inksift.yaml says]",
    ),
)
who_option = click.option("--who", default="", help="Who decided.  [default: your login name]")
source_argument = click.argument("source", type=LOCATION, required=False, envvar="INKSIFT_SOURCE")
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the summary as JSON on standard output."
)
