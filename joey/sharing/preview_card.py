"""The picture that a messenger shows for a link: JPEG, 1200 × 630, which all of them can show.

It has no price: messengers keep such pictures for weeks. The advert label is in the middle of the upper edge, because
some cut the picture to a square around its centre.
"""

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageDraw

from joey.rules.caption import label
from joey.sharing.break_lines import lines_of
from joey.sharing.drawing import CARD, INK, PAPER, SOFT, place_pictures
from joey.sharing.set_type import BOLD, drawable, font

WIDTH, HEIGHT = 1200, 630
TOP, EDGE = 92, 36  # below the label; around everything else
QUALITY = 84


@dataclass(frozen=True)
class PreviewFacts:
    """What is on a card. `pictures` of goods that copies may show; without any it has our own drawing."""

    title: str
    language: str  # "zh-hans" or "en"
    under: str = ""  # whose it is, or what it says of itself
    foot: str = ""
    advert: bool = True
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


def preview_jpeg(facts: PreviewFacts) -> bytes:
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(card)
    top = TOP if facts.advert else EDGE
    side = HEIGHT - top - EDGE
    place_pictures(card, facts.pictures, (EDGE, top, EDGE + side, top + side), 20)
    left = EDGE + side + 20
    draw.rounded_rectangle((left, top, WIDTH - EDGE, HEIGHT - EDGE), radius=20, fill=CARD)
    left, right, y = left + 40, WIDTH - EDGE - 40, float(top + 36)
    title = drawable(facts.title)
    size = next((each for each in (54, 48, 42, 36) if _fits(title, each, right - left)), 36)
    for text, face, fill, most in (
        (title, font(size, BOLD), INK, 4),
        (drawable(facts.under), font(32), SOFT, 2),
    ):
        for line in lines_of(text, face, right - left, most):
            face.draw(draw, (left, y - face.size * 0.16), line, fill=fill)
            y += face.size * 1.35
        y += 16
    for line in lines_of(drawable(facts.foot), font(30), right - left, 1):
        font(30).draw(draw, (left, HEIGHT - EDGE - 36), line, fill=SOFT, anchor="ls")
    if facts.advert:  # drawn last: nothing covers it
        text, face = label(facts.language), font(36, BOLD)
        half = face.getlength(text) / 2 + 20
        draw.rounded_rectangle((WIDTH / 2 - half, 16, WIDTH / 2 + half, TOP - 16), radius=10, fill=INK)
        face.draw(draw, (WIDTH / 2, TOP / 2), text, fill="#ffffff", anchor="mm")
    out = BytesIO()
    card.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _fits(title: str, size: int, width: float) -> bool:
    return len(lines_of(title, font(size, BOLD), width, 9)) <= 3
