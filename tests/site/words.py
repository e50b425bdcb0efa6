"""Every translatable sentence of Joey, from Python and from the pages.

`python -m tests.site.words` prints what the Chinese catalogue lacks, ready to be translated and pasted in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

JOEY = Path(__file__).resolve().parents[2] / "joey"
CHINESE = JOEY / "site/locale/zh_Hans/LC_MESSAGES/django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "Exemption": (1,),  # the rules page says why something may stand
    "Check": (1,),  # the office says which rules of the books hold
}

TRANSLATE = re.compile(r"""{% translate (["'])(?P<text>.*?)\1""")
BLOCK = re.compile(r"{% blocktranslate[^%]*%}(?P<text>.*?){% endblocktranslate %}", re.DOTALL)
VARIABLE = re.compile(r"{{ *(\w+) *}}")


@dataclass(frozen=True)
class Sentence:
    """One sentence as written in English; `plural` where it counts something."""

    text: str
    plural: str | None
    place: str


def sentences() -> Iterator[Sentence]:
    """All of them, each as often as it occurs."""
    for path in sorted(JOEY.rglob("*")):
        if {"migrations", "sandbox"} & set(path.relative_to(JOEY).parts):
            continue  # the sandbox speaks for itself, in Chinese
        if path.suffix == ".py":
            method, options = "python", {}
        elif path.suffix in (".html", ".svg") and "pages" in path.relative_to(JOEY).parts:
            method, options = "jinja2.ext:babel_extract", {"silent": "false"}
        elif path.suffix == ".html":
            yield from _of_django_template(path)
            continue
        else:
            continue
        for line, found, _comments, _context in extract_from_file(method, path, KEYWORDS, options=options):
            parts = found if isinstance(found, tuple) else (found,)
            text = parts[0]
            if text:
                plural = parts[1] if len(parts) > 1 else None
                yield Sentence(text, plural, f"{path.relative_to(JOEY.parent)}:{line}")


def _of_django_template(path: Path) -> Iterator[Sentence]:
    """The office speaks Django's own template language: {% translate "…" %} and {% blocktranslate %}."""
    text = path.read_text("utf-8")
    place = str(path.relative_to(JOEY.parent))
    for found in TRANSLATE.finditer(text):
        yield Sentence(found["text"], None, f"{place}:{text.count(chr(10), 0, found.start()) + 1}")
    for found in BLOCK.finditer(text):
        one, _plural, many = VARIABLE.sub(r"%(\1)s", found["text"]).partition("{% plural %}")
        yield Sentence(one, many or None, f"{place}:{text.count(chr(10), 0, found.start()) + 1}")


def chinese() -> Catalog:
    """The Chinese catalogue of the repository."""
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def untranslated() -> list[Sentence]:
    """Sentences without a Chinese translation, each once."""
    catalog = chinese()
    missing: dict[str, Sentence] = {}
    for sentence in sentences():
        found = catalog.get(sentence.text)
        strings = (found.string if isinstance(found.string, tuple) else (found.string,)) if found else ()
        if not strings or not all(strings) or (found is not None and found.fuzzy):
            missing.setdefault(sentence.text, sentence)
    return list(missing.values())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    for each in untranslated():
        print(f"\n#: {each.place.rsplit(':', 1)[0]}\nmsgid {_quoted(each.text)}")
        print(f'msgid_plural {_quoted(each.plural)}\nmsgstr[0] ""' if each.plural else 'msgstr ""')
