"""The environment of a part that runs without `joey up`, in a deployment."""

import os
from pathlib import Path

from joey.instance.data_folder import secret
from joey.instance.errors import CommandFailed


def deployed_environment(data: Path) -> dict[str, str]:
    """Return the environment of `joey serve` and `joey work`. Raises CommandFailed naming a missing setting."""
    for name, example in (("DATABASE_URL", "postgresql://joey_app:…@db/joey"), ("JOEY_URL", "https://shop.example")):
        if not os.environ.get(name):
            raise CommandFailed(f"Set {name}, for example {name}={example}. For everything on one machine: `joey up`.")
    found = dict(os.environ, JOEY_DATA=str(data))
    if not found.get("JOEY_SECRET"):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        found["JOEY_SECRET"] = secret(data)
    return found
