"""What lets money leave, or decides for good whose it is, asks for a new code of the sign-in first.

One rule for every action of every table: it asks, unless it is in FREE.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from joey.kit import clock
from joey.people.step_up import needs_fresh_code

T = TypeVar("T")
C = TypeVar("C")
Action = Callable[[T, HttpRequest, C], HttpResponse | None]

# The actions, as "table:action", and the pages with a form, as "page:name", that only stop money until a release (which
# asks), do now what a job does anyway, or neither send money nor decide whose it is.
FREE = frozenset(
    {
        "commissions_commission:hold",
        "shops_shop:hold_payouts",
        "shops_shop:front_page",
        "shops_buyerreport:answer",
        "catalog_feedaddress:ask",
        "catalog_feedaddress:pause",
        "catalog_feedaddress:shrink",
        "payouts_payout:hold",
        "page:pause_payouts",
        "page:register_positions",
        "commissions_quarantinedline:retry",
        "orders_orderline:retry_suspense",
        "orders_unreadreport:retry",
        "orders_lostorder:ask_again",
        "payouts_payoutfile:ask",
        "procrastinate_procrastinatejob:retry",
    }
)

CODE_AT = "code_at"  # the studio's sign-in notes in the session when a code was last entered
CONFIRM = "/studio/confirm"


def with_fresh_code(action: Action[T, C]) -> Action[T, C]:
    """An action of a table that first leads to the page that asks for a new code, unless the last one is fresh."""

    @wraps(action)
    def fresh(table: T, request: HttpRequest, chosen: C) -> HttpResponse | None:
        return code_first(request) or action(table, request, chosen)

    return fresh


def code_first(request: HttpRequest) -> HttpResponse | None:
    """The way to the page that asks for a new code and leads back to this one; None while the last code is fresh."""
    noted = request.session.get(CODE_AT)
    if not needs_fresh_code(datetime.fromisoformat(noted) if noted else None, clock.now()):
        return None
    messages.warning(request, _("To protect the money, enter a new code first, then do this again."))
    return HttpResponseRedirect(f"{CONFIRM}?{urlencode({'next': request.get_full_path()})}")
