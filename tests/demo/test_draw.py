"""Every demo good has a picture that decodes, is its own, and is the same each time."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from joey.demo import catalogue
from joey.demo.draw import PALETTES, SHAPES, draw


def test_every_good_names_a_shape_and_a_palette_that_exist() -> None:
    assert {good.shape for good in catalogue.goods()} <= set(SHAPES)
    assert {good.palette for good in catalogue.goods()} <= set(PALETTES)
    assert len({good.shape for good in catalogue.goods()}) >= 25


def test_no_two_goods_of_a_category_have_the_same_shape_in_the_same_palette() -> None:
    seen: set[tuple[str, str, str]] = set()
    for good in catalogue.goods():
        look = (good.category, good.shape, good.palette)
        assert look not in seen, look
        seen.add(look)


def test_a_picture_is_a_square_webp_of_the_size_asked_for() -> None:
    for size in (800, 200):
        picture = Image.open(BytesIO(draw(catalogue.goods()[0], size)))
        picture.load()

        assert picture.format == "WEBP"
        assert picture.size == (size, size)


def test_every_picture_decodes_and_shows_something_of_its_own() -> None:
    pictures = {good.slug: draw(good, 120) for good in catalogue.goods()}

    assert len(set(pictures.values())) == len(pictures)
    for slug, picture in pictures.items():
        colours = Image.open(BytesIO(picture)).convert("RGB").getcolors(120 * 120)
        assert colours is not None, slug
        assert len(colours) > 200, slug


def test_a_picture_is_the_same_in_another_process(tmp_path: Path) -> None:
    slug = catalogue.goods()[3].slug
    script = (
        "import sys; from pathlib import Path; from joey.demo import catalogue, draw; "
        f"Path(sys.argv[1]).write_bytes(draw.draw(catalogue.good('{slug}'), 300))"
    )

    subprocess.run([sys.executable, "-c", script, str(tmp_path / "one.webp")], check=True, timeout=60)

    assert (tmp_path / "one.webp").read_bytes() == draw(catalogue.good(slug), 300)
