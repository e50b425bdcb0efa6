"""Share links: a code per listing and channel, the poster and the words that go with it, and what each brought."""

from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router
from pydantic import Field

from joey.api.caller import shop_for
from joey.api.once import once
from joey.api.shapes import In, Listed, Out, PageIn, Time, seal, unseal
from joey.kit.clock import now
from joey.sharing.make_link import CHANNELS, make_link
from joey.sharing.queries import CountedLink, links_of

router = Router(tags=["links"])


class LinkIn(In):
    listing_id: UUID
    channel: Annotated[str, Field(max_length=16, json_schema_extra={"enum": list(CHANNELS)})]


class LinkOut(Out):
    """`caption` begins with the disclosure label; `poster_url` is a PNG with the link's QR code and the label."""

    code: str
    url: str
    poster_url: str
    caption: str
    channel: str
    listing_id: UUID


class ClicksOut(Out):
    """`raw`: every opening. `people`: visits of people, one per browser and link in 30 minutes."""

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
    ways_out: int


@router.get("/shops/{slug}/links", response=Listed[CountedLinkOut])
def list_links(request: HttpRequest, slug: str, page: Query[PageIn]) -> Listed[CountedLinkOut]:
    """The shop's links with what each brought, newest first."""
    found = links_of(shop_for(request, slug), limit=page.limit, cursor=unseal("links", page.cursor))
    return Listed(items=[counted_out(link) for link in found.items], next=seal("links", found.next))


def counted_out(link: CountedLink) -> CountedLinkOut:
    return CountedLinkOut(
        code=link.code,
        url=_url(link.code),
        channel=link.channel,
        listing_id=link.listing_id,
        title=link.translations.get(get_language() or "en") or link.title,
        made_at=link.made_at,
        clicks=ClicksOut(raw=link.clicks.raw, people=link.clicks.people),
        ways_out=link.ways_out,
    )


def _url(code: str) -> str:
    return f"{settings.JOEY_URL}/l/{code}"
