"""Figures for Prometheus: the state that the database knows, and what all web workers counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from joey.insight.health import Counts, Health
from joey.kit.worker_counts import COMMIT_BUCKETS, REFUSALS, counts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(state: "ScrapedState | None") -> bytes:
    """The text of a scrape; `state` None: the database does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(state))
    return bytes(generate_latest(registry))


@dataclass(frozen=True)
class ScrapedState:
    """What the database said at `now`."""

    health: Health
    counts: Counts
    now: datetime


class _Figures(Collector):
    def __init__(self, state: ScrapedState | None) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("joey_database_up", "Whether the database answers.", value=self._state is not None)
        if self._state is not None:
            yield from _state(self._state)
        yield from _workers(counts.total(settings.DATA / "metrics"))


def _state(state: ScrapedState) -> Iterator[Metric]:
    health, now = state.health, state.now.timestamp()
    yield GaugeMetricFamily("joey_ready", "Whether nothing is wrong.", value=not health.troubles)
    if health.worker_seen_at:
        silent = now - health.worker_seen_at.timestamp()
        yield GaugeMetricFamily("joey_worker_silent_seconds", "Since a worker last reported.", value=silent)
    ages = GaugeMetricFamily(
        "joey_sync_age_seconds", "Since a marketplace's reports were read.", labels=["marketplace", "kind"]
    )
    for sync in health.syncs:
        if sync.last_success_at:
            ages.add_metric([sync.marketplace, sync.kind], now - sync.last_success_at.timestamp())
    yield ages
    to_book = GaugeMetricFamily("joey_lines_to_book", "Reported and not booked, at most 1000.", labels=["marketplace"])
    behind = GaugeMetricFamily(
        "joey_booking_behind_seconds", "How long the first of them waits.", labels=["marketplace"]
    )
    to_confirm = GaugeMetricFamily(
        "joey_commissions_overdue", "Due before yesterday and not available, at most 1000.", labels=["marketplace"]
    )
    for lag in health.booking:
        to_book.add_metric([lag.marketplace], lag.to_book)
        behind.add_metric([lag.marketplace], now - lag.since.timestamp() if lag.to_book else 0)
        to_confirm.add_metric([lag.marketplace], lag.to_confirm)
    yield from (to_book, behind, to_confirm)
    stuck = GaugeMetricFamily("joey_stuck", "Rows that wait for a decision about money.", labels=["table", "state"])
    stuck_for = GaugeMetricFamily("joey_stuck_seconds", "How long the oldest of them waits.", labels=["table", "state"])
    for each in health.stuck:
        stuck.add_metric([each.model._meta.db_table, each.state], each.count)
        stuck_for.add_metric([each.model._meta.db_table, each.state], each.age(state.now).total_seconds())
    yield from (stuck, stuck_for)
    for name, about, value in (
        ("joey_search_index", "Whether this host has a search index.", not health.search.missing),
        ("joey_search_index_behind", "Changed offers not in it yet, at most 1000.", health.search.behind),
        ("joey_jobs_failed", "Failed jobs, at most 1000.", state.counts.failed_jobs),
        ("joey_jobs_waiting", "Jobs waiting for a worker, at most 1000.", state.counts.waiting_jobs),
        ("joey_order_lines_in_suspense", "Without a shop, at most 1000.", state.counts.in_suspense),
        ("joey_payouts_to_decide", "Waiting for an operator, at most 1000.", state.counts.payouts_to_decide),
    ):
        yield GaugeMetricFamily(name, about, value=value)


def _workers(total: dict[str, float]) -> Iterator[Metric]:
    pages = CounterMetricFamily("joey_edge_pages", "Public pages, by whether memory had them.", labels=["from"])
    pages.add_metric(["memory"], total["page_hits"])
    pages.add_metric(["made"], total["page_misses"])
    yield pages
    clicks = CounterMetricFamily("joey_edge_clicks", "Clicks and outbound clicks.", labels=["recorded"])
    clicks.add_metric(["yes"], total["clicks_recorded"])
    clicks.add_metric(["no"], total["clicks_not_recorded"])
    yield clicks
    refusals = CounterMetricFamily("joey_edge_refusals", "Requests turned down, by reason.", labels=["reason"])
    for what in REFUSALS:
        refusals.add_metric([what], total[f"refusals_{what}"])
    yield refusals
    yield GaugeMetricFamily("joey_edge_queue", "Clicks waiting for their commit.", value=total["queued"])
    commits = HistogramMetricFamily("joey_edge_commit_seconds", "How long a commit of clicks takes.")
    below, buckets = 0.0, []
    for seconds in (*COMMIT_BUCKETS, "more"):
        below += total[f"commits_up_to_{seconds}"]
        buckets.append(("+Inf" if seconds == "more" else str(seconds), below))
    commits.add_metric([], buckets, total["commit_seconds"])
    yield commits
