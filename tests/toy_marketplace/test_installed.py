"""A marketplace that is installed as a package works in every part of Joey, and no line of Joey knows it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.journeys.at_the_counter import Api, Sandbox, Visitor
from tests.journeys.running import RunningJoey, until

DISTRIBUTION = Path(__file__).parent
GO = re.compile(r'href="(/go/[^"]+)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the toy's distribution installed by pip, as beside any other package."""
    folder = tmp_path_factory.mktemp("toy")
    source, target = folder / "source", folder / "site"
    shutil.copytree(DISTRIBUTION, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
         "--target", str(target), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return target


@pytest.fixture(scope="module")
def joey(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJoey]:
    """`joey up` with its demo on a machine where the toy is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH")))))
        running = RunningJoey(tmp_path_factory.mktemp("toyland") / "data")
        try:
            yield running.start()
        finally:
            running.forget()


def test_it_is_searched_linked_bought_from_synced_and_attributed_by_its_sub_id(joey: RunningJoey) -> None:
    mei, sandbox = Api(joey.url, joey.token("--shop", "mei")), Sandbox(joey.sandbox_url)

    # Searched: in words, and at this marketplace only.
    (horse,) = mei.get("/offers", q="rocking horse", marketplace="toyland")["items"]
    assert horse["price"] == {"minor": 12_345, "currency": "KWD", "text": "KWD 12.345"}
    assert horse["earning"]["minor"] > 0
    pasted = mei.post("/offers/paste", {"text": f"看 {joey.sandbox_url}/item/toyland/T2"}, 200)
    assert pasted["marketplace"] == "toyland"

    # Listed and linked: a page names it in both languages.
    listing = mei.post("/shops/mei/listings", {"offer_id": horse["id"]})
    link = mei.post("/shops/mei/links", {"listing_id": listing["id"], "channel": "wechat"})
    assert link["earns"] is True
    buyer = Visitor(joey.url)
    page = buyer.see(f"/l/{link['code']}").text
    assert "Toyland" in page or "玩具城" in page

    # Bought from: the outbound click carries a sub-id, and no position was leased for it.
    go = GO.search(page)
    assert go, page
    out = buyer.http.get(go[1])
    assert out.status_code == 302, out.text
    address = out.headers["location"]
    assert urlsplit(address).path == "/toyland/go"
    (sub_id,) = parse_qs(urlsplit(address).query)["sub"]
    order = sandbox.buy(address, quantity=2)

    # Synced and attributed.
    joey.run("sync", "toyland")
    line = next(each for each in mei.get("/shops/mei/orders")["items"] if each["external_order"] == order)
    assert (line["marketplace"], line["state"], line["paid"]["minor"]) == ("toyland", "paid", 24_690)
    assert line["paid"]["currency"] == line["commission"]["currency"] == "KWD"
    trace = mei.get(f"/shops/mei/orders/{line['id']}/trace")
    assert f"the code of your link “{sub_id}”" in " ".join(step["why"] for step in trace["steps"])

    # And it settles like any other.
    sandbox.move(order, "receive", "settle")
    joey.run("sync", "toyland")
    settled = until(
        lambda: next(
            (each for each in mei.get("/shops/mei/orders")["items"]
             if each["external_order"] == order and each["state"] == "settled"), None,
        ),
        "the settled line",
    )  # fmt: skip
    assert settled["commission"]["minor"] > 0
    assert mei.get("/shops/mei/balance")["KWD"]["pending"]["minor"] == settled["commission"]["minor"]
    joey.run("prove")


def test_a_state_that_joey_does_not_know_holds_the_line_and_stops_nothing(joey: RunningJoey) -> None:
    mei, sandbox = Api(joey.url, joey.token("--shop", "mei")), Sandbox(joey.sandbox_url)
    (train,) = mei.get("/offers", q="tin train", marketplace="toyland")["items"]
    listing = mei.post("/shops/mei/listings", {"offer_id": train["id"]})
    link = mei.post("/shops/mei/links", {"listing_id": listing["id"], "channel": "wechat"})
    buyer = Visitor(joey.url)
    go = GO.search(buyer.see(f"/l/{link['code']}").text)
    assert go
    order = sandbox.buy(buyer.http.get(go[1]).headers["location"])
    styled = {"marketplace": "toyland", "unknown_state": True, "extra_field": True}
    assert sandbox.http.post("/control/reports", json=styled).status_code < 300

    joey.run("sync", "toyland")

    line = next(each for each in mei.get("/shops/mei/orders")["items"] if each["external_order"] == order)
    assert line["commission"]["minor"] > 0
    assert line["commission_state"] == "earned"
