"""Executor for the workers of a Dask cluster, each of which keeps a pool of warm processes in a plugin.

Dask runs a task at least once, and again where a worker was lost; the ledger takes a result once. Student code never runs in
a process of Dask, and nothing is forked from one: it has threads. The function that Dask sends is importable and the plugin is
registered by name, so that a worker does not start a new pool with every task.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Final

import distributed
from distributed import WorkerPlugin

from grader.classroom.fault import ClassError
from grader.classroom.work.chunk import Plain
from grader.classroom.work.grading import grade_chunk
from grader.classroom.work.local import LocalPool

_dask: Any = distributed  # it has types for some of itself only
NAME: Final = "grade-warm-processes"
WAIT_SECONDS: Final = 60.0
RETRIES: Final = 5


class WarmProcesses(WorkerPlugin):  # type: ignore[misc,unused-ignore]  # Dask's classes are untyped
    """The plugin of one worker: as many warm processes as the worker has threads."""

    name = NAME

    def setup(self, worker: Any) -> None:
        """Starts the pool; its processes start with the first chunk."""
        self.pool = LocalPool(worker.state.nthreads)

    def teardown(self, worker: Any) -> None:
        """Ends it."""
        self.pool.shutdown(cancel_futures=True)


def grade_there(plain: Plain) -> Plain:
    """The results of a chunk, from a warm process of the worker that runs this."""
    plugin: WarmProcesses = _dask.get_worker().plugins[NAME]
    return plugin.pool.submit(grade_chunk, plain).result()


class DaskPool(Executor):
    """The workers of a cluster, as an executor."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.executor = client.get_executor(retries=RETRIES, pure=False)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A future of a chunk's results; `fn` is `grade_chunk`, which runs in the workers' warm processes."""
        return self.executor.submit(grade_there if fn is grade_chunk else fn, *args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Waits for what was given out, or drops it."""
        self.executor.shutdown(wait=wait and not cancel_futures)


@contextmanager
def dask_pool(address: str) -> Iterator[tuple[DaskPool, int]]:
    """The cluster of a scheduler, and how many chunks it works on at once; ClassError if it cannot be reached."""
    try:
        client = _dask.Client(address, timeout=WAIT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClassError(f"--dask {address}: {error}", "Start a scheduler: dask scheduler.") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_SECONDS)
        except TimeoutError as error:
            raise ClassError(f"--dask {address}: no worker came", f"Start some: dask worker {address}.") from error
        client.register_plugin(WarmProcesses(), name=NAME)
        pool = DaskPool(client)
        try:
            yield pool, max(1, sum(client.nthreads().values()))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()
