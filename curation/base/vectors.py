"""Columns of vectors that may stay on disk: each cell is a row of a matrix, and to take, to filter
or to join rows of a table copies their numbers and no vector."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray, ExtensionDtype, register_extension_dtype, take

from inksift.curation.base.arrays import Integers

NO_ROW = -1
"""The row of a cell that holds nothing."""

VectorMatrix = npt.NDArray[Any]


class MatrixLike(Protocol):
    """A matrix in memory, or what reads rows of one from where it lies."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, rows: Any) -> VectorMatrix:
        """A row, or the rows at ascending positions."""


class StoredMatrix(NamedTuple):
    """A matrix that cells are rows of, and the file that it lies in, "" for memory."""

    numbers: MatrixLike
    file: str = ""


@register_extension_dtype
class VectorDtype(ExtensionDtype):
    """What a contract calls "vectors": every cell a NumPy array, all of one length and kind."""

    name = "vectors"
    type: ClassVar[Any] = np.ndarray
    na_value = None

    @classmethod
    def construct_array_type(cls) -> Any:
        """The column."""
        return VectorArray

    def __from_arrow__(self, column: pa.Array | pa.ChunkedArray) -> VectorArray:
        """The column that `VectorArray` gave Arrow."""
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        return VectorArray.of([StoredMatrix(_matrix_of(chunk)) for chunk in chunks if len(chunk)])


class VectorArray(ExtensionArray):
    """A column of rows of matrices, each in memory or in a file."""

    def __init__(self, matrices: Sequence[StoredMatrix], rows: Integers) -> None:
        """`rows` count through all the matrices, one after the other; -1 stands for nothing."""
        self.matrices, self.rows = list(matrices), np.asarray(rows, np.int64)
        self._starts = np.cumsum([0, *(len(one.numbers) for one in matrices)])

    @classmethod
    def of(cls, matrices: Sequence[StoredMatrix]) -> Self:
        """All the rows of these matrices."""
        return cls(matrices, np.arange(sum(len(one.numbers) for one in matrices)))

    @property
    def kind(self) -> np.dtype[Any]:
        """That of the numbers."""
        return self.matrices[0].numbers.dtype if self.matrices else np.dtype(np.float16)

    def matrix(self, dtype: npt.DTypeLike = np.float32) -> VectorMatrix:
        """All cells as `matrix_of` gives them."""
        if not len(self):
            return np.zeros((0, 0), dtype)
        if self.isna().any():
            raise ValueError("a vector is missing")
        whole = np.empty((len(self), self.matrices[0].numbers.shape[1]), dtype)
        for matrix, cells, rows in self._by_matrix():
            whole[cells] = matrix[rows]
        return whole

    def identity(self) -> bytes:
        """Equal for columns of the same numbers: the names of files that are named by their
        content, and the rows; or the numbers themselves."""
        used, rows = self.used()
        if used and all(one.file for one in used):
            return b"".join(Path(one.file).name.encode() for one in used) + rows.tobytes()
        return hashlib.sha256(self.matrix(self.kind).tobytes()).digest() + self.kind.str.encode()

    def used(self) -> tuple[list[StoredMatrix], Integers]:
        """The matrices that hold a cell, and the rows counted through those alone. A file comes
        once, in the order of the names, so that the same cells are told the same way however they
        were put together."""
        places = np.searchsorted(self._starts, self.rows, "right") - 1
        held = np.unique(places[self.rows != NO_ROW]).tolist()
        first: dict[str | int, int] = {}
        for place in sorted(held, key=lambda place: self.matrices[place].file):
            first.setdefault(self.matrices[place].file or place, place)
        matrices = [self.matrices[place] for place in first.values()]
        starts = np.cumsum([0, *(len(one.numbers) for one in matrices)])
        start_of = dict(zip(first, starts.tolist(), strict=False))
        shift = np.zeros(len(self.matrices) + 1, np.int64)
        for place in held:
            shift[place] = start_of[self.matrices[place].file or place] - self._starts[place]
        return matrices, np.where(self.rows == NO_ROW, NO_ROW, self.rows + shift[places])

    def _by_matrix(self) -> Iterator[tuple[MatrixLike, Integers, Integers]]:
        """Each matrix in use, with the cells that are of it and their rows in it, ascending."""
        order = np.argsort(self.rows, kind="stable")
        ends = np.searchsorted(self.rows[order], self._starts)
        for place in np.flatnonzero(np.diff(ends)):
            cells = order[ends[place] : ends[place + 1]]
            yield self.matrices[place].numbers, cells, self.rows[cells] - self._starts[place]

    @classmethod
    def _from_sequence(
        cls, scalars: Sequence[Any], *, dtype: Any = None, copy: bool = False
    ) -> Self:
        if isinstance(scalars, cls):
            return scalars
        return cls.of([StoredMatrix(np.stack(list(scalars)))] if len(scalars) else [])

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Self]) -> Self:
        matrices: list[StoredMatrix] = []
        rows, before = [], 0
        for one in to_concat:
            rows.append(np.where(one.rows == NO_ROW, NO_ROW, one.rows + before))
            matrices += one.matrices
            before += int(one._starts[-1])
        return cls(matrices, np.concatenate(rows))

    @property
    def dtype(self) -> VectorDtype:
        """That of every such column."""
        return VectorDtype()

    @property
    def nbytes(self) -> int:
        """Bytes of what says where the vectors are."""
        return self.rows.nbytes

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, item: Any) -> Any:
        found = self.rows[pd.api.indexers.check_array_indexer(self, item)]
        if not isinstance(found, np.int64):
            return self._at(found)
        if found == NO_ROW:
            return None
        place = int(np.searchsorted(self._starts, found, "right")) - 1
        return self.matrices[place].numbers[found - self._starts[place]]

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, VectorArray):
            return NotImplemented
        return (self.matrix(np.float64) == other.matrix(np.float64)).all(axis=1)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[np.object_]:
        cells = np.empty(len(self), object)
        held = np.flatnonzero(~self.isna())
        for place, vector in zip(held, self.take(held).matrix(self.kind), strict=True):
            cells[place] = vector
        return cells

    def __arrow_array__(self, type: Any = None) -> pa.Array:
        numbers = self.matrix(self.kind)
        edges = np.arange(len(numbers) + 1) * numbers.shape[1]
        return pa.LargeListArray.from_arrays(edges, pa.array(numbers.ravel()))

    def isna(self) -> npt.NDArray[np.bool_]:
        """Which cells hold nothing."""
        return np.asarray(self.rows == NO_ROW)

    def copy(self) -> Self:
        """The same rows of the same matrices."""
        return self._at(self.rows.copy())

    def take(self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None) -> Self:
        """The cells at these positions; -1 gives nothing where `allow_fill`."""
        places = np.asarray(indices, np.int64)
        rows = take(self.rows, places, allow_fill=allow_fill, fill_value=NO_ROW)
        return self._at(np.asarray(rows, np.int64))

    def _at(self, rows: Integers) -> Self:
        same = object.__new__(type(self))
        same.matrices, same.rows, same._starts = self.matrices, rows, self._starts
        return same


def matrix_of(column: pd.Series, dtype: npt.DTypeLike = np.float32) -> VectorMatrix:
    """The n vectors of a column, n x dimension, read into memory; 0 x 0 for none. Of a slice of a
    column only that is read; ValueError where a vector is missing."""
    cells = column.array
    if isinstance(cells, VectorArray):
        return cells.matrix(dtype)
    return np.stack(column.to_list()).astype(dtype) if len(column) else np.zeros((0, 0), dtype)


def blocks_of(number: int, size: int) -> Iterator[slice]:
    """Consecutive slices of at most `size` rows of so many.

    >>> list(blocks_of(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    edges = [*range(0, number, size), number]
    yield from (slice(start, end) for start, end in pairwise(edges))


def _matrix_of(chunk: pa.Array) -> VectorMatrix:
    """A chunk of lists of one length."""
    flat = chunk.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat).reshape(len(chunk), len(flat) // len(chunk))
