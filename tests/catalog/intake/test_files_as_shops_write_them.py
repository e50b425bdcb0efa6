"""Files as shops write them: other delimiters, encodings and marks, lists in a cell, ids from spreadsheets, mark-up.

The cases C1 to C5 are in the folder `cases`.
"""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.catalog.intake.files.addresses import addresses_in
from joey.catalog.intake.files.encodings import guessed
from joey.catalog.intake.files.in_stock import flag_of
from joey.catalog.intake.files.safe_cells import as_it_was, safe
from joey.catalog.intake.files.spoilt import is_garbled, is_spoilt, may_be_garbled
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.files.values import price_of
from joey.catalog.intake.import_file import import_file
from joey.catalog.intake.import_offers import Imported, import_offers
from joey.kit.markup import without_markup
from joey.kit.refusals import Invalid
from tests.catalog.imports import NOW, good, goods, mapped, offers, written
from tests.orders.intake.exports import workbook

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
SHOP = "https://shop.example.com"


@pytest.fixture(autouse=True)
def _own_data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"


def feed(folder: Path, text: str | bytes, mapping: str = "", name: str = "goods.csv", **options: Any) -> Imported:
    """Import this text into feed:x, whose links and pictures may lead to shop.example.com."""
    how = f'hosts = ["shop.example.com"]\npicture_hosts = ["shop.example.com"]\n{mapping}'
    return import_offers(written(folder, text, name), "feed:x", mapping=mapped(folder, how), **{"now": NOW} | options)


def kept() -> dict[str, dict[str, Any]]:
    return offers("feed:x")


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


class TestLists:
    """A cell with several addresses is divided only where each part is one."""

    def test_case_c1_a_comma_inside_of_an_address_divides_nothing(self, tmp_path: Path) -> None:
        done = import_offers(CASES / "picture-with-comma.csv", "feed:x", now=NOW)

        assert (done.accepted, done.notes) == (1, ())
        assert kept()["B1"]["picture_urls"] == [f"{SHOP}/img/lamp_blue,_front.jpg", f"{SHOP}/img/w_600,h_600/side.jpg"]

    def test_in_every_format_two_are_never_joined_and_what_is_none_is_reported(self, tmp_path: Path) -> None:
        cell = f"{SHOP}/a,b.jpg,{SHOP}/c.jpg"
        row = {"id": "1", "title": "cup", "url": f"{SHOP}/1", "price": "5.00", "currency": "EUR"}
        item = "".join(f"<{name}>{value}</{name}>" for name, value in row.items())
        head, rest = ",".join([*row, "pictures"]), ",".join(row.values())
        for name, text in {
            "goods.csv": f'{head}\n{rest},"{cell}, side.jpg"\n',
            "goods.jsonl": json.dumps(row | {"pictures": [cell, f"{SHOP}/d.jpg, side.jpg"]}) + "\n",
            "goods.xml": f"<rss><item>{item}<picture>{cell}</picture><picture>side.jpg</picture></item></rss>",
        }.items():
            done = feed(tmp_path, text, name=name)

            assert kept()["1"]["picture_urls"][0] == f"{SHOP}/a,b.jpg", name
            assert not [url for url in kept()["1"]["picture_urls"] if "side" in url or url.count("//") > 1], name
            assert [(each.field, "side.jpg" in each.reason) for each in done.notes] == [("pictures", True)], name

    def test_where_an_address_begins_there_is_the_border(self) -> None:
        a, b = f"{SHOP}/1.jpg", f"{SHOP}/2,x;y|z.jpg"
        for between in (",", ", ", ";", "|", " | ", "\n", " ", "\t", ";\n"):
            assert addresses_in(f"{a}{between}{b}{between}") == ([a, b], []), repr(between)
        assert addresses_in(json.dumps([a, [b]])) == ([a, b], [])
        assert addresses_in(f"{a}#//cdn.example.com/2.jpg", "#") == ([a, "//cdn.example.com/2.jpg"], [])
        for doubtful in (f"{SHOP}/my cup, blue.jpg", "cup.jpg", "[broken", f"{a}, cup.jpg", "C:\\cup.jpg"):
            assert addresses_in(doubtful) == ([], [doubtful]), doubtful

    def test_the_separator_of_a_mapping(self, tmp_path: Path) -> None:
        text = f"id,title,url,price,currency,pics\n1,cup,{SHOP}/1,5.00,EUR,{SHOP}/a.jpg#{SHOP}/b.jpg\n"

        feed(tmp_path, text, '[columns]\npictures = { column = "pics", separator = "#" }')

        assert kept()["1"]["picture_urls"] == [f"{SHOP}/a.jpg", f"{SHOP}/b.jpg"]


class TestRowsOfOneId:
    """Two rows with one id never become one offer unseen."""

    def test_case_c2_an_id_that_a_spreadsheet_rounded_is_refused(self) -> None:
        done = import_offers(CASES / "ids-from-a-spreadsheet.csv", "feed:x", now=NOW)

        assert [(each.row, each.field) for each in done.refused] == [(2, "id"), (3, "id")]
        assert kept() == {}

    def test_what_a_spreadsheet_makes_of_ids(self) -> None:
        for spoilt in (
            "6.0123E+11", "1.23457E+12", "6,0123E+11", "4.29415988744506e+18", "1E+05", "1月2日", "2026年1月", "2-Jan",
            "Jan-26", "3-Apr-2026", "1/2/2026", "2026/1/2", "2026-01-02 00:00:00", "#N/A", "#REF!", "########",
            "6.01e11", "6.01E11", "1.5E-05", "2 Jan", "Jan 2", "2 Jan 2026", "1/2/26", "02.01.2026", "10:30",
            "01:30:00", "TRUE", "FALSE", "True", "false", "WAHR",
        ):  # fmt: skip
            assert is_spoilt(spoilt), spoilt
        for whole in (
            "601230000017",
            "1E5",
            "4E12",
            "4e12",
            "TRUE-1",
            "truetone",
            "2 Janus",
            "1.2.3",
            "10:30X",
            "A-1",
            "MAY-26X",
            "12-JAN-A",
            "0012",
            "2026-01-02",
            "E+1",
            "#1",
            "12.0",
        ):
            assert not is_spoilt(whole), whole

    def test_ids_that_a_spreadsheet_rounded_and_wrote_out(self, tmp_path: Path) -> None:
        """Each of the long ones ends in zeros after its fifteenth digit; of several that do not, one may."""
        lost = ["601230000017123000", "601230000017124000", "12"]

        done = import_offers(written(tmp_path, goods(*(good(int(each)) for each in lost))), "jd", now=NOW)
        assert [(each.row, each.field) for each in done.refused] == [(2, "id"), (3, "id")]
        whole = [*lost, "601230000017125678"]
        done = import_offers(written(tmp_path, goods(*(good(int(each)) for each in whole))), "jd", now=NOW)
        assert done.refused == ()

    def test_rows_that_differ_are_named_with_what_was_kept(self, tmp_path: Path) -> None:
        rows = [good(1), "", good(2), good(3, "x"), good(2, "9.90", "蓝杯"), good(4), good(2), good(4)]

        done = import_offers(written(tmp_path, goods(*rows)), "jd", now=NOW)

        assert (done.accepted, len(done.refused)) == (6, 1)
        assert [(note.row, note.field, note.reason) for note in done.notes] == [
            (8, "id", "Rows 4, 6, 8 have one id, “2”, and differ in: title, price. Row 8 was kept.")
        ]

    def test_pictures_of_one_id_are_gathered(self, tmp_path: Path) -> None:
        rows = [f"{n},cup,{SHOP}/{n},5.00,EUR,{SHOP}/{n}{p}.jpg" for n in "12" for p in "abca"]

        done = feed(tmp_path, "\n".join(["id,title,url,price,currency,picture", *rows, ""]))

        assert (done.accepted, done.new, done.notes) == (8, 2, ())
        assert kept()["2"]["picture_urls"] == [f"{SHOP}/2{p}.jpg" for p in "abc"]

    def test_rows_of_a_group_take_what_they_lack_from_the_row_above(self, tmp_path: Path) -> None:
        """As of Shopify: one row a picture. In a workbook, merged cells are empty below the first."""
        how = 'currency = "EUR"\ngroup = "Handle"\n[columns]\nid = "Handle"\ntitle = "Title"\nprice = "Price"\n'
        how += f'pictures = "Image"\nurl = "{SHOP}/{{Handle}}"'
        table: list[list[str | float]] = [
            ["Handle", "Title", "Price", "Image"],
            ["cup", "Cup", "5.00", f"{SHOP}/1.jpg"], ["cup", "", "", f"{SHOP}/2.jpg"], ["", "", "", f"{SHOP}/3.jpg"],
            ["pot", "", "9.00", f"{SHOP}/4.jpg"],
        ]  # fmt: skip
        for name in ("goods.csv", "goods.xlsx"):
            text = "".join(",".join(map(str, cells)) + "\n" for cells in table).encode()

            done = feed(tmp_path, workbook(table) if name.endswith("xlsx") else text, how, name)

            assert kept()["cup"]["picture_urls"] == [f"{SHOP}/{n}.jpg" for n in "123"], name
            assert [(each.row, each.field) for each in done.refused] == [(5, "Title")], (
                name
            )  # not that of another group


class TestDialects:
    """How a file is written is seen, or named with what to do."""

    def test_case_c3_semicolons_are_seen_and_a_comma_in_an_amount_is_not_guessed(self, tmp_path: Path) -> None:
        done = import_offers(CASES / "semicolons.csv", "feed:x", now=NOW)

        assert [(each.row, each.field) for each in done.refused] == [(2, "price"), (3, "price")]
        assert 'decimal = ","' in done.refused[0].reason
        feed(tmp_path, case("semicolons.csv"), 'decimal = ","')
        assert {each["title"]: each["now_minor"] for each in kept().values()} == {
            "Teekanne, blau": 1990,
            'Tasse "klein"': 450,
        }

    def test_delimiters_line_ends_titles_and_totals(self, tmp_path: Path) -> None:
        lines = goods(good(1), good(2)).splitlines()
        for delimiter in ",;\t|~^¦#；\x01":
            rows = [line.replace(",", delimiter) for line in lines]
            below = delimiter.join(["合计", "", "", "25.80", ""])
            for name, text in {
                "plain": "\n".join([*rows, ""]),
                "CR": "\r".join([*rows, ""]),
                "CR CR LF": "\r\r\n".join([*rows, ""]),
                "sep=": "\r\n".join([f"sep={delimiter}", *rows, ""]),
                "title": "\n".join(["商品清单 2026-11", "", *rows, below, "注：价格以实物为准", ""]),
                "short total": "\n".join([*rows, "TOTAL: 25.80"]),
            }.items():
                done = import_offers(written(tmp_path, text), "jd", now=NOW)

                assert (done.accepted, done.refused) == (2, ()), (delimiter, name)
                assert [note.field for note in done.notes] == ["row"] * (
                    2 * (name == "title") + (name == "short total")
                )

    def test_case_c3_quoting(self, tmp_path: Path) -> None:
        """Single quotes, and lines that are quoted as a whole, are seen; a mapping can name them."""
        row = ["1", "Bowl 3\" deep, 'blue'", f"{SHOP}/1", "x", "EUR"]
        texts: dict[str, list[str]] = {"single": [], "lines": []}
        for cells in (["id", "title", "url", "price", "currency"], row):
            texts["single"].append(",".join("'" + cell.replace("'", "''") + "'" for cell in cells) + "\n")
            inside = ",".join('"' + cell.replace('"', '""') + '"' if "," in cell else cell for cell in cells)
            texts["lines"].append('"' + inside.replace('"', '""') + '"\n')
        for minute, (quoting, lines) in enumerate(texts.items()):
            for second, how in enumerate(("", f'quoting = "{quoting}"')):
                now = NOW + timedelta(minutes=minute, seconds=2 * second)
                done = feed(tmp_path, "".join(lines), how, refused_to=tmp_path / "kept.csv", now=now)
                assert [(each.row, each.field) for each in done.refused] == [(2, "price")], (quoting, how)

                body = (tmp_path / "kept.csv").read_text().replace(",x,", ",5.00,").replace("'x'", "5.00")
                done = feed(tmp_path, body, how, "again.csv", now=now + timedelta(seconds=1))
                assert (done.accepted, done.refused, kept()["1"]["title"]) == (1, (), row[1]), (quoting, how)

    def test_case_c3_names_of_columns_in_capitals(self, tmp_path: Path) -> None:
        """In every format, also those that a mapping names; two that differ in capitals alone are in doubt."""
        row = {" ID": "1", "Title ": "cup", "URL": f"{SHOP}/1", "Price": "5.00", "Currency": "EUR", "Image_Link": ""}
        item = "".join(f"<{name.strip()}>{value}</{name.strip()}>" for name, value in row.items())
        head, line = ",".join(row), ",".join(row.values())
        for minute, (name, text, how) in enumerate((
            ("goods.csv", f"{head},STATUS\n{line},draft\n{line},on\n", '[leave_out]\nstatus = ["draft"]'),
            ("goods.csv", f"{head},PRICE\n{line},\n", '[columns]\nprice = "Price"'),
            ("goods.csv", f"{head},Kosten\n{line},5.00\n", '[columns]\nprice = "kosten"'),
            ("goods.jsonl", json.dumps(row) + "\n", ""),
            ("goods.xml", f"<rss><item>{item}</item></rss>", ""),
        )):  # fmt: skip
            done = feed(tmp_path, text, how, name, now=NOW + timedelta(minutes=minute))
            assert (done.accepted, done.refused, kept()["1"]["now_minor"]) == (1, (), 500), (name, how)

        done = feed(tmp_path, f"{head},PRICE\n{line},5.00\n", now=NOW + timedelta(hours=1))
        assert kept()["1"]["now_minor"] is None, "neither price is taken"

    def test_encodings(self, tmp_path: Path) -> None:
        texts = {
            "gb18030": ("保温杯 500毫升", "茶壶"), "big5": ("保溫杯 500毫升", "茶壺"),
            "shift_jis": ("ステンレスマグ", "急須"), "iso-8859-1": ("Teekanne für Grüntee", "Schüssel"),
            "utf-16-le": ("cup", "Kännchen"), "utf-16-be": ("cup", "Kännchen"),
        }  # fmt: skip
        for minutes, (encoding, titles) in enumerate(texts.items()):
            now = NOW + timedelta(minutes=minutes)
            text = goods(*(good(number, title=title) for number, title in enumerate(titles)))
            body = text.encode(encoding)

            assert guessed(body) == encoding
            with pytest.raises(UnreadableFile, match=f'looks like {encoding}: add encoding = "{encoding}"'):
                import_offers(written(tmp_path, body), "jd", now=NOW)
            import_offers(written(tmp_path, body), "jd", mapping=mapped(tmp_path, f'encoding = "{encoding}"'), now=now)
            assert (offers()["0"]["title"], offers()["1"]["title"]) == titles, encoding
            xml = f'<?xml version="1.0" encoding="{encoding}"?><rss><item><id>9</id><title>{titles[1]}</title>'
            xml += "<link>https://item.jd.com/9.html</link><price>5.00 CNY</price></item></rss>"
            if not encoding.startswith("utf-16"):
                import_offers(written(tmp_path, xml.encode(encoding), "goods.xml"), "jd", now=now)
                assert offers()["9"]["title"] == titles[1], encoding
        line = {"id": 1, "title": "杯", "url": "https://item.jd.com/1.html", "currency": "CNY"}
        for hours, text in enumerate((goods(good(1, title="杯")), json.dumps(line, ensure_ascii=False) + "\n"), 1):
            for seconds, wide in enumerate(("utf-16", "utf-32")):
                body = text.replace("杯", f"杯 {wide}").encode(wide)
                import_offers(written(tmp_path, body), "jd", now=NOW + timedelta(hours=hours, seconds=seconds))
                assert offers()["1"]["title"] == f"杯 {wide}", text
        for wide in ("utf-32-le", "utf-32-be"):
            assert guessed(goods(good(1, title="杯")).encode(wide)) == wide
            with pytest.raises(UnreadableFile, match=f'add encoding = "{wide}"'):
                import_offers(written(tmp_path, goods(good(1)).encode(wide)), "jd", now=NOW)

    def test_the_refusal_of_a_file_names_what_it_is_and_what_to_do(self, tmp_path: Path) -> None:
        for body, why in {
            "nr;name;adresse\n1;Tasse;https://shop.example.com/1\n": "for id, url. Row 1 has “nr”.*--check FILE",
            "nr~name~adresse\n1~Tasse~https://shop.example.com/1\n": "for id, url. Row 1 has “nr”, “name”",
            "'nr','name'\n'1','Tasse'\n": "for id, url. Row 1 has “nr”, “name”",
            '"nr,name"\n"1,Tasse"\n': "for id, url. Row 1 has “nr”, “name”",
            "\n<!DOCTYPE html>\n<html><body><form>Sign in</form></body></html>": "web page.*sign in and export again",
            "<HTML lang=zh><br><p>x": "web page",
            "id:title:url\n1:Tasse:x\n": 'one cell. .* add delimiter = "…"',
            "1,cup,https://shop.example.com/1,5.00\n": "No row names the columns for id, title, url",
            goods(good(1), '2,3" bowl,https://item.jd.com/2.html,5.00,CNY', '3,"4" bowl",u,1,CNY'): 'quoting = "none"',
            "<shop><offer><id>1</id></offer><offer><id>2</id></offer></shop>": "item = ",
            '<?xml version="1.0" encoding="klingon"?><rss></rss>': "klingon",
        }.items():
            with pytest.raises(UnreadableFile, match=why):
                import_offers(written(tmp_path, body), "jd", now=NOW)

    def test_only_a_cut_file_is_called_cut(self, tmp_path: Path) -> None:
        for last in ("2,short", good(2) + ",more", "2"):
            done = import_offers(written(tmp_path, goods(good(1), last)), "jd", now=NOW)
            assert [(each.row, each.field) for each in done.refused] == [(3, "row")], last
        with pytest.raises(UnreadableFile, match="truncated"):
            import_offers(written(tmp_path, goods(good(1), "2,short").rstrip()), "jd", now=NOW)
        done = import_offers(written(tmp_path, json.dumps({"id": 1}) + '\n{"id"\n'), "jd", now=NOW)
        assert [(each.row, each.field) for each in done.refused] == [(1, "title"), (2, "row")]

    def test_the_element_that_is_one_of_the_goods_and_its_attributes(self, tmp_path: Path) -> None:
        text = f"""<shop><product sku="7"><name>Cup</name><link>{SHOP}/7</link><cost><amount>5.00</amount></cost>
            <images><image url="{SHOP}/a.jpg"/><image url="{SHOP}/b.jpg"/></images></product></shop>"""
        how = 'item = "product"\ncurrency = "EUR"\n[columns]\nid = "@sku"\nprice = "cost.amount"\n'
        how += 'pictures = "images.image.@url"'

        feed(tmp_path, text, how, "goods.xml")

        assert (kept()["7"]["now_minor"], len(kept()["7"]["picture_urls"])) == (500, 2)

    def test_amounts_by_the_decimal_mark_that_the_mapping_names(self) -> None:
        for text, decimal, minor in (
            ("19,90", ",", 1990), ("1.234,50", ",", 123450), ("1 234,5 €", ",", 123450), ("1.234", ",", 123400),
            ("1,234.50", ".", 123450), ("EUR 1.20", ".", 120), ("€12", ".", 1200), ("1,234", ".", 123400),
        ):  # fmt: skip
            assert price_of(text, "EUR", "", decimal) == (minor, "EUR"), text
        assert price_of("¥12.90", "CNY", "", ".") == (1290, "CNY")
        assert price_of("1.500", "KWD", "") == (1500, "KWD")
        for text, decimal, currency in (
            ("1.234", "", "EUR"), ("1.200", "", "EUR"), ("1.200", "", "JPY"), ("19,90", "", "EUR"),
            ("1,23,4", ",", "EUR"), ("0.345", ",", "EUR"), ("12.90", ",", "EUR"), ("$5", ".", "EUR"),
            ("5 € $", ".", "EUR"), ("1.234,5", ".", "EUR"),
        ):  # fmt: skip
            with pytest.raises(Invalid):
                print(text, price_of(text, currency, "", decimal))

    def test_rows_that_a_mapping_leaves_out_and_words_that_it_knows(self, tmp_path: Path) -> None:
        text = "id,title,url,price,currency,status,state\n"
        text += "".join(
            f"{n},cup,{SHOP}/{n},5.00,EUR,{word},{word}\n" for n, word in enumerate(["Active", "DRAFT", "hidden"])
        )
        how = (
            '[columns]\nin_stock = "state"\n[words.in_stock]\nActive = "yes"\n[leave_out]\nstatus = ["draft", "hidden"]'
        )

        done = feed(tmp_path, text, how)

        assert (done.accepted, done.refused, list(kept())) == (1, (), ["0"])
        assert [(note.row, note.field) for note in done.notes] == [(3, "status"), (4, "status")]


class TestLesserFields:
    """A fault in a field of lesser weight costs that field, and the goods stay."""

    def test_case_c4_usual_spellings_of_a_stock_are_understood(self) -> None:
        import_offers(CASES / "availability-in-stock.csv", "feed:x", now=NOW)

        assert kept()["G2"]["in_stock"] is True
        for text in (
            "in-stock", "In Stock", "IN_STOCK", "instock", "https://schema.org/InStock", "schema:PreOrder",
            "http://schema.org/LimitedAvailability", "available for order", "onbackorder", "现货", "有货", "在售",
            "預售", "100+", "12 件", "1,000", "3.0", ">10", "Auf Lager", "在庫あり", "Y", "TRUE",
            "有現貨", "預購", "上架", "少量", "10-50", "In Stock.", "５", "✓",
            "на складе", "ＩＮ ＳＴＯＣＫ！", "现货。", "仅剩3件", "5 шт.", "12.5",
        ):  # fmt: skip
            assert flag_of(text) is True, text
        for text in (
            "out-of-stock", "Out Of Stock", "outofstock", "https://schema.org/SoldOut", "schema.org/Discontinued",
            "sold out", "缺货", "已售罄", "下架", "無貨", "0", "-3", "0 件", "n", "Nicht auf Lager", "InStoreOnly",
            "нет в наличии", "暫無庫存", "０", "Sold out!", "✗", "0.0", "已售罄。",
        ):  # fmt: skip
            assert flag_of(text) is False, text
        for doubtful in ("0.5", 0.5, "0-10", "<5", "ask us", "in stock?", "-0.5", "maybe", float("nan")):
            with pytest.raises(Invalid):
                print(doubtful, flag_of(doubtful))

    def test_each_lesser_fault_is_reported_and_costs_only_its_field(self, tmp_path: Path) -> None:
        wrong = {
            "in_stock": "ask us", "list_price": "19,90", "sale_dates": "next week", "coupon_until": "soon",
            "commission_rate_percent": "200", "coupon_price": "a lot", "gtin": "4.00638E+12", "pictures": "cup.jpg",
        }  # fmt: skip
        rows = {name: wrong | {other: "" for other in wrong if other != name} for name in wrong}
        columns = ["id", "title", "url", "price", "currency", "sale_price", "coupon_off", *wrong]
        text = ",".join(columns) + "\n"
        for name, row in rows.items():
            sale, off = ("4.00" if name == "sale_dates" else ""), ("1.00" if name == "coupon_until" else "")
            text += (
                ",".join([name, "cup", f"{SHOP}/1", "5.00", "EUR", sale, off, *(f'"{row[each]}"' for each in wrong)])
                + "\n"
            )
        text += f"two,cup,{SHOP}/1,5.00,EUR,,,,6.00 USD,,,,,,\n"

        done = feed(tmp_path, text)

        assert (done.accepted, done.refused) == (len(wrong) + 1, ())
        assert [note.field for note in done.notes] == [*wrong, "list_price"]
        assert {(each["now_minor"], each["coupon_minor"], each["list_minor"]) for each in kept().values()} == {
            (500, None, None)
        }

    def test_case_c3_a_row_that_lacks_only_lesser_cells_at_its_end_stays(self, tmp_path: Path) -> None:
        head = "id,title,url,price,currency,availability,image_link\n"
        rows = [f"{n},cup,{SHOP}/{n},5.00,EUR{end}" for n, end in enumerate((f",no,{SHOP}/0.jpg", "", ",no"))]
        body = head + "\n".join([*rows, f"3,cup,{SHOP}/3,5.00", f"cup,{SHOP}/4,5.00,EUR,no,{SHOP}/4.jpg", ""])

        done = feed(tmp_path, body)

        assert [(each.row, each.field) for each in done.refused] == [(5, "row"), (6, "price")]
        assert [(note.row, note.field) for note in done.notes] == [(3, "row"), (4, "row")]
        assert "availability, image_link" in done.notes[0].reason
        assert {n: each["in_stock"] for n, each in kept().items()} == {"0": False, "1": True, "2": False}
        with pytest.raises(UnreadableFile, match="truncated"):
            feed(tmp_path, head + "\n".join(rows[:2]))

    def test_case_c3_a_nul_in_a_cell_is_named(self, tmp_path: Path) -> None:
        line = {"id": "1", "title": "red\0cup", "brand": "A\0B", "url": f"{SHOP}/1", "currency": "EUR"}
        for name, text in {
            "goods.csv": ",".join(line) + "\n" + ",".join(line.values()) + "\n",
            "goods.jsonl": json.dumps(line) + "\n",
        }.items():
            done = feed(tmp_path, text, name=name)

            assert [(note.field, "NUL" in note.reason) for note in done.notes] == [("title", True), ("brand", True)]
            assert kept()["1"]["title"] == "red cup", name

    def test_garbled_titles_are_named(self, tmp_path: Path) -> None:
        garbled = [
            "Grün".encode().decode("cp1252"),
            "保温杯".encode().decode("latin-1"),
            "保温杯子好".encode().decode("gb18030", "replace"),
            "a\ufffdb",
        ]
        for title in garbled:
            assert may_be_garbled([title]), title
            assert is_garbled(title), title
        for title in ("Grüntee", "Â", "联通", "保温杯", "淇河鸭蛋", "Ça va", "Ã©cole"[:1]):
            assert not is_garbled(title), title

        done = import_offers(
            written(tmp_path, goods(*(good(n, title=t) for n, t in enumerate(garbled)))), "jd", now=NOW
        )

        assert {(note.row, note.field) for note in done.notes} == {(n + 2, "title") for n in range(len(garbled))}


class TestMarkUp:
    """Mark-up in a text that people see becomes plain text."""

    def test_case_c5_in_every_format_and_however_escaped(self, tmp_path: Path) -> None:
        import_offers(CASES / "markup-in-title.csv", "feed:x", now=NOW)
        assert kept()["N2"]["title"] == 'Bowl 3" deep'

        marked = 'Bowl<br/>3&quot; <b class="x">deep</b>'
        row = {"id": "1", "title": marked, "brand": "<i>A&amp;B</i>", "url": f"{SHOP}/1?a=1&copy=2", "currency": "EUR"}
        escaped = marked.replace("&", "&amp;").replace("<", "&lt;")
        item = f"<title>{escaped}</title><brand><![CDATA[<i>A&amp;B</i>]]></brand><link>{SHOP}/1?a=1&amp;copy=2</link>"
        cells = io.StringIO()
        csv.writer(cells).writerows([row.keys(), row.values()])
        for name, text in {
            "goods.jsonl": json.dumps(row) + "\n",
            "goods.xml": f"<rss><item><id>1</id>{item}<currency>EUR</currency></item></rss>",
            "goods.csv": cells.getvalue(),
        }.items():
            feed(tmp_path, text, name=name)

            found = kept()["1"]
            assert (found["title"], found["brand"], found["url"]) == ('Bowl 3" deep', "A&B", f"{SHOP}/1?a=1&copy=2"), (
                name
            )

    def test_what_is_no_mark_up_stays(self) -> None:
        for text in (
            "A < B > C",
            "I <3 you",
            "AT&T",
            "Rock&region",
            "x <b and y> z",
            "1<2>3",
            "R&D;",
            "<保温>",
            "a<b",
            "a < b",
            "3<5",
            "R&D",
            "<3",
            "Cup <NEW>",
            "[S] shirt",
            "[b] and [/i]",
            "A < b >",
        ):
            assert without_markup(text) == text
        for text, shown in {
            "AT&amp;amp;T": "AT&T", "&lt;b&gt;Cup&lt;/b&gt;": "Cup", "保<em>温</em>杯": "保温杯", "&lt;3": "<3",
            "<p>a</p><p>b</p>": "a b", "Cup<!-- x -->": "Cup", "<style>b{}</style>Cup": "Cup", "<![CDATA[Cup]]>": "Cup",
            '<A HREF="x">Cup</A>': "Cup", "&#60;b&#62;Cup": "Cup", "Cup&nbsp;1": "Cup 1",
            "Cup<o:p></o:p>": "Cup", "<svg/onload=alert(1)>Cup": "Cup", "<font color=red>Cup</font": "Cup",
            "< br >cup": "cup", "tea< br/>cup": "tea cup", "[b]bold[/b] [COLOR=red]cup[/COLOR]": "bold cup",
            "a<b>c": "a c",
            "H<sub>2</sub>O": "H2O", "[img]https://x.example/1.jpg[/img]cup": "cup", "tea<x-y>cup": "tea cup",
            "tea<foo>cup</foo>pot": "tea cup pot", "<b><i>Cup</i></b>s": "Cups", "red</span>cup": "red cup",
            "&lt;o:p&gt;Cup&lt;/o:p&gt;": "Cup", "tea<wbr>cup": "teacup", "[url=https://x.example]cup[/url]s": "cups",
        }.items():  # fmt: skip
            assert " ".join(without_markup(text).split()) == shown


class TestRefusedFiles:
    """Refused rows are safe to open in a spreadsheet, and come back as they were. security.md L10."""

    def test_no_cell_becomes_a_formula_and_each_is_read_back(self, tmp_path: Path) -> None:
        texts = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "'=1",
            "''=1",
            "'cup",
            "a;=1",
            "a\t=1",
            "cup",
            "",
        ]
        for text in texts:
            assert as_it_was(safe(text)) == text
            assert (
                safe(text)[:1]
                not in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " ")[: 10 + (text[:1] == " ")]
            )
        cells = io.StringIO()
        table = csv.writer(cells)
        table.writerow(["=id", "title", "url", "price"])
        table.writerows(
            [n, f"cup {text}" if text.strip() == "" else text, f"{SHOP}/{n}", "x"] for n, text in enumerate(texts)
        )
        how = 'currency = "EUR"\n[columns]\nid = "=id"'

        done = feed(tmp_path, cells.getvalue(), how, refused_to=tmp_path / "kept.csv")

        assert len(done.refused) == len(texts)
        body = (tmp_path / "kept.csv").read_bytes().decode()
        for row in csv.reader(io.StringIO(body, newline="")):
            assert not [cell for cell in row if cell.strip()[:1] in tuple("=+-@＝＋－＠") or cell[:1] in ("\t", "\r")]
        for row in csv.reader(io.StringIO(body, newline=""), delimiter=";"):
            assert not [cell for cell in row if cell[:1] in tuple("=+-@")]
        done = feed(tmp_path, body.replace(",x\n", ",5.00\n"), how, "kept2.csv")
        assert done.refused == ()
        assert {n: each["title"] for n, each in kept().items()} == {
            str(n): " ".join((text or "cup").split()) if text.strip() else "cup" for n, text in enumerate(texts)
        }

    def test_they_are_read_by_the_mapping_of_the_file(self, tmp_path: Path) -> None:
        """Another encoding, quotes that are only signs, another element: what is written can be imported again."""
        row = {"id": "1", "title": '保温杯 3" 号', "url": f"{SHOP}/1", "price": "x", "currency": "EUR"}
        item = "".join(f"<{name}>{value}</{name}>" for name, value in row.items())
        for name, text, how in (
            ("goods.csv", f"{','.join(row)}\n{','.join(row.values())}\n", 'quoting = "none"'),
            ("goods.jsonl", json.dumps(row, ensure_ascii=False) + "\n", ""),
            ("goods.xml", f"<list><good>{item}</good></list>", 'item = "good"'),
        ):
            how += '\nencoding = "gb18030"'
            done = feed(tmp_path, text.encode("gb18030"), how, name, refused_to=tmp_path / "kept")
            assert [each.field for each in done.refused] == ["price"], name

            body = (tmp_path / "kept").read_bytes().replace(b",x,", b",5.00,").replace(b'"x"', b'"5.00"')
            done = feed(tmp_path, body.replace(b">x<", b">5.00<"), how, f"kept-{name}")

            assert (done.accepted, done.refused, kept()["1"]["title"]) == (1, (), row["title"]), name

    def test_they_are_in_the_data_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        options: dict[str, Any] = {
            "form": None, "mapping": None, "full": False, "report": None, "refused_rows": None,
            "progress": lambda done, size, rows: None,
        }  # fmt: skip

        done = import_file(written(tmp_path, goods(good(1, "x"))), "jd", **options)

        assert done.refused_rows == tmp_path / "data/refused/jd/goods.refused.csv"
        assert done.refused_rows.exists()
        assert list((tmp_path / "here").iterdir()) == []
        again = import_file(done.refused_rows, "jd", **options)
        assert again.refused_rows == done.refused_rows
