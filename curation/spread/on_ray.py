"""Ray as an engine: a worker holds one task, works on one portion and has the next one waiting.

Portions that are done come back as parts' names, so little passes through this process. Where a
worker is lost, another takes its place as soon as the cluster has room, and `Portions` tells which
item is to blame."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple, Self

from inksift.curation.base.engine import Item
from inksift.curation.base.errors import EngineError, InksiftError, MissingError
from inksift.curation.base.progress import progress_bar, tell_nothing_left
from inksift.curation.spread.engine import Answer, Batching, Finished, Lost, Task
from inksift.curation.spread.params import EngineParams
from inksift.curation.spread.portions import Portion, Portions
from inksift.curation.spread.worker import Landmarks, Worker

WAITING = 2
"""Portions that a worker has at a time: the one it works on, and the next, so that it never waits
for this process."""

PORTIONS_A_WORKER = 4
"""Into how many portions at least the work of each worker is cut, so that all end together."""

FIRST_WORKER_TIMEOUT_S = 300
"""Seconds to wait for a first worker: what a busy cluster may take to start one."""

DEATHS_IN_A_ROW = 20
"""Workers lost without one portion done before the cluster itself is to blame, where none is to be
tried again."""

NOT_INSTALLED = "the engine ray is not installed: pip install 'inksift[ray]'"
log = logging.getLogger("inksift")


class _Sent(NamedTuple):
    """What a worker was asked: a portion, or None where it was asked whether it is ready."""

    worker: Any
    portion: Portion[Any] | None


class RayEngine:
    """Workers on a Ray cluster, which stay from one task to the next. Nothing is connected before
    there is work to do."""

    def __init__(self, params: EngineParams, landmarks: Landmarks) -> None:
        self._params, self._landmarks = params, dict(landmarks)
        self._ray: Any = None
        self._page = ""
        self._leaving = ExitStack()
        self._ready: list[Any] = []
        self._sent: dict[Any, _Sent] = {}
        self._tasks = 0
        self._deaths = 0
        self.lost_workers = 0
        self.repeated = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in {*self._ready, *(sent.worker for sent in self._sent.values())}:
            self._dismiss(worker)
        self._leaving.close()

    @property
    def told(self) -> Mapping[str, str]:
        """The cluster, the job on it, the page of its dashboard where it has one, and what was lost
        and done again."""
        if self._ray is None:
            return {}
        nodes = sum(node["Alive"] for node in self._ray.nodes())
        told = {
            "engine": f"ray: {len(self._ready)} workers, {nodes} nodes",
            "ray_job": str(self._ray.get_runtime_context().get_job_id()),
            "ray_dashboard": f"http://{self._page}" if self._page else "",
            "workers_lost": str(self.lost_workers),
            "batches_repeated": str(self.repeated),
        }
        return {name: text for name, text in told.items() if text}

    def map_batches(
        self,
        task: Task[Item, Answer],
        items: Sequence[Item],
        batching: Batching,
        *,
        title: str,
    ) -> Iterator[Finished[Item, Answer] | Lost[Item]]:
        """As `Engine` says; MissingError without Ray, EngineError where there is no cluster at that
        address, where it has no room for a worker, or loses one after another whatever they work
        on."""
        if not items:
            tell_nothing_left(title)
            return
        if self._ray is None:
            self._connect()
        self._tasks += 1
        self._hire()
        size = self._size(batching, len(items))
        portions = Portions(items, size, retries=self._params.retries)
        fetch = _Fetch(self._ray.put(task))
        try:
            with progress_bar(len(items), title) as done:
                while portions or self._working():
                    self._hand_out(portions, fetch)
                    for ended in self._next(portions):
                        done(len(ended.items) if isinstance(ended, Finished) else 1)
                        yield ended
        finally:
            self.repeated += portions.repeated
            self._abandon()

    def _connect(self) -> None:
        self._ray = import_ray()
        if not self._ray.is_initialized():
            self._page = _connected(self._ray, self._params.address)
            self._leaving.callback(self._ray.shutdown)

    def _size(self, batching: Batching, items: int) -> int:
        even = math.ceil(items / (max(1, self._wanted()) * PORTIONS_A_WORKER))
        return min(batching.size(self._params.batch_mb), even)

    def _wanted(self) -> int:
        """How many workers the cluster has room for."""
        there, share = self._ray.cluster_resources(), self._params.gpu_share
        room = int(there.get("CPU", 0) // self._params.worker_cores)
        return min(room, int(there.get("GPU", 0)) * workers_of_a_gpu(share)) if share else room

    def _hire(self) -> None:
        """Ask for the workers that are missing; where one starts, it says so."""
        asked = sum(sent.portion is None for sent in self._sent.values())
        for _ in range(max(1, self._wanted()) - len(self._ready) - asked):
            options = {"num_cpus": self._params.worker_cores, "num_gpus": self._params.gpu_share}
            worker = self._ray.remote(Worker).options(**options).remote(self._params.worker_cores)
            self._sent[worker.ready.remote(self._landmarks)] = _Sent(worker, None)

    def _working(self) -> bool:
        return any(sent.portion for sent in self._sent.values())

    def _abandon(self) -> None:
        """End the workers that are still at a task which nobody waits for: it failed."""
        busy = [sent.worker for sent in self._sent.values() if sent.portion]
        for worker in {*busy}:
            self._dismiss(worker)

    def _dismiss(self, worker: Any) -> list[Portion[Any]]:
        """End a worker, and give back the portions it had, the one it worked on first."""
        theirs = [ref for ref, sent in self._sent.items() if sent.worker is worker]
        had = [self._sent.pop(ref).portion for ref in theirs]
        self._ready = [one for one in self._ready if one is not worker]
        self._ray.kill(worker)
        return [portion for portion in had if portion]

    def _hand_out(self, portions: Portions[Any], fetch: _Fetch) -> None:
        """Work for all who are ready, in turn, to each no more than it may have waiting."""
        for load in range(WAITING):
            for worker in self._ready:
                if portions and self._load(worker) == load:
                    portion = portions.take()
                    answer = worker.work.remote(self._tasks, fetch, portion.items)
                    self._sent[answer] = _Sent(worker, portion)

    def _load(self, worker: Any) -> int:
        return sum(sent.worker is worker for sent in self._sent.values())

    def _next(self, portions: Portions[Any]) -> Iterator[Finished[Any, Any] | Lost[Any]]:
        """Wait until something was answered, and say what became of it."""
        waiting = None if self._ready else FIRST_WORKER_TIMEOUT_S
        answered, _ = self._ray.wait([*self._sent], num_returns=1, timeout=waiting)
        if not answered:
            raise EngineError(
                f"no worker started on the Ray cluster within {FIRST_WORKER_TIMEOUT_S} s: it has "
                f"{self._ray.cluster_resources()}; a worker takes {self._params.worker_cores} "
                f"cores and {self._params.gpu_share} of a GPU"
            )
        for ref in answered:
            if ref in self._sent:
                yield from self._answered(ref, portions)

    def _answered(
        self, ref: Any, portions: Portions[Any]
    ) -> Iterator[Finished[Any, Any] | Lost[Any]]:
        sent = self._sent[ref]
        try:
            answer = self._ray.get(ref)
        except self._ray.exceptions.RayTaskError as error:
            raise _ours(error) from error
        except self._ray.exceptions.RayError as error:
            yield from self._worker_lost(sent.worker, portions, error)
            return
        del self._sent[ref]
        if sent.portion is None:
            self._ready.append(sent.worker)
            return
        self._deaths = 0
        yield Finished(sent.portion.items, answer)

    def _worker_lost(
        self, worker: Any, portions: Portions[Any], error: Exception
    ) -> Iterator[Lost[Any]]:
        """Blame what it worked on, put back what it had waiting, and ask for another."""
        had = self._dismiss(worker)
        self._count_death(error)
        self._hire()
        for portion in had[1:]:
            portions.put_back(portion)
        for portion in had[:1]:
            yield from portions.died(portion, _first_line(error))

    def _count_death(self, error: Exception) -> None:
        self._deaths, self.lost_workers = self._deaths + 1, self.lost_workers + 1
        log.warning("a worker of the cluster was lost: %s", _first_line(error))
        if self._deaths >= deaths_allowed(self._params.retries):
            raise EngineError(
                f"{self._deaths} workers in a row were lost, whatever they worked on: "
                f"{_first_line(error)}; see the logs of the Ray cluster"
            ) from error


def workers_of_a_gpu(share: float) -> int:
    """How many workers one GPU has room for, of which each takes this share.

    >>> [workers_of_a_gpu(share) for share in (0.1, 0.3, 0.6, 1.0)]
    [10, 3, 1, 1]
    """
    return math.floor(1 / share + 1e-9)


def deaths_allowed(retries: int) -> int:
    """Workers that may be lost in a row: one item alone may take two for each time that it is tried
    again, as part of its batch and by itself.

    >>> deaths_allowed(10)
    40
    """
    return DEATHS_IN_A_ROW + 2 * retries


class _Fetch(NamedTuple):
    """Gets the task from the cluster's store, where it lies once a machine. Within a tuple, so that
    Ray does not fetch it for every portion."""

    task: Any

    def __call__(self) -> Any:
        return import_ray().get(self.task)


def import_ray() -> Any:
    """Ray, without the figures that it would send home; MissingError says how to install it."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise MissingError(f"{NOT_INSTALLED} ({error})") from None
    return ray


def _connected(ray: Any, address: str) -> str:
    """Connect, and give the address of the dashboard, "" where there is none."""
    log.info("connecting to the Ray cluster at %s", address or "this machine")
    try:
        context = ray.init(
            address=address or "local",
            log_to_driver=False,
            configure_logging=False,
            include_dashboard=None if address else False,
        )
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise EngineError(
            f"no Ray cluster at {address or 'this machine'} ({_first_line(error)}): start one with "
            "`ray start --head`, and name it with --ray-address HOST:6379"
        ) from error
    return str(context.dashboard_url or "")


def _ours(error: Any) -> InksiftError:
    """The error of a worker as this process would have raised it."""
    cause = error.cause
    if isinstance(cause, InksiftError):
        return cause
    return EngineError(f"a worker of the cluster failed: {type(cause).__name__}: {cause}")


def _first_line(error: BaseException) -> str:
    """The words of Ray's long messages that tell most."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
