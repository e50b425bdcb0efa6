"""Order reports from a marketplace's rows to what they earned: without the network, through the simulator, and after
six hours of outage at 100,000 orders a day.

The simulator limits calls as the real gateway does, and Joey keeps to the quota in the manifest. The outage is over
when all that was missed is booked and the last day was asked for again, which is due by then.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import servers
from bench.load import ratio_and_spread
from bench.marketplaces import that_reports

ORDERS_A_DAY = 2_000 if os.environ.get("JOEY_BENCH_SHORT") else 100_000
BEFORE, OUTAGE = timedelta(hours=25), timedelta(hours=6)
AIM_SECONDS = 300.0
SHOPS, AT_ONCE = 50, 5_000


def main(rounds: int = 3) -> list[dict[str, Any]]:
    """Reports a second ÷ those that the quota lets in, twice, and 300 s ÷ the seconds after the outage."""
    from bench.throw_away import throw_away_joey

    alone: list[dict[str, float]] = []
    through: list[float] = []
    outage: list[float] = []
    with throw_away_joey() as empty_again, _connected() as sandbox:
        ends = datetime.fromtimestamp(int(time.time()) - 60).astimezone()
        positions = _positions()
        total = _orders(sandbox, positions, ends - OUTAGE - BEFORE, ends)
        rows = _rows(ends - OUTAGE, ends)
        for _round in range(rounds):
            _open_shops(empty_again, positions, ends)
            alone.append(_without_network(rows, ends))
            _open_shops(empty_again, positions, ends)
            through.append(_booked_by_sync(ends - OUTAGE))
            before = _booked()
            outage.append(_booked_by_sync(ends))
            assert _booked() == total, f"{_booked()} of {total} are booked"
            through[-1] = before / through[-1]
        let_in = _let_in()
    size = f"{ORDERS_A_DAY:,} orders a day"
    return [
        {
            "work": f"reports parsed → kept → attributed → earned, no network: per second ÷ {let_in:,} of the quota",
            **ratio_and_spread([each["all"] / let_in for each in alone]),
            "aim": 1.0,
            "reports_per_second": [{name: round(value) for name, value in each.items()} for each in alone],
        },
        {
            "work": f"the same through the simulator, {size}: per second ÷ {let_in:,} of the quota",
            **ratio_and_spread([each / let_in for each in through]),
            "aim": 0.3,
            "reports_per_second": [round(each) for each in through],
        },
        {
            "work": f"after six hours of outage at {size}: {AIM_SECONDS:.0f} s ÷ seconds until all is booked",
            **ratio_and_spread([AIM_SECONDS / each for each in outage]),
            "aim": 1.0,
            "seconds": [round(each, 1) for each in outage],
        },
    ]


@contextmanager
def _connected() -> Iterator[str]:
    """A simulated marketplace, as strict as the real one, that Joey is connected to; the sandbox's address."""
    from django.conf import settings

    folder, port = Path(tempfile.mkdtemp(prefix="joey-bench-sandbox-")), servers.free_port()
    environment = {
        "JOEY_SANDBOX_DB": str(folder / "sandbox.sqlite3"), "JOEY_SANDBOX_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    try:
        with servers.on_granian("joey.sandbox.app:app", workers=1, environment=environment, port=port) as sandbox:
            account = _asked(f"{sandbox}/control/marketplaces")[that_reports()]
            assert urlsplit(account["gateway"]).port == port
            settings.JOEY_MARKETPLACES = {
                that_reports(): {name: account[name] for name in account if name != "calls_per_second"}
            }
            yield sandbox
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _connector() -> Any:
    from joey.marketplaces import registry

    return registry.connector(that_reports())


def _question() -> Any:
    return _connector().manifest.questions[0]


def _let_in() -> int:
    quota = _connector().manifest.quota
    return int((quota.calls_per_second - quota.kept_for_people) * _question().page_size)


def _positions() -> list[str]:
    return [_connector().register_position(f"bench {number}") for number in range(SHOPS)]


def _orders(sandbox: str, positions: list[str], since: datetime, until: datetime) -> int:
    """Let as many orders be paid as there are in that time, evenly; how many."""
    from joey.marketplaces.port import Tracking

    connector = _connector()
    item = next(each for each in connector.search("锅").offers if each.commission_ppm)
    link = connector.tracked_link(item.external_id, Tracking(position=positions[0]))
    one = _asked(f"{sandbox}/control/purchase", {"url": link.url, "paid_at": since.isoformat()})["order"]
    first = _asked(f"{sandbox}/control/orders/{one}")
    count = round((until - since) / timedelta(days=1) * ORDERS_A_DAY)
    every = (until - since) / count
    orders = [
        {
            "marketplace": first["marketplace"], "item": first["item"], "position": positions[number % SHOPS],
            "paid_at": (since + number * every).replace(microsecond=0).isoformat(),
        }
        for number in range(1, count)
    ]  # fmt: skip
    for start in range(0, len(orders), AT_ONCE):
        _asked(f"{sandbox}/control/bulk", orders[start : start + AT_ONCE])
        _rows(until - timedelta(seconds=1), until)  # the first question makes their reports: not too many at once
    return count


def _asked(url: str, body: object = None) -> Any:
    import httpx

    answer = httpx.get(url, timeout=600) if body is None else httpx.post(url, json=body, timeout=600)
    return answer.raise_for_status().json()


def _rows(since: datetime, until: datetime) -> list[list[Any]]:
    """The rows of that time as the marketplace gives them out, a window each: getting them is not measured."""
    from joey.marketplaces.pace import in_bulk

    with in_bulk():
        return [list(rows) for _end, rows in _connector().rows(_question(), since, until)]


def _open_shops(empty_again: Any, positions: list[str], ends: datetime) -> None:
    from joey.shops.models import Shop
    from tests.cast import leased, mei

    empty_again()
    owner = mei()
    shops = Shop.objects.bulk_create(Shop(slug=f"shop-{n}", owner=owner, name=f"Shop {n}") for n in range(SHOPS))
    for shop, position in zip(shops, positions, strict=True):
        leased(shop, key=position, since=ends - OUTAGE - BEFORE - timedelta(hours=1), marketplace=that_reports())


def _without_network(windows: list[list[Any]], ends: datetime) -> dict[str, float]:
    """Reports a second of each step, and of all."""
    from joey.commissions.earn_due import earn_due
    from joey.kit.clock import now
    from joey.marketplaces.read_reports import read_row
    from tests.orders.polled import take_order_reports

    connector = _connector()
    began = time.perf_counter()
    read = [[read_row(connector, row) for row in rows] for rows in windows]
    parsed = time.perf_counter()
    for reports in read:
        take_order_reports(that_reports(), reports, now=ends)
    kept = time.perf_counter()
    earn_due(now=now())
    earned = time.perf_counter()
    count = sum(len(rows) for rows in windows)
    assert _booked() == count
    return {
        "parsed": count / (parsed - began),
        "kept and attributed": count / (kept - parsed),
        "earned": count / (earned - kept),
        "all": count / (earned - began),
    }


def _booked_by_sync(until: datetime) -> float:
    """Seconds until everything up to that moment is read and booked."""
    from joey.commissions.earn_due import earn_due
    from joey.kit.clock import now
    from joey.orders.sync import sync

    began = time.perf_counter()
    (done,) = sync(now=until)
    earn_due(now=now())
    assert not done.trouble, done.trouble
    return time.perf_counter() - began


def _booked() -> int:
    from joey.kit import sql

    return int(sql.value("SELECT count(*) FROM commissions_commission WHERE base_minor > 0"))
