"""A small paint box for the demo's pictures: rounded boxes, ovals and curves with soft shading, on a canvas measured
0 to 100 in both directions, whatever its size in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]

WOOD: Colour = (205, 164, 118)
STEEL: Colour = (196, 202, 208)
WHITE: Colour = (252, 250, 246)
INK: Colour = (58, 58, 66)
LEAF: Colour = (122, 156, 112)


@dataclass(frozen=True)
class Palette:
    """Colours that go together: paper behind, a backdrop on it, and four for the thing itself."""

    paper: Colour
    backdrop: Colour
    main: Colour
    second: Colour
    accent: Colour
    dark: Colour


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in one."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


# How light falls along a surface: (position, light), light below 0 is shade and above 0 is shine.
_SHADES = {
    "flat": ((0.0, 0.07), (1.0, -0.08)),
    "round": ((0.0, -0.12), (0.16, 0.05), (0.28, 0.22), (0.42, 0.06), (0.7, -0.06), (1.0, -0.26)),
    "soft": ((0.0, 0.12), (0.35, 0.04), (1.0, -0.14)),
    "side": ((0.0, 0.1), (1.0, -0.12)),
}


class Paint:
    """The canvas of one picture, with its palette and its repeatable choices."""

    def __init__(self, pixels: int, palette: Palette, seed: str) -> None:
        self.pixels = pixels
        self.palette = palette
        self.main, self.second = palette.main, palette.second
        self.accent, self.dark = palette.accent, palette.dark
        self.pale = mix(palette.main, WHITE, 0.72)
        self.image = Image.new("RGB", (pixels, pixels), palette.paper)
        self._seed = seed

    def vary(self, question: str, count: int) -> int:
        """A number from 0 to count - 1, always the same for this picture and question."""
        return int.from_bytes(sha256(f"{self._seed}/{question}".encode()).digest()[:4], "big") % count

    def box(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, r: float = 2, shade: str = "round"
    ) -> None:
        """A box with rounded corners."""
        left, top, width, height = self._frame(x0, y0, x1, y1)
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), self._px(r), fill=255)
        self._lay(left, top, mask, colour, shade)

    def oval(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, shade: str = "soft") -> None:
        """An ellipse that fills the box."""
        left, top, width, height = self._frame(x0, y0, x1, y1)
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).ellipse((0, 0, width - 1, height - 1), fill=255)
        self._lay(left, top, mask, colour, shade)

    def poly(self, points: Sequence[Point], colour: Colour, shade: str = "flat", round_by: float = 0) -> None:
        """A polygon; `round_by` softens its corners."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        out = round_by
        left, top, width, height = self._frame(min(xs) - out, min(ys) - out, max(xs) + out, max(ys) + out)
        mask = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(mask)
        at = [(self._px(x) - left, self._px(y) - top) for x, y in points]
        pen.polygon(at, fill=255)
        if round_by:
            wide = self._px(round_by * 2)
            pen.line([*at, at[0], at[1]], fill=255, width=wide, joint="curve")
            for x, y in at:
                pen.ellipse((x - wide // 2, y - wide // 2, x + wide // 2, y + wide // 2), fill=255)
        self._lay(left, top, mask, colour, shade)

    def blob(self, points: Sequence[Point], colour: Colour, shade: str = "soft") -> None:
        """A closed smooth curve through the points."""
        self.poly(_smooth(points, closed=True), colour, shade)

    def line(self, points: Sequence[Point], wide: float, colour: Colour, smooth: bool = False) -> None:
        """A line with round ends."""
        along = _smooth(points, closed=False) if smooth else points
        pen = ImageDraw.Draw(self.image)
        at = [(self._px(x), self._px(y)) for x, y in along]
        width = self._px(wide)
        pen.line(at, fill=colour, width=width, joint="curve")
        for x, y in (at[0], at[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)

    def ring(self, x0: float, y0: float, x1: float, y1: float, wide: float, colour: Colour) -> None:
        """An ellipse drawn as a line."""
        box = (self._px(x0), self._px(y0), self._px(x1), self._px(y1))
        ImageDraw.Draw(self.image).ellipse(box, outline=colour, width=self._px(wide))

    def arc(
        self, x0: float, y0: float, x1: float, y1: float, start: int, end: int, wide: float, colour: Colour
    ) -> None:
        """A part of an ellipse, in degrees clockwise from the right."""
        box = (self._px(x0), self._px(y0), self._px(x1), self._px(y1))
        ImageDraw.Draw(self.image).arc(box, start, end, fill=colour, width=self._px(wide))

    def gloss(self, x0: float, y0: float, x1: float, y1: float, strength: int = 90) -> None:
        """A streak of light on something shiny; strength 0 to 255."""
        self._veil(x0, y0, x1, y1, WHITE, strength)

    def glass(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, strength: int, r: float) -> None:
        """Something that one can see through."""
        self._veil(x0, y0, x1, y1, colour, strength, r)

    def shadow(self, x0: float, x1: float, y: float, strength: int = 92) -> None:
        """The soft shadow of something whose foot is at y."""
        high = max((x1 - x0) * 0.16, 6)
        left, top, width, height = self._frame(x0 - 5, y - high / 2 - 1, x1 + 9, y + high / 2 + 2.5)
        mask = _soft_oval().resize((width, height), Image.Resampling.BILINEAR).point(_scale(strength))
        self.image.paste(mix(self.palette.dark, (40, 34, 40), 0.5), (left, top), mask)

    def label(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = WHITE) -> None:
        """A blank paper label with a small mark instead of words."""
        self.box(x0, y0, x1, y1, colour, 1.2, "round")
        self.motif((x0 + x1) / 2, y0 + (y1 - y0) * 0.42, min(x1 - x0, y1 - y0) * 0.24)
        middle, wide = (x0 + x1) / 2, (x1 - x0) * 0.22
        low = y1 - (y1 - y0) * 0.18
        self.line([(middle - wide, low), (middle + wide, low)], 0.7, mix(self.main, colour, 0.45))

    def motif(self, x: float, y: float, size: float) -> None:
        """A leaf, a sun, hills, a drop or a flower."""
        kind = self.vary("motif", 5)
        s = size
        if kind == 0:
            leaf = mix(LEAF, self.main, 0.3)
            self.blob([(x, y - s), (x + s * 0.7, y - s * 0.1), (x, y + s), (x - s * 0.7, y - s * 0.1)], leaf)
            self.line([(x, y - s * 0.5), (x, y + s * 1.1)], 0.5, mix(leaf, WHITE, 0.5))
        elif kind == 1:
            self.oval(x - s * 0.75, y - s * 0.75, x + s * 0.75, y + s * 0.75, self.accent)
            self.ring(x - s, y - s, x + s, y + s, 0.45, self.accent)
        elif kind == 2:
            self.poly([(x - s * 1.2, y + s * 0.7), (x - s * 0.3, y - s * 0.8), (x + s * 0.5, y + s * 0.7)], self.main)
            self.poly([(x - s * 0.3, y + s * 0.7), (x + s * 0.5, y - s * 0.3), (x + s * 1.2, y + s * 0.7)], self.accent)
        elif kind == 3:
            self.blob(
                [(x, y - s * 1.1), (x + s * 0.7, y + s * 0.3), (x, y + s * 0.9), (x - s * 0.7, y + s * 0.3)], self.main
            )
            self.gloss(x - s * 0.35, y - s * 0.1, x - s * 0.1, y + s * 0.45, 150)
        else:
            for dx, dy in ((0, -0.6), (0.6, 0), (0, 0.6), (-0.6, 0)):
                self.oval(x + (dx - 0.5) * s, y + (dy - 0.5) * s, x + (dx + 0.5) * s, y + (dy + 0.5) * s, self.accent)
            self.oval(x - s * 0.3, y - s * 0.3, x + s * 0.3, y + s * 0.3, self.second)

    def finish(self, size: int) -> Image.Image:
        """The picture in its final size; drawn larger before, so that edges are smooth. HAMMING, as halving needs no
        wider filter: LANCZOS looks the same here and takes three times as long."""
        return self.image.resize((size, size), Image.Resampling.HAMMING)

    def _veil(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, strength: int, r: float = 50) -> None:
        left, top, width, height = self._frame(x0, y0, x1, y1)
        mask = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(mask)
        pen.rounded_rectangle((0, 0, width - 1, height - 1), min(self._px(r), min(width, height) // 2), fill=strength)
        self.image.paste(colour, (left, top), mask)

    def _lay(self, left: int, top: int, mask: Image.Image, colour: Colour, shade: str) -> None:
        if shade == "none":
            self.image.paste(colour, (left, top), mask)
            return
        strip = _strip(colour, shade)
        if shade in ("soft", "flat"):
            strip = strip.transpose(Image.Transpose.ROTATE_270)
        filled = strip.resize(mask.size, Image.Resampling.NEAREST)
        self.image.paste(filled, (left, top), mask)

    def _px(self, units: float) -> int:
        return round(units * self.pixels / 100)

    def _frame(self, x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, int, int]:
        left, top = self._px(x0), self._px(y0)
        return left, top, max(self._px(x1) - left, 2), max(self._px(y1) - top, 2)


@cache
def _soft_oval() -> Image.Image:
    small = Image.new("L", (96, 96), 0)
    ImageDraw.Draw(small).ellipse((20, 20, 75, 75), fill=255)
    return small.filter(ImageFilter.GaussianBlur(10))


def _scale(strength: int) -> list[int]:
    return [value * strength // 255 for value in range(256)]


@cache
def _strip(colour: Colour, shade: str) -> Image.Image:
    """256 pixels of a colour with light falling along it."""
    stops = _SHADES[shade]
    strip = Image.new("RGB", (256, 1))
    for x in range(256):
        at = x / 255
        for (start, a), (end, b) in pairwise(stops):
            if start <= at <= end:
                light = a + (b - a) * (at - start) / (end - start)
                break
        strip.putpixel((x, 0), mix(colour, WHITE, light) if light > 0 else mix(colour, (34, 28, 44), -light))
    return strip


def _smooth(points: Sequence[Point], closed: bool, steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    n = len(points)
    spans = range(n) if closed else range(n - 1)
    found: list[Point] = []
    for i in spans:
        if closed:
            a, b, c, d = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            found.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    if not closed:
        found.append(points[-1])
    return found


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
