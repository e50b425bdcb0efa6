"""People and shops, to look up."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.office.asked_field import AskedField
from joey.office.filters import IsEmpty, YesNo
from joey.office.read_only import ReadOnly, ask_reason, each, each_with_reason, operator
from joey.office.site import office
from joey.office.words import VALUES
from joey.payouts.holds import place_hold
from joey.people.models import ApiToken, Person
from joey.people.operators import end_operator
from joey.people.own_tokens import end_token
from joey.shops.discoverable import decide_front
from joey.shops.models import Shop


@admin.register(Shop, site=office)
class Shops(ReadOnly):
    heading = _("Shops")
    list_display = ("slug", "name", "owner_contact", "front", "opened_at", "closed_at")
    list_filter = (("closed_at", IsEmpty),)
    list_select_related = ("owner",)
    search_fields = ("slug", "name")
    ordering = ("-id",)
    actions = ("hold_payouts", "front_page")
    fields = ("slug", "name", "intro", "owner_contact", "page", "front", "opened_at", "closed_at")

    @admin.action(description=_("Hold the payouts of these…"))
    def hold_payouts(self, request: HttpRequest, chosen: Iterable[Shop]) -> HttpResponse | None:
        now = clock.now()
        return each_with_reason(
            self, request, chosen, lambda shop, reason: place_hold(shop, reason=reason, by=operator(request), now=now),
            action="hold_payouts", title=gettext("Hold all payouts of these shops"),
            about=gettext("Payouts already sent are not stopped."), keeper_reads=True,
        )  # fmt: skip

    @admin.action(description=_("Front page…"))
    def front_page(self, request: HttpRequest, chosen: Iterable[Shop]) -> HttpResponse | None:
        now, by, given = clock.now(), operator(request), request.POST
        if "reason" not in given:
            choices = tuple((value, str(text)) for value, text in VALUES["shop.front"].items())
            return ask_reason(
                self, request, chosen, action="front_page", title=gettext("Show these shops on the front page, or not"),
                about=gettext("By the rule, a shop is there after three goods and some days or a settled order."),
                fields=[AskedField("front", gettext("Front page"), choices, value="shown")],
            )  # fmt: skip
        each(
            request,
            chosen,
            lambda shop: decide_front(shop, front=given.get("front", ""), reason=given["reason"], by=by, now=now),
        )
        return None

    @admin.display(description=_("Keeper"))
    def owner_contact(self, shop: Shop) -> str:
        return shop.owner.contact

    @admin.display(description=_("Page"))
    def page(self, shop: Shop) -> str:
        return format_html('<a href="/s/{}">/s/{}</a>', shop.slug, shop.slug)


@admin.register(Person, site=office)
class PeopleTable(ReadOnly):
    heading = _("People")
    list_display = ("contact", "name", "language", "is_staff", "is_active", "joined_at")
    list_filter = (("is_staff", YesNo), ("is_active", YesNo))
    search_fields = ("=email", "=phone")
    ordering = ("-id",)
    actions = ("end_operators",)
    fields = ("id", "name", "email", "phone", "language", "is_staff", "is_active", "joined_at")

    @admin.action(description=_("End as operators, with sessions and tokens"))
    def end_operators(self, request: HttpRequest, chosen: Iterable[Person]) -> None:
        each(request, chosen, lambda person: end_operator(person, by=operator(request)))


@admin.register(ApiToken, site=office)
class Tokens(ReadOnly):
    heading = _("API tokens")
    list_display = ("holder", "may", "limited", "made_at", "ends_at", "used_at", "revoked_at")
    list_filter = (("revoked_at", IsEmpty),)
    list_select_related = ("person",)
    search_fields = ("=person__email", "=person__phone")
    ordering = ("-id",)
    actions = ("end",)
    fields = ("id", "holder", "shop_id", "may", "made_at", "ends_at", "used_at", "revoked_at")

    @admin.action(description=_("End these tokens"))
    def end(self, request: HttpRequest, chosen: Iterable[ApiToken]) -> None:
        now, by = clock.now(), operator(request)
        each(request, chosen, lambda token: end_token(token.pk, by=by, now=now))

    @admin.display(description=_("Whose"))
    def holder(self, token: ApiToken) -> str:
        return token.person.contact

    @admin.display(description=_("One shop only"), boolean=True)
    def limited(self, token: ApiToken) -> bool:
        return token.shop_id is not None

    @admin.display(description=_("What it may do"))
    def may(self, token: ApiToken) -> str:
        return " · ".join(str(VALUES["apitoken.scopes"][scope]) for scope in token.scopes)
