"""`POST /control/differs` turns single facts around that no document proves, until the next call; nothing else does."""

from collections.abc import Callable
from typing import Any

import pytest

from joey.sandbox.dialects.taobao.differ import DIFFERENCES
from tests.sandbox.conftest import Sandbox

LOOK_UP = "taobao.tbk.item.info.upgrade.get"


def seller_in_look_up(sandbox: Sandbox) -> bool:
    item = sandbox.search(q="锅", page_size=1)[0]["item_id"]
    (row,) = sandbox.ask(LOOK_UP, item_id=item)["results"]["tbk_item_detail"]
    return "seller_id" in row["item_basic_info"]


def test_a_fact_is_turned_around_until_the_next_call_and_after_a_restart(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    usual = seller_in_look_up(sandbox)

    answer = sandbox.post("/control/differs", {"marketplace": "tmall", "facts": ["look_up_fields"]})
    sandbox.stop()
    sandbox.start()
    differing = seller_in_look_up(sandbox)
    sandbox.post("/control/differs", {"marketplace": "taobao", "facts": []})

    assert answer.json() == {"marketplaces": ["taobao", "tmall"], "facts": ["look_up_fields"]}
    assert (usual, differing, seller_in_look_up(sandbox)) == (True, False, True)


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"marketplace": "taobao", "facts": ["no_such_fact"]}, "facts", ", ".join(DIFFERENCES)),
        ({"marketplace": "taobao", "facts": ["search_fields", 1]}, "facts", "search_fields"),
        ({"marketplace": "jd", "facts": ["search_fields"]}, "facts", "nothing"),
        ({"marketplace": "nowhere", "facts": []}, "marketplace", "no such marketplace"),
        ({"marketplace": "taobao"}, "facts", "needed"),
        ({"marketplace": "taobao", "facts": "search_fields"}, "facts", "kind"),
    ],
)
def test_what_a_marketplace_cannot_differ_in_is_refused(
    sandbox: Sandbox, body: dict[str, Any], field: str, says: str
) -> None:
    refused = sandbox.post("/control/differs", body)

    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert says in refused.json()["detail"]
    assert seller_in_look_up(sandbox)
