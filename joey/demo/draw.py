"""Draw the picture of each demo good: a flat illustration without words, the same on every machine.

`python -m joey.demo.draw OUTDIR` writes them all as WebP files named by slug.
"""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from joey.demo import catalogue, shapes_home, shapes_kitchen, shapes_pack, shapes_things, shapes_wear
from joey.demo.paint import WHITE, Paint, Palette, mix
from joey.demo.read_goods import Good

OVERSAMPLE = 2

PALETTES = {
    "sage": Palette((238, 241, 232), (213, 223, 201), (143, 168, 132), (226, 218, 190), (214, 142, 98), (62, 82, 64)),
    "ember": Palette((251, 239, 229), (246, 214, 189), (217, 119, 80), (244, 205, 150), (240, 176, 72), (104, 52, 40)),
    "sky": Palette((234, 242, 248), (205, 224, 238), (116, 163, 200), (235, 226, 205), (243, 178, 122), (48, 76, 104)),
    "blush": Palette(
        (252, 239, 236), (246, 216, 211), (226, 150, 146), (248, 226, 204), (196, 110, 122), (112, 60, 66)
    ),
    "sand": Palette((247, 242, 232), (234, 222, 200), (206, 178, 138), (160, 142, 116), (190, 120, 86), (94, 76, 56)),
    "mint": Palette((233, 245, 240), (202, 230, 219), (116, 186, 164), (244, 230, 190), (246, 164, 126), (40, 90, 80)),
    "ocean": Palette((230, 240, 244), (192, 217, 228), (58, 116, 148), (232, 222, 200), (240, 158, 92), (28, 56, 82)),
    "plum": Palette((245, 237, 244), (226, 207, 224), (136, 86, 130), (236, 196, 190), (232, 162, 96), (70, 40, 70)),
    "lemon": Palette((253, 247, 227), (250, 233, 182), (240, 194, 76), (252, 236, 188), (226, 124, 86), (116, 84, 34)),
    "clay": Palette((248, 238, 232), (233, 208, 195), (182, 106, 82), (228, 190, 160), (110, 132, 116), (84, 46, 38)),
    "ink": Palette((239, 240, 243), (216, 220, 227), (74, 82, 98), (176, 184, 196), (230, 146, 88), (36, 40, 50)),
    "forest": Palette((235, 241, 235), (203, 220, 204), (72, 118, 90), (218, 206, 160), (224, 160, 84), (34, 62, 48)),
    "rose": Palette((253, 237, 240), (248, 208, 217), (214, 92, 118), (250, 214, 204), (244, 168, 110), (112, 36, 58)),
    "lilac": Palette(
        (243, 240, 250), (220, 212, 240), (156, 140, 204), (248, 222, 228), (244, 178, 128), (74, 62, 112)
    ),
    "cocoa": Palette((246, 239, 232), (228, 211, 194), (128, 88, 64), (214, 180, 138), (216, 122, 74), (64, 42, 32)),
}

SHAPES: dict[str, Callable[[Paint], None]] = {
    **shapes_pack.SHAPES,
    **shapes_kitchen.SHAPES,
    **shapes_home.SHAPES,
    **shapes_wear.SHAPES,
    **shapes_things.SHAPES,
}


def draw(good: Good, size: int = 800) -> bytes:
    """The picture of a good as WebP bytes, `size` pixels square. KeyError for an unknown shape or palette."""
    paint = Paint(size * OVERSAMPLE, PALETTES[good.palette], good.slug)
    _backdrop(paint)
    _sprinkle(paint)
    SHAPES[good.shape](paint)
    out = BytesIO()
    paint.finish(size).save(out, "WEBP", quality=82, method=2)
    return out.getvalue()


def _backdrop(paint: Paint) -> None:
    """Something quiet behind the thing, so that a page full of pictures is not a page full of the same picture."""
    shade = paint.palette.backdrop
    light = mix(shade, WHITE, 0.45)
    kind = paint.vary("backdrop", 5)
    if kind == 0:
        paint.oval(15, 12, 85, 82, shade, "none")
    elif kind == 1:
        paint.box(20, 12, 80, 130, shade, 30, "none")
    elif kind == 2:
        paint.box(0, 66, 100, 100, shade, 0, "none")
        paint.oval(58, 10, 84, 36, light, "none")
    elif kind == 3:
        paint.blob([(8, 50), (28, 16), (62, 12), (92, 40), (86, 76), (50, 90), (18, 80)], shade, "none")
    else:
        paint.box(0, 70, 100, 100, shade, 0, "none")
        paint.box(12, 14, 88, 70, light, 4, "none")


def _sprinkle(paint: Paint) -> None:
    """A few light dots in the air, placed differently for every good."""
    light = mix(paint.palette.backdrop, WHITE, 0.55)
    for n in range(4):
        x = 6 + paint.vary(f"dot x {n}", 14) + (74 if n % 2 else 0)
        y = 8 + paint.vary(f"dot y {n}", 50)
        size = 0.7 + paint.vary(f"dot size {n}", 5) * 0.3
        paint.oval(x - size, y - size, x + size, y + size, light if n < 3 else paint.palette.second, "none")


def main(folder: Path) -> int:
    """Write every good's picture into the folder; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    for good in catalogue.goods():
        (folder / f"{good.slug}.webp").write_bytes(draw(good))
    return len(catalogue.goods())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m joey.demo.draw OUTDIR")
    sys.stdout.write(f"{main(Path(sys.argv[1]))} pictures written to {sys.argv[1]}\n")
