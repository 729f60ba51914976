"""The review app of a workspace, made ready to be served by a command or in Python."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.people.ledger.decisions import checked_who
from inksift.curation.review.app import create_app
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.guard import Guard
from inksift.curation.review.looks.background import Preparation
from inksift.curation.review.warming import warmed
from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.sharing_decisions import decisions_shared


@contextmanager
def review_app(
    workspace: Workspace, *, ledger_url: str, who: str
) -> Iterator[Callable[[Access], Guard]]:
    """What makes the app for those who have access, for as long as the block runs.

    `who` is whose decisions they will be, and the ledger the one that runs hear, "" for that of the
    setup; ParamError where it is another, StoreError before the first run."""
    author = checked_who(who)
    catalogue = Catalogue(workspace, ledger_of(workspace, ledger_url))
    preparation = Preparation(workspace.root)

    def app(access: Access) -> Guard:
        grid = create_app(catalogue, csrf=access.csrf, who=author, prepare=preparation.start)
        return Guard(grid, access)

    try:
        with warmed(catalogue), decisions_shared(workspace.root):
            yield app
    finally:
        preparation.end()
        catalogue.originals.close()
