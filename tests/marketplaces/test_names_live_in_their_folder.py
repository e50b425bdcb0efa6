"""A marketplace is named in its folder, in its sandbox dialect, in the demo's data and in translations; nowhere else.

Everything under `joey/` and `bench/` is read: code, SQL, templates, scripts, styles, data. There is no allow-list.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import joey
from joey.marketplaces import registry

TREE = Path(joey.__file__).parent
CHECKOUT = TREE.parent
DEMO = ("joey/demo/", "joey/instance/demo/")
TRANSLATIONS = "joey/site/locale/"
NOT_TEXT = {".woff2", ".png", ".webp", ".ico", ".pyc", ".mo", ".gz", ".zip"}
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SHORT = 4  # a word of up to four characters is looked for as a whole word: "jd" is also inside other words


def words_of(code: str) -> frozenset[str]:
    """Every word that gives a connector away: codes, names in both languages, hosts and their domains."""
    (manifest,) = [each for each in registry.manifests() if each.code == code]
    names = [manifest.reported_name, *manifest.marketplaces.values()]
    hosts = manifest.hosts | manifest.picture_hosts
    words = {*manifest.marketplaces, code, *(text for name in names for text in (name.en, name.zh))}
    words |= {".".join(host.split(".")[-2:]) for host in hosts}
    return frozenset(word.casefold() for word in words)


def pattern_of(words: frozenset[str]) -> re.Pattern[str]:
    parts = []
    for word in sorted(words, key=len, reverse=True):
        found = re.escape(word)
        if word.isascii() and len(word) <= SHORT:
            edge = r"[0-9]" if word.isdigit() else r"[a-z0-9]"
            found = rf"(?<!{edge}){found}(?!{edge})"
        parts.append(found)
    return re.compile("|".join(parts))


def homes_of(words: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Where each word may be written. A domain that two marketplaces share is at home with both."""
    homes: dict[str, tuple[str, ...]] = dict.fromkeys(words, (*DEMO, TRANSLATIONS))
    for code, package in registry.packages().items():
        folder = package.rpartition(".")[2]
        for word in words & words_of(code):
            homes[word] += (f"joey/marketplaces/{folder}/", f"joey/sandbox/dialects/{folder}/")
    return homes


def named_outside(files: Iterator[tuple[str, str]]) -> list[str]:
    """Where a file names a marketplace that is not at home there: "path:line: word"."""
    words = frozenset[str]().union(*map(words_of, registry.packages()))
    homes, pattern = homes_of(words), pattern_of(words)
    found = {
        f"{path}:{number}: {match[0]}"
        for path, text in files
        for number, line in enumerate([path, *text.splitlines()])
        for spelled in {line, CAMEL.sub("_", line)}
        for match in pattern.finditer(spelled.casefold())
        if not path.startswith(homes[match[0]])
    }
    return sorted(found)


def tree() -> Iterator[tuple[str, str]]:
    for folder in (TREE, CHECKOUT / "bench"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(CHECKOUT)), "" if path.suffix in NOT_TEXT else path.read_text("utf-8")


def test_a_marketplace_is_named_in_its_own_folder_only() -> None:
    found = named_outside(tree())

    assert not found, f"{len(found)} times:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("joey/orders/sync.py", 'if marketplace == "jd":', "jd"),
        ("joey/orders/sync.py", "class TaobaoCursor:", "taobao"),
        ("joey/orders/sync.py", "jd_orders = 1", "jd"),
        ("joey/orders/sync.py", "class JdCursor:", "jd"),
        ("joey/orders/sync.py", "class JDCursor:", "jd"),
        ("joey/orders/sync.py", "readJDOrders()", "jd"),
        ("joey/site/static/jd.png", "", "jd"),
        ("joey/kit/queries.sql", "WHERE marketplace = '1688'", "1688"),
        ("joey/site/static/joey.css", ".mark-tmall { color: red }", "tmall"),
        ("joey/storefront/pages/front.html", "<p>淘宝和京东</p>", "淘宝"),
        ("joey/site/static/copy.js", 'fetch("https://img12.360buyimg.com/x")', "360buyimg.com"),
        ("joey/marketplaces/jd/manifest.py", 'hosts = {"item.taobao.com"}', "taobao"),
        ("joey/sandbox/dialects/taobao/gateway.py", "Amazon", "amazon"),
        ("joey/synthetic/jd.py", "", "jd"),
    ],
)
def test_a_planted_name_is_found(path: str, text: str, word: str) -> None:
    assert any(word in found.rpartition(": ")[2] for found in named_outside(iter([(path, text)])))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("joey/marketplaces/jd/manifest.py", 'code="jd"'),
        ("joey/sandbox/dialects/taobao/gateway.py", "taobao.tbk.item.info.get 天猫"),
        ("joey/demo/goods/01-beauty.txt", "taobao 69.00"),
        ("joey/site/locale/zh_Hans/LC_MESSAGES/django.po", "淘宝"),
        ("joey/orders/sync.py", "adjd = 216880 + jdbc"),
    ],
)
def test_what_is_at_home_or_only_looks_alike_is_left_alone(path: str, text: str) -> None:
    assert named_outside(iter([(path, text)])) == []
