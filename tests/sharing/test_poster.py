"""Posters, judged as a phone would: by decoding their code and looking at their label."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import segno
import zxingcpp
from PIL import Image, ImageChops, ImageDraw

from joey.demo.catalogue import goods
from joey.demo.draw import draw
from joey.kit.refusals import Invalid
from joey.money.money import Money
from joey.sharing.break_lines import NOT_FIRST, NOT_LAST, lines_of
from joey.sharing.poster import BAND, HEIGHT, LAYOUTS, MARGIN, WIDTH, PosterFacts, poster_png
from joey.sharing.set_type import BOLD, SHAPES, drawable, font
from tests.slow import but_every

URL = "https://joey.example.com/l/bcdfghjkmn"
LANGUAGES = ["zh-hans", "en"]


def picture(width: int = 800, height: int = 800, colour: str = "#88aa66", form: str = "PNG") -> bytes:
    made = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(made).ellipse((width * 0.2, height * 0.2, width * 0.8, height * 0.8), fill="#224433")
    out = BytesIO()
    made.save(out, form)
    return out.getvalue()


FACTS = PosterFacts(
    title="雾里白 氨基酸洁面乳 绵密泡沫 温和不紧绷",
    shop_name="小美的好物铺",
    place="淘宝",
    url=URL,
    language="zh-hans",
    pays=Money(6900, "CNY"),
    as_of=datetime(2026, 11, 23, 10, 5, tzinfo=UTC),
    with_coupon=True,
    struck=Money(12900, "CNY"),
    picture=picture(),
)


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def decoded(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def as_shared(image: Image.Image) -> Image.Image:
    """What a messenger makes of a picture: half as wide, JPEG at quality 50."""
    out = BytesIO()
    image.resize((540, 720), Image.Resampling.BILINEAR).save(out, "JPEG", quality=50)
    return Image.open(BytesIO(out.getvalue()))


@pytest.mark.parametrize("layout", but_every(3, LAYOUTS))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "url", [URL, "http://localhost:8000/l/bcdfghjkmn", "https://" + "long-name." * 8 + "cn/l/bcdfghjkmn"]
)
def test_a_phone_reads_the_code_also_after_a_messenger_squeezed_it(layout: str, language: str, url: str) -> None:
    poster = opened(poster_png(replace(FACTS, language=language, url=url), layout))

    assert poster.size == (1080, 1440)
    assert decoded(poster) == [url]
    assert decoded(as_shared(poster)) == [url]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_code_is_large_enough_with_a_quiet_zone_and_level_m(layout: str) -> None:
    poster = opened(poster_png(FACTS, layout))

    (found,) = zxingcpp.read_barcodes(poster)
    where = found.position
    left, right, top = where.top_left.x, where.top_right.x, where.top_left.y
    modules = segno.make_qr(URL, error="m", boost_error=False).symbol_size(border=0)[0]
    module = (right - left) / modules
    assert right - left >= 240
    assert found.ec_level == "M"
    quiet = poster.crop((round(left - 4 * module) + 2, top, left - 2, where.bottom_left.y)).convert("L")
    assert quiet.getextrema()[0] > 240  # type: ignore[operator]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_label_is_the_same_pixels_in_every_layout_whatever_else_is_on_the_poster(language: str) -> None:
    facts = replace(FACTS, language=language)
    nasty = replace(facts, title="长" * 300, place="很" * 50, picture=picture(colour="#000000"), pays=None)
    width = 100 + round(font(34, BOLD).getlength("Ad - I may earn a commission" if language == "en" else "广告"))

    bands = [
        opened(poster_png(each, layout)).crop((0, 0, width, BAND)) for each in (facts, nasty) for layout in LAYOUTS
    ]

    assert all(ImageChops.difference(bands[0], band).getbbox() is None for band in bands[1:])
    dark = bands[0].convert("L").point(lambda grey: 255 if grey < 80 else 0)
    box = dark.getbbox()
    assert box is not None
    assert box[0] <= MARGIN <= box[2]
    assert box[3] <= BAND
    words = bands[0].crop((MARGIN, 14, width - 36, BAND - 14)).convert("L")
    white = words.histogram()[200:]
    assert sum(white) > 0.04 * words.width * words.height, "white characters on the dark tag"


def test_the_two_languages_have_different_labels() -> None:
    bands = [opened(poster_png(replace(FACTS, language=language))).crop((0, 0, 600, BAND)) for language in LANGUAGES]

    assert ImageChops.difference(*bands).getbbox() is not None


@pytest.mark.parametrize("layout", but_every(3, LAYOUTS))
@pytest.mark.parametrize("size", [(800, 800), (1200, 700), (600, 1000), (1080, 900)])
def test_the_picture_has_at_least_half_of_the_poster(layout: str, size: tuple[int, int]) -> None:
    red = BytesIO()
    Image.new("RGB", size, "#ff0000").save(red, "PNG")

    poster = opened(poster_png(replace(FACTS, picture=red.getvalue()), layout))

    off = ImageChops.difference(poster, Image.new("RGB", poster.size, "#ff0000")).convert("L")
    assert sum(off.histogram()[:20]) / (WIDTH * HEIGHT) >= 0.5


@pytest.mark.parametrize(
    "broken",
    but_every(
        3, [None, b"", b"not a picture", picture()[:200], b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, picture(4, 4), b"<svg/>"]
    ),
)
def test_without_a_usable_picture_a_parcel_is_drawn(broken: bytes | None) -> None:
    poster = opened(poster_png(replace(FACTS, picture=broken)))

    assert decoded(poster) == [URL]
    assert poster.getpixel((WIDTH // 2, BAND + 441)) == (239, 226, 203) or poster.getpixel(
        (WIDTH // 2, BAND + 441)
    ) == (220, 199, 168)


@pytest.mark.parametrize("form", ["WEBP", "JPEG", "PNG"])
def test_pictures_of_every_kind_are_read(form: str) -> None:
    poster = opened(poster_png(replace(FACTS, picture=picture(form=form))))

    r, g, b = poster.getpixel((WIDTH // 2, BAND + 441))  # type: ignore[misc]
    assert abs(r - 0x22) < 12
    assert abs(g - 0x44) < 12
    assert abs(b - 0x33) < 12


def test_a_stale_price_is_not_on_the_poster() -> None:
    first = opened(poster_png(replace(FACTS, pays=None, struck=None, with_coupon=False)))
    other = opened(poster_png(replace(FACTS, pays=None, struck=Money(1, "CNY"), with_coupon=True)))

    assert ImageChops.difference(first, other).getbbox() is None


def test_an_unknown_layout_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        poster_png(FACTS, "without-label")

    assert refused.value.field == "layout"


@pytest.mark.parametrize(
    "amount", [Money(1, "CNY"), Money(123_456_789_00, "CNY"), Money(99_900, "KRW"), Money(1, "KWD")]
)
def test_any_amount_fits_beside_the_code(amount: Money) -> None:
    poster = opened(poster_png(replace(FACTS, pays=amount, struck=amount)))

    assert decoded(poster) == [URL]


@pytest.mark.long
def test_every_demo_title_is_set_on_two_lines_that_break_properly() -> None:
    face = font(38, BOLD)
    for good in goods():
        for language in ("zh", "en"):
            lines = lines_of(drawable(good.title[language]), face, 640, 2)
            assert 1 <= len(lines) <= 2
            assert all(face.getlength(line) <= 640 for line in lines)
            assert all(line[0] not in NOT_FIRST and line[-1] not in NOT_LAST for line in lines), lines


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("一二三四五六，七八九十", 6.2, ["一二三四五", "六，七八九十"]),
        ("一二三四五（六七八九", 6.2, ["一二三四五", "（六七八九"]),
        ("轻便 316L不锈钢保温杯", 9.2, ["轻便", "316L不锈钢保温杯"]),
        ("容量500ml的杯子", 5, ["容量500ml", "的杯子"]),
        ("秋冬滋润面霜", 4.2, ["秋冬滋润", "面霜"]),  # case P21: 秋/冬滋润
        ("清爽秋冬滋润", 3.2, ["清爽", "秋冬…"]),
        ("好用的500毫升杯", 5.4, ["好用的", "500毫升杯"]),
        ("best for 500 ml of tea", 7, ["best for", "500 ml of tea"]),
        ("Крем увлажняющий", 7.5, ["Крем", "увлажняющий"]),
        ("한국어 보온병", 4, ["한국어", "보온병"]),
        ("a bottle for tea", 4.5, ["a bottle", "for tea"]),
        ("", 5, []),
    ],
)
def test_lines_break_where_a_reader_expects(text: str, width: float, lines: list[str]) -> None:
    em = font(40).getlength("中")

    assert lines_of(text, font(40), width * em, 2) == lines


def test_a_title_that_is_too_long_ends_in_an_ellipsis() -> None:
    lines = lines_of("长" * 200, font(40), 400, 2)

    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert font(40).getlength(lines[1]) <= 400


def test_what_has_no_ink_is_left_out_and_what_no_font_has_is_named() -> None:
    assert drawable("好物🎁推荐\u200b ₩ ​¥19.90，$3") == "好物🎁推荐 ₩ ¥19.90，$3"
    assert drawable("a\nb\tc\x00d\u202e") == "a b cd"
    assert drawable("𝐁𝐢𝐠 𝟓𝟎") == "Big 50"
    assert drawable("\U000f0000杯\ue000 \U0002a6a5") == "[U+F0000]杯[U+E000] [U+2A6A5]"


def drawn(text: str) -> bytes:
    made = Image.new("L", (round(font(40).getlength(text)) + 40, 80), 255)
    font(40).draw(ImageDraw.Draw(made), (20, 10), text, fill="#000000")
    return made.tobytes()


def test_every_letter_of_every_script_has_ink_of_its_own() -> None:
    assert SHAPES, "libfribidi0 comes with the browser of the tests"
    letters = [
        *"℃½①Ω★™®©№☆♥♪✓€₩₫£¥",  # case C10
        *"✦✧➤▸⇄∞≈♔",
        *"ßşőñžłæøąğı",
        *"ếệữằỹđ",
        *"αβγδωΨ",
        *"ЖЩыюёї",
        *"한국어된빵",
        *"あ々ヴー鱻龘裡麵",
        "\U00020bb7",  # CJK extension B, as far as the font has it
        *"שםע",
        *"عجک",
        *"ไทย",
        "m\u0304",
        *"🎁🧿🥰🫠",
        *(
            "👍🏽",
            "👩\u200d🔬",
            "👨\u200d👩\u200d👧\u200d👦",
            "🇨🇳",
            "🇫🇷",
            "1\ufe0f\u20e3",
            "❤\ufe0f",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
    ]

    pictures = {letter: drawn(drawable(letter)) for letter in letters}

    assert [letter for letter in letters if "U+" in drawable(letter)] == []
    assert [letter for letter, made in pictures.items() if min(made) > 100] == [], "no ink"
    assert len(set(pictures.values())) == len(letters), "two letters look alike, as boxes do"


def test_sequences_are_one_letter_and_what_goes_from_right_to_left_keeps_its_order() -> None:
    em = font(40).getlength("🎁")
    for one in ("👨\u200d👩\u200d👧\u200d👦", "🇨🇳", "👍🏽"):
        assert font(40).getlength(one) < 1.2 * em, one
    assert drawn("שלום 12 עולם") == drawn("\u202aשלום 12 עולם\u202c")
    assert drawn("שלום עולם") != drawn("עולם שלום")
    assert drawn("عجع") != drawn("ع\u200cج\u200cع"), "Arabic letters join"


def test_no_letter_of_case_c10_vanishes_from_a_poster() -> None:
    with Path(__file__).with_name("poster-letters.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    title = row["title"]
    whole = poster_png(replace(FACTS, title=title))

    assert drawable(title) == title
    for letter in "℃½①Ω★":
        assert poster_png(replace(FACTS, title=title.replace(letter, ""))) != whole, letter
    named = replace(FACTS, shop_name="小美🎁")
    assert poster_png(named) != poster_png(replace(named, shop_name="小美")), "case P21"


def test_a_demo_picture_makes_a_poster_of_moderate_size() -> None:
    png = poster_png(replace(FACTS, picture=draw(goods()[0])))

    assert decoded(opened(png)) == [URL]
    assert len(png) < 1_500_000
    assert opened(png).size == (WIDTH, HEIGHT)


def test_one_endless_word_stays_within_the_width() -> None:
    face = font(40)

    lines = lines_of("W" * 14, face, 400, 2)

    assert len(lines) == 2
    assert all(face.getlength(line) <= 400 for line in lines)
