"""Share links: a code per listing and channel, its poster and caption, and what each brought."""

from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query
from pydantic import Field

from joey.api.caller import shop_for
from joey.api.once import once
from joey.api.scopes import ScopedRouter
from joey.api.shapes import In, ListOf, Out, PageIn, Time, seal, unseal
from joey.kit.clock import now
from joey.sharing.make_link import CHANNELS, make_link
from joey.sharing.queries import CountedLink, links_of
from joey.sharing.share import EARNING, link_by_code, no_earning_reason, share_by_keeper, url_of
from joey.shops.own_account import paid_directly

router = ScopedRouter(tags=["links"])


class LinkIn(In):
    listing_id: UUID
    channel: Annotated[str, Field(max_length=16, json_schema_extra={"enum": list(CHANNELS)})]


class LinkOut(Out):
    """`caption` begins with the disclosure label; `poster_url` is a PNG with the link's QR code and the label.

    The caption has a copy-code once a person has gone on through the link: position and address are fetched then.
    `earns` false: orders through this link earn nothing, and `no_earning_reason` says why. `filing_url` is an address
    of the marketplace that the shop's keeper has to open once before its links earn; "" where there is nothing to do.
    `paid_by` "marketplace": by an account of the keeper's own; it pays them all of the commission itself.
    """

    code: str
    url: str
    poster_url: str
    caption: str
    earns: bool
    paid_by: Literal["operator", "marketplace"]
    no_earning_reason: str
    filing_url: str
    channel: str
    listing_id: UUID


class ClicksOut(Out):
    """`raw`: every click. `people`: different browsers of people, each counted once per link and day of the site."""

    raw: int
    people: int


class CountedLinkOut(Out):
    code: str
    url: str
    channel: str
    listing_id: UUID
    title: str
    made_at: Time
    clicks: ClicksOut
    outbound_clicks: int


@router.get("/shops/{slug}/links", response=ListOf[CountedLinkOut])
def list_links(request: HttpRequest, slug: str, page: Query[PageIn]) -> ListOf[CountedLinkOut]:
    """The shop's links with what each brought, newest first."""
    found = links_of(shop_for(request, slug), limit=page.limit, cursor=unseal("links", page.cursor))
    return ListOf(items=[counted_out(link) for link in found.items], next=seal("links", found.next))


@router.post("/shops/{slug}/links", response={201: LinkOut})
@once(201, calls_outside=True)
def create_link(request: HttpRequest, slug: str, body: LinkIn) -> LinkOut:
    """The link of a listing on a channel, existing or new, with poster and caption."""
    shop, moment = shop_for(request, slug), now()
    made = make_link(shop, listing_id=body.listing_id, channel=body.channel, now=moment)
    link = link_by_code(shop, made.code)
    share = share_by_keeper(link, language=get_language() or "en", now=moment)
    return LinkOut(
        code=made.code,
        url=share.url,
        poster_url=f"{settings.JOEY_URL}/p/{made.code}.png?lang={_lang()}",
        caption=share.caption,
        earns=share.earns in EARNING,
        paid_by="marketplace" if link.listing.offer.marketplace in paid_directly(shop) else "operator",
        no_earning_reason=no_earning_reason(share.earns),
        filing_url=share.filing_url,
        channel=made.channel,
        listing_id=made.listing_id,
    )


def counted_out(link: CountedLink) -> CountedLinkOut:
    return CountedLinkOut(
        code=link.code,
        url=url_of(link.code),
        channel=link.channel,
        listing_id=link.listing_id,
        title=link.translations.get(get_language() or "en") or link.title,
        made_at=link.made_at,
        clicks=ClicksOut(raw=link.clicks.raw, people=link.clicks.people),
        outbound_clicks=link.outbound_clicks,
    )


def _lang() -> str:
    return "zh" if (get_language() or "en").startswith("zh") else "en"
