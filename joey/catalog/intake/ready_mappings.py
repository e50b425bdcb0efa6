"""Mappings that come with Joey: of what many shops and networks give out, and of marketplaces, in their folders."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.marketplaces import registry

OF_A_MARKETPLACE = "goods.toml"


def ready_mappings() -> Mapping[str, Path]:
    """Name → file. That of a marketplace has its code."""
    folder = Path(str(files("joey.catalog.intake.ready")))
    found = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    for code, package in sorted(registry.packages().items()):
        path = Path(str(files(package))).joinpath(OF_A_MARKETPLACE)
        if path.is_file():
            found[code] = path
    return found


def mapping_file(given: str) -> Path:
    """The file of this name, or the mapping that comes with Joey under it. Raises Invalid (field mapping)."""
    path = Path(given)
    if path.is_file():
        return path
    ready = ready_mappings()
    if given not in ready:
        text = _("There is no file “%(given)s”, and no mapping of that name comes with Joey. There are: %(known)s.")
        raise Invalid(text % {"given": given[:80], "known": ", ".join(ready)}, field="mapping")
    return ready[given]
