"""`inksift diff`: what changed from one kept run to another."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inksift.pipelines.commands.options import FOLDER, json_option, workspace_option
from inksift.pipelines.existing import existing

if TYPE_CHECKING:
    from inksift.curation.base.rgb import Rgb
    from inksift.curation.runs.comparison import RunComparison
    from inksift.curation.store.workspace import Workspace

_PAGE = "diff.html"
_MOST_FILES = 20


@click.command()
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@workspace_option
@click.option(
    "--html",
    "page",
    type=FOLDER,
    help="Where the page goes.  [default: diff.html in the workspace, unless --json is given]",
)
@json_option
def diff(before: str, after: str, workspace: Path, page: Path | None, as_json: bool) -> None:
    """Which files changed their outcome from one kept RUN to another, and why, with class counts
    and F1 beside each other.

    A RUN is a name that `inksift runs` lists, a part of it that no other has, or "latest".

    \b
    Examples:
      inksift diff 3fa9c1 latest --workspace work
      inksift diff 2026-11-29-3fa9c1 latest --html changes.html
    """
    from inksift.curation.runs.comparison import compare_runs
    from inksift.curation.runs.kept import find_run
    from inksift.pipelines.places import check_new_file

    here = existing(workspace)
    if page is not None:
        check_new_file("--html", page, suffixes=(".html",), workspace=here)
    compared = compare_runs(here, find_run(here, before), find_run(here, after))
    place = page or (None if as_json else here.root / _PAGE)
    if place is not None:
        _write_page(here, compared, place)
    told = _told(compared) | {"page": str(place.absolute()) if place else None}
    click.echo(json.dumps(told, allow_nan=False) if as_json else "\n".join(lines(told)))


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person: what was set differently, what moved, and the first files."""
    before, after = told["before"], told["after"]
    yield f"from run {before['name']} to run {after['name']}"
    yield from (
        f"  {one['name']:<36}{one['before']} -> {one['after']}" for one in told["differences"]
    )
    yield f"{'files':<38}{before['files']} -> {after['files']}"
    for name, count in before["outcomes"].items():
        yield f"  {name:<36}{count} -> {after['outcomes'][name]}"
    yield f"{'macro F1':<38}{_macro_f1(before)} -> {_macro_f1(after)}"
    if before["scores"] and after["scores"] and not told["same_test"]:
        yield "  not measured on the same test pictures: not to be compared"
    yield f"{len(told['changes'])} files are decided differently"
    for move in told["moves"]:
        yield f"  {move['files']:6d}  {_side(move, '_before')} -> {_side(move, '')}"
    yield from _class_lines(told)
    for file in told["changes"][:_MOST_FILES]:
        yield f"  {file['path']}: {_side(file, '_before')} -> {_side(file, '')}"
        yield f"      {file['explanation'] or file['explanation_before']}"
    if (more := len(told["changes"]) - _MOST_FILES) > 0:
        yield f"  and {more} more: see the page, or --json"
    yield told["page"]


def _class_lines(told: dict[str, Any]) -> Iterator[str]:
    """A line for every class of which the counts or the F1 changed."""
    changed = [row for row in told["classes"] if _has_changed(row)]
    if not changed:
        return
    yield f"{'class':<24}{'kept':>14}{'for review':>14}{'rejected':>14}{'F1':>18}"
    for row in changed:
        counts = "".join(f"{_both(row, name, 'd'):>14}" for name in ("kept", "review", "rejected"))
        yield f"{row['label']:<24}{counts}{_both(row, 'f1', '.3f'):>18}"


def _has_changed(row: dict[str, Any]) -> bool:
    return any(row[name] != row[f"{name}_before"] for name in ("kept", "review", "rejected", "f1"))


def _both(row: dict[str, Any], name: str, form: str) -> str:
    old, new = (
        "-" if value is None else format(value, form)
        for value in (row[f"{name}_before"], row[name])
    )
    return new if old == new else f"{old} -> {new}"


def _side(row: dict[str, Any], side: str) -> str:
    """The outcome and why, of the earlier run (`_before`) or of the later one."""
    outcome, reason = row[f"outcome{side}"], row[f"reason{side}"]
    return f"{outcome or 'not found'}{f' ({reason})' if reason else ''}"


def _macro_f1(run: dict[str, Any]) -> str:
    macro = run["scores"] and run["scores"]["macro_f1"]
    return "none" if macro is None else f"{macro:.3f}"


def _told(compared: "RunComparison") -> dict[str, Any]:
    """The comparison as plain values, ready for JSON."""
    from inksift.curation.drawing.templating import records

    classes = compared.classes.astype(object).where(compared.classes.notna(), None)
    return {
        "before": _run(compared.before),
        "after": _run(compared.after),
        "same_test": compared.same_test,
        "differences": [asdict(one) for one in (*compared.facts, *compared.settings)],
        "moves": records(compared.moves),
        "classes": records(classes),
        "changes": records(compared.changes),
    }


def _run(run: Any) -> dict[str, Any]:
    from inksift.curation.verdict.conservation import OUTCOMES

    told: dict[str, Any] = run.model_dump(include={"name", "date", "files", "profile", "version"})
    scores = run.scores and run.scores.model_dump()
    return told | {
        "outcomes": {name: run.outcomes.get(name, 0) for name in OUTCOMES},
        "scores": scores,
    }


def _write_page(workspace: "Workspace", compared: "RunComparison", place: Path) -> None:
    """The page, with links to the pages of the latest run."""
    from inksift.curation.report.diff_page import build_diff_page
    from inksift.curation.report.siblings import linked
    from inksift.curation.store.files import write_atomically

    page = build_diff_page(compared, _thumbnails(workspace))
    inside = place.absolute().parent == workspace.root
    write_atomically(place, linked(page, workspace, absolute=not inside).encode())


def _thumbnails(workspace: "Workspace") -> Any:
    """Gives the thumbnail of an image_id, None for one that the last run did not find."""
    from inksift.curation.base.errors import StoreError
    from inksift.curation.store.tables import read_later_table
    from inksift.curation.store.thumbnails import THUMBNAILS, Thumbnails

    read = Thumbnails(workspace, read_later_table(workspace.table(THUMBNAILS.name), THUMBNAILS))

    def thumbnail(image_id: str) -> "Rgb | None":
        try:
            return read(image_id)
        except StoreError:
            return None

    return thumbnail
