"""The poster of a shop as PNG: what it is called, four of its goods, its address as a QR code, and the advert label."""

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageDraw

from joey.sharing.break_lines import lines_of
from joey.sharing.drawing import CARD, INK, PAPER, SOFT, place_pictures, qr_code
from joey.sharing.poster import BAND, HEIGHT, MARGIN, WIDTH, WORDS, draw_band
from joey.sharing.set_type import BOLD, drawable, font

PICTURES = 898  # pixels, from the band down


@dataclass(frozen=True)
class ShopPosterFacts:
    """What is printed on it. Of fewer than four `pictures` the first; without one our own drawing."""

    name: str
    intro: str
    url: str
    language: str  # "zh-hans" or "en"
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


def shop_poster_png(facts: ShopPosterFacts) -> bytes:
    """1080 × 1440 pixels."""
    poster = Image.new("RGB", (WIDTH, HEIGHT), CARD)
    draw = ImageDraw.Draw(poster)
    draw.rectangle((0, 0, WIDTH, BAND), fill=PAPER)
    place_pictures(poster, facts.pictures, (0, BAND, WIDTH, BAND + PICTURES), 0)
    top = BAND + PICTURES + 44
    code, quiet = qr_code(facts.url)
    code_left = WIDTH - MARGIN - code.width + quiet
    poster.paste(code, (code_left, top - quiet + 8))
    scan = WORDS["zh" if facts.language.startswith("zh") else "en"]["scan"]
    below = (code_left + code.width / 2, top + 8 + code.height - 2 * quiet + 14)
    font(24).draw(draw, below, scan, fill=SOFT, anchor="ma")
    width, y = code_left + quiet - 48 - MARGIN, float(top)
    for text, face, fill, most in (
        (facts.name, font(60, BOLD), INK, 2),
        (facts.intro, font(32), SOFT, 3),
    ):
        for line in lines_of(drawable(text), face, width, most):
            face.draw(draw, (MARGIN, y - face.size * 0.16), line, fill=fill)
            y += face.size * 1.4
        y += 18
    draw_band(poster, facts.language, "")
    out = BytesIO()
    poster.save(out, "PNG", compress_level=6)
    return out.getvalue()
