"""A shop page from its address to its HTML, the same for Django's view and for the fast path past Django."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import get_template

from joey.shops.shop_page import Read, shop_page


@dataclass(frozen=True)
class RenderedShop:
    """`expires_at` is the earliest end of a price on it, by the database's clock `now`; None when it shows none."""

    text: str
    now: datetime
    expires_at: datetime | None


def shop_html(slug: str, *, language: str, start: int, asked: str = "", read: Read | None = None) -> RenderedShop:
    """The page in `language`, the active one, which its address may have `asked` for. One query. Raises NotFound."""
    page = shop_page(slug, language=language, start=start, read=read)
    facts = {"page": page, "address": f"{settings.JOEY_URL}/s/{slug}", "asked": asked, "start": start}
    return RenderedShop(get_template("shop.html", using="jinja2").render(facts), page.now, page.expires_at)
