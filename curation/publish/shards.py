"""An export in several files of a bounded size for every split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from inksift.curation.publish.facts import IN_SPLITS
from inksift.curation.publish.task import ExportPicture

MOST_SHARD_BYTES = 400 * 10**6
"""Pictures of one file: the hub and object stores advise files of some hundred megabytes."""

WITHOUT_SPLIT = "train"
"""What the hub calls a data set that is not divided."""


class Shard(NamedTuple):
    """One file: its split, its number among the `of` ones of that split, and its pictures."""

    split: str
    number: int
    of: int
    pictures: Sequence[ExportPicture]


def shards_of(
    pictures: Sequence[ExportPicture], *, most_bytes: int = MOST_SHARD_BYTES
) -> list[Shard]:
    """The pictures of every split in an order without any meaning, as a training reads them: that
    of their digests, so that no file holds one class alone."""
    mixed = sorted(pictures, key=lambda one: (one.image_id, one.path))
    found: list[Shard] = []
    for split in _splits(mixed):
        own = [one for one in mixed if _split_of(one) == split]
        parts = list(_parts(own, most_bytes))
        found += [Shard(split, number, len(parts), part) for number, part in enumerate(parts)]
    return found


def _split_of(picture: ExportPicture) -> str:
    return picture.split or WITHOUT_SPLIT


def _splits(pictures: Sequence[ExportPicture]) -> list[str]:
    """The splits that there are, train first."""
    return sorted(set(map(_split_of, pictures)), key=IN_SPLITS.index)


def _parts(pictures: Sequence[ExportPicture], most_bytes: int) -> Iterator[Sequence[ExportPicture]]:
    part: list[ExportPicture] = []
    size = 0
    for picture in pictures:
        if part and size + picture.size_bytes > most_bytes:
            yield part
            part, size = [], 0
        part.append(picture)
        size += picture.size_bytes
    yield part
