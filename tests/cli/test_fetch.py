"""`joey fetch` as an operator types it, against the sandbox: what was found, what was refused, and going on again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from joey.catalog import fetch_offers
from joey.catalog.models import AskedSearch, Offer
from joey.cli.cli import main
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.models import CallTurn
from joey.marketplaces.port import Found
from joey.marketplaces.taobao.connector import TaobaoConnector
from tests.marketplaces.conftest import Sandbox, Script, connected, own_sandbox, sandbox, script

__all__ = ["connected", "own_sandbox", "sandbox", "script"]


@pytest.fixture(autouse=True)
def taobao(
    committed_db: EmbeddedPostgres, connected: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    monkeypatch.setenv("JOEY_SECRET", "a secret of the tests, long enough to be one")
    yield connected
    outage(connected, "500", 0)


def outage(sandbox: Sandbox, kind: str, seconds: int = 60) -> None:
    sandbox.post("/control/outage", {"kind": kind, "seconds": seconds, "where": "taobao"}).raise_for_status()


def fetch(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["fetch", *arguments], catch_exceptions=False)


AT_TAOBAO = ("--marketplace", "taobao")


def test_each_of_the_words_and_lines_of_a_file_is_a_search_and_a_second_run_asks_nothing(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("\ufeff# kitchen\n杯\n\n锅\n", "utf-8")

    first, again = (fetch("锅", "没有这个词", "--file", str(file), *AT_TAOBAO) for _ in range(2))

    assert first.exit_code == again.exit_code == 0, first.output
    lines = first.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:3]] == [
        "taobao  锅, page 1", "taobao  没有这个词, page 1", "taobao  杯, page 1",
    ]  # fmt: skip
    assert "taobao  没有这个词, page 1: 0 found: the marketplace now offers nothing that fits this search." in lines[1]
    count = Offer.objects.count()
    assert count
    assert lines[3] == f"{count} new offers, 0 changed, 0 unchanged, 0 refused."
    repeated = [line.partition("UTC already")[2] for line in again.stdout.splitlines()[:-1]]
    assert [said[:27] for said in repeated] == ["", "; the marketplace now offer", ""]
    assert set(CallTurn.objects.values_list("kind", flat=True)) == {"bulk"}, "no keeper waits behind it"
    assert again.stdout.splitlines()[-1] == "0 new offers, 0 changed, 0 unchanged, 0 refused."


def test_the_shelves_of_a_category_are_filled_page_by_page(taobao: Sandbox) -> None:
    done = fetch("--category", "kitchen", "--pages", "100", "--sort", "price", *AT_TAOBAO)

    pages = done.stdout.splitlines()[:-1]
    numbers = {code: number for number, code in _categories(taobao).items()}
    wanted = taobao.ask(
        "taobao.tbk.dg.material.optional.upgrade", cat=numbers["kitchen"], adzone_id=taobao.credentials()["adzones"][0]
    )["total_results"]
    assert Offer.objects.filter(category="kitchen").count() == Offer.objects.count() > 0
    assert len(pages) == wanted // 40 + 1
    assert sum(int(page.partition(": ")[2].split()[0]) for page in pages) == wanted
    asked = AskedSearch.objects.order_by("page").values_list("words", "category", "sort", "page")
    assert asked[0] == ("", "kitchen", "price", 1)


def test_a_marketplace_that_gives_fewer_at_once_than_the_others_is_read_to_its_last_page(taobao: Sandbox) -> None:
    done = fetch("e", "--marketplace", "jd", "--pages", "9")

    *whole, last = (int(page.partition(": ")[2].split()[0]) for page in done.stdout.splitlines()[:-1])
    assert set(whole) == {30}
    assert last < 30
    assert sum(whole) + last == Offer.objects.count()


def test_a_category_of_more_numbers_than_one_search_takes_is_refused_and_none_is_left_out(settings: Settings) -> None:
    account = settings.JOEY_MARKETPLACES["taobao"]
    numbers = {str(60_000_000 + n): "kitchen" for n in range(11)}
    settings.JOEY_MARKETPLACES = {"taobao": account | {"categories": numbers}}

    refused = fetch("--category", "kitchen")
    numbers.popitem()
    asked = fetch("--category", "kitchen")

    assert refused.exit_code == 1
    assert "at most, and its configuration gives 11 numbers for “kitchen”" in refused.stderr
    assert "What a marketplace refuses it refuses again" in refused.stderr
    assert "goes on where it stopped" not in refused.stderr
    assert asked.exit_code == 0, asked.stderr


def _categories(taobao: Sandbox) -> dict[str, str]:
    found: dict[str, str] = taobao.get("/control/marketplaces").json()["taobao"]["categories"]
    return found


def test_it_goes_on_where_a_marketplace_stopped_it(taobao: Sandbox) -> None:
    fetch("锅")
    outage(taobao, "500")

    stopped = fetch("锅", "杯", "袜")
    outage(taobao, "500", 0)
    resumed = fetch("锅", "杯", "袜", *AT_TAOBAO)

    assert stopped.exit_code == 1
    assert "taobao  锅, page 1: " in stopped.stdout
    assert "taobao  杯, page 1: Taobao is unavailable" in stopped.stderr
    assert "taobao  袜" not in stopped.output, "the marketplace is left after its trouble"
    assert "jd  袜, page 1: " in stopped.stdout, "the other one is asked all the same"
    assert "The same command goes on where it stopped." in stopped.stderr
    assert resumed.exit_code == 0
    assert [line.endswith("already") for line in resumed.stdout.splitlines()[:3]] == [True, False, False]


def test_it_goes_on_at_once_after_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_asked: object, **_how: object) -> Found:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TaobaoConnector, "search", interrupted)
        stopped = fetch("锅")
    monkeypatch.setattr(fetch_offers, "RETRY_SECONDS", "none: it fails rather than wait for a process that ended")

    assert stopped.exit_code == 1
    assert fetch("锅").exit_code == 0
    assert Offer.objects.exists()


def test_again_asks_for_what_was_asked_and_changes_nothing_that_is_the_same() -> None:
    fetch("锅")
    count = Offer.objects.count()

    again = fetch("锅", "--again")

    assert again.stdout.splitlines()[-1] == f"0 new offers, 0 changed, {count} unchanged, 0 refused."


def test_what_is_refused_or_has_no_link_is_counted(taobao: Sandbox, script: Script, settings: Settings) -> None:
    good, bad, nameless = (dict(each) for each in taobao.search(q="锅")[:3])
    bad["item_basic_info"] = {**bad["item_basic_info"], "item_url": "https://elsewhere.example/1"}
    bad["price_promotion_info"] = {**bad["price_promotion_info"], "zk_final_price": "nine"}
    del nameless["item_id"]
    rows = {"result_list": {"map_data": [good, bad, nameless]}}
    script.answers = [(200, {"tbk_dg_material_optional_upgrade_response": rows})]
    account: dict[str, Any] = settings.JOEY_MARKETPLACES["taobao"]
    settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": script.url}}

    done = fetch("锅")

    assert "3 found: 1 new, 0 changed, 0 unchanged, 1 not readable, 1 without a link" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 new offers, 0 changed, 0 unchanged, 2 refused."


def test_a_product_file_is_searched_where_it_is_named() -> None:
    done = fetch("锅", "--marketplace", "jd")

    assert done.exit_code == 0
    assert set(Offer.objects.values_list("marketplace", flat=True)) == {"jd"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "words: Write what to search for, or name a category."),
        (("!!!",), "words: “!!!” cannot be searched for"),
        (("",), "words: “” cannot be searched for"),
        (("https://item.taobao.com/item.htm?id=1",), "cannot be searched for"),
        (("字" * 101,), "at most 100 characters"),
        (("锅", "--marketplace", "nowhere"), "No marketplace “nowhere” is known here"),
        (("锅", "--category", "no-such"), "gives no number of its categories for “no-such”"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_in_words(arguments: tuple[str, ...], sentence: str) -> None:
    done = fetch(*arguments)

    assert done.exit_code == 1
    assert sentence in done.stderr
    assert Offer.objects.count() == 0


def test_without_a_marketplace_that_can_be_searched_it_says_so(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {}

    done = fetch("锅")

    assert done.exit_code == 1
    assert "No marketplace that can be searched is connected." in done.stderr
