"""A poster as PNG: picture, title, price with its time, the link as a QR code, and the advert label.

The label is in a band at the top that is drawn last, outside what a layout is given to draw on: no
layout, title or picture can reach it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw

from joey.kit.refusals import Invalid
from joey.kit.zone import offset_name, zone
from joey.money.money import EXPONENTS, Money, symbol_of
from joey.rules.caption import label
from joey.sharing.break_lines import lines_of
from joey.sharing.drawing import ACCENT, CARD, INK, PAPER, SOFT, place_picture, qr_code
from joey.sharing.set_type import BOLD, drawable, font
from joey.shops.shown_price import RecentLow

WIDTH, HEIGHT = 1080, 1440
MARGIN = 64
BAND = 84  # the label's band, from the top edge

WORDS = {
    "zh": {
        "as_of": "价格截至 {time}",
        "decides": "在{place}购买，以{place}页面为准",
        "coupon": "券后价",
        "low": "近{days}天最低 {price}",
        "ask": "扫码看现价",
        "scan": "长按或扫码查看",
        "sold_at": "在{place}购买",
    },
    "en": {
        "as_of": "Price as of {time}",
        "decides": "Sold at {place}; its page is what counts",
        "coupon": "With coupon",
        "low": "{days}-day low {price}",
        "ask": "Scan for the price",
        "scan": "Press and hold, or scan",
        "sold_at": "Sold at {place}",
    },
}


@dataclass(frozen=True)
class PosterFacts:
    """What is printed on a poster. `pays` None: no price may be shown now."""

    title: str
    shop_name: str
    place: str  # the marketplace, as people call it
    url: str  # the share link
    language: str  # "zh-hans" or "en"
    pays: Money | None
    as_of: datetime
    with_coupon: bool = False
    struck: Money | None = None  # what it cost before, where that may be compared
    low: RecentLow | None = None
    picture: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Sheet:
    """What a layout may draw on: the poster below the band."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    facts: PosterFacts

    @property
    def words(self) -> dict[str, str]:
        return WORDS["zh" if self.facts.language.startswith("zh") else "en"]

    @property
    def height(self) -> int:
        return self.image.height


def poster_png(facts: PosterFacts, layout: str = "full") -> bytes:
    """1080 × 1440 pixels. Raises Invalid for a layout that is none of LAYOUTS."""
    if layout not in LAYOUTS:
        raise Invalid(_("Choose one of these layouts: %s.") % ", ".join(LAYOUTS), field="layout")
    poster = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    below = Image.new("RGB", (WIDTH, HEIGHT - BAND), CARD)
    LAYOUTS[layout](_Sheet(below, ImageDraw.Draw(below), facts))
    poster.paste(below, (0, BAND))
    draw_band(poster, facts.language, facts.shop_name)
    out = BytesIO()
    poster.save(out, "PNG", compress_level=6)
    return out.getvalue()


def draw_band(poster: Image.Image, language: str, name: str) -> None:
    """The label at the top left, a name at the right."""
    draw = ImageDraw.Draw(poster)
    text = label(language)
    face = font(34, BOLD)
    end = MARGIN + face.getlength(text)
    draw.rounded_rectangle((MARGIN - 16, 14, end + 16, BAND - 14), radius=8, fill=INK)
    face.draw(draw, (MARGIN, BAND / 2), text, fill="#ffffff", anchor="lm")
    for line in lines_of(drawable(name), font(32), WIDTH - MARGIN - end - 56, 1):
        font(32).draw(draw, (WIDTH - MARGIN, BAND / 2), line, fill=SOFT, anchor="rm")


# --- Layouts: each fills the sheet below the band ---------------------------------------------------------


def _full(sheet: _Sheet) -> None:
    """The picture from edge to edge, everything else on white below it."""
    picture = 882
    place_picture(sheet.image, sheet.facts.picture, (0, 0, WIDTH, picture))
    _words_and_code(sheet, top=picture + 44)


def _framed(sheet: _Sheet) -> None:
    """The picture as a card with round corners on warm paper."""
    sheet.draw.rectangle((0, 0, WIDTH, sheet.height), fill=PAPER)
    box = (MARGIN - 16, 4, WIDTH - MARGIN + 16, 4 + 862)
    place_picture(sheet.image, sheet.facts.picture, box, radius=28)
    sheet.draw.rounded_rectangle((MARGIN - 16, 886, WIDTH - MARGIN + 16, sheet.height - 24), radius=28, fill=CARD)
    _words_and_code(sheet, top=922, inset=24)


LAYOUTS: dict[str, Callable[[_Sheet], None]] = {"full": _full, "framed": _framed}


def _words_and_code(sheet: _Sheet, *, top: int, inset: int = 0) -> None:
    """Title, price and its time on the left, the QR code on the right."""
    facts, words, draw = sheet.facts, sheet.words, sheet.draw
    left = MARGIN + inset
    code, quiet = qr_code(facts.url)
    code_left = WIDTH - MARGIN - inset - code.width + quiet
    code_top = top - quiet + 8
    sheet.image.paste(code, (code_left, code_top))
    middle = code_left + code.width / 2
    font(24).draw(draw, (middle, code_top + code.height - quiet + 14), words["scan"], fill=SOFT, anchor="ma")

    width = code_left + quiet - 48 - left
    y = float(top)
    title = drawable(facts.title)
    size = next((size for size in (46, 42, 38, 34) if len(lines_of(title, font(size, BOLD), width, 9)) <= 2), 34)
    for line in lines_of(title, font(size, BOLD), width, 2):
        font(size, BOLD).draw(draw, (left, y - size * 0.16), line, fill=INK)
        y += size * 1.4
    y = top + 2 * 46 * 1.4 + 26
    y = _price(sheet, left, y, width)
    when = facts.as_of.astimezone(zone())
    time = (
        f"{when.year}年{when.month}月{when.day}日 {when:%H:%M}"
        if facts.language.startswith("zh")
        else f"{when.day} {when:%b %Y, %H:%M} {offset_name(when)}"
    )
    place = drawable(facts.place)
    about = [words["sold_at"].format(place=place)]
    if facts.pays is not None:
        about = [words["as_of"].format(time=time), words["decides"].format(place=place)]
    for line in about:
        for part in lines_of(line, font(26), width, 1):
            font(26).draw(draw, (left, y), part, fill=SOFT)
            y += 42


def _price(sheet: _Sheet, left: float, top: float, width: float) -> float:
    """The price large with small symbol and cents; where the next line begins."""
    facts, words, draw = sheet.facts, sheet.words, sheet.draw
    if facts.pays is None:
        font(52, BOLD).draw(draw, (left, top + 66), words["ask"], fill=ACCENT, anchor="ls")
        return top + 100
    symbol, whole, cents = _parts(facts.pays, facts.language)
    x, base = left, top + 72
    for text, size in ((symbol, 48), (whole, 88), (cents, 48)):
        font(size, BOLD).draw(draw, (x, base), text, fill=ACCENT, anchor="ls")
        x += font(size, BOLD).getlength(text)
    x += 18
    if facts.with_coupon:
        face = font(26, BOLD)
        wide = face.getlength(words["coupon"])
        if x + wide + 24 <= left + width:
            draw.rounded_rectangle((x, base - 36, x + wide + 24, base + 6), radius=8, fill="#fbe9df")
            face.draw(draw, (x + 12, base - 15), words["coupon"], fill=ACCENT, anchor="lm")
            x += wide + 42
    compared = facts.struck.text_in(facts.language) if facts.struck else ""
    if facts.low is not None and not compared:
        compared = words["low"].format(days=facts.low.days, price=facts.low.price.text_in(facts.language))
    wide = font(30).getlength(compared)
    if x + wide > left + width:  # on a line of its own
        x, base, top = left, base + 46, top + 40
    font(30).draw(draw, (x, base), compared, fill=SOFT, anchor="ls")
    if facts.struck is not None:
        draw.line((x, base - 11, x + wide, base - 11), fill=SOFT, width=2)
    return top + 108


def _parts(amount: Money, language: str) -> tuple[str, str, str]:
    exponent = EXPONENTS[amount.currency]
    whole, part = divmod(abs(amount.minor), 10**exponent)
    symbol = symbol_of(amount.currency, language)
    return symbol, f"{whole:,}", f".{part:0{exponent}d}" if exponent else ""
