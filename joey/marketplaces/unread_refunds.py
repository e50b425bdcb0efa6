"""Say of which orders alone an account's reports bring refunds: all others are held."""

from django.utils.translation import gettext as _

from joey.marketplaces.port import Connector
from joey.marketplaces.registry import reporter_name


def unread_refunds(connector: Connector) -> str:
    """The sentence for operators; "" where refunds of all orders are reported."""
    only_of = connector.manifest.refunds_only_of
    if only_of is None:
        return ""
    text = _(
        "As it is configured, %(marketplace)s reports refunds of %(orders)s only. Every other order is on hold, until"
        " the refunds of all are asked for or an operator releases it (“joey lines holds”)."
    )
    return text % {"marketplace": reporter_name(connector.code), "orders": only_of.text}
