"""Children that stop when the process that started them dies, even by kill -9."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1  # prctl(2), Linux


class StopWithParent:
    """For `preexec_fn`: ask Linux to signal the child when the thread that started it dies.

    It runs after the change of user, which would clear the request. Elsewhere than on Linux it does nothing.
    """

    def __init__(self, how: signal.Signals) -> None:
        self.how = int(how)
        self.parent = os.getpid()
        self.prctl = getattr(ctypes.CDLL(None), "prctl", None)  # loaded before the fork, where locks are safe

    def __call__(self) -> None:
        if self.prctl is None:
            return
        self.prctl(PR_SET_PDEATHSIG, self.how)
        if os.getppid() != self.parent:  # died between fork and here
            os.kill(os.getpid(), self.how)
