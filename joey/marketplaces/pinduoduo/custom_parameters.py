"""The custom parameters of a link: a JSON object of at most 64 bytes, in which `uid` stands for one person.

What is filed is a pid with its `uid`; `sid` says by which link an order came, and may be another one in each call
(unverified.py: filed_by_uid). Orders give the text back. Old ones have free text there, which is none of ours.
"""

import json

from django.utils.translation import gettext_lazy as _

from joey.kit.json import read_json
from joey.marketplaces.port import MarketplaceRefused

MOST_BYTES = 64


def custom_parameters(position: str, sub_id: str | None = None) -> str:
    """The text for a link on this pid: its number stands for the person who uses it."""
    found = {"uid": _uid(position)} | ({"sid": sub_id} if sub_id else {})
    written = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    if len(written.encode()) > MOST_BYTES:
        raise MarketplaceRefused(_("The custom parameters of this link would be longer than Pinduoduo takes."))
    return written


def sub_id_in(written: str, position: str) -> str:
    """The `sid` of custom parameters that we wrote for this pid; "" in any others."""
    try:
        found = read_json(written.encode())
    except ValueError:
        return ""
    is_ours = isinstance(found, dict) and found.get("uid") == _uid(position) and isinstance(found.get("sid"), str)
    return found["sid"] if is_ours else ""


def _uid(position: str) -> str:
    return position.rpartition("_")[2]
