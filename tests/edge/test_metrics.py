"""What the fast path does is seen at /metrics."""

import re

from joey.sharing.models import Link
from tests.edge.server import Server


def figures(joey: Server) -> dict[str, float]:
    """Each figure of the scrape by its name with labels."""
    text = joey.get("/metrics").text
    return {name: float(value) for name, value in re.findall(r"^(joey_edge\S+) (\S+)$", text, re.MULTILINE)}


def test_hits_misses_clicks_commits_and_refusals_are_counted(fresh_joey: Server, shared: Link) -> None:
    before = figures(fresh_joey)

    for _time in range(3):
        fresh_joey.get("/s/mei")
    fresh_joey.get(f"/l/{shared.code}")
    fresh_joey.get(f"/go/{shared.code}", sec_purpose="prefetch")
    after = figures(fresh_joey)

    def grown(name: str) -> float:
        return after[name] - before[name]

    assert grown('joey_edge_pages_total{from="memory"}') + grown('joey_edge_pages_total{from="made"}') == 3
    assert grown('joey_edge_pages_total{from="made"}') >= 1
    assert grown('joey_edge_clicks_total{recorded="yes"}') == 1
    assert grown("joey_edge_commit_seconds_count") == 1
    assert grown('joey_edge_commit_seconds_bucket{le="+Inf"}') == 1
    assert grown("joey_edge_commit_seconds_sum") > 0
    assert grown('joey_edge_refusals_total{reason="prefetch"}') == 1
    assert after["joey_edge_queue"] == 0
