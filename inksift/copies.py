"""Which files of a folder are copies of one another, in one call."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from inksift.running import PathLike, Settings, room, run_in_python, what_is_given

if TYPE_CHECKING:
    import pandas as pd

    from inksift.curation.store.workspace import Workspace


def find_duplicates(
    folder: PathLike,
    *,
    profile: str = "",
    settings: Settings | None = None,
    weights: PathLike | None = None,
    link_roots: Iterable[PathLike] = (),
    progress: bool = True,
) -> "pd.DataFrame":
    """The files of a folder, an archive, or a folder of archives that are there more than once, and
    which of each group stays. Nothing is judged beside that, written or removed.

    One row a file, by `group` and in it the one that stays first: `path` relative to the folder,
    `image_id` (SHA-256 of its bytes), `group` (int64), `keep` (bool), `duplicate_of` (the path that
    stays), `relation` to it ("exact" for the same bytes, "pixels" for the same pixels, "duplicate"
    for what was found by comparing), `distance` (bits in which their hashes differ, -1 where one is
    not trusted), `similarity` (0 to 1, of their aligned pixels), `transform` (what makes this file
    of the other, in words), `kept_because`, `close_call` (what speaks for the next best) and
    `conflict` (other classes that the group lies in). No row where nothing is there twice.

    In a workspace that you keep, `inksift.Workspace(...).duplicates` is the same of its last run.

    SourceError where the folder cannot be used, ParamError for settings, WeightsError.

    >>> import inksift, pathlib, tempfile
    >>> from PIL import Image
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> drawn = Image.effect_mandelbrot((240, 240), (-2, -1, 1, 1), 90)
    >>> for name in ("again.png", "first.png", "same.bmp"):
    ...     drawn.save(folder / name)
    >>> found = inksift.find_duplicates(folder, progress=False)
    >>> found[["path", "keep", "duplicate_of", "relation"]].values.tolist()
    [['same.bmp', True, '', 'none'],
     ['again.png', False, 'same.bmp', 'pixels'],
     ['first.png', False, 'same.bmp', 'pixels']]
    """
    with room(None) as place:
        given = what_is_given(
            place,
            folder,
            link_roots=link_roots,
            weights=weights,
            settings=settings,
            profile=profile,
        )
        ended = run_in_python("curate", given, progress=progress, only="duplicates")
        return groups_of(ended.project.workspace)


def groups_of(workspace: "Workspace") -> "pd.DataFrame":
    """The rows of DUPLICATES whose group has more than one file, the file that stays first."""
    from inksift.curation.base.tables import DUPLICATES
    from inksift.curation.store.tables import read_later_table

    table = read_later_table(workspace.table(DUPLICATES.name), DUPLICATES)
    several = table[table["group"].duplicated(keep=False)]
    order = several.assign(rejected=~several["keep"]).sort_values(["group", "rejected", "path"])
    return order.drop(columns="rejected").reset_index(drop=True)
