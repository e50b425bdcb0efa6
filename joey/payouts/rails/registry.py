"""Finds the rails: every folder here with a manifest is one. No rail is named outside its own folder.

`settings.JOEY_RAILS` maps a rail's code to the settings of its account; a rail that it lacks is not connected.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Text, Unavailable
from joey.payouts import rails
from joey.payouts.rails.codes import rail_codes
from joey.payouts.rails.port import Rail, RailManifest


class RailNotConnected(Unavailable):
    """This instance has no account at the rail."""

    code = "rail_not_connected"


@cache
def rail_manifests() -> Mapping[str, RailManifest]:
    """Every rail by its code, in alphabetical order."""
    found = {}
    for folder in rail_codes():
        manifest: RailManifest = import_module(f"{rails.__name__}.{folder}.manifest").MANIFEST
        assert manifest.code == folder, f"the rail in {folder}/ calls itself {manifest.code}"
        found[folder] = manifest
    return found


def rail_name(code: str) -> Text:
    """What a rail is called; its code where its folder is gone."""
    manifest = rail_manifests().get(code)
    return manifest.name if manifest else code


def format_name(code: str, file_format: str) -> Text:
    """What people call a format of this rail's files; its code where the rail names none."""
    manifest = rail_manifests().get(code)
    return manifest.formats.get(file_format, file_format) if manifest else file_format


def account_name(code: str, account: str) -> str:
    """What people call a rail account: the rail and its label, or that the settings name another one now."""
    connected = connected_accounts().get(account)
    label = connected[0].label if connected else _("an account not in the settings now")
    return f"{capfirst(str(rail_name(code)))} · {label}"


def default_rail() -> str:
    """The rail for payout details that name none: the first that is connected, else the first there is."""
    connected = connected_rails()
    return next(iter(connected or rail_manifests()))


def connected_rails() -> list[str]:
    """The codes of the rails that this instance has an account at."""
    return [code for code in rail_manifests() if settings.JOEY_RAILS.get(code)]


def rail_faults() -> list[str]:
    """What is wrong with the accounts in the settings, a sentence each; payouts by these rails wait."""
    found = []
    for code in settings.JOEY_RAILS:
        try:
            connect_rail(code)
        except RailNotConnected as refused:
            found.append(str(refused))
    return found


def connected_accounts() -> dict[str, tuple[Rail, RailManifest]]:
    """Every rail that is connected, with its manifest, by its rail account. One that cannot be stops no other."""
    found = {}
    for code in connected_rails():
        try:
            rail = connect_rail(code)
        except RailNotConnected:
            continue  # its files wait; `rail_faults` says why
        found[rail.account] = rail, rail_manifests()[code]
    return found


def connect_rail(code: str) -> Rail:
    """The rail, connected to the account in the settings. Raises RailNotConnected."""
    manifest = rail_manifests().get(code)
    account = settings.JOEY_RAILS.get(code)
    if manifest is None:
        raise RailNotConnected(_("No rail has the code “%s”, so no payout goes by it.") % code[:20])
    if not account:
        raise RailNotConnected(
            _("No account for %(rail)s is set up here, so payouts wait. An operator has to add one.")
            % {"rail": manifest.name}
        )
    try:
        return manifest.connect(account)
    except ImproperlyConfigured as problem:  # it names the field
        raise RailNotConnected(
            _("The account for %(rail)s cannot be used, so payouts wait: %(problem)s")
            % {"rail": manifest.name, "problem": problem}
        ) from None
