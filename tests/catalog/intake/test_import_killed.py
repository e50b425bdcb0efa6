"""Importing beside itself, and killed anywhere: run again, it comes to what one clean run comes to."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.catalog.intake.import_offers import import_offers
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.refresh_due import refresh_due
from joey.kit import sql
from joey.marketplaces.imported import feeds
from tests.at_once import die_after, outcomes
from tests.catalog.imports import NOW, courses, documented, good, goods, mapped, offers, prove, real, written
from tests.catalog.offers import many

pytestmark = pytest.mark.usefixtures("committed_db")

DAY = timedelta(days=1)
NOT_THE_SAME = ("id", "seq")  # given out by chance and by turn


@pytest.fixture(autouse=True)
def _own_feeds(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def state(marketplace: str) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The marketplace's offers and what they cost, as any clean run leaves them."""
    found = offers(marketplace)
    for offer in found.values():
        for name in NOT_THE_SAME:
            del offer[name]
    return found, courses(marketplace)


@pytest.mark.parametrize(
    "point",
    [
        "CREATE TEMP TABLE IF NOT EXISTS offer_in",
        "ANALYZE offer_in",
        "INSERT INTO offer_key",
        "INSERT INTO catalog_offer",
        "UPDATE catalog_offer",
        "INSERT INTO catalog_pricepoint",
        "UNION SELECT k.offer_id",  # the last but one before the commit
        "last.price_minor <>",  # the last one
    ],
)
def test_killed_at_any_point_and_run_again_it_is_as_if_it_had_run_once(point: str, tmp_path: Path) -> None:
    rows = [
        f"{n},t{n},https://item.jd.com/{n}.html,{n + day}.00,CNY,2026-11-{10 + day}"
        for n in range(1, 40)
        for day in range(3)
    ]
    text = "\n".join(["id,title,url,price,currency,as_of", *rows, ""])
    older, newer = written(tmp_path, text, "old.csv"), written(tmp_path, text.replace(".00,", ".50,"), "new.csv")
    newer.write_text(newer.read_text().replace("2026-11-1", "2026-11-2"))
    import_offers(older, "jd", now=NOW)

    die_after(point, lambda: import_offers(newer, "jd", now=NOW))

    killed = state("jd")
    assert len(killed[0]) == 39
    assert {offer["now_minor"] % 100 for offer in killed[0].values()} == {0}  # nothing of the newer file
    import_offers(newer, "jd", now=NOW)
    again = state("jd")
    for file in (older, newer):  # once, without dying, somewhere else
        elsewhere = file.read_text().replace("item.jd.com", "product.dangdang.com")
        import_offers(written(tmp_path, elsewhere, "clean.csv"), "dangdang", now=NOW)
    clean = state("dangdang")
    assert again[1] == clean[1]
    for offer in (*again[0].values(), *clean[0].values()):
        del offer["marketplace"], offer["url"]
    assert again[0] == clean[0]
    prove()


def test_killed_after_the_commit_it_changes_nothing_when_run_again(tmp_path: Path) -> None:
    mapping = documented("tmall.toml", tmp_path)
    real("zh_tmall_beauty_2016_daily.csv.gz", "tmall", mapping)
    before = state("tmall")

    done = real("zh_tmall_beauty_2016_daily.csv.gz", "tmall", mapping)

    assert (done.changed, state("tmall")) == (0, before)


def test_a_feed_that_dies_at_its_first_import_leads_nowhere(tmp_path: Path) -> None:
    file = written(tmp_path, goods("1,a,https://shop.example/1,1.00,CNY"))

    die_after("INSERT INTO catalog_pricepoint", lambda: import_offers(file, "feed:shop", now=NOW))

    assert "feed:shop" not in feeds()
    assert offers("feed:shop") == {}


def test_two_imports_of_one_marketplace_at_once_come_to_one_result(tmp_path: Path) -> None:
    files = [
        written(tmp_path, goods(*(good(n, f"{price}.00") for n in range(300))), f"{price}.csv") for price in (5, 6)
    ]

    came = outcomes(
        lambda: import_offers(files[0], "jd", now=NOW), lambda: import_offers(files[1], "jd", now=NOW + DAY)
    )

    assert {each.accepted for each in came} == {300}  # type: ignore[attr-defined]
    assert {offer["now_minor"] for offer in offers().values()} == {600}
    assert len(offers()) == 300
    prove()


def test_an_import_beside_what_a_connector_brings_makes_no_offer_twice(tmp_path: Path) -> None:
    brought = many(200, marketplace="jd", url="https://item.jd.com/1.html")
    mapping = mapped(tmp_path, '[columns]\nidentity = "identity"')
    header = "id,identity,title,url,price,currency"
    rows = [f"id-{n},seller:{n},保温杯 第{n}款,https://item.jd.com/1.html,7.00,CNY" for n in range(200)]
    file = written(tmp_path, "\n".join([header, *rows, ""]))

    came = outcomes(
        lambda: import_offers(file, "jd", mapping=mapping, now=NOW + DAY),
        lambda: take_offers(brought, now=NOW + DAY),
        lambda: refresh_due(now=NOW + DAY),
    )

    assert not [each for each in came if isinstance(each, BaseException)]
    assert sql.value("SELECT count(*) FROM catalog_offer") == 200
    assert {offer["now_minor"] for offer in offers().values()} == {700}  # the newer word
    prove()
