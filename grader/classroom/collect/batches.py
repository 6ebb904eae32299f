"""Transactions for many submissions: large enough to be quick, small enough that little is done twice."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Final

from grader.classroom.database import transaction
from grader.classroom.identities import Identities
from grader.classroom.ledger import Ledger

BATCH: Final = 500  # submissions in one transaction
BATCH_BYTES: Final = 32 << 20


class Batches:
    """Transactions of some hundred submissions. The ledger is written first: what it is given twice it holds once."""

    def __init__(self, ledger: Ledger, identities: Identities) -> None:
        self.ledger = ledger
        self.identities = identities
        self._open = ExitStack()
        self._items = self._bytes = 0

    def __enter__(self) -> Batches:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def _begin(self) -> None:
        self._open.enter_context(transaction(self.identities.db, self.identities.path))
        self._open.enter_context(self.ledger.write())
        self._items = self._bytes = 0

    def grew(self, size: int) -> None:
        """Counts an item, and begins the next transaction where this one is large enough."""
        self._items += 1
        self._bytes += size
        if self._items >= BATCH or self._bytes >= BATCH_BYTES:
            self._open.close()
            self._begin()
