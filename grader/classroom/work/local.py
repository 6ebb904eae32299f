"""Executor for one machine: a pool of warm processes. One that dies is started again, and its chunk given to another."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, Final

from grader.classroom.work.chunk import Plain
from grader.classroom.work.warm import TaskError, WarmDied, WarmProcess

TRIES: Final = 3  # a chunk that ended so many processes is given back as their killer


@dataclass
class _Item:
    function: Callable[[Plain], Plain]
    argument: Plain
    future: Future[Plain] = field(default_factory=Future)
    tries: int = 0


class LocalPool(Executor):
    """`jobs` warm processes, each asked by a thread of its own, which waits and does nothing else."""

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or os.cpu_count() or 1
        self._waiting: deque[_Item] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._warm: dict[int, WarmProcess] = {}
        self._threads = [threading.Thread(target=self._serve, args=(n,), daemon=True) for n in range(self.jobs)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future of `fn(argument)`, computed in a warm process; `fn` is a function of a module, plain data in and out."""
        (argument,) = args
        item = _Item(fn, argument)
        with self._changed:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._waiting.append(item)
            self._changed.notify()
        return item.future

    def pids(self) -> list[int]:
        """The process ids of the warm processes."""
        with self._changed:
            return [warm.pid for warm in self._warm.values()]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the pool; with `cancel_futures` what has not begun is dropped and what runs is killed."""
        with self._changed:
            self._closed = True
            if cancel_futures:
                for item in self._waiting:
                    item.future.cancel()
                self._waiting.clear()
                for warm in self._warm.values():
                    warm.kill()
            self._changed.notify_all()
        if wait:
            for thread in self._threads:
                thread.join()

    def _serve(self, number: int) -> None:
        while (item := self._next()) is not None:
            if item.future.done() or (not item.tries and not item.future.set_running_or_notify_cancel()):
                continue
            self._run(number, item)
        self._end(number)

    def _next(self) -> _Item | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None

    def _run(self, number: int, item: _Item) -> None:
        try:
            value = self._process(number).ask(item.function, item.argument)
        except WarmDied as died:
            self._end(number)
            item.tries += 1
            with self._changed:
                if item.tries < TRIES and not self._closed:
                    self._waiting.appendleft(item)
                    self._changed.notify()
                    return
            item.future.set_exception(died)
        except (TaskError, Exception) as error:
            item.future.set_exception(error)
        else:
            item.future.set_result(value)

    def _process(self, number: int) -> WarmProcess:
        warm = self._warm.get(number)
        if warm is None:
            warm = WarmProcess()
            with self._changed:
                self._warm[number] = warm
        return warm

    def _end(self, number: int) -> None:
        with self._changed:
            warm = self._warm.pop(number, None)
        if warm is not None:
            warm.close()
