"""The backend that ``DATABASES`` names; Django looks for it in a module of this name."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from dashboard.postgresql.pool import Connection, ConnectionPool, Lent, Params

POOL = ConnectionPool()


class DatabaseWrapper(base.DatabaseWrapper):
    """What a thread asks the database by; it has a connection from its first query to ``close``."""

    connection: Any
    lent: Lent

    def get_new_connection(self, conn_params: Params) -> Connection:
        self.lent = POOL.take(conn_params, self._made)
        return self.lent.connection

    def _made(self, params: Params) -> Connection:
        """Make a connection that limits the wait for a lock, endless by default, to SQLite's 20 s.

        Not by an option at its start: some connection poolers refuse those.
        """
        made: Connection = super().get_new_connection(params)
        made.autocommit = True
        made.execute("SET lock_timeout = '20s'")
        return made

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:  # psycopg looks at more than that
            super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _close(self) -> None:
        with self.wrap_database_errors:
            if self.errors_occurred:  # its server may have become another's standby
                self.lent.connection.close()
            else:
                POOL.give_back(self.lent)

    def is_usable(self) -> bool:
        """Say no after an error, so that no further request meets its cause."""
        return not self.errors_occurred and super().is_usable()

    def close_pool(self) -> None:
        """Close what no thread uses: Django is about to drop the database, or to set it anew."""
        POOL.close()
