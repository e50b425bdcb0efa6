"""The ASGI application: the hot lane first, Django behind it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "joey.site.settings")

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

django = ASGIStaticFilesHandler(get_asgi_application())

from joey.edge.app import Edge
from joey.site.language import choose
from joey.storefront.in_app import app_of, opens_here

application = Edge(
    django, language=choose, opens_here=lambda agent, marketplace: opens_here(app_of(agent), marketplace)
)
