"""Read the goods that people wrote, from one text file per category, so that a good is edited as text and not as code.

A file is a heading and then three lines per good, with blank lines between goods; `#` starts a comment line:

    category kitchen | 厨房用具 | Kitchen

    clay-pot | pot ember | 12900 | tmall jd:out
      zh 灶边 | 砂锅 煲汤炖锅 家用 | 锅身厚实，适合小火慢炖。
      en Hearthside | Clay Soup Pot with Lid | Thick walls for slow simmering.

First line: slug, drawing (shape and palette), base price in fen, the marketplaces it is on; `:mark` behind a
marketplace makes that offer an awkward one (see AWKWARD in make_offer.py). Then per language brand, title, about;
the brand is put before the title unless the title names it already.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "goods"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Good:
    """One thing as a shopper would name it, whatever the marketplace; texts are keyed "zh" and "en"."""

    slug: str
    category: str
    brand: dict[str, str] = field(hash=False)
    title: dict[str, str] = field(hash=False)
    about: dict[str, str] = field(hash=False)
    shape: str
    palette: str
    base_minor: int  # fen; what a plain shop would ask
    marketplaces: tuple[tuple[str, str | None], ...]  # (marketplace code, awkward mark or None)


@cache
def read_all() -> tuple[dict[str, dict[str, str]], tuple[Good, ...]]:
    """Categories by code with their names, and all goods, in the order of the files' names and lines.

    Raises ValueError naming file and line when a text does not follow the form above.
    """
    categories: dict[str, dict[str, str]] = {}
    goods: list[Good] = []
    for path in sorted(FOLDER.glob("*.txt")):
        code = ""
        lines = [
            (number, line.strip())
            for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
            if line.strip() and not line.startswith("#")
        ]
        try:
            number, heading = lines[0]
            code, zh, en = _fields(heading.removeprefix("category "), 3)
            categories[code] = {"zh": zh, "en": en}
            for at in range(1, len(lines), 3):
                number = lines[at][0]
                goods.append(_good(code, *(text for _, text in lines[at : at + 3])))
        except (IndexError, TypeError, ValueError) as trouble:
            raise ValueError(f"{path.name} line {number}: {trouble}") from trouble
    return categories, tuple(goods)


def _good(category: str, head: str, *texts: str) -> Good:
    slug, drawing, base, places = _fields(head, 4)
    shape, palette = drawing.split()
    brand: dict[str, str] = {}
    title: dict[str, str] = {}
    about: dict[str, str] = {}
    if len(texts) != len(LANGUAGES):
        raise ValueError(f"{slug} needs one line for each of {LANGUAGES}")
    for language, text in zip(LANGUAGES, texts, strict=True):
        if not text.startswith(language + " "):
            raise ValueError(f"{slug}: expected the line that starts with {language!r}")
        brand[language], name, about[language] = _fields(text.removeprefix(language + " "), 3)
        title[language] = name if brand[language] in name else f"{brand[language]} {name}"
    return Good(
        slug=slug,
        category=category,
        brand=brand,
        title=title,
        about=about,
        shape=shape,
        palette=palette,
        base_minor=int(base),
        marketplaces=tuple(_place(word) for word in places.split()),
    )


def _place(word: str) -> tuple[str, str | None]:
    marketplace, _, mark = word.partition(":")
    return marketplace, mark or None


def _fields(line: str, count: int) -> list[str]:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != count or not all(parts):
        raise ValueError(f"expected {count} parts between '|', found {len(parts)}: {line[:40]}")
    return parts
