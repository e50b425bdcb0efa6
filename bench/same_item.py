"""The same item at other marketplaces: how much of what is shown is correct, and whether finding it is not quadratic.

`python -m bench.same_item` prints precision and recall on the labelled sets, as far as they lie beside the checkout,
and the rate on generated offers of two sizes: five times as many must take about five times as long.
"""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any

from bench.marketplaces import every

SIZES = (20_000, 100_000)
NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
SYLLABLES = ("ka", "lo", "mi", "ren", "sta", "vo", "ti", "quel", "dor", "ba", "nu", "fei", "sho", "lin", "gar", "pe")
CHARACTERS = (
    "山水云木石月光风雨花鸟鱼竹茶米灯窗桥路江湖春夏秋冬晨晚青白红蓝紫金银铁布纸墨瓷碗杯壶锅盘筷勺刀盒袋箱架台椅床"
)
CHANGED = 1_000


def main(rounds: int = 3) -> dict[str, Any]:
    """The rate at the larger size over the rate at the smaller one (1: it grows with the offers and no faster)."""
    from bench.throw_away import throw_away_joey

    with throw_away_joey() as empty_again:
        scores = _scores(empty_again)
        rates: dict[int, list[float]] = {size: [] for size in SIZES}
        changes: dict[int, list[float]] = {size: [] for size in SIZES}
        right: dict[int, float] = {}
        for _round in range(rounds):
            for size in SIZES:
                empty_again()
                right[size] = _follow(size, rates[size], changes[size])
    small, large = SIZES
    ratios = [many / few for few, many in zip(rates[small], rates[large], strict=True)]
    return {
        "work": f"{large:,} offers compared across marketplaces, rate against that of {small:,}",
        "offers_per_second": {size: [round(rate) for rate in rates[size]] for size in SIZES},
        "changed_offers_per_second": {size: [round(rate) for rate in changes[size]] for size in SIZES},
        "found_of_generated_pairs": right,
        "labelled": scores,
        "ratio": round(median(ratios), 3),
        "spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "aim": 0.8,
    }


def _scores(empty_again: Any) -> dict[str, Any]:
    """Precision and recall of what is shown, by labelled set and half."""
    from tests.catalog.same_item.labelled import SETS, run
    from tests.real_data import SHARED

    found = {}
    for name, files in SETS.items():
        paths = [SHARED / f"data/{file}.csv.gz" for file in files]
        if not all(path.exists() for path in paths):
            continue
        empty_again()
        outcome = run(paths)
        halves = {"thresholds set by": False, "held out": True, "whole": None}
        found[name] = {
            "met": round(outcome.met / len(outcome.matches), 4),
            "by_evidence": {kind.value: counts for kind, counts in outcome.by_evidence().items()},
        } | {
            half: {"found": score.found, "precision": round(score.precision, 4), "recall": round(score.recall, 4)}
            for half, held_out in halves.items()
            for score in [outcome.score(held_out=held_out)]
        }
    return found


def _follow(size: int, rates: list[float], changes: list[float]) -> float:
    """Compare that many offers, then a thousand changed ones; which part of the generated pairs was shown."""
    from dataclasses import replace
    from datetime import timedelta

    from joey.catalog.intake.take_offers import take_offers
    from joey.catalog.same_item.follow import catch_up
    from joey.kit import sql

    offers = list(_offers(size))
    for start in range(0, size, 20_000):
        take_offers(offers[start : start + 20_000], now=NOW)
    sql.execute("ANALYZE")
    started = time.perf_counter()
    done = catch_up(now=NOW)
    rates.append(size / (time.perf_counter() - started))
    assert (done.counted, done.compared) == (size, size)
    found = sql.value(
        "SELECT count(*) FROM catalog_alike a JOIN catalog_offer o ON o.id = a.offer_id"
        " JOIN catalog_offer p ON p.id = a.other_id WHERE a.is_same AND a.marketplace = %s AND o.identity = p.identity",
        [every()[0]],
    )
    wrong = sql.value(
        "SELECT count(*) FROM catalog_alike a JOIN catalog_offer o ON o.id = a.offer_id"
        " JOIN catalog_offer p ON p.id = a.other_id WHERE a.is_same AND o.identity <> p.identity"
    )
    assert wrong <= found // 10, (found, wrong)
    later = NOW + timedelta(hours=1)
    take_offers(
        (replace(each, as_of=later, now_minor=(each.now_minor or 0) + 100) for each in offers[:CHANGED]), now=later
    )
    started = time.perf_counter()
    catch_up(now=later)
    changes.append(CHANGED / (time.perf_counter() - started))
    return round(int(found) / (size // 2), 4)


def _offers(size: int) -> Iterator[Any]:
    """Goods in Chinese and English, each at two marketplaces, where the second says it a little differently."""
    from joey.marketplaces.port import OfferFacts

    dice = random.Random(1)  # noqa: S311 (the same goods each time)
    words = ["".join(dice.choice(SYLLABLES) for _part in range(3)) for _word in range(3_000)]
    brands = ["".join(dice.choice(SYLLABLES) for _part in range(2)).capitalize() for _brand in range(400)]
    for number in range(size // 2):
        brand, price = dice.choice(brands), dice.randrange(1_000, 100_000)
        model = f"{dice.choice('ABCDEFGHK')}{dice.choice('LMNPRST')}{dice.randrange(10**5)}" if number % 2 else ""
        chinese = "".join(dice.choice(CHARACTERS) for _character in range(12))
        latin = [dice.choice(words) for _word in range(4)]
        for marketplace, more in ((every()[0], ""), (every()[-1], f" {dice.choice(words)}")):
            yield OfferFacts(
                marketplace=marketplace,
                identity=str(number),
                external_id=f"{marketplace}-{number}",
                title=" ".join([brand, *latin, chinese, model]) + more,
                brand=brand,
                url=f"https://example.com/{number}",
                currency="CNY",
                now_minor=price * dice.randrange(90, 111) // 100,
                as_of=NOW,
            )


def _print(result: dict[str, Any]) -> None:
    print(f"{'labelled set':<16}{'half':<20}{'found':>6}{'precision':>11}{'recall':>8}")
    for name, found in result["labelled"].items():
        for half in ("thresholds set by", "held out", "whole"):
            score = found[half]
            print(f"{name:<16}{half:<20}{score['found']:>6}{score['precision']:>11}{score['recall']:>8}")
        print(f"{name:<16}compared at all: {found['met']:.1%} of the matches; by evidence (right, all):")
        for kind, counts in found["by_evidence"].items():
            print(f"{'':<18}{kind:<14}{counts[0]:>5} {counts[1]:>5}  {counts[0] / counts[1]:.3f}")
    for size, each in result["offers_per_second"].items():
        changed, found = result["changed_offers_per_second"][size], result["found_of_generated_pairs"][size]
        print(f"{size:>8,} offers: {each} a second, {changed} changed ones; {found:.1%} of the pairs found")
    print(f"ratio {result['ratio']} {result['spread']}, aim {result['aim']}")


if __name__ == "__main__":
    _print(main(rounds=1))
