"""All that `inksift repair` does, in words and in deed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from inksift.curation.base.tables import Table
from inksift.curation.publish.mending.mend import Mend
from inksift.curation.publish.mending.of_ledger import ledger_mends
from inksift.curation.publish.mending.stored import stored_mends
from inksift.curation.publish.mending.twins import twin_mends
from inksift.curation.publish.verify import ledger_told
from inksift.curation.store.lock import demand_free, is_malformed
from inksift.curation.store.moved_aside import MovedAside
from inksift.curation.store.workspace import Workspace

_PASSES = 4
"""What one pass sets aside may be all that told of something else; more than this means that a mend
does not do what it says."""

Planned = Callable[[], Iterable[Mend]]


def lock_mends(workspace: Workspace, aside: MovedAside) -> Iterator[Mend]:
    """What stands before all others: a lock that does not tell whose it is. LockedError where a run
    is at work."""
    if not is_malformed(workspace.lock):
        demand_free(workspace.lock)
        return
    what = "set aside: it does not tell which run holds the workspace; go on only where none is"
    yield Mend(workspace.lock.name, f"{what} at work", partial(aside.move, workspace.lock))


def planned_mends(
    workspace: Workspace, contracts: Mapping[str, Table], ledger_url: str, aside: MovedAside
) -> Iterator[Mend]:
    """What can be mended now. Nothing is changed by planning it; ParamError when the last run heard
    another ledger than the one at `ledger_url`."""
    yield from ledger_mends(workspace, ledger_told(workspace, ledger_url), aside)
    yield from twin_mends(workspace, aside)
    yield from stored_mends(workspace, contracts, aside)


def mended(workspace: Workspace, aside: MovedAside, plan: Planned) -> Iterator[Mend]:
    """Do what is planned, and then what it has made possible, while the workspace is held; each is
    given when it is done."""
    for mend in [*lock_mends(workspace, aside)]:
        mend.do()
        yield mend
    with workspace.locked():
        for _ in range(_PASSES):
            mends = list(plan())
            for mend in mends:
                mend.do()
                yield mend
            if not mends:
                break
