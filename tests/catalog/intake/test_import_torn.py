"""F8: a truncated file is imported whole or not at all; one that is broken or a bomb changes nothing."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.catalog.intake.files.opened import LEAST_CUT
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.import_offers import import_offers
from joey.kit.refusals import Invalid
from tests.catalog.imports import NOW, courses, documented, everything, good, goods, offers, written
from tests.real_data import shared

pytestmark = pytest.mark.django_db

BLOCK = 4096


@pytest.fixture(autouse=True)
def _own_feeds(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def refusal(path: Path, marketplace: str = "jd", **options: Any) -> UnreadableFile:
    """Why the file is refused; nothing moved."""
    before = everything()
    with pytest.raises(UnreadableFile) as refused:
        import_offers(path, marketplace, now=NOW, refused_to=path.parent / "kept", **options)
    assert everything() == before
    assert not (path.parent / "kept").exists()
    return refused.value


@pytest.mark.parametrize(
    ("name", "marketplace", "mapping", "every"),
    [
        ("en_abt_buy_abt.csv.gz", "feed:abt", "abt.toml", 7),
        ("en_amazon_google_software_google.csv.gz", "feed:soft", "software.toml", 31),
        ("zh_tmall_beauty_2016_daily.csv.gz", "tmall", "tmall.toml", 41),
        ("zh_jd_phones_sku.jsonl.gz", "jd", "jd.toml", 23),
    ],
)
def test_a_file_cut_at_a_block_is_refused_unless_the_cut_is_between_two_rows(
    name: str, marketplace: str, mapping: str, every: int, tmp_path: Path
) -> None:
    _cut(name, marketplace, mapping, every, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "marketplace", "mapping"),
    [
        ("en_abt_buy_abt.csv.gz", "feed:abt", "abt.toml"),
        ("en_amazon_google_software_google.csv.gz", "feed:soft", "software.toml"),
        ("zh_tmall_beauty_2016_daily.csv.gz", "tmall", "tmall.toml"),
        ("zh_jd_phones_sku.jsonl.gz", "jd", "jd.toml"),
        ("zh_yanxuan_goods.jsonl.gz", "feed:yanxuan", "yanxuan.toml"),
    ],
)
def test_a_file_cut_at_every_block_is_refused_unless_the_cut_is_between_two_rows(
    name: str, marketplace: str, mapping: str, tmp_path: Path
) -> None:
    _cut(name, marketplace, mapping, 1, tmp_path)


def _cut(name: str, marketplace: str, mapping: str, every: int, folder: Path) -> None:
    how = documented(mapping, folder)
    whole = gzip.decompress(shared(f"data/{name}").read_bytes())
    refused = 0
    for end in range(BLOCK, len(whole), BLOCK * every):
        part = whole[:end]
        path = written(folder, part, "part")
        # A row that lacks the second half of its line break is whole. So is JSON without one: no shorter piece of an
        # object is one.
        if part.endswith((b"\n", b"\r")) or (name.endswith(".jsonl.gz") and _is_object(part.rpartition(b"\n")[2])):
            import_offers(path, marketplace, mapping=how, now=NOW)
        else:
            refusal(path, marketplace, mapping=how)
            refused += 1
    assert refused > 2


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


@pytest.mark.parametrize("name", ["zh_tmall_beauty_2016_daily.csv.gz", "feed_google_merchant_gizmotek_excerpt.xml.gz"])
def test_a_gzip_that_ends_early_is_refused(name: str, tmp_path: Path) -> None:
    body = shared(f"data/{name}").read_bytes()
    how = documented("tmall.toml", tmp_path)

    for end in (20, len(body) // 3, len(body) // 2, len(body) - 9, len(body) - 1):
        part = written(tmp_path, body[:end], "part.gz")
        assert "gzip file ends early" in str(refusal(part, "tmall", mapping=how))
    broken = written(tmp_path, body[:-8] + b"\0" * 8, "part.gz")
    assert "gzip file is broken" in str(refusal(broken, "tmall", mapping=how))


def test_a_feed_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = gzip.decompress(shared("data/feed_google_merchant_gizmotek_excerpt.xml.gz").read_bytes()).rstrip()

    for end in range(40, len(whole), 97):
        assert "not well-formed" in str(refusal(written(tmp_path, whole[:end], "feed.xml"), "feed:x"))


def test_a_cut_price_is_not_taken_for_a_price(tmp_path: Path) -> None:
    rows = [f"{n},CNY,a,https://item.jd.com/{n}.html,129.00" for n in range(200)]
    text = "\n".join(["id,currency,title,url,price", *rows])

    for short in (text, text[:-1], text[:-3], text[:-4]):  # 129.00, 129.0, 129, 12
        assert len(short) > LEAST_CUT
        assert "does not end with a line break" in str(refusal(written(tmp_path, short)))


def test_a_short_file_that_was_typed_needs_no_line_break_at_its_end(tmp_path: Path) -> None:
    import_offers(written(tmp_path, goods(good(1)).rstrip()), "jd", now=NOW)

    assert set(offers()) == {"1"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (gzip.compress(b""), "empty"),
        (goods(good(1, title="保温杯")).encode("gbk"), "not UTF-8"),
        (b"PK\x03\x04" + b"x" * 50, "zip"),
        (b"%PDF-1.7\n", "PDF"),
        (b'[{"id": 1}]', "JSON list"),
        (b"\n\n\n", "name the columns"),
        (b"id,title,url,id\n", "Two columns"),
        (goods(good(1), '2,"open', good(3)).encode(), "not well quoted"),
        (goods(good(1), '2,"a"b,c,1,CNY', good(3)).encode(), "not well quoted"),
        (goods(good(1), "2,short").rstrip().encode(), "too few cells"),
        (b'{"id": 1}\n{"id": 2', "not a JSON object"),
        (b"<html><body>Not found</body></html>", "This is a web page"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><rss></rss>', "no <item>"),
        (b"<rss><channel><item></channel></rss>", "not well-formed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_file_is_refused_in_a_clear_sentence(body: bytes, why: str, tmp_path: Path) -> None:
    import_offers(written(tmp_path, goods(good(7))), "jd", now=NOW)

    assert why in str(refusal(written(tmp_path, body, "broken")))


class TestTraps:
    """Files made to harm their reader."""

    def test_a_line_without_an_end_is_not_kept_in_memory(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.csv"
        with path.open("wb") as file:
            file.write(goods(good(1)).encode())
            file.truncate(1 << 30)  # a gigabyte of NUL, in a file that takes no room

        assert "Line 3 is longer than a megabyte" in str(refusal(path))

    def test_a_quoted_cell_without_an_end_is_not_either(self, tmp_path: Path) -> None:
        text = goods(good(1), '2,"open', *(["x" * 1000] * 3000))

        assert "not well quoted" in str(refusal(written(tmp_path, text)))

    def test_a_gzip_that_unpacks_without_end_stops(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.gz"
        with gzip.open(path, "wb", compresslevel=9) as file:
            file.write(goods(good(1)).encode())
            for _ in range(30):
                file.write((b" " * 1023 + b"\n") * 1024)

        assert "unpacks to more than 250 times" in str(refusal(path))

    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
            '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">',
        ],
    )
    def test_an_xml_with_entities_of_its_own_is_refused(self, doctype: str, tmp_path: Path) -> None:
        text = f"{doctype}<rss><channel><item><id>1</id><title>&c;&a;</title></item></channel></rss>"

        assert "DTD or entities" in str(refusal(written(tmp_path, text, "feed.xml")))

    def test_an_item_without_an_end_is_refused(self, tmp_path: Path) -> None:
        deep = written(tmp_path, "<rss><channel><item>" + "<a>" * 5000, "deep.xml")
        long = written(tmp_path, "<rss><channel><item><title>" + "x" * (3 << 20), "long.xml")
        token = written(tmp_path, "<rss><channel><item " + "x" * (3 << 20), "token.xml")

        assert "too deeply" in str(refusal(deep))
        assert "longer than a megabyte" in str(refusal(long))
        assert "longer than a megabyte" in str(refusal(token))

    def test_json_nested_without_end_refuses_its_row(self, tmp_path: Path) -> None:
        row = '{"id": %d, "title": "a", "url": "https://item.jd.com/1.html", "currency": "CNY"%s}\n'
        deep = "[" * 100_000
        text = row % (1, f', "x": {deep}') + row % (2, f', "brand": "{deep}"') + row % (3, "")

        done = import_offers(written(tmp_path, text, "deep.jsonl"), "jd", now=NOW)

        assert [(each.row, each.field) for each in done.refused] == [(1, "row")]
        assert set(offers()) == {"2", "3"}

    def test_more_refused_rows_than_a_person_would_fix_refuse_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("joey.catalog.intake.clean_rows.MOST_REFUSED", 10)

        why = str(refusal(written(tmp_path, goods(*(good(n, "x") for n in range(11)), good(100)))))

        assert "More than 10 rows were refused, the first for its price" in why

    def test_nul_and_cells_that_a_spreadsheet_would_run_are_only_texts(self, tmp_path: Path) -> None:
        rows = [
            good(1, title="a\0b"),
            good(2, title="=HYPERLINK(1)"),
            good(3, title="@SUM(1)"),
            "\0004,t,u,1,CNY",
            good(5),
        ]

        done = import_offers(written(tmp_path, goods(*rows)), "jd", now=NOW)

        assert [(row.row, row.field) for row in done.refused] == [(5, "url")]
        assert [offer["title"] for offer in offers().values()] == ["a b", "=HYPERLINK(1)", "@SUM(1)", "保温杯"]

    def test_naughty_strings_come_in_as_titles_and_nothing_more(self, tmp_path: Path) -> None:
        packed = json.loads(shared("vectors/blns.base64.json").read_text())
        naughty = [base64.b64decode(each).decode("utf-8", "replace") for each in packed]
        rows = [
            {
                "id": n,
                "title": text,
                "url": f"https://item.jd.com/{n}.html",
                "price": "1.00",
                "currency": "CNY",
                "seller": text,
            }
            for n, text in enumerate(naughty)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)

        done = import_offers(written(tmp_path, text, "blns.jsonl"), "jd", now=NOW)

        assert done.accepted + len(done.refused) == len(naughty)
        assert {row.field for row in done.refused} <= {"title"}  # those that are nothing but unseen letters
        assert done.accepted > 0.9 * len(naughty)
        assert all(offer["title"].strip() for offer in offers().values())
        assert len(courses()) == done.accepted


def test_a_format_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="csv, tsv, jsonl, xml") as refused:
        import_offers(written(tmp_path, goods(good(1))), "jd", form="xlsx", now=NOW)

    assert refused.value.field == "format"
