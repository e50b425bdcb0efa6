"""Accounts in the operator's file that a keeper had connected before: their orders come in as the keeper's.

`joey marketplaces connect` refuses such an account; the file can be written by hand as well.
"""

from django.utils.translation import gettext_lazy as _

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Text
from joey.marketplaces.models import OwnAccount


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
