"""The office's routes, all behind its one guard."""

from django.urls import path

from joey.office.site import office
from joey.office.tables import (
    commissions,
    disputes,
    feeds,
    gaps,
    jobs,
    lost_orders,
    orders,
    payout_files,
    payout_stops,
    payouts,
    positions,
    reported,
    reports,
    security,
    who,
)

# importing them registers what they show
TABLES = (
    commissions, disputes, feeds, gaps, jobs, lost_orders, orders, payout_files, payout_stops, payouts, positions,
    reported, reports, security, who,
)  # fmt: skip

urlpatterns = [path("office/", office.urls)]
