"""A run that Python starts: by the same door as the command line, but what went wrong is raised,
and what is to know is logged."""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from inksift.curation.base.location import Location
    from inksift.pipelines.chain import ChainRun
    from inksift.pipelines.given import Given

PathLike = str | os.PathLike[str]
Settings = Mapping[str, Mapping[str, Any]]
"""Settings by stage, such as {"duplicates": {"keep": "first"}}: `inksift settings` lists them."""

log = logging.getLogger("inksift")


@contextmanager
def room(workspace: PathLike | None) -> Iterator[Path]:
    """The folder of a workspace; where none is named a temporary one, which is removed."""
    if workspace is not None:
        yield workspace_given(workspace)
        return
    with tempfile.TemporaryDirectory(prefix="inksift-") as folder:
        yield Path(folder)


def what_is_given(
    workspace: Path,
    source: PathLike | None = None,
    *,
    test: PathLike | None = None,
    link_roots: Iterable[PathLike] = (),
    weights: PathLike | None = None,
    settings: Settings | None = None,
    accepted: Mapping[str, bool] | None = None,
    **others: Any,
) -> "Given":
    """What a caller gave, as the command line puts it; `accepted` are settings for this run."""
    from inksift.pipelines.given import Given

    flags = tuple(f"{name}=true" for name, accepts in (accepted or {}).items() if accepts)
    return Given(
        workspace,
        source=location_given(source),
        test=location_given(test),
        link_roots=tuple(map(Path, link_roots)),
        weights=_path(weights),
        settings=settings or {},
        assignments=flags,
        **others,
    )


def run_in_python(
    job: str, given: "Given", *, progress: bool, remember: bool = False, only: str = ""
) -> "ChainRun":
    """A run that ended well; CheckError where a blocking check failed."""
    from inksift.curation.base.errors import CheckError
    from inksift.curation.base.progress import progress_shown
    from inksift.pipelines.chain import run_given
    from inksift.pipelines.summary import unprotected_told

    with progress_shown(progress):
        ended = run_given(job, given, remember=remember, quiet=True, only=only)
    failed = ended.heard.failed_checks
    if failed:
        told = f"a blocking check failed, what follows it did not run: {'; '.join(failed)}"
        raise CheckError(told, _proposed(ended))
    for line in (*ended.heard.warnings, *unprotected_told(ended.heard)):
        log.warning("%s", line)
    return ended


def _proposed(ended: "ChainRun") -> "pd.DataFrame | None":
    """The decisions that wait for a person's word, which are the verdicts of that run."""
    from inksift.curation.base.tables import DECISIONS
    from inksift.curation.store.tables import read_table

    if ended.proposal is None:
        return None
    return read_table(ended.project.workspace.table("verdicts"), DECISIONS)


def workspace_given(given: PathLike) -> Path:
    """The folder of a workspace; of one at a URL the copy on this machine."""
    from inksift.curation.base.location import location_of
    from inksift.pipelines.shared import local_workspace

    return local_workspace(location_of(given))


def location_given(given: PathLike | None) -> "Location | None":
    """A path or a URL as a caller named it."""
    from inksift.curation.base.location import location_of

    return None if given is None else location_of(given)


def _path(given: PathLike | None) -> Path | None:
    return None if given is None else Path(given)
