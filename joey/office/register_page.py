"""The office page on which an operator registers positions at a marketplace, or adds those of its console."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.office.asked_field import AskedField
from joey.office.form_page import FormPage
from joey.people.models import Person
from joey.sharing.lease_position import uses_positions
from joey.sharing.positions_report import position_counts
from joey.sharing.register_positions import add_granted_positions, add_positions, register_positions

KEYS_AT_MOST = 20_000  # characters


def _fields(_query: Mapping[str, str]) -> list[AskedField]:
    """None where no connected marketplace has positions to register."""
    marketplaces = tuple(
        (each.code, str(registry.reporter_name(each.code)))
        for each in registry.connectors()
        if uses_positions(each.manifest) and each.manifest.capabilities.positions.registered
    )
    if not marketplaces:
        return []
    return [
        AskedField("marketplace", _("Marketplace"), marketplaces),
        AskedField("count", _("How many more, if the marketplace makes them for us"), is_needed=False),
        AskedField(
            "keys",
            _("Or the keys of positions made in its console, with blanks or lines between"),
            at_most=KEYS_AT_MOST,
            rows=4,
            is_needed=False,
        ),
        AskedField(
            "granted",
            _("Or all positions of those who accepted an invitation"),
            (("no", _("No")), ("yes", _("Yes, take them in"))),
        ),
    ]


def _register(by: Person, given: Mapping[str, str]) -> str:
    code, now = given.get("marketplace", ""), clock.now()
    keys, count = given.get("keys", "").split(), given.get("count", "")
    if given.get("granted") == "yes":
        if keys or count:
            raise Invalid(
                _("Give either a number, or keys, or take in those who accepted an invitation."), field="granted"
            )
        return _("Done: %d.") % add_granted_positions(code, now=now, by=by)
    if keys:
        return _("Done: %d.") % add_positions(code, keys, now=now, by=by)
    if not (count.isascii() and count.isdigit() and len(count) <= 6):
        raise Invalid(_("Give a number of positions, or the keys of some that exist already."), field="count")
    register_positions(code, int(count), now=now, by=by)
    return _("Done: %d.") % int(count)


def _counts() -> dict[str, Any]:
    return {"counts": position_counts(now=clock.now())}


REGISTER_POSITIONS = FormPage(
    name="register_positions",
    title=gettext_lazy("Register positions"),
    about=gettext_lazy(
        "A shop leases a position when the first person continues through one of its links. Without a free one, that "
        "shop earns nothing there."
    ),
    fields=_fields,
    verb=_register,
    back="sharing_position_changelist",
    template="office/register_positions.html",
    shown=_counts,
)
