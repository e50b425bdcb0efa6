"""Which account a shop goes to a marketplace by: the operator's, or one of its keeper's own."""

from uuid import UUID

from joey.marketplaces import registry
from joey.shops.models import Shop, ShopAccount


def account_of_shop(shop_id: UUID, marketplace: str) -> str:
    """The code that links of the shop to this marketplace go by, and their orders come in under. One query.

    Raises NotConnected where the operator has no account there.
    """
    code = registry.connector_for(marketplace).code
    return _own(shop_id, code) or code


def own_account_of(shop_id: UUID, marketplace: str) -> str | None:
    """The code of the shop's own account at this marketplace, if one is connected. One query, if it takes any."""
    manifest = registry.find_manifest(marketplace)
    return _own(shop_id, manifest.code) if manifest and manifest.own_account else None


def own_accounts_of(shop_id: UUID) -> dict[str, str]:
    """The codes of the shop's own accounts, by the code of their marketplace's connector. One query."""
    return dict(ShopAccount.objects.filter(shop_id=shop_id, ended_at=None).values_list("marketplace", "code"))


def paid_directly(shop: Shop) -> frozenset[str]:
    """The marketplaces that pay this shop's keeper themselves, by an account of the keeper's own. One query."""
    own = own_accounts_of(shop.pk)
    return frozenset(name for each in registry.manifests() if each.code in own for name in each.marketplaces)


def _own(shop_id: UUID, code: str) -> str | None:
    return ShopAccount.objects.filter(shop_id=shop_id, marketplace=code, ended_at=None).values_list(
        "code", flat=True
    ).first()  # fmt: skip
