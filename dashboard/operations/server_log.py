"""gunicorn's own log: as LOG_FORMAT says, and without the addresses of pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from dashboard.environment import log_format
from dashboard.logs import JsonFormatter

WITH_ADDRESS = "Error handling request"  # and then the method and the address, in two forms


class ServerLog(Logger):
    """With JSON, a request has one line, and that is the dashboard's."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.is_json = log_format() == "json"
        if self.is_json:
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())

    def access(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> None:
        if not self.is_json:
            super().access(resp, req, environ, request_time)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith(WITH_ADDRESS):
            msg, args = WITH_ADDRESS, ()
        super().exception(msg, *args, **kwargs)
