"""Whether a port is free, before anything is started on it."""

import contextlib
import errno
import socket

from joey.instance.errors import Trouble


def refuse_taken(port: int, option: str, what: str) -> None:
    """Raise Trouble when `port` on this machine cannot be listened on; `option` is the outbound click."""
    why = _why_not(port)
    if why is None:
        return
    remedy = f"Choose another port with {option}, for example {option} {port + 10 if port < 65000 else 8010}"
    if why == errno.EACCES:
        raise Trouble(f"Port {port} may only be used by root, so {what} cannot start there. {remedy}.")
    raise Trouble(
        f"Port {port} is taken, so {what} cannot start there: perhaps another Joey, or another program, "
        f"listens on it. Stop it, or: {remedy[0].lower()}{remedy[1:]}."
    )


def _why_not(port: int) -> int | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections just closed do not count
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EADDRINUSE
    # A browser asks ::1 first for "localhost": whoever answers there would be taken for Joey.
    with contextlib.suppress(OSError), socket.create_connection(("::1", port), timeout=0.5):
        return errno.EADDRINUSE
    return None
