"""Every connector passes from search to return through its own protocol, against its own simulator, over HTTP.

Joey is met as its users meet it: the API, the pages, the operator's commands. What really happened is what the
simulator says at `GET /control/orders`. What a marketplace does otherwise is in its manifest, never in this file. A
connector in a folder is found; a package adds its code to CODES. Where a search needs words, WORDS has some.
"""

import importlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner
from pytest_django import Settings

from joey.cli.positions import positions
from joey.cli.sync import sync
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces import find_packages, registry
from joey.marketplaces.pasted import leads_to
from joey.marketplaces.port import Connector, OfferFacts
from joey.sharing.models import TrackedUrl
from tests.cast import meis_shop, token_of
from tests.edge.server import Server, server
from tests.journeys.at_the_counter import Api, Json, Visitor
from tests.journeys.running import until
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, running_sandbox
from tests.toy_marketplace.installing import install

CODES = (*registry.packages(), "toyland")
WORDS = {
    "taobao": "锅",
    "jd": "锅",
    "pinduoduo": "花瓶",
    "toyland": "tin train",
}  # a marketplace by file answers no words with everything
OWN_PART = 8, 10  # Mei's part of what the marketplace gives
GO = re.compile(r'href="(/go/[^"]+)"')


@pytest.fixture(scope="module")
def toyland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which a marketplace that is no part of Joey is installed, here and in what is started."""
    site = tmp_path_factory.mktemp("toy") / "site"
    install(site)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        _look_for_packages_again()
        yield site
    for name in [each for each in sys.modules if each.partition(".")[0] == "toyland"]:
        del sys.modules[name]
    _look_for_packages_again()


def _look_for_packages_again() -> None:
    importlib.invalidate_caches()
    for found in (find_packages.find_packages, registry._manifests, registry._served, registry._connect):
        found.cache_clear()


@pytest.fixture(scope="module")
def environment(toyland: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(toyland), os.environ.get("PYTHONPATH"))))}


@pytest.fixture(scope="module")
def sandbox(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def accounts(sandbox: Sandbox) -> Json:
    known: Json = sandbox.get("/control/marketplaces").json()
    return {code: account for code, account in known.items() if registry.is_served(code)}


@pytest.fixture(scope="module")
def served(
    django_db_setup: None,
    sandbox: Sandbox,
    accounts: Json,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    file = tmp_path_factory.mktemp("accounts") / "marketplaces.json"
    file.write_text(json.dumps(accounts))
    file.chmod(0o600)
    with server(JOEY_MARKETPLACES=str(file), JOEY_SANDBOX_URL=sandbox.url, **environment) as running:
        yield running


class Instance:
    """An instance that is connected to every simulated marketplace, with Mei's shop, and the world around it."""

    def __init__(self, served: Server, sandbox: Sandbox) -> None:
        self.url = served.url
        self.sandbox = sandbox
        self.mei = Api(served.url, token_of(meis_shop().owner))

    def share(self, offer: Json) -> Json:
        """Put an offer into the shop and share it, once its keeper opened the link by which the position is filed."""
        listing = self.mei.post("/shops/mei/listings", {"offer_id": offer["id"]})
        asked = {"listing_id": listing["id"], "channel": "wechat"}
        link: Json = self.mei.post("/shops/mei/links", asked)
        if link["filing_url"]:
            assert not link["earns"]
            self.sandbox.client.get(link["filing_url"]).raise_for_status()
            link = self.mei.post("/shops/mei/links", asked)
        return link

    def follow(self, link: Json) -> str:
        """Where a buyer lands who opens the link and goes on from its page."""
        buyer = Visitor(self.url)
        go = GO.search(buyer.see(f"/l/{link['code']}").text)
        assert go
        out = buyer.http.get(go[1])
        assert out.status_code == 302, out.text
        return str(out.headers["location"])

    def truth(self, order: str) -> Json:
        """What really happened to the order."""
        every: list[Json] = self.sandbox.get("/control/orders").json()["items"]
        (found,) = [each for each in every if each["order"] == order]
        return found

    def lines(self) -> list[Json]:
        """Mei's order lines."""
        found: list[Json] = self.mei.get("/shops/mei/orders")["items"]
        return found

    def synced(self, code: str, order: str, is_so: Callable[[Json], bool]) -> Json:
        """The line once the operator's sync brings it so; a report of this very second comes with the next one."""

        def look() -> Json | None:
            run(sync, code)
            return next(
                (line for line in self.lines() if line["external_line"].startswith(order) and is_so(line)), None
            )

        return until(look, f"the line of {order}", pause=0.3)

    def story(self, line: Json) -> str:
        trace = self.mei.get(f"/shops/mei/orders/{line['id']}/trace")
        return "\n".join(f"{step['what']} | {step['why']}" for step in trace["steps"])


@pytest.fixture
def instance(
    committed_db: EmbeddedPostgres,
    served: Server,
    sandbox: Sandbox,
    accounts: Json,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Instance:
    settings.JOEY_MARKETPLACES = accounts
    settings.SANDBOX_URL = sandbox.url
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    return Instance(served, sandbox)


@pytest.mark.parametrize("code", CODES)
def test_a_connector_passes_from_search_to_return(instance: Instance, sandbox: Sandbox, code: str) -> None:
    connector = registry.connector(code)
    manifest = connector.manifest
    if manifest.capabilities.positions.granted == "api":
        assert "2 positions registered" in run(positions, "register", "2", "--marketplace", code)

    # Searched; found again behind the address that a person pastes, and looked up.
    facts = searched(connector)
    offer = instance.mei.post("/offers/paste", {"text": f"看看这个 {facts.url} 很好看"}, 200)
    assert (offer["marketplace"], offer["external_id"]) == (facts.marketplace, facts.external_id)
    assert offer["title"] in {facts.title, *facts.translations.values()}
    assert offer["earns"] is manifest.reports_orders

    # Listed and shared; followed by a buyer, to the marketplace and nowhere else.
    link = instance.share(offer)
    assert link["earns"] is manifest.reports_orders
    address = instance.follow(link)
    assert leads_to(address.replace("http://", "https://", 1), manifest.hosts)
    given = TrackedUrl.objects.values_list("copy_code", flat=True)
    assert any(given) is manifest.capabilities.copy_codes

    # Bought there: what the link carried is with the order. A stranger's order carries nothing.
    order, strangers = sandbox.buy(address, quantity=2), sandbox.buy(facts.url)
    truth = instance.truth(order)
    assert (truth["marketplace"], truth["quantity"], truth["currency"]) == (facts.marketplace, 2, facts.currency)
    assert carried(truth) == ({manifest.evidence[0]} if manifest.evidence else set())
    assert carried(instance.truth(strangers)) == set()
    if not manifest.reports_orders:
        assert "No connected marketplace reports orders." in run(sync, code)
        assert instance.lines() == []
        return

    # Synced and attributed: hers alone, by what the link carried.
    line = instance.synced(code, order, lambda line: line["state"] == "paid")
    assert (line["quantity"], line["paid"]["minor"]) == (2, truth["paid_minor"])
    assert line["rate_ppm"] == truth["rate_ppm"]
    assert abs(line["commission"]["minor"] - part(truth)) <= 1  # the fee of an estimate is rounded up
    assert any(str(truth[name]) in instance.story(line) for name in carried(truth))
    assert instance.lines() == [line]

    # Settled.
    sandbox.move(order, "receive")
    sandbox.move(order, "settle")
    line = instance.synced(code, order, lambda line: line["state"] == "settled")
    settled = instance.truth(order)
    assert line["commission"]["minor"] == part(settled) > 0
    assert pending(instance, facts) == part(settled)

    # One of two returned: taken back, once.
    sandbox.move(order, "return", quantity=1)
    returned = instance.truth(order)
    line = instance.synced(code, order, lambda line: line["commission"]["minor"] < part(settled))
    assert line["commission"]["minor"] == part(returned) > 0
    assert [case["kind"] for case in returned["refunds"]] == ["return"]
    assert pending(instance, facts) == part(returned)
    assert "Returned 1 of 2" in instance.story(line)
    prove()


def searched(connector: Connector) -> OfferFacts:
    """Something that the connector finds; it earns where orders are reported."""
    return max(offers_found(connector, WORDS.get(connector.code, "")), key=lambda facts: facts.commission_ppm)


def offers_found(connector: Connector, words: str) -> list[OfferFacts]:
    return connector.search(words).offers


def carried(truth: Json) -> set[str]:
    """What of the link came with an order."""
    return {name for name in ("position", "sub_id") if truth[name] is not None}


def part(truth: Json) -> int:
    """Mei's part of what the marketplace gives for the order by now."""
    return int(truth["net_minor"]) * OWN_PART[0] // OWN_PART[1]


def pending(instance: Instance, facts: OfferFacts) -> int:
    return int(instance.mei.get("/shops/mei/balance")[facts.currency]["pending"]["minor"])


def run(command: Command, *arguments: str) -> str:
    """What an operator's command printed."""
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    return done.output
