"""Log lines in UTC, like all times that the terminal says, with the id of the request that they are about."""

import logging
import time
from copy import copy

from joey.kit.current_request import request_id


class UtcFormatter(logging.Formatter):
    """2026-11-13 09:50:00 UTC WARNING joey.orders.sync: what happened."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%d %H:%M:%S UTC"
    default_msec_format = ""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django.security."):  # a request that was refused: where it was is no fault of ours
            record = copy(record)
            record.exc_info = record.exc_text = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        line, request = super().formatMessage(record), request_id()
        return f"{line} (request {request})" if request else line
