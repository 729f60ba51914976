"""One interface for all work on pictures or pairs, whatever machines it is done on.

A stage describes its work as a `Task`, and an engine does it batch by batch. A task stores what it
makes itself, as parts that are named by their bytes, and answers with the names: so a batch that is
done twice, because a machine was lost, stores the same part again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, NamedTuple, Protocol, TypeVar

from inksift.curation.base.engine import Item, in_batches
from inksift.curation.base.errors import EngineError
from inksift.curation.base.progress import tell_nothing_left

Answer = TypeVar("Answer")
_Taken = TypeVar("_Taken", contravariant=True)
_Given = TypeVar("_Given", covariant=True)

THUMBNAIL_BYTES = 640 * 640 * 3
"""What the pixels of a thumbnail take, at most, at the side that it has by default."""


class Task(Protocol[_Taken, _Given]):
    """Work on items, described so that any process can take it up: an engine may pickle it, send it
    to other machines, and start it there."""

    def started(self) -> AbstractContextManager[Callable[[Sequence[_Taken]], _Given]]:
        """What is to be done to a batch, for as long as the block lasts. Entered once by every
        worker: what is slow to load is loaded there."""
        ...


class Batching(NamedTuple):
    """How items are cut into batches: at most `most` of them, each taking `item_bytes` of memory
    while its batch is worked on."""

    most: int
    item_bytes: int = 0

    def size(self, batch_mb: int) -> int:
        """Items of a batch that takes no more than `batch_mb`; one at least.

        >>> [Batching(256, THUMBNAIL_BYTES).size(batch_mb) for batch_mb in (1, 16, 320)]
        [1, 13, 256]
        """
        fits = batch_mb * 10**6 // self.item_bytes if self.item_bytes else self.most
        return max(1, min(self.most, fits))


@dataclass(frozen=True)
class Finished(Generic[Item, Answer]):
    """A batch that is done, and what the task answered."""

    items: Sequence[Item]
    answer: Answer


@dataclass(frozen=True)
class Lost(Generic[Item]):
    """An item on which one worker after another died, with how."""

    item: Item
    why: str

    def error(self, title: str) -> EngineError:
        """The same as an error, for work in which nothing can stand for a lost item."""
        return EngineError(f"{title}: one worker after another died on {self.item}: {self.why}")


class Engine(Protocol):
    """Does tasks. `told` is what a person should know of how: names and texts for the metadata of a
    stage."""

    @property
    def told(self) -> Mapping[str, str]: ...

    def map_batches(
        self,
        task: Task[Item, Answer],
        items: Sequence[Item],
        batching: Batching,
        *,
        title: str,
    ) -> Iterator[Finished[Item, Answer] | Lost[Item]]:
        """Every item once, in a batch that is finished or lost, in whatever order they are done.

        An exception of the task is raised here; only what ends the process of a worker is laid at
        the door of an item."""
        ...


@dataclass(frozen=True)
class LocalEngine:
    """This process: one batch after another, spread over threads by the task itself, which share
    what is loaded."""

    batch_mb: int = 320

    @property
    def told(self) -> Mapping[str, str]:
        """Nothing: it is as usual."""
        return MappingProxyType({})

    def map_batches(
        self,
        task: Task[Item, Answer],
        items: Sequence[Item],
        batching: Batching,
        *,
        title: str,
    ) -> Iterator[Finished[Item, Answer] | Lost[Item]]:
        """As `Engine` says; in the order of the items, and none is lost."""
        if not items:
            tell_nothing_left(title)
            return
        with task.started() as work:
            for some in in_batches(items, batching.size(self.batch_mb), title):
                yield Finished(some, work(some))


LOCAL = LocalEngine()
"""What stages work on where nobody says otherwise."""
