"""Install the toy by pip, in either version, as an operator would."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

DISTRIBUTION = Path(__file__).parent


def install(site: Path, *, version: int = 1) -> None:
    """Into the folder `site`, in place of an earlier version. Version 2 differs in what is in its folder."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        shutil.copytree(DISTRIBUTION, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
        if version == 2:
            shutil.copytree(source / "version_2", source / "toyland", dirs_exist_ok=True)
            project = source / "pyproject.toml"
            project.write_text(project.read_text().replace('version = "1.0"', 'version = "2.0"'))
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--no-deps", "--no-index",
             "--no-build-isolation", "--target", str(site), str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
