"""Every route of Joey, by face."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("joey.storefront.urls")),
    path("", include("joey.api.urls")),
    path("", include("joey.office.urls")),
    path("studio/", include("joey.studio.urls")),
]
