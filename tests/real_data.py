"""Real files from the folder `shared` beside the checkout. They are read where they lie and never copied in.

Where the folder is absent a test that needs it is skipped and says why; in CI, where it is present, that is a failure.
"""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(name: str) -> Path:
    """The file at `name` ("data/zh_jd_phones_sku.jsonl.gz") in the folder, for a test that reads it."""
    path = SHARED / name
    if not path.exists():
        why = f"{name} is not in {SHARED.name}/ beside the checkout"
        if SHARED.exists() or os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return path
