"""Log lines in UTC, like all times that the terminal says."""

import logging
import time


class UtcFormatter(logging.Formatter):
    """2026-11-13 09:50:00 UTC WARNING joey.orders.sync: what happened."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%d %H:%M:%S UTC"
    default_msec_format = ""
