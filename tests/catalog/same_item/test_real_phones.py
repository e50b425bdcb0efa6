"""Real phones of JD: the colours and memories of one model are so many different things."""

import gzip
import json
import re
from collections import defaultdict

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Alike
from joey.catalog.same_item.follow import catch_up
from joey.marketplaces.port import OfferFacts
from tests.catalog.same_item.offers import NOW
from tests.proof import prove
from tests.real_data import shared

pytestmark = pytest.mark.usefixtures("committed_db")


def skus() -> list[dict[str, str]]:
    with gzip.open(shared("data/zh_jd_phones_sku.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def facts(sku: dict[str, str], marketplace: str) -> OfferFacts:
    return OfferFacts(
        marketplace=marketplace,
        identity=str(sku["id"]),
        external_id=str(sku["id"]),
        title=sku["title"],
        brand=sku.get("brand") or "",
        url=f"https://example.com/{sku['id']}",
        currency="CNY",
        now_minor=int(sku.get("price") or 0) or None,
        as_of=NOW,
    )


def same_pairs() -> set[tuple[str, str]]:
    rows = Alike.objects.filter(is_same=True, marketplace="jd").select_related("offer", "other")
    return {(row.offer.external_id, row.other.external_id) for row in rows}


def colour(sku: dict[str, str]) -> str:
    return re.split(r"[ （(]", json.loads(sku["own_spec"]).get("机身颜色", ""))[0].replace("色", "")


def memory(sku: dict[str, str]) -> tuple[str, ...]:
    """By its title: what the specification says is often another phone's."""
    found = re.search(r"(\d+)(?:G|B|RAM| )*\+\s*(\d+)", sku["title"])
    return found.groups() if found else ()


def are_two(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether memory or colour says so. One shop's 亮黑 may be the other's 黑; rose gold is never gold."""
    colours = sorted((colour(one), colour(other)), key=len)
    may_be_one = colours[0] in colours[1] and (colours[0] == colours[1] or "玫瑰金" not in colours)
    return memory(one) != memory(other) or not may_be_one


def wrongly_same(known: list[dict[str, str]]) -> list[str]:
    by_id = {str(sku["id"]): sku for sku in known}
    pairs = ((by_id[one], by_id[other]) for one, other in same_pairs())
    return [f"{one['title']} | {other['title']}" for one, other in pairs if are_two(one, other)]


def test_no_phone_is_the_same_as_another_colour_or_memory_of_itself() -> None:
    """Every second phone of a model at another marketplace, so that its next of kin is there and it is not."""
    by_model = defaultdict(list)
    known = skus()
    for sku in known:
        by_model[sku["spu_id"]].append(sku)
    split = [(sku, ("jd", "taobao")[place % 2]) for each in by_model.values() for place, sku in enumerate(each)]
    take_offers([facts(sku, place) for sku, place in split], now=NOW)

    compared = catch_up(now=NOW)

    assert compared.pairs > 1000
    assert wrongly_same(known) == []
    prove()


def test_a_phone_is_the_same_as_itself_and_no_other() -> None:
    """All of them at both marketplaces. Those that are listed twice have two that are as good, and match none."""
    known = skus()
    take_offers([facts(sku, place) for sku in known for place in ("jd", "taobao")], now=NOW)

    catch_up(now=NOW)

    print(len(same_pairs()), [p for p in same_pairs() if p[0] != p[1]][:5])
    assert wrongly_same(known) == []
    assert len(same_pairs()) > 0.75 * len(known)
    prove()
