"""The storefront's routes: part of the public contract."""

from django.urls import path

from joey.storefront import not_tracked, report, views

urlpatterns = [
    path("", views.front),
    path("rules", views.rule_pages),
    path("earnings", views.earnings),
    path("robots.txt", views.robots),
    path("s/<slug:slug>", views.shop),
    path("s/<slug:slug>/<uuid:listing_id>", views.listing),
    path("s/<slug:slug>/<uuid:listing_id>/way-out", views.outbound_click),
    path("s/<slug:slug>/<uuid:listing_id>/not-tracked", not_tracked.not_tracked),
    path("s/<slug:slug>/<uuid:listing_id>/report", report.report),
    path("s/<slug:slug>/report", report.report),
    path("reports", report.answered),
    path("pictures/<uuid:offer_id>.webp", views.picture),
    path("p/<slug:code>.png", views.poster),
]
