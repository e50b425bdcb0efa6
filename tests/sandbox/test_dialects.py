"""Dialects are found, not named: the folders of the sandbox, and packages that offer an entry point."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import joey.sandbox
from joey.sandbox.dialects import registry
from joey.sandbox.dialects.registry import all_dialects
from tests.sandbox.conftest import Sandbox

SANDBOX = Path(next(iter(joey.sandbox.__path__)))

# A whole dialect, as a package outside this one brings it.
TOY = """
from starlette.responses import JSONResponse
from starlette.routing import Route
from urllib.parse import parse_qs, urlsplit

from joey.sandbox.dialects.port import Dialect, SimulatedMarketplace
from joey.sandbox.refused import missing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import STEPS, MarketRules
from joey.sandbox.world.reports import dress, reported_orders, style_of
from joey.sandbox.world.visits import Destination

TOY = "toy"
ITEM = SoldItem(
    marketplace=TOY, external_id="T-1", title={"zh": "木马", "en": "Rocking horse"}, currency="SEK",
    now_minor=10_000, usual_rate_ppm=100_000,
)


async def report(request):
    world = request.app.state.world
    if request.headers.get("x-toy-key") != "let-me-in":
        return JSONResponse({"error": "wrong key"}, 401)
    style = style_of(world, TOY)
    rows = [
        {"id": row["order_id"], "state": "??" if style.unknown_state else row["state"], "sub": row["sub_id"],
         "paid": row["paid_minor"], "currency": row["currency"]}
        for row in reported_orders(world, TOY, "modified_at", 0, world.now() + 1)
    ]
    return JSONResponse({"rows": dress(style, rows)})


class ToyDialect(Dialect):
    marketplaces = (SimulatedMarketplace(TOY, {"zh": "玩具城", "en": "Toy town"}, "#123456"),)
    rules = MarketRules(account=TOY, steps=STEPS, currencies=("SEK",), language="en")
    reports_orders = True
    link_paths = ("/toy/go",)

    def items(self):
        return [ITEM]

    def account(self, world, marketplace):
        return {"gateway": world.url + "/toy/api", "credentials": {"toy_key": "let-me-in"}}

    def routes(self):
        return [Route("/toy/api/orders", report)]

    def follow(self, world, path):
        parts = urlsplit(path)
        if parts.path != "/toy/go":
            return None
        query = parse_qs(parts.query)
        item = self.by_id.get((TOY, query.get("item", [""])[0]))
        if item is None:
            raise missing("the toy shop does not sell this")
        return Destination(item, sub_id=query.get("sub", [None])[0])


DIALECT = ToyDialect()
"""


def install(site: Path, name: str, module: str | None) -> None:
    """A package with the entry point, and with a submodule `sandbox` unless `module` is None."""
    package, info = site / name, site / f"{name}-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").write_text("")
    if module is not None:
        (package / "sandbox.py").write_text(module)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[joey.marketplaces]\n{name} = {name}\n")


@pytest.fixture
def with_toy(own_sandbox: Callable[..., Sandbox], tmp_path: Path) -> Sandbox:
    """A sandbox on a machine where a package with a marketplace is installed."""
    site = tmp_path / "site"
    install(site, "toy_marketplace", TOY)
    return own_sandbox(PYTHONPATH=str(site))


def test_an_installed_package_is_bought_from_moved_on_and_reported(with_toy: Sandbox) -> None:
    sandbox = with_toy
    known = sandbox.get("/control/marketplaces").json()["toy"]
    link = f"{sandbox.url}/toy/go?item=T-1&sub=abc"
    landed = sandbox.client.get(link, follow_redirects=True)

    order = sandbox.buy(str(landed.url), quantity=2)
    assert sandbox.move(order, "settle")["settled_minor"] == 2000
    assert sandbox.move(order, "penalty", amount=500)["refunds"][0]["returned_commission_minor"] == 500
    assert sandbox.move(sandbox.buy(link), "freeze")["frozen"]
    parent = sandbox.move(sandbox.buy(link, quantity=4), "split")
    parts = [sandbox.get(f"/control/orders/{part}").json() for part in parent["split_into"]]
    assert [(each["quantity"], each["parent"]) for each in parts] == [
        (2, parent["order"]), (1, parent["order"]), (1, parent["order"]),
    ]  # fmt: skip
    assert sum(each["net_minor"] for each in parts) == 4000
    assert (parent["closed_because"], parent["net_minor"]) == ("split", 0)

    rows = sandbox.client.get(known["gateway"] + "/orders", headers={"x-toy-key": known["credentials"]["toy_key"]})
    row = rows.json()["rows"][0]
    assert row == {"id": order, "state": "settled", "sub": "abc", "paid": 20_000, "currency": "SEK"}
    assert sandbox.client.get(known["gateway"] + "/orders").status_code == 401
    for path in ("/", "/m/toy", "/item/toy/T-1", "/orders", f"/orders/{order}", "/panel"):
        assert sandbox.get(path).status_code == 200, path
    assert "#123456" in sandbox.get("/marketplaces.css").text


def test_a_link_of_one_account_credits_nothing_at_another(with_toy: Sandbox) -> None:
    landed = with_toy.client.get(f"{with_toy.url}/toy/go?item=T-1&sub=abc", follow_redirects=True)
    other = next(item for item in all_dialects()[0].by_id.values() if item.in_stock and not item.gone)
    elsewhere = f"{with_toy.url}/item/{other.marketplace}/{other.external_id}?b={landed.url.params['b']}"

    truth = with_toy.get("/control/orders/" + with_toy.buy(elsewhere)).json()

    assert (truth["position"], truth["sub_id"], truth["click_time"]) == (None, None, None)


def test_an_outage_of_one_marketplace_leaves_the_others_alone(sandbox: Sandbox) -> None:
    sandbox.post("/control/outage", {"seconds": 30, "kind": "500", "where": "jd"})

    broken, whole = (sandbox.get(f"/feeds/{code}.jsonl").status_code for code in ("jd", "amazon"))

    sandbox.post("/control/outage", {"seconds": 0, "kind": "500", "where": "jd"})
    assert (broken, whole, sandbox.get("/feeds/jd.jsonl").status_code) == (500, 200, 200)


def test_no_marketplace_is_named_outside_its_own_folder() -> None:
    codes = {place.code for dialect in all_dialects() for place in dialect.marketplaces}
    names = {name for dialect in all_dialects() for place in dialect.marketplaces for name in place.name.values()}
    named = re.compile("|".join(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])" for word in codes | names), re.I)
    for path in SANDBOX.rglob("*"):
        inside = path.relative_to(SANDBOX).parts
        if not path.is_file() or path.suffix in (".pyc", ".md") or (inside[0] == "dialects" and len(inside) > 2):
            continue
        found = named.search(path.read_text("utf-8"))
        assert found is None, f"{path}: {found and found[0]}"


def test_two_dialects_for_one_marketplace_are_refused(own_sandbox: Callable[..., Sandbox], tmp_path: Path) -> None:
    site = tmp_path / "site"
    for name in ("toy_one", "toy_two"):
        install(site, name, TOY)

    with pytest.raises(pytest.fail.Exception, match="more than one dialect serves toy"):
        own_sandbox(PYTHONPATH=str(site))


def test_a_package_without_a_simulator_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "toy_without_simulator", None)
    install(tmp_path, "toy_that_is_gone", None)
    shutil.rmtree(tmp_path / "toy_that_is_gone")
    monkeypatch.syspath_prepend(tmp_path)

    assert registry._of_other_packages() == []


@pytest.mark.parametrize("module", ["", "DIALECT = 'toy'"])
def test_a_package_whose_simulator_offers_no_dialect_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    name = f"toy_broken_{len(module)}"
    install(tmp_path, name, module)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(TypeError, match=f"{name}.sandbox offers no DIALECT"):
        registry._of_other_packages()
