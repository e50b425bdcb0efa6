"""Where keepers' own accounts and the operator's meet: what an operator may not do with the former.

An account in the operator's file may be one that a keeper had connected before. `joey marketplaces connect` refuses it;
the file can be written by hand as well. Then its orders come in as the keeper's.
"""

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Text
from joey.marketplaces.models import OwnAccount
from joey.marketplaces.own_codes import is_own
from joey.marketplaces.port import Connector


def operators_connector(marketplace: str) -> Connector:
    """The same as `registry.connector_for`, for what an operator does. Raises what `check_operators` does."""
    check_operators(marketplace)
    return registry.connector_for(marketplace)


def check_operators(marketplace: str) -> None:
    """Raises Invalid for the code of a keeper's own account: its calls and its positions are its keeper's."""
    if is_own(marketplace):
        text = _("This is an account that a keeper has of their own at %s, and it is used for their shop alone.")
        raise Invalid(text % registry.name_of(marketplace), field="marketplace")


def keepers_accounts() -> dict[str, Text]:
    """By the code of the marketplace's connector: why the operator's account there is not asked for orders. One query.

    The keeper's goes on. It was connected first, its orders are known under its code, and the marketplace pays them.
    """
    kept = set(OwnAccount.objects.filter(removed_at=None).values_list("marketplace", "account"))
    text = _(
        "The account of %(place)s that is in the file of accounts is one that a keeper connected as their own. Its"
        " orders come in as the keeper's, and are not read a second time. `joey marketplaces connect %(code)s"
        " --replace` connects another account."
    )
    return {
        each.code: text % {"place": registry.name_of(each.code), "code": each.code}
        for each in registry.connectors()
        if (each.code, each.account) in kept
    }
