"""Order lines from report to available, one in twenty returned: Joey's set verbs against the same work in bare SQL."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from bench.marketplaces import that_reports

LINES = 2_000 if os.environ.get("JOEY_BENCH_SHORT") else 100_000
SHOPS, SET = 200, 20_000
BASELINE = Path(__file__).with_suffix(".sql")

ORDER_COLUMNS = """
    external_order text, external_line text, reported_at timestamptz, payload text, digest bytea, state text,
    reason text, position_key text, clicked_at timestamptz, quantity int, currency text, paid_minor bigint,
    commission_minor bigint, service_fee_minor bigint, rate_ppm int, title text, external_item text,
    placed_at timestamptz, paid_at timestamptz, settled_at timestamptz
"""
REFUND_COLUMNS = """
    case_id text, external_order text, external_line text, reported_at timestamptz, payload text, digest bytea,
    counts boolean, refund_minor bigint, commission_back_minor bigint
"""
REPORTS: list[Any] = []  # made once: producing them is the marketplace's work
REFUNDS: list[Any] = []


def main(rounds: int = 3) -> dict[str, Any]:
    """Seconds of both, alternating, and the ratio bare ÷ Joey (1 would be as fast as bare SQL)."""
    from bench.throw_away import throw_away_joey

    with throw_away_joey() as empty_again:
        REPORTS[:], REFUNDS[:] = _reports(), _refunds()
        ours: list[float] = []
        bare: list[float] = []
        for _round in range(rounds):
            for seconds, work in ((bare, _bare), (ours, _ours)):
                empty_again()
                _open_shops()
                with _collected(seconds):
                    work()
                _same_result()
        from joey.insight.prove import prove

        proof: list[float] = []
        with _collected(proof):
            offenders = [verdict.rule for verdict in prove() if verdict.offender]
    assert not offenders, offenders
    ratios = [b / o for b, o in zip(bare, ours, strict=True)]
    return {
        "work": f"{LINES:,} order lines reported → attributed → earned → confirmed, 1 in 20 returned",
        "joey_seconds": ours,
        "bare_seconds": bare,
        "lines_per_second": round(LINES / median(ours)),
        "prove_seconds": proof,
        "ratio": round(median(ratios), 3),
        "spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "aim": 0.5,
    }


@contextmanager
def _collected(seconds: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - started)


def _open_shops() -> None:
    from joey.shops.models import Shop
    from tests.cast import leased, mei

    owner = mei()
    shops = Shop.objects.bulk_create(Shop(slug=f"shop-{n}", owner=owner, name=f"Shop {n}") for n in range(SHOPS))
    for n, shop in enumerate(shops):
        leased(shop, key=str(5000 + n))


def _reports() -> list[Any]:
    from tests.cast import settled

    return [
        settled(str(10**9 + n), position=str(5000 + n % SHOPS), commission_minor=300 + n % 97) for n in range(LINES)
    ]


def _refunds() -> list[Any]:
    from tests.cast import refund

    return [refund(str(10**9 + n), case=str(n), back=300 + n % 97 - 38) for n in range(0, LINES, 20)]


def _ours() -> None:
    from joey.commissions.confirm_due import confirm_due
    from joey.commissions.earn_due import earn_due
    from tests.cast import NOW
    from tests.orders.polled import take_order_reports

    for start in range(0, LINES, SET):
        take_order_reports(that_reports(), REPORTS[start : start + SET], now=NOW)
    earn_due(now=NOW)
    confirm_due(now=NOW)
    take_order_reports(that_reports(), REFUNDS, now=NOW)
    earn_due(now=NOW)


def _bare() -> None:
    """As the tables' owner, who may gather statistics between the steps: bare SQL at its best."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        for table, columns, seen in (
            ("bench_report", ORDER_COLUMNS, REPORTS),
            ("bench_refund", REFUND_COLUMNS, REFUNDS),
        ):
            cursor.execute(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
            with cursor.copy(f"COPY {table} ({', '.join(_names(columns))}) FROM STDIN") as stream:
                for each in seen:
                    stream.write_row(_row(each, columns))
            cursor.execute(f"ANALYZE {table}")
        for statement in BASELINE.read_text().replace("{marketplace}", that_reports()).split(";\n"):
            if statement.strip():
                cursor.execute(statement)


def _names(columns: str) -> list[str]:
    return [part.split()[0] for part in columns.split(",")]


def _row(seen: Any, columns: str) -> tuple[object, ...]:
    text = json.dumps(seen.payload, ensure_ascii=False, sort_keys=True)
    made = {"payload": text, "digest": sha256(text.encode()).digest()}
    if getattr(seen, "evidence", None):
        made["position_key"] = seen.evidence[0].key
    return tuple(made.get(name, getattr(seen, name, None)) for name in _names(columns))


def _same_result() -> None:
    """Both ways end with the same rows and the same money."""
    from joey.kit import sql

    held = sql.value("SELECT sum(balance_minor) FROM ledger_account WHERE kind = 'shop:available'")
    kept = [300 + n % 97 - 38 for n in range(LINES) if n % 20]
    assert held == sum(base * 8 // 10 for base in kept), held
    assert sql.value("SELECT count(*) FROM ledger_journal") == 3 * LINES + LINES // 20
    assert sql.value("SELECT count(*) FROM record_event") >= 3 * LINES + 2 * (LINES // 20)
