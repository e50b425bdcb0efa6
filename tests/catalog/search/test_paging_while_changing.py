"""A list read page by page while offers come, change and go, and while the index merges what it is made of."""

import random
from datetime import timedelta
from typing import Any

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.queries import search_offers
from joey.catalog.refresh_due import _withdraw
from joey.catalog.search.follow import catch_up, rebuild
from joey.catalog.search.read_index import searcher
from tests.catalog.offers import NOW, flask_facts
from tests.catalog.search.goods import MARKETPLACES
from tests.slow import but_every

SORTS = ("relevance", "price", "earning", "sales", "newest")


def offer(name: str, chance: random.Random, **changes: Any) -> Any:
    """Few different prices and volumes, so that many offers are equals."""
    words = chance.choice(["不锈钢保温杯", "保温 大容量 水杯", "保温杯子 stainless", "杯 保温"])
    return flask_facts(
        **{
            "identity": name, "external_id": name, "title": f"{words} {name}", "translations": {},
            "now_minor": chance.choice([1000, 1000, 2000, 3000]), "coupon_minor": None,
            "volume": chance.choice([0, 0, 0, 5, 7]), "commission_ppm": chance.choice([0, 50_000]),
            "marketplace": chance.choice(["taobao", "jd"]),
        }
        | changes
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("sort", but_every(4, SORTS))
@pytest.mark.parametrize("seed", but_every(3, range(3)))
def test_whatever_stays_as_it_is_is_shown_once_and_in_order(
    sort: str, seed: int, index_folder: object, settings: Any
) -> None:
    settings.JOEY_MARKETPLACES = MARKETPLACES
    chance = random.Random(f"{sort} {seed}")
    names = [f"n{at}" for at in range(120)]
    take_offers([offer(name, chance) for name in names], now=NOW)
    catch_up()
    whole = [card.external_id for card in pages(sort, 100)]
    restless = set(chance.sample(names, 40))
    came, minute = 0, 0

    def disturb() -> None:
        nonlocal came, minute
        minute += 1
        moment = NOW + timedelta(minutes=minute)
        come = [offer(f"new{came + at}", chance, as_of=moment) for at in range(chance.randrange(4))]
        came += len(come)
        changed = [offer(name, chance, as_of=moment) for name in chance.sample(sorted(restless), 3)]
        take_offers([*come, *changed], now=moment)
        gone = chance.choice(sorted(restless))
        _withdraw(list(Offer.objects.filter(external_id=gone).values_list("id", flat=True)), moment)
        if chance.random() < 0.2:
            rebuild()  # all segments become one, in another order
        else:
            catch_up()

    seen = [card.external_id for card in pages(sort, 6, disturb)]

    calm = [name for name in whole if name not in restless]
    assert [name for name in seen if name in set(calm)] == calm
    assert minute > 5
    assert searcher().num_docs > 0


def pages(sort: str, limit: int, between: Any = None) -> list[Any]:
    found: list[Any] = []
    cursor = None
    for _page in range(500):
        page = search_offers("保温杯", language="en", sort=sort, limit=limit, cursor=cursor, now=NOW)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found
        if between:
            between()
    raise AssertionError("the pages do not end")
