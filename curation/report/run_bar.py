"""The head of every page: which run it is of, its sibling pages, and the way to the review app.

A page is made before its siblings are, and in the folder of a kept run it stands beside those of
that run. So templates leave two places open, between comments that no escaped text can hold: one
is filled when the page is published, the other again whenever a sibling appears or goes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from curation.base.commands import Places, command
from curation.report.rendering import report_templates
from curation.runs.keep import keep_files
from curation.runs.kept import RUNS_FOLDER, kept_runs
from curation.runs.record import RunRecord, current_run
from curation.store.published import ABLATION_PAGE, F1_PAGE, LEADERBOARD_PAGE, REPORT_PAGE
from curation.store.workspace import Workspace

SIBLINGS = {
    REPORT_PAGE: "Report",
    F1_PAGE: "F1 report",
    ABLATION_PAGE: "Ablation",
    LEADERBOARD_PAGE: "Leaderboard",
}
"""The pages of a run, and what links call them."""

_SAME, _OTHER = "these decisions", "other decisions"


class Elsewhere(NamedTuple):
    """A page that only a kept run has: its file, its title, the run, its place relative to the
    workspace, and what decisions it is of, in words."""

    name: str
    title: str
    run: str
    place: str
    of: str


def with_run(page: str, run: RunRecord | None) -> str:
    """The page with the run that it is of; as it is where none is known."""
    return page if run is None else _filled(page, "run", _rendered("run_of_page", run=run))


def linked(page: str, workspace: Workspace, *, absolute: bool = False, own: str = "") -> str:
    """The page with links to the pages that lie in the workspace, `own` among them being the page
    itself; `absolute` ones for a page that lies elsewhere."""
    run = current_run(workspace)
    return _with_siblings(page, workspace, run, _there(workspace, run), absolute=absolute, own=own)


def keep_pages(workspace: Workspace, names: Iterable[str]) -> RunRecord | None:
    """Keep these published files with the current run, after linking the pages of that run with
    each other. The record as it is then; None where no run is known."""
    run = current_run(workspace)
    if run is None:
        return None
    belonging = {*run.kept, *names}
    there = [page for page in SIBLINGS if page in belonging and (workspace.root / page).is_file()]
    relinked = {page for page in there if _relinked(workspace, run, page, there)}
    return keep_files(workspace, run, {*names, *relinked})


def review_command(workspace: Workspace, ledger: str) -> str:
    """What opens the review app on the workspace."""
    return command("review", at=Places(workspace.root, ledger, None))


def elsewhere_now(workspace: Workspace) -> list[Elsewhere]:
    """Those pages that the current run lacks in the workspace, each in the newest kept run that has
    it, one of the same decisions before others; none where no run is known."""
    run = current_run(workspace)
    return _elsewhere(workspace, run, _there(workspace, run)) if run else []


def _elsewhere(workspace: Workspace, run: RunRecord, there: Sequence[str]) -> list[Elsewhere]:
    kept = kept_runs(workspace)
    runs = sorted(kept, key=lambda one: (one.name != run.name, one.decisions != run.decisions))
    lacking = [page for page in SIBLINGS if page not in there and page != REPORT_PAGE]
    owners = {page: _owner(page, runs) for page in lacking}
    return [_owned(page, owner, run) for page, owner in owners.items() if owner]


def _owner(page: str, runs: Sequence[RunRecord]) -> RunRecord | None:
    """The first of the runs that has the page."""
    return next((run for run in runs if page in run.kept), None)


def _owned(page: str, owner: RunRecord, run: RunRecord) -> Elsewhere:
    of = _SAME if owner.decisions == run.decisions else _OTHER
    return Elsewhere(page, SIBLINGS[page], owner.name, f"{RUNS_FOLDER}/{owner.name}/{page}", of)


def _relinked(workspace: Workspace, run: RunRecord, name: str, there: Sequence[str]) -> bool:
    """Whether the links of a published page had to change, which was published again then."""
    page = (workspace.root / name).read_bytes().decode()
    new = _with_siblings(page, workspace, run, there, own=name)
    if new != page:
        workspace.publish(name, new.encode())
    return new != page


def _with_siblings(
    page: str,
    workspace: Workspace,
    run: RunRecord | None,
    there: Sequence[str],
    *,
    absolute: bool = False,
    own: str = "",
) -> str:
    others = _elsewhere(workspace, run, there) if run else []
    siblings = _rendered(
        "siblings",
        links=_addresses(workspace, there, absolute=absolute),
        own=own,
        elsewhere=others,
        untrained=any(page.name == F1_PAGE and page.of == _OTHER for page in others),
        review=review_command(workspace, run.ledger if run else ""),
    )
    return _filled(page, "pages", siblings)


def _there(workspace: Workspace, run: RunRecord | None) -> list[str]:
    """The pages in the workspace that are of this run; all of them where none is known."""
    found = [name for name in SIBLINGS if (workspace.root / name).is_file()]
    return found if run is None else [name for name in found if name in run.kept]


def _addresses(workspace: Workspace, there: Sequence[str], *, absolute: bool) -> Mapping[str, str]:
    """The address of every page by its title."""
    return {
        SIBLINGS[name]: (workspace.root / name).as_uri() if absolute else name for name in there
    }


def _rendered(template: str, **values: object) -> str:
    return report_templates().get_template(f"{template}.html.j2").render(**values).strip()


def _filled(page: str, place: str, content: str) -> str:
    """The page with other content between the comments called `place`."""
    opened, closed = f"<!--{place}-->", f"<!--/{place}-->"
    between = re.compile(f"{opened}.*?{closed}", re.DOTALL)
    return between.sub(lambda _: f"{opened}{content}{closed}", page, count=1)
