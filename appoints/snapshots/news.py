"""News of the loads of this process: whoever waits for rows need not read the database for them."""

from __future__ import annotations

from threading import Condition


class News:
    """How often there has been news: a load has written its first rows, or ended."""

    def __init__(self) -> None:
        self.told = 0
        self._changed = Condition()

    def tell(self) -> None:
        """Wake whoever waits."""
        with self._changed:
            self.told += 1
            self._changed.notify_all()

    def wait(self, told: int, seconds: float) -> None:
        """Wait for so long, or until there is more than what had been ``told`` before a look.

        What is told during a look at the database may have come too late for it.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.told > told, seconds)


NEWS = News()
