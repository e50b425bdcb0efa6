"""What ends a command: a sentence for the person at the terminal, never a traceback."""


class CommandFailed(Exception):
    """What happened, why, and what to do; shown as it is, and the command exits with 1."""
