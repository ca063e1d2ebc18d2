"""Serve the faulty application as a deployment does, under a supervisor that starts anew what dies.

The supervisor has loaded everything and serves nothing: a new server is there in a moment. (The
one inside granian gives up when a worker dies often.)
"""

import multiprocessing
import os
import sys

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from tests.faults import wsgi


def serve(port: int) -> None:
    """Serve until the worker has died."""
    Server(
        f"{wsgi.__name__}:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=4,
        log_level=LogLevels.critical,
    ).serve()


if __name__ == "__main__":
    multiprocessing.set_start_method("fork", force=True)
    while True:
        server = os.fork()
        if not server:
            serve(int(sys.argv[1]))
            os._exit(0)
        os.waitpid(server, 0)
