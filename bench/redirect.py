"""A durable click and its redirect, against a bare 302 on the same Granian and against nginx's bare 302.

The request is GET /go/<code> with the listing's own link: click and outbound click are committed (fsync on), then
the 302 leaves. A thousand different phones press, each as a browser would ask. Afterwards PostgreSQL must hold at
least as many clicks and outbound clicks as redirects were answered.
"""

import os
from datetime import timedelta
from typing import Any

CONNECTIONS = 256
AIMS = {"granian": 0.7, "nginx": 0.12}
WORK = "durable click then redirect, {connections} connections, ÷ bare 302 on {base}"

PHONES = """
local phones, next = {}, 0
init = function(args)
  for n = 1, 1000 do
    phones[n] = wrk.format("GET", wrk.path, {
      ["Host"] = wrk.headers["Host"],
      ["User-Agent"] = "Mozilla/5.0 (Linux; Android 14; Phone" .. n .. ") AppleWebKit/537.36 (KHTML, like Gecko)"
        .. " Chrome/126.0.0.0 Mobile Safari/537.36",
      ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      ["Accept-Language"] = "zh-CN,zh;q=0.9",
      ["Accept-Encoding"] = "gzip, deflate, br",
      ["Sec-Fetch-Dest"] = "document", ["Sec-Fetch-Mode"] = "navigate",
    })
  end
end
request = function()
  next = next % 1000 + 1
  return phones[next]
end
"""


def main(rounds: int = 3) -> list[dict[str, Any]]:
    """Two ratios, taken in the same rounds."""
    from bench import load, servers
    from bench.throw_away import throw_away_joey

    works = {name: WORK.format(connections=CONNECTIONS, base=name) for name in AIMS}
    if missing := load.missing_programs():
        return [load.not_measured(works[name], aim, load.say_missing(missing)) for name, aim in AIMS.items()]
    press = load.Load(connections=CONNECTIONS, threads=1, script=PHONES)
    with throw_away_joey():
        code = _own_code()
        with (
            servers.nginx() as nginx,
            servers.on_granian("bench.bare:redirect") as bare,
            servers.joey() as joey,
        ):
            seen = load.in_turn(
                {
                    "nginx": lambda: press.on(f"{nginx}{servers.REDIRECT}"),
                    "granian": lambda: press.on(f"{bare}/go/{code}"),
                    "joey": lambda: press.on(f"{joey}/go/{code}"),
                },
                rounds,
            )
        clicks, outbound_clicks = _written()
    acknowledged = sum(each.requests - each.refused for each in seen["joey"])
    assert min(clicks, outbound_clicks) >= acknowledged, f"lost: {acknowledged=} {clicks=} {outbound_clicks=}"
    return [
        load.result(
            works[name],
            ours=seen["joey"],
            base=seen[name],
            aim=aim,
            nginx_302=seen["nginx"],
            acknowledged=acknowledged,
            clicks_written=clicks,
            outbound_clicks_written=outbound_clicks,
        )
        for name, aim in AIMS.items()
    ]


def _own_code() -> str:
    """A listing with a tracked address on a lease, as in normal running; the code of its own link."""
    from joey.catalog.models import Offer
    from joey.kit import clock
    from joey.marketplaces import registry
    from joey.sharing.make_link import OWN, make_link
    from joey.sharing.models import Link, PositionLease, TrackedUrl
    from tests import cast

    now, shop = clock.now(), cast.meis_shop()
    listing = cast.listed(shop, cast.flask())
    Offer.objects.update(expires_at=now + timedelta(days=1))
    cast.leased(shop)
    make_link(shop, listing_id=listing.id, channel="wechat", now=now)
    hosts = registry.manifest_of(listing.offer.marketplace).hosts
    lease = PositionLease.objects.get(shop=shop)
    TrackedUrl.objects.create(
        shop=shop, listing=listing, lease=lease, url=f"https://{min(hosts)}/t?e=bench", made_at=now
    )
    return Link.objects.get(listing=listing, channel=OWN).code


def _written() -> tuple[int, int]:
    from joey.sharing.models import Click, OutboundClick

    return Click.objects.count(), OutboundClick.objects.count()


if __name__ == "__main__":
    os.environ.setdefault("JOEY_BENCH_SHORT", "1")
    print(main(1))
