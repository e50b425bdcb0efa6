"""The office as one site at /office/: who may enter, what the side bar shows, which policy its pages carry."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from joey.people.actors import note_no_operator
from joey.people.models import Person
from joey.people.sessions import sign_out

SIGN_IN = "/studio/sign-in"

# The pages elsewhere take no 'unsafe-eval'; the library that draws the office evaluates attributes of its templates.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


class Office(UnfoldAdminSite):  # type: ignore[misc]
    """Django's admin site, entered with a code like everything else, and only by operators."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_authenticated and request.user.is_staff

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Every page of the office goes through here: strangers sign in, other people can sign in as someone else."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not self.has_permission(request):
                return _for_operators(request)
            response: HttpResponse = inner(request, *args, **kwargs)
            if "Location" not in response.headers:
                response.headers["Content-Security-Policy"] = POLICY
            return response

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.user.is_authenticated:
            return _for_operators(request)
        return _to_sign_in(request, to=reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            sign_out(request)
        return HttpResponseRedirect("/")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:waiting"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        raise Http404  # there are no passwords

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        raise Http404

    def extra_urls(self) -> list[Any]:
        from joey.office.health import health_url
        from joey.office.limits_page import PUBLISH_LIMITS
        from joey.office.pause_page import PAUSE_PAYOUTS
        from joey.office.register_page import REGISTER_POSITIONS
        from joey.office.terms_page import terms_url
        from joey.office.waiting import waiting_url

        forms = [each.url(self) for each in (PAUSE_PAYOUTS, PUBLISH_LIMITS, REGISTER_POSITIONS)]
        return [waiting_url(self), health_url(self), terms_url(self), *forms]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "demo": settings.DEMO}

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [
            {"title": title, "items": self._get_navigation_items(request, [dict(item) for item in items])}
            for title, items in _side_bar()
        ]


def _side_bar() -> list[tuple[Any, list[dict[str, Any]]]]:
    def table(name: str, query: str = "") -> str:
        return reverse(f"admin:{name}_changelist") + query

    return [
        (
            _("Waiting for you"),
            [
                _item(_("Everything that waits"), "inbox", reverse("admin:waiting")),
                _item(_("Payouts to decide"), "payments", table("payouts_payout", "?waits=to-decide")),
                _item(_("Order lines without a shop"), "help", table("orders_orderline", "?suspended=yes")),
                _item(_("Unreadable reports"), "unknown_document", table("orders_unreadreport")),
                _item(_("Gaps in the reports"), "event_busy", table("orders_synccursor")),
                _item(_("Lost orders"), "search", table("orders_lostorder")),
                _item(_("Disputes"), "gavel", table("orders_dispute", "?open=yes")),
                _item(_("Reports of buyers"), "flag", table("shops_buyerreport", "?open=yes")),
                _item(_("Feeds by address"), "rss_feed", table("catalog_feedaddress")),
                _item(_("Failed jobs"), "error", table("procrastinate_procrastinatejob", "?status__exact=failed")),
                _item(_("Health"), "monitor_heart", reverse("admin:health")),
            ],
        ),
        (
            _("Money"),
            [
                _item(_("Orders"), "receipt_long", table("orders_orderline")),
                _item(_("Commissions"), "percent", table("commissions_commission")),
                _item(_("Holds on commissions"), "front_hand", table("commissions_hold")),
                _item(_("Payouts"), "account_balance", table("payouts_payout")),
                _item(_("Holds on payouts"), "pan_tool", table("payouts_payouthold")),
                _item(_("Pauses of all payouts"), "pause_circle", table("payouts_payoutpause")),
                _item(_("Pause all payouts"), "pause", reverse("admin:pause_payouts")),
                _item(_("Payout files"), "description", table("payouts_payoutfile")),
                _item(_("Order lines that cannot be booked"), "block", table("commissions_quarantinedline")),
                _item(_("Plan and limits"), "balance", reverse("admin:terms")),
            ],
        ),
        (
            _("Positions"),
            [
                _item(_("Leases"), "key", table("sharing_positionlease")),
                _item(_("Positions"), "tag", table("sharing_position")),
                _item(_("Register positions"), "add_circle", reverse("admin:register_positions")),
            ],
        ),
        (
            _("Who"),
            [
                _item(_("Shops"), "storefront", table("shops_shop")),
                _item(_("People"), "group", table("people_person")),
                _item(_("API tokens"), "key", table("people_apitoken")),
                _item(_("Security log"), "shield", table("kit_securityevent")),
            ],
        ),
    ]


def _item(title: Any, icon: str, link: str) -> dict[str, Any]:
    """A link to a part of a list is where one is only while the list shows that part."""
    path, _mark, query = link.partition("?")
    if not query:
        return {"title": title, "icon": icon, "link": link}

    def active(request: HttpRequest) -> bool:
        return request.path == path and set(parse_qsl(query)) <= set(request.GET.items())

    return {"title": title, "icon": icon, "link": link, "active": active}


def _to_sign_in(request: HttpRequest, to: str | None = None) -> HttpResponse:
    return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({'next': to or request.get_full_path()})}")


def _for_operators(request: HttpRequest) -> HttpResponse:
    """The same page at every address of the office, for a person who is no operator: it tells nothing of the office."""
    note_no_operator(cast(Person, request.user))
    page = render(request, "for_operators.html", {"to": reverse("admin:index")}, status=404, using="jinja2")
    add_never_cache_headers(page)
    return page


office = Office(name="admin")  # the name that the templates of Django's admin ask for
