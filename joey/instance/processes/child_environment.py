"""The environment variables of the processes that `joey up` starts."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import joey
from joey.instance.data_folder import Instance
from joey.instance.open_instance import environment

COMPILED = "compiled"  # in the data folder


def child_environment(data: Path, instance: Instance) -> dict[str, str]:
    """The environment of everything that `joey up` starts."""
    inherited = dict(os.environ)
    if instance.demo:  # its messages go to the sandbox's outbox, and to no one
        inherited.pop("JOEY_NOTICE_URL", None)
    # A real marketplace throttles at 40 order calls a second; the demo's first sync reads a month at once.
    sandbox = {
        "JOEY_SANDBOX_DB": str(data / "sandbox.sqlite3"),
        "JOEY_SANDBOX_ORDER_CALLS_PER_SECOND": "2000",
    }
    here = inherited | environment(data, instance) | sandbox | {"PYTHONUNBUFFERED": "1"}
    return compiled_once(here, data)


def compiled_once(inherited: Mapping[str, str], data: Path) -> dict[str, str]:
    """Let Python keep compiled modules: in the data folder if it could not keep them beside the sources.

    Compiling all of Joey and Django again at each start takes longer than everything else a start does.
    """
    found = dict(inherited)
    sources = Path(next(iter(joey.__path__)))
    writable = os.access(sources, os.W_OK) and os.access(sys.prefix, os.W_OK)
    if (found.get("PYTHONDONTWRITEBYTECODE") or not writable) and not found.get("PYTHONPYCACHEPREFIX"):
        found.pop("PYTHONDONTWRITEBYTECODE", None)
        found["PYTHONPYCACHEPREFIX"] = str(data / COMPILED)
    return found
