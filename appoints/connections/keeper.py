"""Renewal of held slots: a process that died renews none, so that its slots are soon free."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Lock, Thread

from django.db import Error
from django.db import connection as database
from django.utils import timezone

from appoints.connections.models import Slot

HOLD = timedelta(seconds=15)  # for which a slot is held unless it is renewed
RENEWED_EVERY = 4.0  # seconds

logger = logging.getLogger(__name__)


class Keeper:
    """A thread that renews the slots of this process for as long as they are held."""

    def __init__(self) -> None:
        self._holders: set[str] = set()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._idle = Event()

    def add(self, holder: str) -> None:
        """Renew a holder's slot from now on."""
        with self._lock:
            self._holders.add(holder)
            self._idle.clear()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="keep", daemon=True)
                self._thread.start()

    def remove(self, holder: str) -> None:
        """Renew it no more."""
        with self._lock:
            self._holders.discard(holder)
            if not self._holders:
                self._idle.set()

    def _run(self) -> None:
        while True:
            was_idle = self._idle.wait(RENEWED_EVERY)
            with self._lock:
                holders = list(self._holders)
                if not holders:
                    self._thread = None
                    return
            if not was_idle:  # or all of them have just taken their slots
                self._renew(holders)

    def _renew(self, holders: list[str]) -> None:
        try:
            Slot.objects.filter(holder__in=holders).update(held_until=timezone.now() + HOLD)
        except Error as error:
            logger.warning("held slots cannot be renewed: %s", error)
        except Exception:
            # Were the thread to end, no slot of this process would be renewed any more.
            logger.exception("held slots cannot be renewed")
        finally:
            database.close()


KEEPER = Keeper()
