"""A CSV of a million offers taken in, and again with one in twenty changed, against bare COPY and MERGE."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.marketplaces import by_file

ROWS = int(os.environ.get("JOEY_BENCH_ROWS") or (50_000 if os.environ.get("JOEY_BENCH_SHORT") else 1_000_000))
FEWEST = 1_000_000  # fewer rows fit where more do not, and prove nothing
BASELINE = Path(__file__).with_suffix(".sql")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HEADER = "id,title,url,price,currency,list_price,brand,model,gtin,category,seller,picture,volume,in_stock\n"

BRANDS = (
    "华为", "小米", "美的", "苏泊尔", "九阳", "飞利浦", "海尔", "格力", "联想", "欧莱雅", "自然堂", "李宁", "安踏",
    "得力",
)  # fmt: skip
KINDS = (
    "不锈钢保温杯", "无线蓝牙耳机", "纯棉四件套", "空气炸锅", "智能手机", "补水面膜", "运动跑鞋", "机械键盘", "电饭煲",
    "婴儿湿巾", "双肩背包", "猫粮", "龙井绿茶", "坚果礼盒", "羽绒服", "护眼台灯", "儿童绘本", "瑜伽垫",
)  # fmt: skip
TRAITS = (
    "家用", "大容量", "便携", "新款", "官方旗舰", "轻薄", "送礼", "学生", "加厚", "静音", "防水", "高颜值",
    "券后更低",
)  # fmt: skip
CATEGORIES = ("kitchen", "digital", "home", "beauty", "clothing", "snacks", "mother-baby", "sports-outdoor")


def main(rounds: int = 3) -> list[dict[str, Any]]:
    """Seconds of both, alternating, and the ratio bare ÷ Joey, for the first time and for the second."""
    from bench.throw_away import throw_away_joey

    seconds: dict[str, list[tuple[float, float]]] = {"first": [], "again": []}
    with tempfile.TemporaryDirectory(prefix="joey-bench-") as folder, throw_away_joey() as empty_again:
        files = [_write(Path(folder) / f"goods-{turn}.csv", turn) for turn in (0, 1)]
        for _round in range(rounds):
            timed: dict[Callable[[Path, datetime], None], list[float]] = {_bare: [], _ours: []}
            for work, took in timed.items():
                empty_again()
                shutil.rmtree(Path(os.environ["JOEY_DATA"]) / "search", ignore_errors=True)
                for turn, file in enumerate(files):
                    started = time.perf_counter()
                    work(file, NOW + turn * timedelta(hours=6))
                    took.append(time.perf_counter() - started)
                    _same_result(turn)
            for turn, name in enumerate(seconds):
                seconds[name].append((timed[_bare][turn], timed[_ours][turn]))
    return [
        _result(f"{ROWS:,} offers of a CSV with price points taken in and indexed", seconds["first"]),
        _result("the same again, one in twenty with another price", seconds["again"]),
    ]


def _result(work: str, seconds: list[tuple[float, float]]) -> dict[str, Any]:
    ratios = [bare / ours for bare, ours in seconds]
    result: dict[str, Any] = {
        "work": work,
        "joey_seconds": [round(ours, 2) for _bare_, ours in seconds],
        "bare_seconds": [round(bare, 2) for bare, _ours_ in seconds],
        "rows_per_second": round(ROWS / median(ours for _bare_, ours in seconds)),
        "ratio": round(median(ratios), 3),
        "spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "aim": 0.4,
    }
    if ROWS < FEWEST:
        result["invalid"] = f"{ROWS:,} rows; a run of under {FEWEST:,} does not count"
    return result


def _write(path: Path, turn: int) -> Path:
    """The same goods in both turns; in the second one in twenty has another price."""
    _code, links, pictures = by_file()
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        for n in range(ROWS):
            price = 900 + (n * 7919) % 90_000 + (100 if turn and n % 20 == 0 else 0)
            brand, kind = BRANDS[n % len(BRANDS)], KINDS[(n // 7) % len(KINDS)]
            title = f"{brand}{kind} {TRAITS[n % 13]}{TRAITS[(n // 13 + 5) % 13]} {n % 977}型 {100 + n % 900}ml 第{n}款"
            item = 10_000_000 + n
            file.write(
                f"{item},{title},https://{links}/{item}.html,{price // 100}.{price % 100:02d},CNY,"
                f"{price // 50}.00,{brand},M{n % 50_000},{_gtin(n)},{CATEGORIES[n % 8]},{brand}官方旗舰店{n % 500},"
                f"https://{pictures}/n1/{n:x}.jpg,{n % 20_000},1\n"
            )
    return path


def _gtin(n: int) -> str:
    digits = f"69{n:010d}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weighed % 10)


def _ours(file: Path, now: datetime) -> None:
    from joey.catalog.intake.import_offers import import_offers
    from joey.catalog.search.follow import catch_up

    import_offers(file, by_file()[0], now=now)
    catch_up()  # the search index: the bare baseline has none


def _bare(file: Path, now: datetime) -> None:
    """As the tables' owner: the file goes into a temporary table as it is, and every statement runs once."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        steps = [
            step.strip()
            for step in BASELINE.read_text().replace("{marketplace}", by_file()[0]).split(";\n")
            if step.strip()
        ]
        cursor.execute(steps[0])
        with file.open("rb") as stream, cursor.copy("COPY bench_offer FROM STDIN (FORMAT csv, HEADER true)") as copy:
            while block := stream.read(1 << 20):
                copy.write(block)
        for step in steps[1:]:
            cursor.execute(step.replace("%now%", now.isoformat()))


def _same_result(turn: int) -> None:
    """Both ways end with the same offers and points."""
    from joey.kit import sql

    found = sql.one(
        "SELECT count(*) AS offers, sum(now_minor) AS paid, count(DISTINCT gtin) AS gtins FROM catalog_offer"
    )
    dearer = 100 * len(range(0, ROWS, 20)) if turn else 0
    assert found is not None
    assert found["offers"] == found["gtins"] == ROWS, found
    assert found["paid"] == sum(900 + (n * 7919) % 90_000 for n in range(ROWS)) + dearer, found
    points = sql.value("SELECT count(*) FROM catalog_pricepoint")
    assert points == ROWS + (len(range(0, ROWS, 20)) if turn else 0), points
