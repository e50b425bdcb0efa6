"""Killed parts come back, Ctrl-C stops everything, and nothing that was acknowledged is ever lost."""

import os
import signal
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.journeys.at_the_counter import Api, Keeper, Sandbox, Visitor
from tests.journeys.running import RunningJoey, until

VISITS = 60


@pytest.fixture(scope="module")
def keeper(joey: RunningJoey, sandbox: Sandbox) -> Keeper:
    return Keeper(joey, sandbox, f"steady-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[RunningJoey]:
    """A second, empty Joey, without demo and sandbox, as for a real deployment's first look."""
    second = RunningJoey(tmp_path / "data", "--no-demo")
    yield second
    second.forget()


def test_a_killed_web_server_loses_no_click_and_no_write_that_it_acknowledged(
    joey: RunningJoey, keeper: Keeper
) -> None:
    listing = keeper.list(keeper.api.get("/offers", marketplace="taobao", limit=1)["items"][0]["id"])
    link = keeper.share(listing["id"])
    path, before = f"/shops/{keeper.slug}/shelves", joey.children()["web"]
    assert Visitor(joey.url).see(f"/l/{link['code']}")

    with ThreadPoolExecutor(6) as crowd:
        opened = [crowd.submit(open_link, joey, link["code"], number) for number in range(VISITS)]
        added = [crowd.submit(add_shelf, keeper.api, path, f"Shelf {number}") for number in range(10)]
        until(lambda: sum(each.done() for each in opened) > VISITS // 4, "some visits")
        os.kill(before, signal.SIGKILL)
        acknowledged = sum(each.result() for each in opened)
        shelves = [name for each in added if (name := each.result())]
    comes_back(joey, "web", before)

    links = keeper.api.get(f"/shops/{keeper.slug}/links")["items"]
    raw = next(each["clicks"]["raw"] for each in links if each["code"] == link["code"])
    assert 1 + acknowledged <= raw <= 1 + VISITS
    assert acknowledged >= VISITS // 4
    there = [shelf["name"] for shelf in keeper.api.get(path)["items"]]
    assert set(shelves) <= set(there)
    assert len(there) == len(set(there))


def test_a_killed_worker_takes_up_what_was_left_to_do(joey: RunningJoey, keeper: Keeper, sandbox: Sandbox) -> None:
    before = joey.children()["worker"]
    os.kill(before, signal.SIGKILL)

    keeper.api.put(
        f"/shops/{keeper.slug}/payout-details",
        {"holder_name": "Lin Steady", "account_number": "6222020000007644321", "bank_code": "102100099996"},
    )

    comes_back(joey, "worker", before)
    texts = until(lambda: notices(sandbox, keeper.contact), "the notice that payout details were changed", 60)
    assert any("4321" in text for text in texts)


def test_a_killed_sandbox_still_knows_its_orders(joey: RunningJoey, keeper: Keeper, sandbox: Sandbox) -> None:
    item = sandbox.http.get("/control/orders").json()["items"][0]
    number = sandbox.buy(f"{sandbox.url}/item/{item['marketplace']}/{item['item']}")
    truth, before = sandbox.truth(number), joey.children()["sandbox"]

    os.kill(before, signal.SIGKILL)

    comes_back(joey, "sandbox", before)
    until(lambda: joey.answers(joey.sandbox_url), "the sandbox")
    assert sandbox.truth(number) == truth
    assert "order lines moved" in joey.run("sync")
    assert "All" in joey.run("prove")


@pytest.mark.long
def test_stopped_and_started_again_it_goes_on_where_it_was(alone: RunningJoey) -> None:
    alone.start()
    alone.run("operator", "create", "ada@example.com")
    token = alone.token("--person", "ada@example.com")
    shop = Api(alone.url, token).post("/shops", {"slug": "kept-shop", "name": "Kept"})
    Api(alone.url, token).post("/shops/kept-shop/shelves", {"name": "Kept shelf"})

    assert alone.interrupt() == 0

    assert not alone.answers()
    assert "Nothing is lost" in alone.says()
    assert "Traceback" not in alone.says()
    assert "All" in alone.run("prove"), "commands work on a stopped instance, too"
    alone.start()
    api = Api(alone.url, token)
    assert api.get("/shops/kept-shop") == shop
    assert [shelf["name"] for shelf in api.get("/shops/kept-shop/shelves")["items"]] == ["Kept shelf"]
    assert "Kept" in Visitor(alone.url).see("/s/kept-shop").text
    assert alone.interrupt() == 0


# ── The steps, by name ────────────────────────────────────────────────────────────────────────────────────


def open_link(joey: RunningJoey, code: str, number: int) -> bool:
    """Whether the page came, which says that the click is written down."""
    try:
        answer = Visitor(joey.url, agent=f"Mozilla/5.0 (Linux; Android 14; Pixel {number}) Mobile").http.get(
            f"/l/{code}"
        )
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and "x-click-recorded" not in answer.headers


def add_shelf(api: Api, path: str, name: str) -> str:
    """The shelf's name when it was acknowledged; asked a second time with the same key when it was not."""
    key = uuid.uuid4().hex
    for _ in range(2):
        try:
            answer = api.http.post(path, json={"name": name}, headers={"Idempotency-Key": key})
        except httpx.HTTPError:
            continue
        if answer.status_code == 201:
            return name
    return ""


def comes_back(joey: RunningJoey, name: str, before: int) -> None:
    """Another process serves in its place, and the whole answers."""
    until(lambda: joey.children().get(name, before) != before, f"a new {name}")
    until(joey.answers, "the web")
    assert f"{name} killed by signal 9" in joey.says()


def notices(sandbox: Sandbox, contact: str) -> list[str]:
    """What was sent to them, save for codes."""
    items = sandbox.http.get("/control/messages", params={"to": contact}).json()["items"]
    return [each["text"] for each in items if each["kind"] != "code"]
