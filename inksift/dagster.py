"""The whole graph for a Dagster project of your own."""

from collections.abc import Iterable

import dagster as dg

from inksift.running import PathLike, what_is_given, workspace_given

PREFIX = "inksift"


def definitions(
    *,
    workspace: PathLike,
    source: PathLike | None = None,
    test: PathLike | None = None,
    weights: PathLike | None = None,
    ledger: str = "",
    link_roots: Iterable[PathLike] = (),
    key_prefix: str | Iterable[str] = PREFIX,
    group_prefix: str | None = None,
) -> dg.Definitions:
    """Assets, checks, jobs, schedule and sensors, to be merged into your own definitions.

    Everything carries `key_prefix`, such as "shop/art" or its parts: the asset `shop/art/images`,
    the job `shop__art__curate`, the sensor `shop__art__new_files`. Groups are called
    `shop_art_gather`, or by `group_prefix` and the rest. Resources and the IO manager are bound to
    these assets under names of the same kind, and no executor is set: your own stay what they are.
    So the graph can stand in one project several times, each with a workspace of its own.

    An asset of yours that names one of these as its input is handed its table. `source`, `test`,
    `weights`, `ledger` and `link_roots` are what `inksift run` takes, and outrank the setup in the
    workspace; without a source, and none in the setup, ParamError.

    >>> import dagster as dg, inksift, tempfile
    >>> ours = inksift.dagster.definitions(
    ...     source="crawl/images", workspace=tempfile.mkdtemp(), key_prefix="art"
    ... )
    >>> defs = dg.Definitions.merge(dg.Definitions(), ours)
    >>> dg.AssetKey(["art", "curated_dataset"]) in defs.resolve_all_asset_keys()
    True
    >>> defs.resolve_job_def("art__curate").executor_def.name
    'in_process'
    """
    from inksift.assets.shared.names import Names
    from inksift.curation.base.errors import ParamError
    from inksift.curation.store.setup import setup_file
    from inksift.pipelines.given import project_given
    from inksift.pipelines.mounted import mounted

    folder = workspace_given(workspace)
    given = what_is_given(
        folder,
        source,
        test=test,
        weights=weights,
        link_roots=link_roots,
        ledger_url=ledger,
    )
    names, project = Names.behind(key_prefix, group_prefix), project_given(given)
    if project is None:
        raise ParamError(f"no source given, and none in {setup_file(folder)}")
    return mounted(project, names)
