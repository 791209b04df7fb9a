"""The pool of connections."""

from __future__ import annotations

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry


class ClosingPool(AsyncAdaptedQueuePool):
    """A pool that closes a connection which is returned after the pool was disposed.

    A service that stops disposes its engine, even while another's request is in the middle of a transaction. The queue
    of SQLAlchemy would keep that connection for the garbage collector, which cannot close it without an event loop.
    """

    _is_disposed = False

    def dispose(self) -> None:
        self._is_disposed = True
        super().dispose()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        if self._is_disposed:
            record.close()
        else:
            super()._do_return_conn(record)
