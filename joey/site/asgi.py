"""The ASGI application: the hot lane first, Django behind it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "joey.site.settings")

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

application = ASGIStaticFilesHandler(get_asgi_application())
