"""What a simulated marketplace knows of its orders, and what Joey says of them: each over HTTP, to be compared."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.sandbox.conftest import Sandbox

Lines = dict[str, dict[str, Any]]


def true_lines(sandbox: Sandbox, position: str) -> Lines:
    """By its number, each order through this position as a shopkeeper should see it.

    Before settlement the service fee is as the report has it: a tenth of the estimate, rounded half up. The
    shopkeeper's part is four fifths of what is left, floored, and nothing of what is below zero. A frozen order is held
    as long as it gives something.
    """
    found: Lines = {}
    after = ""
    while after is not None:
        page = sandbox.get("/control/orders", params={"after": after}).json()
        found |= {each["order"]: _as_shown(each) for each in page["items"] if each["position"] == position}
        after = page["next"]
    return found


def _as_shown(truth: Mapping[str, Any]) -> dict[str, Any]:
    net = truth["net_minor"]
    if truth["state"] in ("paid", "received"):
        net = truth["estimate_minor"] - (truth["estimate_minor"] + 5) // 10
    return {
        "state": truth["state"],
        "quantity": truth["quantity"],
        "paid": truth["paid_minor"],
        "returned": sum(each["refund_minor"] for each in truth["refunds"]),
        "commission": (shown := max(0, net) * 8 // 10),
        "held": truth["frozen"] and shown > 0,
    }


def shown_lines(get: Callable[..., Any], shop: str) -> Lines:
    """By its number, each order line of the shop as Joey's API has it. Fails where one number has two lines.

    `get(address, **query)` asks the API as the shop's keeper.
    """
    found: Lines = {}
    query: dict[str, Any] = {"limit": 100}
    while query:
        answer = get(f"/shops/{shop}/orders", **query)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        for each in page["items"]:
            assert each["external_line"] not in found, "one order line, shown twice"
            found[each["external_line"]] = {name: each[name] for name in ("state", "quantity", "held")} | {
                name: each[name]["minor"] for name in ("paid", "returned", "commission")
            }
        query = {"limit": 100, "cursor": page["next"]} if page["next"] else {}
    return found
