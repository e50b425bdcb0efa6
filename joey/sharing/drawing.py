"""What posters and cards are drawn with besides type: pictures of goods, our own drawing in their place, QR codes."""

from collections.abc import Sequence
from io import BytesIO

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps, ImageStat

QR_LEAST = 240  # pixels a side, without its quiet zone
QUIET = 4  # modules, ISO/IEC 18004

PAPER, CARD, WELL, INK, SOFT, ACCENT = "#faf6f0", "#ffffff", "#f3ece2", "#241d17", "#65594d", "#b3401b"
MOST_PIXELS = 40_000_000


def place_picture(
    sheet: Image.Image, picture_bytes: bytes | None, box: tuple[int, int, int, int], radius: int = 0
) -> None:
    """The whole picture in the box: cut only where little is lost, else on a backdrop made of itself. Our own drawing
    where there is none, or none that may be used.
    """
    size = (box[2] - box[0], box[3] - box[1])
    picture = _opened(picture_bytes)
    filled = _parcel(size) if picture is None else _fitted(picture, size)
    mask = Image.new("L", size, 255)
    if radius:
        mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] * 2, size[1] * 2), radius=radius * 2, fill=255)
        mask = mask.resize(size, Image.Resampling.LANCZOS)
    sheet.paste(filled, box[:2], mask)


def _fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    wanted, has = size[0] / size[1], picture.width / picture.height
    if max(wanted / has, has / wanted) < 1.12:
        return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    whole = ImageOps.contain(picture, size, Image.Resampling.LANCZOS)
    behind = _carried_on(whole, size) or _blurred(picture, size)
    behind.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
    return behind


def _carried_on(whole: Image.Image, size: tuple[int, int]) -> Image.Image | None:
    """A plain backdrop simply goes on to the left and right; None where the picture's edge is not plain."""
    if whole.width >= size[0]:
        return None
    behind = Image.new("RGB", size)
    half = (size[0] - whole.width) // 2 + 1
    for edge, inner, at in ((0, whole.width // 30, 0), (whole.width - 1, whole.width * 29 // 30, size[0] - half)):
        column, near = (whole.crop((x, 0, x + 1, whole.height)) for x in (edge, inner))
        if max(ImageStat.Stat(ImageChops.difference(column, near)).mean) > 5:
            return None
        behind.paste(column.resize((half, size[1])), (at, 0))
    return behind


def _blurred(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    small = ImageOps.fit(picture.resize((64, 64)), (size[0] // 8, size[1] // 8), Image.Resampling.BILINEAR)
    return small.filter(ImageFilter.GaussianBlur(12)).resize(size, Image.Resampling.BICUBIC)


def _opened(picture: bytes | None) -> Image.Image | None:
    """The picture on white, or None for what is none, is broken or is too large to draw."""
    if picture is None:
        return None
    try:
        with Image.open(BytesIO(picture), formats=("WEBP", "PNG", "JPEG")) as found:
            if found.width * found.height > MOST_PIXELS or min(found.size) < 8:
                return None
            whole = found.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    white = Image.new("RGB", whole.size, "#ffffff")
    white.paste(whole, mask=whole.getchannel("A"))
    return white


def _parcel(size: tuple[int, int]) -> Image.Image:
    """Drawn where there is no picture: a parcel, which no buyer mistakes for the goods."""
    made = Image.new("RGB", size, WELL)
    draw = ImageDraw.Draw(made)
    unit = min(size) // 16
    left, top = size[0] // 2 - 4 * unit, size[1] // 2 - 4 * unit
    draw.rounded_rectangle((left, top, left + 8 * unit, top + 8 * unit), radius=unit // 2, fill="#dcc7a8")
    draw.rectangle((left, top + 2 * unit, left + 8 * unit, top + 2 * unit + unit // 8), fill="#c4a981")
    draw.rectangle((left + 3.4 * unit, top, left + 4.6 * unit, top + 3.4 * unit), fill="#efe2cb")
    return made


def place_pictures(sheet: Image.Image, pictures: Sequence[bytes], box: tuple[int, int, int, int], radius: int) -> None:
    """Four in a square of squares, else the first alone."""
    if len(pictures) < 4:
        place_picture(sheet, pictures[0] if pictures else None, box, radius)
        return
    gap, wide, high = 8, (box[2] - box[0] - 8) // 2, (box[3] - box[1] - 8) // 2
    for number, picture in enumerate(pictures[:4]):
        left, top = box[0] + number % 2 * (wide + gap), box[1] + number // 2 * (high + gap)
        place_picture(sheet, picture, (left, top, left + wide, top + high), radius)


def qr_code(url: str) -> tuple[Image.Image, int]:
    """(the code with its quiet zone, that zone's width in pixels): error level M, whole pixels a module."""
    code = segno.make_qr(url, error="m", boost_error=False)
    modules = int(code.symbol_size(border=0)[0])
    scale = -(-QR_LEAST // modules)
    out = BytesIO()
    code.save(out, kind="png", scale=scale, border=QUIET, dark=INK, light="#ffffff")
    with Image.open(out) as drawn:
        return drawn.convert("RGB"), QUIET * scale
