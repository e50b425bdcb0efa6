"""Django's check of the Host header, at every address but those for probes.

A load balancer or an orchestrator asks by the machine's address, which is no name of this instance.
"""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from joey.api.health import PROBES


class HostCheck(CommonMiddleware):
    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in PROBES else super().process_request(request)
