"""The packages of marketplaces on this machine: folders beside this file, and those that offer an entry point.

One that cannot be used is kept with its failure, and is not installed as far as the rest of Joey knows: it stops no
other marketplace.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata, util
from pkgutil import iter_modules

from django.utils.translation import gettext_lazy as _

from joey import marketplaces as own_package
from joey.kit.refusals import Refusal
from joey.marketplaces.manifest_shape import Manifest, Text

ENTRY_POINTS = "joey.marketplaces"

log = logging.getLogger(__name__)


class NotUsable(Exception):
    """What is registered cannot be used as it is; the message says why, and holds nothing that is kept secret."""


OF_A_PACKAGE = _("The package of %(marketplace)s cannot be used, so it counts as not installed: %(problem)s")


@dataclass(frozen=True)
class Fault:
    """A package that cannot be used, by the name of its entry point, an account that cannot be, by its code, or all."""

    marketplace: str  # "" when it is about all of them
    failure: Exception
    says: Text = OF_A_PACKAGE

    @property
    def text(self) -> str:
        """What does not work here, and why."""
        return str(self.says) % {"marketplace": self.marketplace, "problem": self.problem}

    @property
    def problem(self) -> str:
        """Why, in the reader's language. What any other failure says may quote an account's keys."""
        is_safe = isinstance(self.failure, (ImportError, NotUsable, Refusal))
        return str(self.failure) if is_safe else type(self.failure).__name__


@dataclass(frozen=True)
class Packages:
    """The usable ones by their code, and the others."""

    paths: dict[str, str]
    manifests: dict[str, Manifest]
    faults: tuple[Fault, ...]


@cache
def find_packages() -> Packages:
    """All packages. Of two that serve one marketplace the first is used: Joey's own folders, then by their paths."""
    used: dict[str, tuple[str, Manifest]] = {}
    faults = []
    for name, path in _registered():
        try:
            manifest: Manifest = import_module(f"{path}.manifest").MANIFEST
            _refuse_twice(manifest, used)
            used[manifest.code] = path, manifest
        except Exception as failure:  # noqa: BLE001 - of whatever kind, it is this package's only
            faults.append(Fault(name, failure))
            log.error("the package %s of the marketplace %s cannot be used: %s", path, name, faults[-1].problem)
    codes = sorted(used)
    return Packages(
        {code: used[code][0] for code in codes}, {code: used[code][1] for code in codes}, tuple(faults)
    )  # fmt: skip


def _registered() -> Iterator[tuple[str, str]]:
    """Name and path of each package, each path once."""
    for folder in iter_modules(own_package.__path__):
        path = f"{own_package.__name__}.{folder.name}"
        if folder.ispkg and util.find_spec(f"{path}.manifest"):
            yield folder.name, path
    offered = {point.value.partition(":")[0]: point.name for point in metadata.entry_points(group=ENTRY_POINTS)}
    for path, name in sorted(offered.items()):
        yield name, path


def _refuse_twice(manifest: Manifest, used: dict[str, tuple[str, Manifest]]) -> None:
    for path, other in used.values():
        if manifest.code == other.code:
            raise NotUsable(_("%(path)s has the code %(code)s already") % {"path": path, "code": manifest.code})
        if twice := sorted({*manifest.marketplaces} & {*other.marketplaces}):
            raise NotUsable(_("%(path)s serves %(code)s already") % {"path": path, "code": twice[0]})
