"""Find the offer behind a link or copy-code that someone copied out of a marketplace's app."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.kit import limits
from joey.kit.rate_limit import hit_alone
from joey.kit.refusals import Invalid, NotFound, Refusal
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Text
from joey.marketplaces.pasted import LONGEST_TEXT, names_no_item
from joey.marketplaces.port import Connector


def paste_offer(text: str, *, person_id: UUID, now: datetime) -> Offer:
    """The offer behind what this person pasted; as `offer_from_text`, and raises TooMany."""
    too_many = _("You looked up many links within an hour. Search by words, or try again later.")
    hit_alone(limits.PASTES, str(person_id), text=too_many)
    return offer_from_text(text, now=now)


def offer_from_text(text: str, *, now: datetime) -> Offer:
    """The offer behind `text`, read from its marketplace just now.

    Raises Invalid (field text) for anything but a link or copy-code of a connected marketplace, or one that its
    marketplace refuses; NotFound for an item that is gone; Unavailable while the marketplace does not answer.
    """
    text = text.strip()
    if not text:
        raise Invalid(_("Paste a link or a copy-code from a marketplace's app here."), field="text")
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("This text is too long. Paste only the link or the copy-code."), field="text")
    refusal: Refusal | None = None
    for connector in registry.connectors():
        try:
            external_id = connector.recognise(text)
        except Refusal as said:  # another marketplace may still recognise the text
            refusal = refusal or said
            continue
        if external_id is None:
            continue
        facts = connector.look_up([external_id]).get(external_id)
        if facts is None:
            raise NotFound(_not_there(connector), field="text")
        taken = take_offers([facts], now=now)
        if taken.refused:
            raise Invalid(taken.refused[0].reason, field="text")
        return Offer.objects.get(pk=taken.offer_ids[0])
    if refusal is not None:
        refusal.field = refusal.field or "text"
        raise refusal
    if names_no_item(text):
        raise Invalid(
            _(
                "This address names no item. Open the item in the app, copy its link or copy-code under “Share”, and"
                " paste it here."
            ),
            field="text",
        )
    raise Invalid(
        _("This is not a link or copy-code of a marketplace that Joey is connected to. Copy it again in its app."),
        field="text",
    )


def _not_there(connector: Connector) -> Text:
    if connector.manifest.capabilities.look_up == "file":
        text = _(
            "This item is not in the product file that Joey has of %s, which may still sell it. Choose another one."
        )
        return text % registry.reporter_name(connector.code)
    return _("The marketplace does not sell this item any more, or it is sold out. Choose another one.")
