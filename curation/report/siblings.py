"""Which pages stand beside each other: those of the run whose decisions lie in the workspace, and
what only kept runs have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from inksift.curation.base.commands import command
from inksift.curation.people.hints import places_of
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.report.run_bar import Elsewhere, RunLinks, with_links, with_run
from inksift.curation.runs.keep import keep_files, prune_runs
from inksift.curation.runs.kept import RUNS_FOLDER, kept_runs
from inksift.curation.runs.record import RunRecord, current_run, known_run
from inksift.curation.store.published import ABLATION_PAGE, F1_PAGE, LEADERBOARD_PAGE, REPORT_PAGE
from inksift.curation.store.workspace import Workspace

PAGE_TITLES = {
    REPORT_PAGE: "Report",
    F1_PAGE: "F1 report",
    ABLATION_PAGE: "Ablation",
    LEADERBOARD_PAGE: "Leaderboard",
}
"""The pages of a run, and what links call them."""


def keep_pages(workspace: Workspace, names: Iterable[str]) -> RunRecord | None:
    """Keep these published files with the current run, after linking the pages of that run with
    each other. The record as it is then; None where no run is known."""
    run = current_run(workspace)
    if run is None:
        return None
    names = set(names)
    there = _pages_of(workspace, {*run.kept, *names})
    links = _links(workspace, run, there, {name: name for name in there})
    relinked = {name for name in there if _relinked(workspace, run, name, links)}
    return keep_files(workspace, run, names | relinked)


def keep_newest(workspace: Workspace, most: int) -> list[RunRecord]:
    """Remove the oldest kept runs as `prune_runs` does, and let no page of the current run lead to
    one of them; those removed."""
    removed = prune_runs(workspace, most)
    if removed:
        keep_pages(workspace, ())
    return removed


def linked(page: str, workspace: Workspace, *, absolute: bool = False) -> str:
    """A page that is none of a run, with links to those of the current one; `absolute` ones where
    it lies outside the workspace."""
    run = known_run(workspace)
    there = _pages_of(workspace, PAGE_TITLES if run is None else run.kept)
    addresses = {name: (workspace.root / name).as_uri() if absolute else name for name in there}
    return with_links(page, _links(workspace, run, there, addresses))


def elsewhere_now(workspace: Workspace) -> list[Elsewhere]:
    """Those pages that the current run lacks in the workspace, each in the newest kept run that has
    it, one of the same decisions before others; none where no run is known."""
    run = known_run(workspace)
    if run is None:
        return []
    there = _pages_of(workspace, run.kept)
    return list(_lacking(workspace, run, there).values())


def review_command(workspace: Workspace, ledger: str) -> str:
    """What opens the review app on the workspace."""
    return command("review", at=places_of(workspace, Ledger.of(workspace, ledger)))


def _pages_of(workspace: Workspace, names: Collection[str]) -> list[str]:
    """The pages among these files that lie in the workspace."""
    return [name for name in PAGE_TITLES if name in names and (workspace.root / name).is_file()]


def _links(
    workspace: Workspace, run: RunRecord | None, there: Sequence[str], addresses: dict[str, str]
) -> RunLinks:
    others = _lacking(workspace, run, there) if run else {}
    return RunLinks(
        siblings={PAGE_TITLES[name]: address for name, address in addresses.items()},
        elsewhere=list(others.values()),
        review=review_command(workspace, run.ledger if run else ""),
        untrained=F1_PAGE in others and not others[F1_PAGE].same_decisions,
    )


def _lacking(workspace: Workspace, run: RunRecord, there: Sequence[str]) -> dict[str, Elsewhere]:
    """By its file, every page that is not `there` and that a kept run has."""
    kept = kept_runs(workspace)
    runs = sorted(kept, key=lambda one: (one.name != run.name, one.decisions != run.decisions))
    owners = {page: _owner(page, runs) for page in PAGE_TITLES if page not in there}
    return {page: _owned(page, owner, run) for page, owner in owners.items() if owner}


def _owner(page: str, runs: Sequence[RunRecord]) -> RunRecord | None:
    """The first of the runs that has the page."""
    return next((run for run in runs if page in run.kept), None)


def _owned(page: str, owner: RunRecord, run: RunRecord) -> Elsewhere:
    place = f"{RUNS_FOLDER}/{owner.name}/{page}"
    return Elsewhere(PAGE_TITLES[page], owner.name, place, owner.decisions == run.decisions)


def _relinked(workspace: Workspace, run: RunRecord, name: str, links: RunLinks) -> bool:
    """Whether the links of a published page had to change, or the run that it is of, as another
    training of the same decisions is a run of its own; it was published again then."""
    before = (workspace.root / name).read_bytes().decode(errors="surrogateescape")
    page = with_links(with_run(before, run), links, own=name)
    if page != before:
        workspace.publish(name, page.encode(errors="surrogateescape"))
    return page != before
