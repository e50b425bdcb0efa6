"""A listing as search engines read it (schema.org): what the page shows, and nothing else. No price that is struck."""

from joey.shops.listing_page import ListingPage
from joey.shops.names import marketplace_name


def product_of(page: ListingPage, site: str) -> dict[str, object]:
    """The page's Product, with its Offer while a price is shown."""
    card, price = page.card, page.card.price
    address = f"{site}/s/{card.shop_slug}/{card.id}"
    product: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": card.title,
        "url": address,
    }
    if card.has_picture:
        product["image"] = f"{site}/pictures/{card.offer_id}.webp"
    if price.pays is not None:
        offer: dict[str, object] = {
            "@type": "Offer",
            "url": address,
            "price": price.pays.decimal_text,
            "priceCurrency": price.pays.currency,
            "availability": f"https://schema.org/{'InStock' if card.in_stock else 'OutOfStock'}",
            "seller": {"@type": "Organization", "name": page.seller or str(marketplace_name(card.marketplace))},
        }
        if price.until is not None:
            offer["priceValidUntil"] = price.until.isoformat(timespec="seconds")
        product["offers"] = offer
    return product
