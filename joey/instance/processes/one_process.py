"""Serve one ASGI application in this very process, for the sandbox: Granian's own command keeps a second one beside it.

That second one starts workers again that died; here `joey up` does it.
"""

import asyncio
import signal
import sys
from importlib import import_module


def main(app: str, port: int) -> None:
    """Serve "package.module:name" on loopback until SIGTERM."""
    module, name = app.split(":")
    asyncio.run(_serve(getattr(import_module(module), name), port))


async def _serve(app: object, port: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    server = Server(app, "127.0.0.1", port, interface=Interfaces.ASGI, websockets=False, log_level=LogLevels.warning)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
