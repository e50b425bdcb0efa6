"""A report whose pages have no end: each page after the last full one is that one again (`POST /control/outage`)."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.world.state import Outage

Answer = dict[str, Any]
_OF_THE_PAGE = ("page_no", "position_index", "jump_type")
_OF_THE_CALL = ("timestamp", "sign")


def as_it_repeats(outage: Outage, parameters: dict[str, str], answer: Callable[[], Answer]) -> Answer:
    """The usual answer to a question in pages, as long as its pages are full. Without a full one nothing repeats."""
    asked = _asked(parameters)
    page, size = (int(str(asked.get(name) or 0)) for name in ("page_no", "page_size"))
    question = json.dumps({name: value for name, value in asked.items() if name not in _OF_THE_PAGE}, sort_keys=True)
    full, last = outage.full_pages.get(question, ({}, page))
    if not full or page == last + 1:
        found = answer()
        if size and _rows_in(found) >= size:
            outage.full_pages[question] = (found, page)
            return _going_on(found, page, again=False)
        if not full:
            return found
    return _going_on(full, page, again=True)


def _asked(parameters: dict[str, str]) -> dict[str, Any]:
    """Everything that is asked, what a report takes as one JSON object among it."""
    asked: dict[str, Any] = {name: value for name, value in parameters.items() if name not in _OF_THE_CALL}
    options = [name for name in asked if name.endswith("_option")]
    for name in options:
        asked |= json.loads(asked.pop(name))
    return asked


def _going_on(full: Answer, page: int, *, again: bool) -> Answer:
    """A full page that says that there is another one, which the position that it names opens."""
    found = deepcopy(full)
    data = _data(found)
    if "has_next" in data:
        data["has_next"] = True
        if again:
            data["position_index"] += f"|{page}"
    return found


def _rows_in(found: Answer) -> int:
    return max((len(each.rows) for each in _data(found).values() if isinstance(each, ElementList)), default=0)


def _data(found: Answer) -> Answer:
    data: Answer = found.get("result", found).get("data") or {}
    return data
