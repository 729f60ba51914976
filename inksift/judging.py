"""From a folder to a decision on each of its files, in one call."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from inksift.running import PathLike, Settings, room, run_in_python, what_is_given

if TYPE_CHECKING:
    import pandas as pd


def judge(
    folder: PathLike,
    *,
    workspace: PathLike | None = None,
    profile: str = "",
    settings: Settings | None = None,
    weights: PathLike | None = None,
    link_roots: Iterable[PathLike] = (),
    ledger: str = "",
    accept_removals: bool = False,
    progress: bool = True,
) -> "pd.DataFrame":
    """A decision on every file of a folder, an archive, or a folder of archives; nothing is
    trained, and the pictures are only ever read. It is what `inksift judge` does.

    One row a file, by the columns of `decisions.csv`: `path` relative to the folder, `image_id`
    (SHA-256 of its bytes), `label` (the class folder it lies in), `outcome` ("kept",
    "review" or "rejected"), the `stage` and `reason` of what is not kept, `duplicate_of` (the path
    that stays in its place), `p_photo` (0 to 1, float64, missing where nothing was judged),
    `medium`, `explanation` and `decided_by`. All but `p_photo` are text, and "" where there is
    nothing to say.

    Without a `workspace` all is measured in a temporary one, which is removed; with one, a second
    call measures only what is new, what people decided there counts, and `inksift.Workspace` shows
    the rest. `profile` and `settings` are those of the command line, `weights` is a folder with
    model weights, `ledger` a SQLAlchemy URL, and links among the pictures are followed into
    `link_roots`.

    SourceError where the folder cannot be used, ParamError for settings, StoreError and LockedError
    for a workspace that cannot be written or is at work, WeightsError, LedgerError; CheckError
    where more would be rejected than the settings allow: its `proposal` is the frame, and
    `accept_removals` takes it.

    >>> import inksift, pathlib, tempfile
    >>> from PIL import Image
    >>> crawl = pathlib.Path(tempfile.mkdtemp())
    >>> Image.effect_mandelbrot((240, 240), (-2, -1, 1, 1), 90).save(crawl / "drawn.png")
    >>> _ = (crawl / "broken.jpg").write_bytes((crawl / "drawn.png").read_bytes()[:300])
    >>> without_yolo = {"object_counts": {"download": False}}
    >>> frame = inksift.judge(crawl, settings=without_yolo, progress=False)
    >>> frame.loc[frame["outcome"] == "rejected", ["path", "reason"]].values.tolist()
    [['broken.jpg', 'unreadable']]
    """
    from inksift.curation.store.published import read_decisions

    with room(workspace) as place:
        given = what_is_given(
            place,
            folder,
            link_roots=link_roots,
            weights=weights,
            settings=settings,
            accepted={"verdicts.accept_removals": accept_removals},
            ledger_url=ledger,
            profile=profile,
        )
        ended = run_in_python("curate", given, progress=progress)
        return read_decisions(ended.project.workspace)
