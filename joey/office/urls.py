"""The office's routes, all behind its one guard."""

from django.urls import path

from joey.office.site import office
from joey.office.tables import commissions, jobs, orders, payouts, positions, reports, who

TABLES = (commissions, jobs, orders, payouts, positions, reports, who)  # importing them registers what they show

urlpatterns = [path("office/", office.urls)]
