"""The first person who goes on leases a position; without a tracked link the visitor chooses, and is not led plain."""

import json
import re
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from joey.catalog.models import Offer
from joey.demo import catalogue
from joey.edge.ask_marketplace import REMEMBER_SECONDS
from joey.insight.waiting import waiting
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.marketplaces.port import OfferFacts
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.sharing.end_lease import end_lease
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, OutboundClick, Position, PositionLease, TrackedUrl
from joey.sharing.prove import CHECKS
from joey.sharing.withdraw_position import withdraw_position
from joey.shops.models import Shop
from tests import cast
from tests.edge.server import PHONE, WECHAT, Server, server
from tests.sandbox.conftest import Sandbox, free_port
from tests.slow import slow

SLOW_SECONDS = "4"  # longer than a visitor waits


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    slow = {"JOEY_SANDBOX_SLOW_SECONDS": SLOW_SECONDS}
    running = Sandbox(tmp_path_factory.mktemp("sandbox"), free_port(), environment=slow)
    running.start()
    yield running
    running.stop()
    running.client.close()


@pytest.fixture(scope="module")
def accounts(sandbox: Sandbox) -> dict[str, object]:
    return dict(sandbox.get("/control/marketplaces").json())


@pytest.fixture(scope="module")
def joey_connected(
    django_db_setup: None, sandbox: Sandbox, accounts: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    file = tmp_path_factory.mktemp("accounts") / "marketplaces.json"
    file.write_text(json.dumps({"taobao": accounts["taobao"]}))
    file.chmod(0o600)
    with server(JOEY_MARKETPLACES=str(file), JOEY_SANDBOX_URL=sandbox.url, JOEY_POSITIONS_PER_PERSON="2") as running:
        yield running


@pytest.fixture
def joey(committed_db: EmbeddedPostgres, joey_connected: Server, sandbox: Sandbox) -> Server:
    """Connected to the sandbox, which works."""
    sandbox.client.post(sandbox.url + "/control/outage", json={"kind": "500", "seconds": 0})
    return joey_connected


@pytest.fixture(scope="module")
def facts(accounts: dict[str, object]) -> OfferFacts:
    """An item that the sandbox sells, under its id of today."""
    brand = next(each.good.brand["zh"] for each in catalogue.offers() if each.marketplace == "taobao")
    return next(iter(TaobaoConnector(accounts["taobao"]).search(brand).offers))  # type: ignore[arg-type]


@pytest.fixture
def item(committed_db: EmbeddedPostgres, facts: OfferFacts) -> Offer:
    return cast.flask(external_id=facts.external_id, title=facts.title, url=facts.url)


def own_link(shop: Shop, offer: Offer) -> Link:
    make_link(shop, listing_id=cast.listed(shop, offer).id, channel="wechat", now=clock.now())
    return Link.objects.get(shop=shop, channel="shop")


def positions(accounts: dict[str, object], most: int = 10) -> None:
    for key in accounts["taobao"]["credentials"]["adzones"][:most]:  # type: ignore[index]
        Position.objects.create(marketplace="taobao", key=key, free_from=clock.now())


def outage(sandbox: Sandbox, kind: str, seconds: int = 30) -> None:
    sandbox.client.post(
        sandbox.url + "/control/outage", json={"kind": kind, "seconds": seconds, "where": "taobao"}
    ).raise_for_status()


def test_sharing_leases_nothing_and_the_first_person_who_goes_on_leases(
    joey: Server, item: Offer, accounts: dict[str, object]
) -> None:
    positions(accounts)
    link = own_link(cast.meis_shop(), item)
    joey.get(f"/l/{link.code}")
    joey.get(f"/s/mei/{link.listing_id}")
    assert not PositionLease.objects.exists()

    first, second = joey.get(f"/go/{link.code}"), joey.get(f"/go/{link.code}")

    lease = PositionLease.objects.get()
    assert (first.status_code, first.headers["location"]) == (302, TrackedUrl.objects.get().url)
    assert second.headers["location"] == first.headers["location"]
    assert lease.shop == cast.meis_shop()
    assert set(OutboundClick.objects.values_list("lease_id", flat=True)) == {lease.pk}
    assert [check.rule for check in CHECKS if check.first_offender()] == []


@pytest.mark.parametrize(
    ("method", "agent", "headers"),
    [
        ("HEAD", PHONE, {}),
        ("GET", "python-httpx/0.28.1", {}),
        ("GET", "Googlebot/2.1 (+http://www.google.com/bot.html)", {}),
        ("GET", "TelegramBot (like TwitterBot)", {}),
        ("GET", PHONE, {"sec-purpose": "prefetch"}),
        ("GET", PHONE, {"sec-fetch-dest": "iframe"}),
    ],
)
def test_a_program_leases_nothing_and_is_not_led_to_a_plain_link(
    joey: Server, item: Offer, accounts: dict[str, object], method: str, agent: str, headers: dict[str, str]
) -> None:
    positions(accounts)
    link = own_link(cast.meis_shop(), item)

    answer = httpx.request(method, f"{joey.url}/go/{link.code}", headers={"user-agent": agent, **headers}, timeout=15)

    assert "location" not in answer.headers
    assert not PositionLease.objects.exists()
    assert not OutboundClick.objects.exists()


@pytest.mark.parametrize("kind", [slow("500"), slow("garbage"), "slow"])
def test_without_an_answer_in_time_the_page_says_so_and_offers_to_retry(
    joey: Server, sandbox: Sandbox, item: Offer, accounts: dict[str, object], kind: str
) -> None:
    positions(accounts)
    link = own_link(cast.meis_shop(), item)
    outage(sandbox, kind)

    page = joey.get(f"/go/{link.code}", accept_language="en")

    assert page.status_code == 503
    assert "location" not in page.headers
    assert "did not answer in time" in page.text
    assert "The shop earns nothing from what you buy this way" in page.text
    assert not OutboundClick.objects.exists()
    (token,) = set(re.findall(r"/go/([0-9a-f-]{36})", page.text))
    assert token == str(Click.objects.get().id), "the click is counted once, and the page leads on from it"

    outage(sandbox, "500", seconds=0)
    again = joey.get(f"/go/{token}")
    assert (again.status_code, again.headers["location"]) == (302, TrackedUrl.objects.get().url)
    assert Click.objects.count() == 1


def test_a_plain_link_is_the_visitors_own_choice_and_counts_for_no_lease(
    joey: Server, sandbox: Sandbox, item: Offer, accounts: dict[str, object]
) -> None:
    positions(accounts)
    link = own_link(cast.meis_shop(), item)
    outage(sandbox, "500")
    page = joey.get(f"/go/{link.code}", accept_language="zh-CN")
    (chosen,) = set(re.findall(r'href="(/go/[0-9a-f-]{36}\?plain=1)"', page.text))

    answer = joey.get(chosen)

    assert (answer.status_code, answer.headers["location"]) == (302, item.url)
    assert OutboundClick.objects.get().lease_id is None


def test_once_a_tracked_link_is_known_no_plain_one_is_given(
    joey: Server, item: Offer, accounts: dict[str, object]
) -> None:
    positions(accounts)
    link = own_link(cast.meis_shop(), item)
    tracked = joey.get(f"/go/{link.code}").headers["location"]

    assert joey.get(f"/go/{link.code}?plain=1").headers["location"] == tracked


def test_when_all_positions_are_taken_the_page_says_what_is_the_case(
    joey: Server, item: Offer, accounts: dict[str, object]
) -> None:
    positions(accounts, most=1)
    joey.get(f"/go/{own_link(cast.lulus_shop(), item).code}")
    link = own_link(cast.meis_shop(), item)

    for agent in (PHONE, WECHAT):
        page = joey.get(f"/go/{link.code}", agent, accept_language="en")
        assert page.status_code == 200
        assert "location" not in page.headers
        assert "Taobao cannot tell right now that this shop sent you" in page.text
    assert PositionLease.objects.count() == 1
    assert not OutboundClick.objects.filter(shop_id=cast.meis_shop().pk).exists()


def test_the_first_person_who_asks_for_the_ways_there_gets_a_copy_code(
    joey: Server, item: Offer, accounts: dict[str, object]
) -> None:
    """Case P11."""
    positions(accounts)
    link = own_link(cast.meis_shop(), item)

    page = joey.get(f"/go/{link.code}?ways=1", accept_language="en")

    assert page.status_code == 200
    assert TrackedUrl.objects.get().copy_code in page.text


def test_a_position_that_the_marketplace_does_not_know_is_listed_until_it_is_withdrawn(
    joey: Server, item: Offer, accounts: dict[str, object]
) -> None:
    mistyped = Position.objects.create(marketplace="taobao", key="999999999999", free_from=clock.now())
    positions(accounts, most=1)
    link = own_link(cast.meis_shop(), item)

    page = joey.get(f"/go/{link.code}", accept_language="en")
    (waits,) = [each for each in waiting(now=clock.now()) if each.state == "refused by its marketplace"]
    withdraw_position(mistyped, reason="Mistyped", now=clock.now())
    time.sleep(REMEMBER_SECONDS)
    answer = joey.get(f"/go/{link.code}")

    assert "Taobao cannot tell right now that this shop sent you" in page.text
    assert "It does not accept the number" in page.text
    assert (waits.count, waits.verbs[0].command) == (1, "positions withdraw")
    assert answer.headers["location"] == TrackedUrl.objects.get().url
    assert waiting(now=clock.now()) == []
    assert [check.rule for check in CHECKS if check.first_offender()] == []


def test_one_account_cannot_take_every_position(joey: Server, item: Offer, accounts: dict[str, object]) -> None:
    positions(accounts, most=6)
    shops = [Shop.objects.create(slug=f"many-{n}", owner=cast.sam(), name="S") for n in range(6)]

    answers = [joey.get(f"/go/{own_link(shop, item).code}") for shop in shops]

    assert [answer.status_code for answer in answers] == [302, 302, 200, 200, 200, 200]  # two per person here
    assert joey.get(f"/go/{own_link(cast.meis_shop(), item).code}").status_code == 302


def test_an_ended_lease_is_resumed_by_the_next_person_with_the_link_it_had(
    joey: Server, item: Offer, accounts: dict[str, object]
) -> None:
    positions(accounts)
    shop, other = cast.meis_shop(), cast.flask(identity="other", external_id=item.external_id, title="另一个")
    tracked = joey.get(f"/go/{own_link(shop, item).code}").headers["location"]
    lease = end_lease(PositionLease.objects.get(), reason="Not used", now=clock.now())
    make_link(shop, listing_id=cast.listed(shop, other).id, channel="wechat", now=clock.now())

    joey.get(f"/go/{Link.objects.get(listing__offer=other, channel='shop').code}")  # not asked before: not remembered

    lease.refresh_from_db()
    assert lease.ended_at is None
    assert TrackedUrl.objects.get(listing__offer=item).url == tracked
    assert [check.rule for check in CHECKS if check.first_offender()] == []


def test_many_first_persons_at_once_lease_one_position(joey: Server, item: Offer, accounts: dict[str, object]) -> None:
    positions(accounts)
    link = own_link(cast.meis_shop(), item)
    came: list[httpx.Response] = []

    threads = [threading.Thread(target=lambda: came.append(joey.get(f"/go/{link.code}"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.headers.get("location") for answer in came} == {TrackedUrl.objects.get().url}
    assert PositionLease.objects.count() == 1
    assert OutboundClick.objects.count() == 12
