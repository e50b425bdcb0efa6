"""Whether a port is free before a server starts on it, and whether the server then answers."""

import contextlib
import errno
import socket
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from joey.instance.errors import CommandFailed

LOCAL = "127.0.0.1"


def refuse_taken(port: int, option: str, what: str) -> None:
    """Raise CommandFailed when `port` on this machine cannot be listened on; `option` chooses another one."""
    why = _why_not(port)
    if why is None:
        return
    remedy = f"Choose another port with {option}, for example {option} {port + 10 if port < 65000 else 8010}"
    if why == errno.EACCES:
        raise CommandFailed(f"Port {port} may only be used by root, so {what} cannot start there. {remedy}.")
    raise CommandFailed(
        f"Port {port} is taken, so {what} cannot start there: perhaps another instance or another program "
        f"listens on it. Stop it, or: {remedy[0].lower()}{remedy[1:]}."
    )


def answers(address: str) -> bool:
    """Say whether a server answers; a refusal is an answer, an error of the server is not."""
    try:
        build_opener(ProxyHandler({})).open(address, timeout=2).close()
    except HTTPError as error:
        return error.code < 500
    except (URLError, OSError):
        return False
    return True


def _why_not(port: int) -> int | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections just closed do not count
        try:
            probe.bind((LOCAL, port))
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EADDRINUSE
    # A browser asks ::1 first for "localhost": another program that answers there would be taken for Joey.
    with contextlib.suppress(OSError), socket.create_connection(("::1", port), timeout=0.5):
        return errno.EADDRINUSE
    return None
