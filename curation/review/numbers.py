"""Numbers by image_id and by group, for a hundred thousand files: in arrays, since as many texts in
as many dicts would be most of what a server takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

_Whole = npt.NDArray[np.int64]

ID_BYTES = 64
"""Bytes of an image_id, which is text of ASCII."""


class PictureIndex:
    """The place of every image_id among all of them, sorted."""

    def __init__(self, image_ids: pd.Series) -> None:
        self._keys = np.unique(_encoded(image_ids))

    def __len__(self) -> int:
        return len(self._keys)

    def place(self, image_id: str) -> int:
        """The place of one, -1 where it is not among them."""
        key = image_id.encode(errors="surrogatepass")
        place = int(np.searchsorted(self._keys, key))
        return place if place < len(self._keys) and self._keys[place] == key else -1

    def places(self, image_ids: pd.Series) -> _Whole:
        """The place of each of some, all of them among these."""
        return np.searchsorted(self._keys, _encoded(image_ids))

    def name(self, place: int) -> str:
        """The image_id at a place."""
        return bytes(self._keys[place]).decode()


class NumberOf(Mapping[str, int]):
    """A whole number from 0 for each of some image_ids; of one that is given twice the last
    counts."""

    def __init__(self, index: PictureIndex, image_ids: pd.Series, numbers: _Whole) -> None:
        self._index = index
        self._numbers = np.full(len(index), -1, np.int32)
        self._numbers[index.places(image_ids)] = numbers

    def __getitem__(self, image_id: str) -> int:
        place = self._index.place(image_id)
        if place < 0 or self._numbers[place] < 0:
            raise KeyError(image_id)
        return int(self._numbers[place])

    def __iter__(self) -> Iterator[str]:
        return map(self._index.name, np.flatnonzero(self._numbers >= 0).tolist())

    def __len__(self) -> int:
        return int((self._numbers >= 0).sum())


class FilesOf(Mapping[int, list[int]]):
    """The files of every group, the kept one first; `groups` says of every file which is its
    group, -1 for none, and `keeps` whether it is the kept one."""

    def __init__(self, groups: _Whole, keeps: npt.NDArray[np.bool_]) -> None:
        order = np.lexsort((np.arange(len(groups)), ~keeps, groups))
        self._files = order[np.searchsorted(groups[order], 0) :]
        self._groups, self._starts = np.unique(groups[self._files], return_index=True)
        self._ends = np.append(self._starts[1:], len(self._files))

    def __getitem__(self, group: int) -> list[int]:
        place = int(np.searchsorted(self._groups, group))
        if place == len(self._groups) or self._groups[place] != group:
            raise KeyError(group)
        return [int(one) for one in self._files[self._starts[place] : self._ends[place]]]

    def __iter__(self) -> Iterator[int]:
        return iter(self._groups.tolist())

    def __len__(self) -> int:
        return len(self._groups)

    def first(self, groups: _Whole) -> _Whole:
        """The kept file of each of these groups, -1 for none."""
        kept = np.append(self._files[self._starts], -1)
        places = np.searchsorted(self._groups, groups)
        return np.asarray(kept[np.where(groups < 0, len(self._groups), places)])


class CopiesOf(Mapping[str, frozenset[str]]):
    """The image_ids of all copies of a picture, its own too, by the image_id of each."""

    def __init__(self, group_of: NumberOf, files: FilesOf, image_ids: pd.Series) -> None:
        self._group_of, self._files, self._image_ids = group_of, files, image_ids

    def __getitem__(self, image_id: str) -> frozenset[str]:
        files = self._files[self._group_of[image_id]]
        return frozenset(str(self._image_ids.iat[file]) for file in files)

    def __iter__(self) -> Iterator[str]:
        return iter(self._group_of)

    def __len__(self) -> int:
        return len(self._group_of)


def shared_texts(values: pd.Series, rows: Sequence[int] | _Whole) -> list[str]:
    """The values in some rows, "" for row -1, of which equal ones are one and the same text."""
    codes, names = pd.factorize(values)
    texts = np.array([*map(str, names), ""], dtype=object)
    known = np.append(codes, len(names))
    return list(texts[known[np.asarray(rows)]])


def _encoded(image_ids: pd.Series) -> npt.NDArray[np.bytes_]:
    return np.array(image_ids.tolist(), dtype=f"S{ID_BYTES}")
