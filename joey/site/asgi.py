"""The ASGI application: the hot lane first, Django behind it."""

import os
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "joey.site.settings")

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, Http404, HttpRequest

django = get_asgi_application()  # the rooms below can be imported only after it

from joey.api.body_bound import BodyBound  # noqa: E402
from joey.edge.app import Edge  # noqa: E402
from joey.edge.asked import App  # noqa: E402
from joey.site.language import choose  # noqa: E402
from joey.site.page_headers import page_headers  # noqa: E402
from joey.site.time_bound import TimeBound  # noqa: E402
from joey.storefront.in_app import app_of, opens_here  # noqa: E402
from joey.storefront.shop_html import shop_html  # noqa: E402


class StaticFiles(ASGIStaticFilesHandler):
    """Django's own, for which an address that climbs out of the folder would be a crash and not just nothing."""

    def serve(self, request: HttpRequest) -> FileResponse:
        try:
            return super().serve(request)
        except SuspiciousOperation:
            raise Http404 from None


application = Edge(
    BodyBound(TimeBound(cast(App, StaticFiles(django)))),
    language=choose,
    opens_here=opens_here,
    browser=app_of,
    shop_html=shop_html,
    page_headers=page_headers,
)
