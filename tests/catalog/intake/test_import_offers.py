"""What a file of offers does: prices known and unknown, rows refused and fixed, offers missing, where links lead."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.catalog.intake.import_offers import import_offers
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.intake.withdraw import TooManyMissing
from joey.catalog.models import Offer
from joey.kit.refusals import Invalid
from joey.marketplaces.imported import feeds
from joey.marketplaces.registry import manifest_of
from tests.catalog.imports import NOW, courses, everything, good, goods, mapped, offers, prove, written
from tests.catalog.offers import flask_facts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_feeds(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def taken(folder: Path, *rows: str, **options: Any) -> Any:
    """Import these rows into JD."""
    return import_offers(written(folder, goods(*rows)), "jd", **{"now": NOW} | options)


def refused(folder: Path, text: str, marketplace: str = "jd", **options: Any) -> list[tuple[int, str]]:
    """Row and field of what is refused."""
    done = import_offers(written(folder, text), marketplace, now=NOW, **options)
    return [(row.row, row.field) for row in done.refused]


def prices() -> dict[str, int | None]:
    """Today's price of every offer of JD."""
    return {name: offer["now_minor"] for name, offer in offers().items()}


class TestTables:
    """Tables as shops and consoles write them."""

    def test_a_delimiter_at_the_end_of_each_row_that_the_header_lacks(self, tmp_path: Path) -> None:
        done = taken(tmp_path, good(1) + ",", good(2, "abc") + ",", good(3) + ",", refused_to=tmp_path / "kept.csv")

        assert [(row.row, row.field) for row in done.refused] == [(3, "price")]
        assert set(offers()) == {"1", "3"}
        assert len({len(cells) for cells in csv.reader((tmp_path / "kept.csv").read_text().splitlines())}) == 1

    def test_a_delimiter_at_the_end_of_some_rows_refuses_these(self, tmp_path: Path) -> None:
        assert [row.row for row in taken(tmp_path, good(1), good(2) + ",", good(3)).refused] == [3]

    def test_a_title_that_begins_with_a_quotation_mark_between_tabs(self, tmp_path: Path) -> None:
        rows = ["id\ttitle\turl\tprice\tcurrency"]
        rows += [
            f"{n}\t{title}\thttps://item.jd.com/{n}.html\t5.00\tCNY" for n, title in enumerate(['"A" cup', '"13 in'])
        ]

        assert refused(tmp_path, "\n".join([*rows, ""])) == []
        assert {name: offer["title"] for name, offer in offers().items()} == {"0": '"A" cup', "1": '"13 in'}


class TestPrices:
    """A price is known, unknown, or cannot be read; nothing is guessed."""

    def test_no_price_keeps_the_offer_without_one(self, tmp_path: Path) -> None:
        done = taken(tmp_path, *(good(number, nothing) for number, nothing in enumerate(["", "  ", "0", "0.00"])))

        assert (done.accepted, done.refused) == (4, ())
        assert {offer["now_minor"] for offer in offers().values()} == {None}
        assert courses() == {}

    def test_a_price_that_cannot_be_read_refuses_its_row_and_no_other(self, tmp_path: Path) -> None:
        wrong = ["abc", "1,234.00", "12,90", "-5", "1e3", "NaN", "¥12.90", "12.345", "１２", "1.2.3", "USD 5 CNY", "=1"]

        done = taken(tmp_path, good(100), *(good(n, f'"{price}"') for n, price in enumerate(wrong)), good(101))

        assert [(row.row, row.field) for row in done.refused] == [(n, "price") for n in range(3, 3 + len(wrong))]
        assert set(offers()) == {"100", "101"}

    def test_amounts_are_read_in_their_currency(self, tmp_path: Path) -> None:
        written_as = {
            "12.9": (1290, "CNY"), "12": (1200, "CNY"), "12.90 USD": (1290, "USD"), "69.71 gbp": (6971, "GBP"),
            "EUR 5": (500, "EUR"), "1200.00 JPY": (1200, "JPY"), "1.500 KWD": (1500, "KWD"), "12.9000": (1290, "CNY"),
        }  # fmt: skip

        taken(tmp_path, *(good(number, price) for number, price in enumerate(written_as)))

        found = {name: (offer["now_minor"], offer["currency"]) for name, offer in offers().items()}
        assert found == {str(number): meant for number, meant in enumerate(written_as.values())}

    def test_an_amount_in_another_currency_than_the_price_is_lost(self, tmp_path: Path) -> None:
        text = "id,title,url,currency,price,list_price\n1,a,https://item.jd.com/1.html,CNY,5.00,6.00 USD\n"

        assert refused(tmp_path, text) == []
        assert [offers()["1"][name] for name in ("now_minor", "list_minor", "currency")] == [500, None, "CNY"]

    def test_a_row_that_says_no_currency_is_refused_for_it(self, tmp_path: Path) -> None:
        text = "id,title,url,price\n1,a,https://item.jd.com/1.html,5.00\n2,b,https://item.jd.com/2.html,\n"

        assert refused(tmp_path, text) == [(2, "currency"), (3, "currency")]

    def test_a_sale_that_runs_is_the_price_and_one_that_is_over_is_not(self, tmp_path: Path) -> None:
        text = (
            "id,title,link,price,sale_price,sale_price_effective_date\n"
            "1,a,https://item.jd.com/1.html,20.00 USD,15.00 USD,2026-11-22T00:00+0800/2026-11-30T23:59+0800\n"
            "2,b,https://item.jd.com/2.html,20.00 USD,15.00 USD,2026-10-01T00:00+0800/2026-10-09T23:59+0800\n"
            "3,c,https://item.jd.com/3.html,20.00 USD,25.00 USD,\n"
            "4,d,https://item.jd.com/4.html,20.00 USD,15.00 USD,next week\n"
        )

        assert refused(tmp_path, text) == []
        known = offers()
        prices = [(known[n]["list_minor"], known[n]["now_minor"]) for n in "1234"]
        assert prices == [(2000, 1500), (None, 2000), (None, 2000), (None, 2000)]


class TestAgain:
    """The same file again, and a newer one."""

    def test_the_same_again_changes_nothing_but_how_fresh_it_is(self, tmp_path: Path) -> None:
        first = taken(tmp_path, good(1), good(2))
        numbers = {name: offer["seq"] for name, offer in offers().items()}

        again = taken(tmp_path, good(1), good(2), now=NOW + DAY)

        assert (first.accepted, first.changed, first.unchanged, first.new) == (2, 2, 0, 2)
        assert (again.accepted, again.changed, again.unchanged, again.new) == (2, 0, 2, 0)
        assert {name: offer["seq"] for name, offer in offers().items()} == numbers
        assert all(offer["as_of"] == NOW + DAY for offer in offers().values())
        assert courses() == {"1": [(NOW, 1290)], "2": [(NOW, 1290)]}

    def test_only_what_changed_gets_a_number_and_a_price_point(self, tmp_path: Path) -> None:
        taken(tmp_path, good(1), good(2))
        before = {name: offer["seq"] for name, offer in offers().items()}

        done = taken(tmp_path, good(1, "11.90"), good(2), good(3), now=NOW + DAY)

        after = {name: offer["seq"] for name, offer in offers().items()}
        assert (done.changed, done.unchanged, done.new) == (2, 1, 1)
        assert after["1"] > before["1"]
        assert after["2"] == before["2"]
        assert courses()["1"] == [(NOW, 1290), (NOW + DAY, 1190)]
        prove()

    def test_of_two_rows_about_one_offer_the_later_one_counts(self, tmp_path: Path) -> None:
        done = taken(tmp_path, good(1), good(1, "9.90"))

        assert (done.accepted, done.changed, done.unchanged) == (2, 1, 1)
        assert offers()["1"]["now_minor"] == 990

    def test_a_dated_price_that_is_older_than_a_reading_does_not_become_the_price(self, tmp_path: Path) -> None:
        url = "https://item.taobao.com/item.htm?id=flask-today"
        take_offers([flask_facts(coupon_minor=None)], now=NOW)
        take_offers([flask_facts(coupon_minor=None, as_of=NOW + 4 * DAY)], now=NOW + 4 * DAY)  # the same: no point
        row = f"flask-today,2200000001:/bao/flask.jpg,316 不锈钢保温杯 500 毫升,{url},CNY,"
        text = "id,identity,title,url,currency,price,as_of\n" + "".join(
            f"{row}{price},{at.isoformat()}\n" for price, at in (("99.00", NOW - DAY), ("79.00", NOW + DAY))
        )

        done = import_offers(written(tmp_path, text), "taobao", now=NOW + 5 * DAY)

        assert (done.changed, done.unchanged) == (2, 0)
        assert Offer.objects.get().now_minor == 8900
        # at its last reading it cost 89.00 again, so the older word is not the last one
        course = [(NOW - DAY, 9900), (NOW, 8900), (NOW + DAY, 7900), (NOW + 4 * DAY, 8900)]
        assert courses("taobao") == {"flask-today": course}
        prove()


class TestRefusedRows:
    """Refused rows are kept in the file's own form, fixed there, and imported again."""

    def test_csv(self, tmp_path: Path) -> None:
        kept = tmp_path / "goods.refused.csv"
        rows = [good(1, title='"a, ""b"""'), good(2, "x", title='"=cmd|calc!A1, ""q"""'), "3,short", good(4)]

        done = import_offers(written(tmp_path, goods(*rows)), "jd", refused_to=kept, now=NOW)

        assert [(row.row, row.field) for row in done.refused] == [(3, "price"), (4, "row")]
        header, bad, short = csv.reader(kept.read_text().splitlines())
        assert header == ["joey_row", "joey_field", "joey_reason", "id", "title", "url", "price", "currency"]
        assert bad[:2] == ["3", "price"]
        assert bad[3:5] == ["2", '\'=cmd|calc!A1, "q"']  # safe in a spreadsheet, and read back as it was
        assert short[:2] + short[3:] == ["4", "row", "3", "short"]
        fixed = kept.read_text().replace(",x,", ",8.80,").replace("3,short", "3,c,https://item.jd.com/3.html,1.00,CNY")
        done = import_offers(written(tmp_path, fixed, "fixed.csv"), "jd", refused_to=kept, now=NOW)
        assert (done.accepted, done.refused) == (2, ())
        assert offers()["2"]["title"] == '=cmd|calc!A1, "q"'
        assert prices() == {
            "1": 1290,
            "2": 880,
            "3": 100,
            "4": 1290,
        }

    def test_json_lines(self, tmp_path: Path) -> None:
        kept = tmp_path / "kept.jsonl"
        row = {"id": 1, "title": "杯", "url": "https://item.jd.com/1.html", "price": 12.5, "currency": "CNY"}
        lines = [
            json.dumps(row),
            "{not json",
            "",
            json.dumps(row | {"id": 2, "price": "x"}),
            json.dumps(row | {"id": 3}),
        ]
        file = written(tmp_path, "\n".join([*lines, ""]), "goods.jsonl")

        done = import_offers(file, "jd", refused_to=kept, now=NOW)

        assert [(each.row, each.field) for each in done.refused] == [(2, "row"), (4, "price")]
        assert kept.read_text().splitlines()[1] == "{not json"
        fixed = kept.read_text().replace("{not json", json.dumps(row | {"id": 4})).replace('"x"', "3")
        done = import_offers(written(tmp_path, fixed, "fixed.jsonl"), "jd", now=NOW)
        assert (done.accepted, done.refused) == (2, ())
        assert prices() == {
            "1": 1250,
            "2": 300,
            "3": 1250,
            "4": 1250,
        }

    def test_a_feed(self, tmp_path: Path) -> None:
        kept = tmp_path / "kept.xml"
        link = "<link>https://item.jd.com/{}.html</link>"
        item = f"<item><g:id>{{}}</g:id><title>A &amp; B</title>{link}<g:price>{{}}</g:price></item>"
        items = "".join(item.format(n, n, price) for n, price in ((1, "5.00 USD"), (2, "cheap -- ask")))
        feed = f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{items}</channel></rss>'

        done = import_offers(written(tmp_path, feed, "feed.xml"), "jd", refused_to=kept, now=NOW)

        assert [(each.row, each.field) for each in done.refused] == [(2, "price")]
        fixed = kept.read_text().replace("cheap -- ask", "7.00 USD")
        done = import_offers(written(tmp_path, fixed, "fixed.xml"), "jd", now=NOW)
        assert (done.accepted, done.refused) == (1, ())
        assert offers()["2"]["title"] == "A & B"

    def test_without_refused_rows_there_is_no_such_file(self, tmp_path: Path) -> None:
        taken(tmp_path, good(1), refused_to=tmp_path / "kept.csv")

        assert sorted(path.name for path in tmp_path.iterdir()) == ["goods.csv"]

    def test_the_column_that_the_mapping_names_is_named(self, tmp_path: Path) -> None:
        mapping = mapped(tmp_path, 'currency = "CNY"\n[columns]\nprice = "p"\nid = "nr"')
        text = "nr,title,url,p\n,a,https://item.jd.com/1.html,1\n2,b,https://item.jd.com/2.html,x\n"

        assert refused(tmp_path, text, mapping=mapping) == [(2, "nr"), (3, "p")]


class TestFull:
    """A complete file takes out what it lacks, unless that is too much to be true."""

    def test_what_is_missing_is_withdrawn_only_when_the_file_is_called_complete(self, tmp_path: Path) -> None:
        taken(tmp_path, *map(good, range(10)))

        partly = taken(tmp_path, *map(good, range(8)), now=NOW + DAY)
        assert (partly.withdrawn, {offer["withdrawn_at"] for offer in offers().values()}) == (0, {None})
        whole = taken(tmp_path, *map(good, range(8)), complete=True, now=NOW + 2 * DAY)

        assert whole.withdrawn == 2
        gone = {name for name, offer in offers().items() if offer["withdrawn_at"]}
        assert gone == {"8", "9"}
        back = taken(tmp_path, good(8), now=NOW + 3 * DAY)
        assert (back.changed, offers()["8"]["withdrawn_at"]) == (1, None)

    def test_more_than_a_fifth_missing_changes_nothing_and_says_the_numbers(self, tmp_path: Path) -> None:
        taken(tmp_path, *map(good, range(10)))
        before = everything()

        with pytest.raises(TooManyMissing, match="3 of 10 offers are missing") as refusal:
            taken(tmp_path, *(good(n, "1.00") for n in range(7)), good(99), complete=True, now=NOW + DAY)

        assert refusal.value.facts == {"live": 10, "missing": 3}
        assert everything() == before

    def test_an_offer_whose_row_is_refused_is_not_missing(self, tmp_path: Path) -> None:
        taken(tmp_path, *map(good, range(10)))

        done = taken(tmp_path, *map(good, range(9)), good(9, "what"), complete=True, now=NOW + DAY)

        assert (len(done.refused), done.withdrawn) == (1, 0)

    def test_other_marketplaces_are_left_alone(self, tmp_path: Path) -> None:
        taken(tmp_path, *map(good, range(5)))
        feed = goods(*(f"{n},t,https://shop.example/{n},1.00,CNY" for n in range(2)))

        done = import_offers(written(tmp_path, feed), "feed:shop", complete=True, now=NOW)

        assert done.withdrawn == 0
        assert not any(offer["withdrawn_at"] for offer in offers().values())


class TestWhereLinksLead:
    """No row leads to a host that the marketplace, or the operator for a feed, did not allow."""

    def test_a_link_elsewhere_refuses_its_row(self, tmp_path: Path) -> None:
        elsewhere = [
            "https://evil.example/1.html", "https://item.jd.com.evil.example/1", "https://evil.example/item.jd.com",
            "https://item.jd.com@evil.example/1", "javascript:alert(1)", "https://item.jd.com:444/1", "ftp://item.jd.com/1",
            "", "item.jd.com/1", "https://item.jd.com\\@evil.example/1", "https:evil.example", "/1",
        ]  # fmt: skip

        done = taken(tmp_path, *(f"{n},a,{url},1.00,CNY" for n, url in enumerate(elsewhere)), good(100))

        assert [(row.row, row.field) for row in done.refused] == [(n, "url") for n in range(2, 2 + len(elsewhere))]
        assert set(offers()) == {"100"}

    def test_a_link_is_kept_as_a_browser_would_ask(self, tmp_path: Path) -> None:
        asked = {
            "http://item.jd.com/1.html": "https://item.jd.com/1.html",
            "//item.jd.com/1.html": "https://item.jd.com/1.html",
            "HTTPS://Item.JD.com/A": "https://item.jd.com/A",
            "https://item.jd.com/杯 1": "https://item.jd.com/%E6%9D%AF%201",
            "https://item.jd.com/1?a=1&amp;b=2": "https://item.jd.com/1?a=1&b=2",
        }

        taken(tmp_path, *(f"{number},a,{url},1.00,CNY" for number, url in enumerate(asked)))

        assert [offer["url"] for offer in offers().values()] == list(asked.values())

    def test_the_first_import_of_a_feed_allows_its_one_host_and_later_ones_no_other(self, tmp_path: Path) -> None:
        first = goods("1,a,https://shop.example/1,1.00,CNY", "2,b,https://shop.example/2,1.00,CNY")
        done = import_offers(written(tmp_path, first), "feed:shop", now=NOW)
        assert done.hosts == {"shop.example"} == manifest_of("feed:shop").hosts

        later = goods("1,a,https://shop.example/1,1.00,CNY", "2,b,https://evil.example/2,1.00,CNY")

        assert refused(tmp_path, later, "feed:shop") == [(3, "url")]
        assert manifest_of("feed:shop").hosts == {"shop.example"}

    def test_a_first_import_that_leads_to_several_hosts_wants_them_named(self, tmp_path: Path) -> None:
        text = goods("1,a,https://shop.example/1,1.00,CNY", "2,b,https://evil.example/2,1.00,CNY")

        with pytest.raises(Invalid, match=r"shop\.example \(1\), evil\.example \(1\)") as refusal:
            import_offers(written(tmp_path, text), "feed:shop", now=NOW)

        assert refusal.value.field == "hosts"
        assert (offers("feed:shop"), dict(feeds())) == ({}, {})
        mapping = mapped(tmp_path, 'hosts = ["shop.example"]\nzone = "Asia/Colombo"\nprice_hours = 48')
        assert refused(tmp_path, text, "feed:shop", mapping=mapping) == [(3, "url")]
        policy = manifest_of("feed:shop")
        assert (policy.hosts, policy.zone, policy.price_life) == (
            frozenset({"shop.example"}),
            "Asia/Colombo",
            timedelta(hours=48),
        )
        assert offers("feed:shop")["1"]["expires_at"] == NOW + timedelta(hours=48)

    def test_a_feed_that_was_never_imported_leads_nowhere(self) -> None:
        policy = manifest_of("feed:unknown")

        assert (policy.hosts, policy.picture_hosts, policy.reports_orders) == (frozenset(), frozenset(), False)

    @pytest.mark.parametrize(
        "name", ["feed:", "feed:Shop", "feed:a b", "feed:" + "x" * 60, "feed:店", "ebay", "", "feed:../x"]
    )
    def test_a_name_that_is_none_is_refused(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(Invalid) as refusal:
            import_offers(written(tmp_path, goods(good(1))), name, now=NOW)

        assert refusal.value.field == "marketplace"

    def test_a_connected_marketplace_takes_no_hosts_from_a_mapping(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match="“hosts” is for feeds"):
            taken(tmp_path, good(1), mapping=mapped(tmp_path, 'hosts = ["evil.example"]'))


class TestMapping:
    """A mapping says no more than it can, and a wrong key is named."""

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ('colums = "x"', "colums"),
            ('[columns]\nprise = "p"', "columns.prise"),
            ('[columns]\nprice = { column = "p", untis = "fen" }', "columns.price.untis"),
            ('[columns]\nprice = { column = "p", unit = "jiao" }', "columns.price.unit"),
            ('[columns]\ntitle = { column = "p", unit = "fen" }', "columns.title"),
            ('[columns]\nprice = { unit = "fen" }', "columns.price"),
            ("[columns]\nprice = 3", "columns.price"),
            ('currency = "XXX"', "currency"),
            ('zone = "Mars/Olympus"', "zone"),
            ('hosts = ["https://shop.example/"]', "hosts"),
            ('hosts = "shop.example"', "hosts"),
            ("price_hours = 0", "price_hours"),
            ('none = "--"', "none"),
            ("[categories]\na = 1", "categories.a"),
            ("not toml", "mapping"),
            ('[columns]\ncategory = { column = "c", tree = "absent.csv" }', "tree"),
        ],
    )
    def test_a_wrong_key_is_named(self, text: str, field: str, tmp_path: Path) -> None:
        with pytest.raises(Invalid) as refusal:
            mapped(tmp_path, text)

        assert refusal.value.field == field

    def test_marks_for_no_value_hold_for_every_column(self, tmp_path: Path) -> None:
        mapping = mapped(tmp_path, 'currency = "CNY"\nnone = ["--", "NULL"]')
        text = "id,title,url,price,brand,volume\n1,杯,https://item.jd.com/1.html,--,NULL,--\n"

        assert refused(tmp_path, text, mapping=mapping) == []
        assert [offers()["1"][name] for name in ("now_minor", "brand", "volume")] == [None, "", None]

    def test_the_first_of_several_columns_with_a_value_counts(self, tmp_path: Path) -> None:
        columns = 'title = ["long", "{brand} {short}", "short"]\nprice = ["now", "was"]'
        mapping = mapped(tmp_path, f'currency = "CNY"\n[columns]\n{columns}')
        text = (
            "id,long,short,brand,url,now,was\n"
            "1,,s,b,https://item.jd.com/1.html,,5\n2,L,s,b,https://item.jd.com/2.html,4,5\n"
            "3,,s,,https://item.jd.com/3.html,,\n"
        )

        assert refused(tmp_path, text, mapping=mapping) == []
        known = offers()
        assert [(known[n]["title"], known[n]["now_minor"]) for n in "123"] == [("b s", 500), ("L", 400), ("s", None)]

    def test_a_template_cannot_break_out_of_its_address(self, tmp_path: Path) -> None:
        mapping = mapped(tmp_path, 'currency = "CNY"\n[columns]\nurl = "https://item.jd.com/{id}.html"')
        text = "id,title\n@evil.example/?x=1&y=#,杯\n"

        refused(tmp_path, text, mapping=mapping)

        assert all(offer["url"].startswith("https://item.jd.com/%40evil.example%2F%3F") for offer in offers().values())

    @pytest.mark.parametrize(
        ("how", "text", "at"),
        [
            ('date = "%Y/%m/%d"', "2016/11/5", datetime(2016, 11, 4, 16, tzinfo=UTC)),
            ('date = "epoch"', "1560355200", datetime(2019, 6, 12, 16, tzinfo=UTC)),
            ('date = "epoch_ms"', "1560355200000", datetime(2019, 6, 12, 16, tzinfo=UTC)),
            ('date = ""', "2016-11-05T10:00:00+02:00", datetime(2016, 11, 5, 8, tzinfo=UTC)),
            ('date = ""', "2016-11-05 10:00", datetime(2016, 11, 5, 2, tzinfo=UTC)),
        ],
    )
    def test_times_are_the_zones_own_unless_they_say_otherwise(
        self, how: str, text: str, at: datetime, tmp_path: Path
    ) -> None:
        mapping = mapped(tmp_path, f'currency = "CNY"\n[columns]\nas_of = {{ column = "when", {how} }}')
        header = "id,title,url,price,when\n"

        assert refused(tmp_path, f"{header}1,a,https://item.jd.com/1.html,1,{text}\n", mapping=mapping) == []
        assert courses()["1"] == [(at, 100)]
        bad = f"{header}2,a,https://item.jd.com/2.html,1,soon\n3,a,https://item.jd.com/3.html,1,\n"
        assert refused(tmp_path, bad, mapping=mapping) == [(2, "when"), (3, "when")]

    def test_another_delimiter(self, tmp_path: Path) -> None:
        text = goods(good(1)).replace(",", ";")

        assert refused(tmp_path, text, mapping=mapped(tmp_path, 'delimiter = ";"')) == []


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_marks_line_ends_and_gzip_make_no_difference(mark: str, end: str, packed: bool, tmp_path: Path) -> None:
    body = (mark + goods(good(1), good(2, title='"two\nlines"')).replace("\n", end)).encode()

    done = import_offers(written(tmp_path, gzip.compress(body) if packed else body, "goods.txt"), "jd", now=NOW)

    assert (done.accepted, done.refused) == (2, ())
    assert offers()["2"]["title"] == "two lines"


def test_an_atom_feed_is_read_too(tmp_path: Path) -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
      <title>shop</title><link href="https://shop.example/"/>
      <entry><title>A cup</title><link href="https://shop.example/1"/><g:id>1</g:id><g:price>5.00 USD</g:price>
      <g:availability>out of stock</g:availability><g:gtin>4006381333931</g:gtin></entry></feed>"""

    import_offers(written(tmp_path, feed, "feed.atom"), "feed:shop", now=NOW)

    cup = offers("feed:shop")["1"]
    assert (cup["title"], cup["url"], cup["now_minor"], cup["in_stock"], cup["gtin"]) == (
        "A cup", "https://shop.example/1", 500, False, "04006381333931",
    )  # fmt: skip
