"""The storefront's routes: part of the public contract."""

from django.conf import settings
from django.urls import path, register_converter

from joey.storefront import cards, gone, not_tracked, outbound_page, report, sitemaps, views


class Spoken:
    """A language that pages are written in."""

    regex = "|".join(code for code, _name in settings.LANGUAGES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Spoken, "spoken")

urlpatterns = [
    path("", views.front),
    path("rules", views.rule_pages),
    path("privacy", views.privacy),
    path("earnings", views.earnings),
    path("robots.txt", sitemaps.robots),
    path("sitemap.xml", sitemaps.all_shops),
    path("card-<spoken:language>.jpg", cards.home_card),
    path("s/<slug:slug>", views.shop),
    path("s/<slug:slug>/sitemap.xml", sitemaps.one_shop),
    path("s/<slug:slug>/poster.png", cards.poster),
    path("s/<slug:slug>/card-<spoken:language>.jpg", cards.shop_card),
    path("s/<slug:slug>/<uuid:listing_id>/card-<spoken:language>.jpg", cards.listing_card),
    path("s/<slug:slug>/<uuid:listing_id>", views.listing),
    path("s/<slug:slug>/<uuid:listing_id>/way-out", outbound_page.outbound_page),
    path("s/<slug:slug>/<uuid:listing_id>/elsewhere/<uuid:offer_id>", outbound_page.see_elsewhere),
    path("s/<slug:slug>/<uuid:listing_id>/not-tracked", not_tracked.not_tracked),
    path("s/<slug:slug>/<uuid:listing_id>/report", report.report),
    path("s/<slug:slug>/report", report.report),
    path("reports", report.answered),
    path("go/<str:token>", gone.outbound_of_gone),
    path("pictures/<uuid:offer_id>.webp", views.picture),
    path("p/<slug:code>.png", views.poster),
]
