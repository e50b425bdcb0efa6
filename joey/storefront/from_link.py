"""What the fast path hands on with a request; no client can send it."""

from django.http import HttpRequest


def from_link(request: HttpRequest) -> tuple[str, str]:
    """(click, code): the click that the fast path recorded before it handed the request on, and its link's code."""
    state = getattr(request, "scope", {}).get("state", {})
    return str(state.get("click") or ""), str(state.get("code") or "")
