"""Files as the world has them: each defect that they are known for is read, refused or left out, as it should be."""

import csv
import gzip
import json
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pytest
from defusedxml.ElementTree import fromstring
from pytest_django import Settings

from joey.catalog.intake.files.category_tree import read_tree
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.import_offers import import_offers
from joey.kit import sql
from joey.kit.refusals import Invalid
from joey.marketplaces.imported import feeds
from tests.catalog.imports import NOW, courses, documented, everything, mapped, offers, prove, real, rows_of, written
from tests.real_data import shared

pytestmark = pytest.mark.django_db

TMALL = "zh_tmall_beauty_2016_daily.csv.gz"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_feeds(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


class TestTmall:
    """Ten days of 1,206 items: a byte-order mark, dates without zeros, ids with an A, empty counts, repeats."""

    def test_every_row_becomes_a_price_at_its_date_in_beijing_and_the_newest_makes_the_offer(
        self, tmp_path: Path
    ) -> None:
        rows = list(csv.DictReader(rows_of(TMALL)))

        done = real(TMALL, "tmall", documented("tmall.toml", tmp_path))

        known = offers("tmall")
        assert (done.accepted, done.refused, done.new) == (8769, (), 1206)
        assert done.changed == 8750 == len({(row["id"], row["update_time"]) for row in rows})  # 19 rows are repeats
        assert set(known) == {row["id"].removeprefix("A") for row in rows}
        reported: dict[str, dict[datetime, int]] = {}
        for row in rows:  # the later row of a day counts
            year, month, day = map(int, row["update_time"].split("/"))
            at = datetime(year, month, day, tzinfo=UTC) - timedelta(hours=8)
            reported.setdefault(row["id"].removeprefix("A"), {})[at] = round(float(row["price"]) * 100)
        assert courses("tmall") == {item: sorted(days.items()) for item, days in reported.items()}
        for item, days in reported.items():
            newest = max(days)
            assert (known[item]["as_of"], known[item]["now_minor"]) == (newest, days[newest])
        assert sum(len(set(days.values())) > 1 for days in reported.values()) == 162
        prove()

    def test_what_is_empty_is_unknown_and_what_is_odd_is_kept(self, tmp_path: Path) -> None:
        real(TMALL, "tmall", documented("tmall.toml", tmp_path))

        known = list(offers("tmall").values())
        assert {offer["brand"] for offer in known} == {row["店名"] for row in csv.DictReader(rows_of(TMALL))}
        assert len({offer["brand"] for offer in known}) == 7
        uncounted = [row for row in csv.DictReader(rows_of(TMALL)) if not row["sale_count"]]
        assert len(uncounted) == 1885
        newest = {row["id"].removeprefix("A"): row for row in csv.DictReader(rows_of(TMALL))}  # days are in order
        assert {offer["external_id"] for offer in known if offer["volume"] is None} == {
            item for item, row in newest.items() if not row["sale_count"]
        }
        assert all(offer["category"] == "" and offer["picture_urls"] == [] for offer in known)
        assert any("补运费专用" in offer["title"] and offer["now_minor"] == 100 for offer in known)
        assert any("【" in offer["title"] for offer in known)
        assert all(offer["url"] == f"https://detail.tmall.com/item.htm?id={offer['external_id']}" for offer in known)
        assert all(offer["identity"] == f"id:{offer['external_id']}" for offer in known)
        assert all(offer["expires_at"] < NOW for offer in known)  # no one is shown a price of 2016

    def test_again_it_changes_nothing(self, tmp_path: Path) -> None:
        mapping = documented("tmall.toml", tmp_path)
        real(TMALL, "tmall", mapping)
        before = everything()

        done = real(TMALL, "tmall", mapping, now=NOW + DAY)

        assert (done.accepted, done.changed, done.unchanged) == (8769, 0, 8769)
        assert everything() == before

    def test_day_by_day_in_any_order_it_gives_the_same_prices(self, tmp_path: Path) -> None:
        mapping = documented("tmall.toml", tmp_path)
        header, *lines = rows_of(TMALL)
        days = sorted({line.partition(",")[0] for line in lines})
        real(TMALL, "tmall", mapping)
        whole = courses("tmall")
        shown = {item: (offer["now_minor"], offer["as_of"]) for item, offer in offers("tmall").items()}
        with_one = [line for line in lines if line.split(",")[1].endswith("7")]
        wanted = {line.split(",")[1].removeprefix("A") for line in with_one}

        random.Random(3).shuffle(days)
        for day in days:
            part = "\r\n".join([header, *(line for line in with_one if line.startswith(f"{day},")), ""])
            file = written(tmp_path, part.replace("A", "B"), "day.csv")
            part_mapping = mapped(
                tmp_path,
                """
                currency = "CNY"
                zone = "Asia/Shanghai"
                [columns]
                id = { column = "id", without = "B" }
                identity = { column = "id", without = "B" }
                url = "https://item.jd.com/{id}.html"
                as_of = { column = "update_time", date = "%Y/%m/%d" }
                """,
            )
            import_offers(file, "jd", mapping=part_mapping, now=NOW)

        assert courses("jd") == {item: course for item, course in whole.items() if item in wanted}
        assert {item: (offer["now_minor"], offer["as_of"]) for item, offer in offers("jd").items()} == {
            item: each for item, each in shown.items() if item in wanted
        }
        prove()


class TestJdPhones:
    """682 SKUs of a course's shop: fen, testers' rows, pictures on a foreign host, categories as numbers."""

    NAME = "zh_jd_phones_sku.jsonl.gz"
    PLAIN = """
        currency = "CNY"
        [columns]
        url = "https://item.jd.com/{id}.html"
        price = { column = "price", unit = "fen" }
    """

    def test_fen_are_read_as_fen_and_a_zero_is_an_unknown_price(self, tmp_path: Path) -> None:
        done = real(self.NAME, "jd", documented("jd.toml", tmp_path))

        known = offers()
        assert (done.accepted, done.refused) == (682, ())
        assert known["2600242"]["now_minor"] == 84900
        assert [offer["now_minor"] for offer in known.values()].count(None) == 1
        assert len(sql.rows("SELECT 1 FROM catalog_pricepoint")) == 681
        assert max(offer["now_minor"] or 0 for offer in known.values()) == 999900
        prove()

    def test_pictures_on_another_host_are_left_out(self, tmp_path: Path) -> None:
        real(self.NAME, "jd", documented("jd.toml", tmp_path))

        known = list(offers().values())
        assert not any("leyou" in picture for offer in known for picture in offer["picture_urls"])
        assert sum(offer["picture_urls"] == [] for offer in known) == 664 + 14  # testers gave none
        assert all(  # the other four lie at JD
            picture.startswith(("https://img11.360buyimg.com/", "https://img12.360buyimg.com/"))
            for offer in known
            for picture in offer["picture_urls"]
        )

    def test_a_category_number_becomes_its_path_and_then_ours(self, tmp_path: Path) -> None:
        real(self.NAME, "jd", documented("jd.toml", tmp_path))

        known = offers()
        assert known["2600242"]["category"] == "digital"  # 76 is 手机 > 手机通讯 > 手机

    def test_rows_of_testers_and_titles_that_end_in_a_space_come_as_they_are(self, tmp_path: Path) -> None:
        real(self.NAME, "jd", documented("jd.toml", tmp_path))

        known = list(offers().values())
        tested = [offer for offer in known if offer["title"].startswith("123123")]
        assert sorted(offer["now_minor"] for offer in tested) == [100] * 6 + [300]
        assert all(offer["picture_urls"] == [] for offer in tested)
        rows = [json.loads(line) for line in rows_of(self.NAME)]
        assert len({row["spu_id"] for row in rows if row.get("spu_title", "").endswith(" ")}) == 172
        assert {offer["model"] for offer in known} == {" ".join(row.get("spu_title", "").split()) for row in rows}
        assert sum(offer["model"] == "" for offer in known) == 4  # they have no SPU
        assert len({offer["title"] for offer in known}) == 682 - 15

    def test_links_of_html_in_a_text_become_text(self, tmp_path: Path) -> None:
        reported = {row["id"]: row.get("sub_title", "") for row in map(json.loads, rows_of(self.NAME))}
        linked = {item for item, text in reported.items() if "<a" in text}

        done = real(self.NAME, "jd", mapped(tmp_path, self.PLAIN + 'title = "sub_title"'))

        assert {row.field for row in done.refused} == {"sub_title"}  # those that have none
        shown = offers()
        assert len(linked & shown.keys()) > 600
        assert {each: shown[each]["title"] for each in linked} == {
            each: " ".join(unescape(re.sub(r"</?a\b[^>]*>", "", reported[each])).split())[:300].rstrip()
            for each in linked
        }

    def test_only_three_kinds_of_goods_are_in_it_and_the_tree_names_them(self, tmp_path: Path) -> None:
        text = self.PLAIN + 'category = { column = "cid3", tree = "zh_jd_categories.csv.gz" }'
        (tmp_path / "zh_jd_categories.csv.gz").symlink_to(shared("data/zh_jd_categories.csv.gz"))

        real(self.NAME, "jd", mapped(tmp_path, text))

        assert Counter(offer["category"] for offer in offers().values()) == {
            "手机 > 手机通讯 > 手机": 666,
            "家用电器 > 大 家 电 > 平板电视": 7,
            "手机 > 手机配件 > 手机贴膜": 5,
            "": 4,
        }

    def test_what_is_in_json_inside_a_column_can_be_named(self, tmp_path: Path) -> None:
        real(self.NAME, "jd", mapped(tmp_path, self.PLAIN + 'model = ["own_spec.机身颜色", "spu_title"]'))

        assert offers()["2600242"]["model"] == "白色"


class TestYanxuan:
    """239 goods: a third without detail, most without a brand, pictures as JSON text, specifications as lists."""

    NAME = "zh_yanxuan_goods.jsonl.gz"

    def test_all_are_kept_as_offers_of_a_feed(self, tmp_path: Path) -> None:
        done = real(self.NAME, "feed:yanxuan", documented("yanxuan.toml", tmp_path))

        known = offers("feed:yanxuan")
        assert (done.accepted, done.refused, done.hosts) == (239, (), frozenset({"you.163.com"}))
        one = known["1006002"]
        assert (one["now_minor"], one["list_minor"], one["category"]) == (89900, 91900, "home")
        assert one["url"] == "https://you.163.com/item/detail?id=1006002"
        assert len(one["picture_urls"]) == 5  # its own and four of the gallery
        assert all(url.startswith("https://yanxuan.nosdn.127.net/") for url in one["picture_urls"])
        assert sum(offer["brand"] != "" for offer in known.values()) == 38
        assert sum(offer["category"] == "home" for offer in known.values()) == 170

    def test_a_category_that_the_mapping_does_not_know_stays_theirs(self, tmp_path: Path) -> None:
        real(self.NAME, "feed:yanxuan", documented("yanxuan.toml", tmp_path))

        theirs = {offer["category"] for offer in offers("feed:yanxuan").values()}
        tree = read_tree(shared("data/zh_yanxuan_categories.csv.gz"))
        assert theirs - {"home", "kitchen", "snacks"} <= set(tree.values())


class TestAmazonAndGoogle:
    """0.0 for no price, pounds among dollars, HTML entities, hardly a manufacturer."""

    def test_zero_is_no_price_and_the_offer_is_kept(self, tmp_path: Path) -> None:
        done = real("en_amazon_google_software_amazon.csv.gz", "feed:soft", documented("software.toml", tmp_path))

        known = list(offers("feed:soft").values())
        assert (done.accepted, done.refused) == (1354, ())
        assert [offer["now_minor"] for offer in known].count(None) == 199
        assert max(offer["now_minor"] or 0 for offer in known) == 10151555
        prove()

    def test_a_currency_inside_the_price_is_read(self, tmp_path: Path) -> None:
        done = real("en_amazon_google_software_google.csv.gz", "feed:soft", documented("software.toml", tmp_path))

        known = list(offers("feed:soft").values())
        assert (done.accepted, done.refused) == (2935, ())
        assert sum(offer["currency"] == "GBP" for offer in known) == 61
        assert any((offer["now_minor"], offer["currency"]) == (6971, "GBP") for offer in known)
        assert sum(offer["brand"] == "" for offer in known) == 2802
        assert max(offer["now_minor"] for offer in known) == 44316400  # a licence pack, not a mistake
        prove()

    def test_entities_of_html_are_read_once(self, tmp_path: Path) -> None:
        name = "en_amazon_google_software_amazon.csv.gz"
        text = """
            currency = "USD"
            hosts = ["www.amazon.com"]
            [columns]
            title = "description"
            url = "https://www.amazon.com/dp/{id}"
        """
        marked = {
            row["id"]: row["description"] for row in csv.DictReader(rows_of(name)) if "&nbsp;" in row["description"]
        }
        assert len(marked) >= 14

        real(name, "feed:soft", mapped(tmp_path, text))

        shown = {item: offers("feed:soft")[item]["title"] for item in marked}
        assert not any("&nbsp;" in title for title in shown.values())
        assert shown == {
            item: " ".join(unescape(text).replace("\xa0", " ").split())[:300].rstrip() for item, text in marked.items()
        }


@pytest.mark.parametrize(("name", "rows", "unknown"), [("abt", 1076, 660), ("buy", 1064, 478)])
def test_an_empty_price_is_unknown_and_the_offer_is_kept(name: str, rows: int, unknown: int, tmp_path: Path) -> None:
    done = real(f"en_abt_buy_{name}.csv.gz", f"feed:{name}", documented("abt.toml", tmp_path))

    known = offers(f"feed:{name}")
    assert (done.accepted, done.refused) == (rows, ())
    assert [offer["now_minor"] for offer in known.values()].count(None) == unknown
    assert all(offer["title"] for offer in known.values())  # also of the 418 without a description
    assert len(courses(f"feed:{name}")) == rows - unknown


class TestMerchantFeeds:
    """Google Merchant's own names need no mapping."""

    GIZMOTEK = "feed_google_merchant_gizmotek_excerpt.xml.gz"
    POLISH = "feed_google_merchant_pl_malformed.xml.gz"

    def test_a_feed_comes_in_without_a_mapping_and_nested_shipping_is_not_its_price(self) -> None:
        done = real(self.GIZMOTEK, "feed:gizmotek")

        known = offers("feed:gizmotek")
        assert (done.accepted, done.changed, done.refused) == (3, 3, ())
        watch = known["3-A58-PLUS-SMART-WATCH-SET"]
        assert (watch["now_minor"], watch["currency"], watch["list_minor"]) == (425000, "LKR", None)
        assert watch["title"].startswith("A58 Plus Luxury Women's 6-in-1 Smartwatch & Fashion Jewelry")
        assert (watch["brand"], watch["gtin"], watch["in_stock"], watch["category"]) == (
            "GizmoTek", "", True, "Wearables",
        )  # fmt: skip
        assert len(watch["picture_urls"]) == 3
        assert known["3-MINI-SUN-HELMET-PHONE-HOLDER"]["category"] == "Smartphones"  # as the feed says, wrong as it is
        assert feeds()["feed:gizmotek"].hosts == {"gizmotek.lk"}
        assert feeds()["feed:gizmotek"].picture_hosts == {"fochant-prod.s3.ap-southeast-1.amazonaws.com"}

    def test_a_malformed_feed_is_refused_as_a_whole_and_says_where(self) -> None:
        before = everything()

        with pytest.raises(UnreadableFile, match=r"not well-formed at line 12, column \d+") as refused:
            real(self.POLISH, "feed:juglana")

        assert (refused.value.field, refused.value.facts["row"]) == ("file", 12)
        assert everything() == before
        assert "feed:juglana" not in feeds()

    def test_fixed_it_shows_its_other_oddities(self, tmp_path: Path) -> None:
        broken = gzip.decompress(shared(f"data/{self.POLISH}").read_bytes()).decode()
        with pytest.raises(ParseError):
            fromstring(broken)
        file = written(tmp_path, broken.replace("&currency", "&amp;amp;currency"), "feed.xml")  # escaped twice now

        import_offers(file, "feed:juglana", now=NOW)

        stool = offers("feed:juglana")["44714076340531"]
        assert (stool["now_minor"], stool["list_minor"], stool["currency"]) == (31900, None, "EUR")  # no sale
        assert (stool["gtin"], stool["brand"], stool["model"]) == ("", "JUGLANA", "01")  # "01" is no GTIN
        assert stool["category"] == "Furniture > Ottomans"
        assert stool["url"].endswith("?variant=44714076340531&currency=EUR")

    def test_a_google_category_number_is_looked_up_in_googles_own_list(self, tmp_path: Path) -> None:
        tree = "google_taxonomy_en_2021-09-21.txt.gz"
        (tmp_path / tree).symlink_to(shared(f"data/{tree}"))
        mapping = mapped(
            tmp_path,
            f"""
            hosts = ["shop.example"]
            [columns]
            category = {{ column = "google_product_category", tree = "{tree}" }}
            [categories]
            "Animals & Pet Supplies" = "pets"
            """,
        )
        file = written(
            tmp_path,
            "id\ttitle\tlink\tprice\tgoogle_product_category\n"
            "a\tA cage\thttps://shop.example/a\t15.00 USD\t3\n"
            "b\tA game\thttps://shop.example/b\t15.00 USD\t1239\n",
            "feed.txt",
        )

        import_offers(file, "feed:shop", mapping=mapping, now=NOW)

        known = offers("feed:shop")
        assert known["a"]["category"] == "pets"  # Animals & Pet Supplies > Pet Supplies > Bird Supplies
        assert known["b"]["category"] == "Toys & Games"
        assert len(read_tree(tmp_path / tree)) == 5595


def test_category_trees_are_read_whole() -> None:
    jd = read_tree(shared("data/zh_jd_categories.csv.gz"))

    assert len(jd) == 1423
    assert jd["76"] == "手机 > 手机通讯 > 手机"
    assert max(path.count(" > ") for path in jd.values()) == 2


def test_two_shapes_of_one_reply_need_two_mappings_and_say_so(tmp_path: Path) -> None:
    done = real("taobao_union_items_sample.jsonl.gz", "taobao", documented("union.toml", tmp_path))

    assert (done.accepted, done.refused) == (4, ())
    assert [(note.row, note.field) for note in done.notes] == [(1, "coupon_end_time"), (2, "coupon_end_time")]
    assert sum(each["coupon_minor"] is None for each in offers("taobao").values()) == 2  # no one knows until when
    shirt = offers("taobao")["532530634044"]
    assert shirt["identity"] == "2451796575:/bao/uploaded/i3/2451796575/O1CN01kkDAz51yROc0tAMMe_!!0-item_pic.jpg"
    assert (shirt["now_minor"], shirt["list_minor"], shirt["coupon_minor"]) == (980, 6900, 780)
    assert (shirt["commission_ppm"], shirt["ships_from"]) == (200_000, "广东 广州")
    assert shirt["coupon_until"] == datetime(2019, 7, 18, 15, 59, 59, tzinfo=UTC)
    puzzle = offers("taobao")["553131838005"]
    assert (puzzle["now_minor"], puzzle["list_minor"], puzzle["coupon_minor"]) == (610, 610, 510)
    assert (puzzle["commission_ppm"], puzzle["ships_from"]) == (100_000, "浙江 丽水")


def test_a_file_without_a_mapping_says_what_it_misses() -> None:
    with pytest.raises(UnreadableFile, match="No row names the columns for url"):
        real("en_abt_buy_abt.csv.gz", "feed:abt")

    assert "feed:abt" not in feeds()


def test_a_mapping_for_another_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="column “update_time”, which this file does not have"):
        real("en_abt_buy_abt.csv.gz", "tmall", documented("tmall.toml", tmp_path))
