"""Which scope each operation of the API needs: one table. A router takes it from here, so none is without."""

from collections.abc import Callable, Mapping
from typing import Any

from ninja import Router

from joey.api.caller import BearerToken
from joey.people.models import Scope

# By the operation's name, which is its `operationId` in the document.
SCOPE_OF: Mapping[str, Scope] = {
    "get_me": Scope.READ,
    # shops
    "list_shops": Scope.READ,
    "get_shop": Scope.READ,
    "list_shelves": Scope.READ,
    "create_shop": Scope.LIST,
    "create_shelf": Scope.LIST,
    # listings
    "list_listings": Scope.READ,
    "get_listing": Scope.READ,
    "create_listing": Scope.LIST,
    "change_listing": Scope.LIST,
    "delete_listing": Scope.LIST,
    # offers
    "list_offers": Scope.READ,
    "suggest_offers": Scope.READ,
    "get_offer": Scope.READ,
    "paste_offer": Scope.LIST,
    # links
    "list_links": Scope.READ,
    "create_link": Scope.SHARE,
    # orders
    "list_orders": Scope.READ,
    "trace_order": Scope.READ,
    "list_clicks": Scope.READ,
    "trace_click": Scope.READ,
    "list_lost_orders": Scope.READ,
    "get_lost_order": Scope.READ,
    "create_lost_order": Scope.LIST,
    # money
    "get_balance": Scope.READ,
    "get_payout_details": Scope.READ,
    "list_payouts": Scope.READ,
    "get_payout": Scope.READ,
    "set_payout_details": Scope.MONEY,
    "create_payout": Scope.MONEY,
    "cancel_waiting_payout": Scope.MONEY,
    # office, for operators
    "list_suspense": Scope.READ,
    "trace_any_order": Scope.READ,
    "list_payouts_to_decide": Scope.READ,
    "approve_payout": Scope.MONEY,
    "refuse_payout": Scope.MONEY,
    # not built yet
    "webhooks": Scope.READ,
    "exports": Scope.READ,
    "staff": Scope.READ,
    "claims": Scope.READ,
    "log": Scope.READ,
}


class ScopedRouter(Router):
    """ninja's router, each of whose operations asks for a token with its scope."""

    def add_api_operation(self, path: str, methods: list[str], view_func: Callable[..., Any], **more: Any) -> None:
        super().add_api_operation(
            path, methods, view_func, **more | {"auth": BearerToken(SCOPE_OF[view_func.__name__])}
        )
