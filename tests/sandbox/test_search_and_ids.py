"""Searching, looking up, and item ids that rotate."""

from collections.abc import Callable
from typing import Any

from joey.demo import catalogue
from joey.sandbox.dialects.taobao.item_ids import EPOCHS_KEPT, item_id, number_of
from tests.sandbox.conftest import Sandbox

OFFERS = [each for each in catalogue.offers() if each.marketplace in ("taobao", "tmall")]
SEARCH, LOOK_UP = "taobao.tbk.dg.material.optional.upgrade", "taobao.tbk.item.info.upgrade.get"


def look_up(sandbox: Sandbox, *ids: str) -> list[dict[str, Any]]:
    answer = sandbox.ask(LOOK_UP, item_id=",".join(ids))
    rows: list[dict[str, Any]] = answer.get("results", {}).get("tbk_item_detail", [])
    return rows


def test_every_word_has_to_be_there(sandbox: Sandbox) -> None:
    good = next(each for each in OFFERS if each.in_stock).good
    words = good.title["zh"].split()[:2]

    found = sandbox.search(q=" ".join(words), page_size=100)
    none = sandbox.search(q=words[0] + " 没有这个词")

    assert found
    assert all(all(word in row["item_basic_info"]["title"] for word in words) for row in found)
    assert none == []


def test_prices_are_yuan_texts_and_final_means_after_the_coupon(sandbox: Sandbox) -> None:
    offer = next(each for each in OFFERS if each.in_stock and each.coupon_minor and (each.coupon_until_days or 0) > 0)

    row = next(
        row
        for row in sandbox.search(q=offer.good.title["zh"], page_size=100)
        if row["item_basic_info"]["user_type"] == (offer.marketplace == "tmall")
    )

    prices = row["price_promotion_info"]
    assert prices["reserve_price"] == f"{offer.list_minor // 100}.{offer.list_minor % 100:02d}"
    assert prices["zk_final_price"] == f"{offer.now_minor // 100}.{offer.now_minor % 100:02d}"
    assert offer.coupon_minor is not None
    assert prices["final_promotion_price"] == f"{offer.coupon_minor // 100}.{offer.coupon_minor % 100:02d}"
    steps = prices["final_promotion_path_list"]["final_promotion_path_map_data"]
    assert steps[0]["promotion_fee"] == f"{(offer.now_minor - offer.coupon_minor) / 100:.2f}"
    assert row["publish_info"]["income_rate"] == f"{offer.commission_ppm / 10_000:.2f}"


def test_sorting_filtering_and_paging(sandbox: Sandbox) -> None:
    category = next(iter(sandbox.get("/control/marketplaces").json()["taobao"]["categories"]))
    cheap = sandbox.search(cat=category, sort="final_promotion_price_asc", page_size=100)
    prices = [float(row["price_promotion_info"]["final_promotion_price"]) for row in cheap]
    assert prices == sorted(prices)
    dear = sandbox.search(cat=category, sort="final_promotion_price_des", page_size=100)
    assert [row["item_id"] for row in dear[:1]] != [row["item_id"] for row in cheap[:1]]
    rates = [float(row["publish_info"]["income_rate"]) for row in sandbox.search(cat=category, sort="tk_rate_des")]
    assert rates == sorted(rates, reverse=True)
    sold = [row["item_basic_info"]["volume"] for row in sandbox.search(cat=category)]
    assert sold == sorted(sold, reverse=True)

    middle = prices[len(prices) // 2]
    within = sandbox.search(cat=category, start_price=f"{middle:.2f}", page_size=100)
    assert len(within) == sum(price >= middle for price in prices)
    with_coupon = sandbox.search(cat=category, has_coupon="true", page_size=100)
    assert 0 < len(with_coupon) < len(cheap)

    pages = [
        sandbox.search(cat=category, sort="final_promotion_price_asc", page_size=5, page_no=number) for number in (1, 2)
    ]
    assert [row["item_id"] for page in pages for row in page] == [row["item_id"] for row in cheap[:10]]


def test_what_is_out_of_stock_or_gone_is_neither_found_nor_looked_up(sandbox: Sandbox) -> None:
    epoch = sandbox.post("/control/taobao/rotate-ids").json()["epoch"]
    sold_out = [each for each in OFFERS if not each.in_stock]
    there = next(each for each in OFFERS if each.in_stock)
    assert sold_out

    found = look_up(sandbox, *(item_id(each.external_id, epoch) for each in [*sold_out[:15], there]))

    assert [row["item_id"] for row in found] == [item_id(there.external_id, epoch)]
    for each in sold_out:
        titles = {(r["item_basic_info"]["title"], r["item_basic_info"]["user_type"]) for r in sandbox.search(
            q=each.good.title["zh"], page_size=100)}  # fmt: skip
        assert (each.good.title["zh"], int(each.marketplace == "tmall")) not in titles


def test_a_whole_title_that_only_one_item_has_is_found_without_its_id_and_without_a_link(sandbox: Sandbox) -> None:
    titles = [each.good.title["zh"] for each in OFFERS if each.in_stock]
    alone = next(title for title in titles if titles.count(title) == 1)
    twice = next(title for title in titles if titles.count(title) == 2)

    (row,) = sandbox.search(q=alone)
    by_words = next(
        each for each in sandbox.search(q=alone.split()[0], page_size=100) if each["item_basic_info"]["title"] == alone
    )
    both = sandbox.search(q=twice)

    assert row["item_basic_info"]["title"] == alone
    assert "item_id" not in row
    assert not [name for part in row.values() for name in part if name in ("item_url", "click_url", "coupon_share_url")]
    assert row["price_promotion_info"] == by_words["price_promotion_info"]
    assert by_words["item_id"]
    assert by_words["publish_info"]["click_url"]
    assert all(each["item_id"] for each in both)


def test_ids_rotate_and_old_ones_go_on_resolving_to_the_current_one(sandbox: Sandbox, item: dict[str, Any]) -> None:
    sandbox.post("/control/taobao/rotate-ids")

    found = look_up(sandbox, item["item_id"])

    assert found[0]["input_item_iid"] == item["item_id"]
    assert found[0]["item_id"] != item["item_id"]
    assert found[0]["item_basic_info"]["title"] == item["item_basic_info"]["title"]
    assert sandbox.convert(item["item_id"])["link_info_dto"]["item_id"] == found[0]["item_id"]


def test_an_id_older_than_sixty_epochs_is_nothing_any_more(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    first = sandbox.search(q="a")[0]["item_id"]

    for _ in range(EPOCHS_KEPT - 1):
        sandbox.post("/control/taobao/rotate-ids")
    assert len(look_up(sandbox, first)) == 1
    sandbox.post("/control/taobao/rotate-ids")

    assert look_up(sandbox, first) == []
    assert sandbox.convert(first)["code"] == 1001


def renew(sandbox: Sandbox, *ids: str) -> dict[str, str]:
    answer = sandbox.ask("taobao.tbk.itemid.ineffective.transform", item_ids=",".join(ids))
    rows = answer["results"]["item_id_transform_d_t_o"]
    return {row["original_item_id"]: row["item_id"] for row in rows}


def test_a_stale_id_and_an_old_number_are_renewed_and_what_was_never_one_is_left_out(
    own_sandbox: Callable[..., Sandbox],
) -> None:
    sandbox = own_sandbox()
    there = next(each for each in OFFERS if each.in_stock)
    stale = item_id(there.external_id, sandbox.post("/control/taobao/rotate-ids").json()["epoch"] - 100)
    assert look_up(sandbox, stale) == []

    today = renew(sandbox, stale, there.external_id, "x" * 30)

    assert set(today) == {stale, there.external_id}
    assert len(set(today.values())) == 1
    assert len(look_up(sandbox, today[stale])) == 1


def test_foreign_ids_and_made_up_ids_are_no_ids(sandbox: Sandbox, item: dict[str, Any]) -> None:
    good = item["item_id"]
    changed = good[:-1] + ("A" if good[-1] != "A" else "B")
    swapped = ("A" if good[0] != "A" else "B") + good[1:]

    assert look_up(sandbox, changed, swapped, "x", "é" * 30) == []


def test_ids_belong_to_a_publisher() -> None:
    ours, theirs = item_id("123456789012", 9), item_id("123456789012", 9, publisher=4)

    assert len(ours) == 30
    assert ours != theirs
    assert number_of(ours, 9) == 123456789012
    assert number_of(theirs, 9) is None
    assert number_of(ours, 8) is None


def test_at_most_twenty_are_looked_up_at_once(sandbox: Sandbox, item: dict[str, Any]) -> None:
    assert len(look_up(sandbox, *[item["item_id"]] * 20)) == 20


def test_a_page_after_the_last_one_has_no_list(sandbox: Sandbox) -> None:
    answer = sandbox.ask(SEARCH, q="a", page_no=1000, page_size=100, adzone_id=110000000001)

    assert answer["total_results"] > 0
    assert "result_list" not in answer
