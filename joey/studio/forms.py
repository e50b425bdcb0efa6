"""What the studio asks for. No field is for a price, a fee, stock or an inviter, and one sent anyway is refused."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from joey.kit.strict_form import StrictForm
from joey.kit.zone import zone_name
from joey.orders.appeal_line import TEXT_MOST
from joey.orders.lost_orders import MarketplaceToAsk
from joey.people.models import Scope
from joey.people.tokens import DAYS, DAYS_MOST
from joey.shops.add_listing import NOTE_MOST, SHELF_NAME_MOST
from joey.shops.open_shop import INTRO_MOST, NAME_MOST
from joey.shops.report_listing import WORDS_MOST

# What a token may do (its scopes), and for how many days.
TOKEN_SCOPES = (
    (Scope.READ, _("See everything of the shop")),
    (Scope.LIST, _("Change goods and shelves")),
    (Scope.SHARE, _("Make links")),
    (Scope.MONEY, _("Ask for payouts and change where they go")),
)
TOKEN_DAYS = ((30, _("30 days")), (DAYS, _("90 days")), (DAYS_MOST, _("a year")))


class ContactForm(StrictForm):
    contact = forms.CharField(
        label=_("Phone number or e-mail"),
        max_length=254,
        error_messages={"required": _("Write your e-mail address or phone number.")},
    )
    next = forms.CharField(required=False, max_length=200)


class CodeForm(StrictForm):
    code = forms.CharField(
        label=_("Code from the message"), max_length=20, error_messages={"required": _("Write the code.")}
    )
    next = forms.CharField(required=False, max_length=200)


class OpenShopForm(StrictForm):
    name = forms.CharField(label=_("Name of the shop"), max_length=NAME_MOST)
    slug = forms.CharField(
        label=_("Address"), max_length=30, help_text=_("3 to 30 letters a to z, digits and hyphens. It stays for good.")
    )
    intro = forms.CharField(
        label=_("A short description (optional)"),
        max_length=INTRO_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DescribeShopForm(StrictForm):
    name = OpenShopForm.base_fields["name"]
    intro = OpenShopForm.base_fields["intro"]
    keeper = forms.CharField(label=_("Your name, as buyers see it (optional)"), max_length=40, required=False)


class AddForm(StrictForm):
    offer_id = forms.UUIDField()
    shelf = forms.CharField(max_length=SHELF_NAME_MOST, required=False)
    back = forms.CharField(max_length=500, required=False)


class UndoForm(StrictForm):
    listing_id = forms.UUIDField()
    back = forms.CharField(max_length=500, required=False)


class ShelfNameForm(StrictForm):
    do = forms.CharField()
    shelf_id = forms.UUIDField(required=False)
    shelf = forms.CharField(label=_("Name of the shelf"), max_length=SHELF_NAME_MOST)


class ShelfForm(StrictForm):
    do = forms.CharField()
    shelf_id = forms.UUIDField()


class ListingForm(StrictForm):
    do = forms.CharField()
    listing_id = forms.UUIDField()


class NoteForm(ListingForm):
    note = forms.CharField(label=_("Your note"), max_length=NOTE_MOST, required=False)


class AskAgainForm(ListingForm):
    words = forms.CharField(label=_("What an operator should know"), max_length=WORDS_MOST)


class PlaceForm(ListingForm):
    shelf_id = forms.UUIDField(required=False)


class ChannelForm(StrictForm):
    channel = forms.CharField(max_length=16)


class PayeeForm(StrictForm):
    holder_name = forms.CharField(label=_("Account holder"), max_length=70)
    account_number = forms.CharField(label=_("Account number or IBAN"), max_length=60)
    bank_code = forms.CharField(
        label=_("Bank code (BIC or CNAPS, where your bank has one)"), max_length=20, required=False
    )


class PayoutForm(StrictForm):
    amount = forms.CharField(label=_("Amount"), max_length=20)
    currency = forms.CharField(max_length=3)
    key = forms.CharField(max_length=60)
    confirmed = forms.BooleanField(required=False)  # amount and account were shown and agreed to


class CancelPayoutForm(StrictForm):
    payout_id = forms.UUIDField()


class TokenForm(StrictForm):
    do = forms.ChoiceField(choices=[("make", "make"), ("revoke", "revoke")])
    token_id = forms.UUIDField(required=False)
    scopes = forms.MultipleChoiceField(choices=TOKEN_SCOPES, required=False)  # make_token says where there is none
    days = forms.TypedChoiceField(choices=TOKEN_DAYS, coerce=int, required=False)


class EndSessionForm(StrictForm):
    session = forms.CharField(max_length=32)


class AppealForm(StrictForm):
    text = forms.CharField(
        label=_("What an operator should know (optional)"),
        max_length=TEXT_MOST,
        required=False,
        help_text=_("Where and how you shared the link, say. Write nothing about the buyer."),
    )


class LostOrderForm(StrictForm):
    marketplace = forms.CharField(label=_("Marketplace"), max_length=64)
    order = forms.CharField(
        label=_("Order number"), max_length=80, help_text=_("Copy it from the order in the buyer’s app.")
    )
    ordered_at = forms.CharField(max_length=30, required=False)  # request_lost_order says where it is missing

    def __init__(self, marketplaces: Sequence[MarketplaceToAsk], data: QueryDict | None) -> None:
        super().__init__(data)
        asked_by_it = [str(each.name) for each in marketplaces if each.needs_time]
        time, zones = self.fields["ordered_at"], dict.fromkeys(zone_name(each.zone) for each in marketplaces)
        time.help_text = _("The app shows it beside the number, in %(zone)s.") % {"zone": " / ".join(zones)}
        if not asked_by_it:
            time.label = _("Time of the order (optional)")
        elif len(asked_by_it) == len(marketplaces):
            time.label = _("Time of the order")
        else:
            label = _("Time of the order (needed at %(places)s, else optional)")
            time.label = label % {"places": " / ".join(asked_by_it)}
