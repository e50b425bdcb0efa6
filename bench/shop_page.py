"""A shop page of 30 items: from memory against nginx serving the same bytes; and without memory, in ever larger houses.

The houses are made by `joey seed`. To be pressed without memory, Joey is served with JOEY_PAGES_MB=0 and wrk asks for
random shops. Seeding 500,000 shops takes some eleven minutes and 7 GB; JOEY_BENCH_SHOPS="1000 20000" chooses other
sizes.
"""

import json
import os
import subprocess
import sys
import tempfile
from statistics import median
from typing import Any

from bench import bare, load, servers
from bench.load import Load, Measured
from bench.servers import REDIRECT, ask
from bench.throw_away import throw_away_joey

ITEMS = 30
SIZES = (1_000, 100_000, 500_000)
SHORT_SIZES = (1_000, 5_000)
AIM_CACHED, AIM_PER_SECOND, AIM_FLAT = 0.5, 1_000, 0.9
AIM_BESIDE_BARE = 0.7  # our own, to see how much of a miss is ours
CACHED = f"shop page of {ITEMS} items from memory, against nginx serving the same bytes"
# Each thread of wrk has a Lua of its own, which must not ask for the same shops in the same order.
RANDOM_SHOPS = """
init = function(args) math.randomseed(os.time() + tonumber(string.match(tostring({}), "0x(%x+)"), 16) % 1000000) end
request = function() return wrk.format("GET", string.format("/s/synthetic-%07d", math.random(1, COUNT))) end
"""


def main(rounds: int = 3) -> list[dict[str, Any]]:
    """The cached page; the uncached one at each size; and whether it stays the same as the house grows."""
    missing = load.missing_programs()
    if missing:
        return [load.not_measured(CACHED, AIM_CACHED, load.say_missing(missing))]
    with throw_away_joey():
        sizes = _sizes()
        _seed(sizes[0])
        cached, uncached = _cached(rounds), []
        by_size: dict[int, list[float]] = {}
        for size in sizes:
            _seed(size)
            result, by_size[size] = _uncached(size, rounds)
            uncached.append(result)
    return [*cached, *uncached, _flat(by_size, [each for result in uncached for each in result["invalid"]])]


def _cached(rounds: int) -> list[dict[str, Any]]:
    path = "/s/synthetic-0000007"
    with servers.joey() as joey, tempfile.NamedTemporaryFile() as kept:
        page = ask(joey + path)
        assert page.status == 200
        assert page.body.count(b'<li class="card">') == ITEMS
        kept.write(json.dumps(page.headers).encode() + b"\n" + page.body)
        kept.flush()
        with (
            servers.nginx({path: page}) as nginx,
            servers.on_granian("bench.bare:page", factory=True, environment={bare.PAGE: kept.name}) as empty,
        ):
            assert ask(nginx + path).body == ask(empty + path).body == page.body
            pressing = Load()
            seen = load.in_turn(
                {
                    "302": lambda: pressing.on(nginx + REDIRECT),
                    "nginx": lambda: pressing.on(nginx + path),
                    "empty": lambda: pressing.on(empty + path),
                    "joey": lambda: pressing.on(joey + path),
                },
                rounds,
            )
    seen_too = {"ours": seen["joey"], "nginx_302": seen["302"], "bytes": len(page.body)}
    return [
        load.result(CACHED, base=seen["nginx"], aim=AIM_CACHED, **seen_too),
        load.result(
            "the same, against an empty app on the same Granian", base=seen["empty"], aim=AIM_BESIDE_BARE, **seen_too
        ),
    ]


def _uncached(size: int, rounds: int) -> tuple[dict[str, Any], list[float]]:
    """Requests a second; and each round's as parts of what nginx did beside it, which the machine's drift is not in."""
    pressing = Load(connections=32, script=RANDOM_SHOPS.replace("COUNT", str(size)))
    bare = Load()
    with servers.joey(environment={"JOEY_PAGES_MB": "0"}) as joey, servers.nginx() as nginx:
        seen = load.in_turn({"302": lambda: bare.on(nginx + REDIRECT), "joey": lambda: pressing.on(joey + "/")}, rounds)
    per_second = [each.per_second for each in seen["joey"]]
    result = {
        "work": f"uncached shop page of {ITEMS} items at {size:,} shops, in requests a second of {AIM_PER_SECOND:,}",
        **load.ratio_and_spread([each / AIM_PER_SECOND for each in per_second]),
        "aim": 1.0,
        "invalid": load.reasons(measured=seen["joey"], nginx_302=seen["302"]),
        "joey_per_second": [round(each) for each in per_second],
        "joey_p99_ms": [each.p99_ms for each in seen["joey"]],
        "nginx_302_per_second": [round(each.per_second) for each in seen["302"]],
    }
    return result, _beside(seen["joey"], seen["302"])


def _flat(by_size: dict[int, list[float]], invalid: list[str]) -> dict[str, Any]:
    """The slowest size ÷ the fastest one."""
    middles = [median(each) for each in by_size.values()]
    by_round = [min(each) / max(each) for each in zip(*by_size.values(), strict=True)]
    return {
        "work": f"the same: slowest ÷ fastest of {', '.join(f'{size:,}' for size in by_size)} shops, each beside nginx",
        "ratio": round(min(middles) / max(middles), 3),
        "spread": [round(min(by_round), 3), round(max(by_round), 3)],
        "aim": AIM_FLAT,
        "invalid": sorted(set(invalid)),
        "beside_nginx": {str(size): each for size, each in by_size.items()},
    }


def _beside(ours: list[Measured], base: list[Measured]) -> list[float]:
    return [a.per_second / b.per_second for a, b in zip(ours, base, strict=True)]


def _sizes() -> tuple[int, ...]:
    chosen = os.environ.get("JOEY_BENCH_SHOPS", "")
    if chosen:
        return tuple(int(each) for each in chosen.split())
    return SHORT_SIZES if os.environ.get("JOEY_BENCH_SHORT") else SIZES


def _seed(shops: int) -> None:
    """By the command, as an operator would; then the statistics that a server of that age has."""
    import psycopg

    command = [sys.executable, "-m", "joey.cli.cli", "seed", "--shops", str(shops), "--listings", str(shops * ITEMS)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for table in ("people_person", "shops_shop", "shops_shelf", "shops_listing", "catalog_offer"):
            owner.execute(f"VACUUM ANALYZE {table}")
