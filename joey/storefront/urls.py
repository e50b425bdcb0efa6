"""The storefront's routes: part of the public contract."""

from django.urls import path

from joey.storefront import gone, not_tracked, report, views, way_out

urlpatterns = [
    path("", views.front),
    path("rules", views.rule_pages),
    path("robots.txt", views.robots),
    path("s/<slug:slug>", views.shop),
    path("s/<slug:slug>/<uuid:listing_id>", views.listing),
    path("s/<slug:slug>/<uuid:listing_id>/way-out", way_out.way_out),
    path("s/<slug:slug>/<uuid:listing_id>/elsewhere/<uuid:offer_id>", way_out.see_elsewhere),
    path("s/<slug:slug>/<uuid:listing_id>/not-tracked", not_tracked.not_tracked),
    path("s/<slug:slug>/<uuid:listing_id>/report", report.report),
    path("go/<str:token>", gone.outbound_of_gone),
    path("pictures/<uuid:offer_id>.webp", views.picture),
    path("p/<slug:code>.png", views.poster),
]
