"""The ASGI application: the fast path first, Django behind it."""

import os
from typing import cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "joey.site.settings")

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

django.setup(set_prefix=False)  # the packages below can be imported only after it

from joey.api.body_bound import BodyBound  # noqa: E402
from joey.edge.app import Edge  # noqa: E402
from joey.edge.asked import App  # noqa: E402
from joey.site.every_response import EveryResponse  # noqa: E402
from joey.site.language import choose  # noqa: E402
from joey.site.page_headers import page_headers  # noqa: E402
from joey.site.time_bound import TimeBound  # noqa: E402
from joey.storefront.in_app import opens_here  # noqa: E402
from joey.storefront.shop_html import shop_html  # noqa: E402


class InOneThread(ASGIHandler):
    """Django's own, which answers a request in one go, in the thread that has the request's database connection.

    No view of ours is asynchronous. By itself Django would cross over to that thread and back for each middleware
    before the first one that is not asynchronous either.
    """

    def load_middleware(self, is_async: bool = True) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


application = EveryResponse(
    Edge(
        BodyBound(TimeBound(cast(App, InOneThread()))),
        language=choose,
        opens_here=opens_here,
        shop_html=shop_html,
        page_headers=page_headers,
    )
)
