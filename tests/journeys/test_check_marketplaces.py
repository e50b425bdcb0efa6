"""An operator checks an account: every unverified fact is confirmed, until the marketplace differs in one.

What is seen by an order of a channel may stay unknown here: later orders of the other journeys hide the demo's two.
"""

from tests.journeys.at_the_counter import Sandbox
from tests.journeys.running import RunningJoey


def test_an_operator_checks_an_account_and_reads_where_it_differs(joey: RunningJoey, sandbox: Sandbox) -> None:
    listed = joey.run("marketplaces", "list")
    good = joey.run("marketplaces", "check", "taobao")
    differ(sandbox, "refund_window")
    try:
        bad = joey.run("marketplaces", "check", "taobao", exit_code=1)
    finally:
        differ(sandbox)

    assert f"connected to a simulated gateway 127.0.0.1:{joey.sandbox_port}" in listed.replace("localhost", "127.0.0.1")
    facts = [line for line in good.splitlines() if ": " in line]
    others = [line for line in facts if not line.startswith("confirmed ")]
    assert [line for line in others if not line.startswith("unknown      channel_orders_among_all: ")] == []
    assert len(facts) - len(others) > 15
    assert [line.split(":")[0] for line in bad.splitlines() if line.startswith("different ")] == [
        "different    refund_window"
    ]
    assert list((joey.data / "marketplace-samples" / "taobao").glob("*/orders-*.json"))


def differ(sandbox: Sandbox, *facts: str) -> None:
    """Let the simulated marketplace differ in these facts, and in no others."""
    answer = sandbox.http.post("/control/differs", json={"marketplace": "taobao", "facts": list(facts)})
    assert answer.status_code == 200, answer.text
