"""Setting type on posters and cards: which font draws which letter, and in which order.

No letter vanishes: what the first font lacks is drawn by the next one, and what no font has is named, as [U+1F9FF].
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import regex
import uharfbuzz
from PIL import ImageDraw, ImageFont, features

REGULAR, BOLD = 400, 700
# Arabic letters join and Thai vowels stack only with HarfBuzz and FriBiDi; the latter is a library of the system.
SHAPES = bool(features.check("raqm") and features.check("fribidi"))

_UNSHAPED = {"NotoSansArmenian", "NotoSansEthiopic", "NotoSansGeorgian"}  # scripts that need neither
# Arrows, dingbats and signs of mathematics that the Noto fonts of our packages lack, where the machine has them.
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_APOSTROPHE = regex.compile(
    r"(?<=[A-Za-z])’(?=[A-Za-z])"
)  # the first font draws the curly one as wide as a Chinese one
_INKLESS = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}]")  # joiners, marks of direction, selectors
_EMOJI = regex.compile("[\ufe0f\u200d\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")  # shown as emoji, not as text
_RIGHT_TO_LEFT = ("R", "AL")


@dataclass(frozen=True)
class _Source:
    """A font file; `index` is the face in it. A `shaped` one is right with SHAPES only; `signs`: draws no letters."""

    path: Path
    index: int = 0
    shaped: bool = False
    signs: bool = False

    @lru_cache(maxsize=64)  # noqa: B019 -- sources live as long as the process
    def characters(self) -> frozenset[int]:
        found = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(self.path)), self.index).unicodes
        return frozenset(each for each in found if not (self.signs and unicodedata.category(chr(each))[0] in "LM"))

    def has(self, text: str) -> bool:
        return all(ord(character) in self.characters() for character in text)

    @lru_cache(maxsize=256)  # noqa: B019
    def at(self, size: int, weight: int) -> ImageFont.FreeTypeFont:
        engine = ImageFont.Layout.RAQM if self.shaped and SHAPES else ImageFont.Layout.BASIC
        face = ImageFont.truetype(self.path, size, index=self.index, layout_engine=engine)
        if not self.signs:
            face.set_variation_by_axes([weight])
        return face


def _folder(package: str) -> Path:
    """Where a package of fonts has its files; nothing of it is imported."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; it is in requirements.txt")
    return Path(spec.origin).parent


@lru_cache(maxsize=1)
def _sources() -> tuple[_Source, ...]:
    """In the order in which they are asked for a letter: the first has Chinese, Japanese, Korean and Latin."""
    noto = _folder("manimgx_fonts")
    first = _Source(_folder("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc", index=2)  # its simplified Chinese face
    named = [_Source(noto / f"{name}[wght].ttf") for name in ("NotoSans", "NotoSansSymbols")]
    scripts = [
        _Source(path, shaped=path.name.partition("[")[0] not in _UNSHAPED)
        for path in sorted(noto.glob("NotoSans*.ttf"))
        if "Italic" not in path.name and path not in {source.path for source in named}
    ]
    signs = [_Source(_DEJAVU, signs=True)] if _DEJAVU.exists() else []
    return (first, *named, _emoji(), *signs, *(each for each in scripts if SHAPES or not each.shaped))


@lru_cache(maxsize=1)
def _emoji() -> _Source:
    return _Source(_folder("manimgx_fonts") / "NotoEmoji[wght].ttf", shaped=True)


@dataclass(frozen=True)
class _Run:
    """Neighbouring letters that one font draws."""

    source: _Source
    text: str
    right_to_left: bool = False

    @property
    def direction(self) -> str | None:
        if not (self.source.shaped and SHAPES):
            return None
        return "rtl" if self.right_to_left else "ltr"


@dataclass(frozen=True)
class Type:
    """All fonts at one size, in pixels, and one weight."""

    size: int
    weight: int = REGULAR

    def getlength(self, text: str) -> float:
        return sum(self._length(run) for run in _runs(text))

    def draw(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, fill: str, anchor: str = "la"
    ) -> None:
        """`anchor`: l, m or r, then a (the top), m (the middle) or s (the baseline), as Pillow has them."""
        x, y = at
        above, below = _sources()[0].at(self.size, self.weight).getmetrics()
        x -= self.getlength(text) * {"l": 0, "m": 0.5, "r": 1}[anchor[0]]
        y += {"a": above, "m": (above - below) / 2, "s": 0}[anchor[1]]
        for run in _runs(text):
            face = run.source.at(self.size, self.weight)
            draw.text((x, y), run.text, font=face, fill=fill, anchor="ls", direction=run.direction)
            x += self._length(run)

    def _length(self, run: _Run) -> float:
        return float(run.source.at(self.size, self.weight).getlength(run.text, direction=run.direction))


@lru_cache(maxsize=64)
def font(size: int, weight: int = REGULAR) -> Type:
    return Type(size, weight)


def drawable(text: str) -> str:
    """The text in one line, as it is drawn: without what has no ink, and with a name for what no font has."""
    plain = _APOSTROPHE.sub("'", " ".join(unicodedata.normalize("NFC", text).split()))
    return " ".join("".join(part for cluster in clusters(plain) for _, part in _placed(cluster, None)).split())


def clusters(text: str) -> list[str]:
    """What a reader takes for one letter: a family of emoji, a flag, a letter with its marks."""
    return list(regex.findall(r"\X", text))


@lru_cache(maxsize=20_000)
def _placed(cluster: str, preferred: _Source | None) -> tuple[tuple[_Source, str], ...]:
    """Which font draws which part of the cluster: mostly one all of it; nothing where it has no ink."""
    ink = _INKLESS.sub("", cluster)
    if not ink:
        return ()
    order = _sources() if preferred is None else (preferred, *_sources())
    if SHAPES and _EMOJI.search(cluster):
        order = (_emoji(), *order)
    for source in order:
        if source.has(ink):
            return ((source, cluster if source.shaped and SHAPES else ink),)
    plain = ink if len(ink) > 1 else unicodedata.normalize("NFKC", ink)  # 𝐁𝐢𝐠 is drawn as Big
    if plain != ink or len(ink) > 1:
        return tuple(part for character in plain for part in _placed(character, preferred))
    return ((_sources()[0], f"[U+{ord(ink):04X}]"),)


@lru_cache(maxsize=4096)
def _runs(text: str) -> tuple[_Run, ...]:
    """The runs of a line from left to right."""
    runs: list[_Run] = []
    for right_to_left, stretch in _stretches(clusters(text)):
        preferred = None
        if right_to_left:  # the script's own font draws its spaces and brackets too, so that they stay on its side
            preferred = next((_placed(each, None)[0][0] for each in stretch if _placed(each, None)), None)
        placed = [part for cluster in stretch for part in _placed(cluster, preferred)]
        found = [
            _Run(source, "".join(part for _, part in parts), right_to_left and source is preferred)
            for source, parts in groupby(placed, key=lambda part: part[0])
        ]
        runs += reversed(found) if right_to_left else found
    return tuple(runs)


def _stretches(letters: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """(right to left?, letters): a stretch of Hebrew or Arabic goes on over numbers and what is between (UAX 9)."""
    sides = [_side(letter) for letter in letters]
    at = 0
    while at < len(letters):
        start, is_back = at, sides[at] == "R"
        if is_back:
            end = start
            while at < len(letters) and sides[at] != "L":
                end = at if sides[at] in ("R", "number") else end
                at += 1
            at = end + 1
        else:
            while at < len(letters) and sides[at] != "R":
                at += 1
        yield is_back, letters[start:at]


def _side(letter: str) -> str:
    kind = unicodedata.bidirectional(letter[0])
    if kind in _RIGHT_TO_LEFT:
        return "R"
    return "L" if kind == "L" else "number" if kind in ("EN", "AN") else "between"
